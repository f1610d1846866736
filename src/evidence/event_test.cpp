#include "evidence/event.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace lp::evidence {
namespace {

TEST(Event, NamesEveryTypeOnceAndReadsItBack) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(EventType::login_failed); ++i) {
    const auto type = static_cast<EventType>(i);
    EXPECT_TRUE(names.insert(to_string(type)).second) << to_string(type);
    EXPECT_EQ(event_type(to_string(type)), type);
  }
  EXPECT_EQ(names.size(), 53u);
}

TEST(Event, SpellsTypesAsTheFormatDoes) {
  EXPECT_EQ(to_string(EventType::request_created), "request.created");
  EXPECT_EQ(to_string(EventType::review_changes_requested), "review.changes_requested");
  EXPECT_EQ(to_string(EventType::decision_approved_with_modifications),
            "decision.approved_with_modifications");
  EXPECT_EQ(to_string(EventType::permit_revoked), "permit.revoked");
  EXPECT_EQ(to_string(EventType::break_glass_armed), "break_glass.armed");
  EXPECT_EQ(to_string(EventType::login_failed), "login.failed");
}

TEST(Event, KnowsNoOtherNames) {
  for (const char* name :
       {"", "request", "request_created", "Request.created", "request.created "}) {
    EXPECT_FALSE(event_type(name)) << name;
    EXPECT_FALSE(actor_kind(name)) << name;
    EXPECT_FALSE(actor_method(name)) << name;
  }
}

TEST(Event, LetsOnlyThreeTypesGoUnsigned) {
  std::set<std::string_view> may;
  for (int i = 0; i <= static_cast<int>(EventType::login_failed); ++i) {
    const auto type = static_cast<EventType>(i);
    if (may_be_unsigned(type)) may.insert(to_string(type));
  }
  EXPECT_EQ(may, (std::set<std::string_view>{"delivery.attempted", "notification.sent",
                                             "request.viewed"}));
}

TEST(Event, NamesActorsAndReadsThemBack) {
  for (int i = 0; i <= static_cast<int>(ActorKind::system); ++i) {
    const auto kind = static_cast<ActorKind>(i);
    EXPECT_EQ(actor_kind(to_string(kind)), kind);
  }
  for (int i = 0; i <= static_cast<int>(ActorMethod::clock); ++i) {
    const auto method = static_cast<ActorMethod>(i);
    EXPECT_EQ(actor_method(to_string(method)), method);
  }
  EXPECT_EQ(to_string(ActorKind::api_key), "api_key");
  EXPECT_EQ(to_string(ActorMethod::device_key), "device_key");
}

}  // namespace
}  // namespace lp::evidence
