#include "api/review/settings.h"

#include <gtest/gtest.h>

#include "api/authorization_testing.h"

namespace lp::api {
namespace {

json::Value settings_of(Cast& cast, const std::string& column) {
  return body_of(cast.browser(column).get("/api/review/settings"));
}

TEST(SettingsDoor, SaysWhatAgentsMayAskAndHowLongThingsAreKept) {
  Cast cast;
  cast.server.context.limits.per_key = {.count = 7, .period_ms = 60'000, .burst = 3};
  const json::Value told = settings_of(cast, "developer");
  EXPECT_EQ(told.find("asking")->find_integer("per_minute"), 7);
  EXPECT_EQ(told.find("asking")->find_integer("burst"), 3);
  EXPECT_EQ(told.find("asking")->find_integer("decide_by_default_s"), 86'400);
  EXPECT_EQ(told.find_integer("rotation_overlap_s"), 86'400);
  EXPECT_EQ(told.find("sign_on"), nullptr);
  EXPECT_FALSE(told.find("witnessed")->as_boolean());
}

TEST(SettingsDoor, CountsPeopleAndNotTheirKeys) {
  Cast cast;
  const json::Value told = settings_of(cast, "policy_author");
  ASSERT_EQ(told.find("projects")->items().size(), 1U);
  const auto& project = told.find("projects")->items().at(0);
  EXPECT_EQ(text_at(project, "id"), cast.house().project);
  EXPECT_EQ(project.find_integer("owners"), 2);  // the founder and the owner
  EXPECT_FALSE(project.find("sheet_checked")->as_boolean());
  EXPECT_FALSE(project.find("webhooks_work")->as_boolean());
}

}  // namespace
}  // namespace lp::api
