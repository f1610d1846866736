#include "core/reach.h"

#include <gtest/gtest.h>

#include <map>

#include "core/testing.h"

namespace lp::core {
namespace {

Target at(const std::string& url) {
  return {.url = url, .address = {}, .secret = {}, .p256dh = {}, .auth = {}};
}

std::string add(House& house, const std::string& audience = {}, std::int64_t after_ms = 0,
                std::int64_t repeat_ms = 0) {
  AddChannel command{.channel = {}, .target = at("https://hooks.example.org/secret-part")};
  command.channel.project = house.project;
  command.channel.kind = "webhook";
  command.channel.name = "Hook";
  command.channel.audience = audience;
  command.channel.after_ms = after_ms;
  command.channel.repeat_ms = repeat_ms;
  const auto made = house.engine->run(std::move(command));
  EXPECT_TRUE(made.has_value());
  return made ? made->channel.id : "";
}

std::string subscribe(House& house, const std::string& url = "https://push.example.org/1") {
  const auto made = house.engine->run(
      Subscribe{.member = house.member, .name = "Firefox", .target = at(url), .after_ms = 0});
  EXPECT_TRUE(made.has_value());
  return made ? made->subscription.id : "";
}

std::vector<store::OutboxItem> due_in(House& house, std::int64_t ms) {
  return *house.engine->reader().outbox_due(house.clock.now() + ms, 1'000);
}

std::map<std::string, int> events_in(House& house, std::int64_t ms) {
  std::map<std::string, int> events;
  for (const auto& item : due_in(house, ms)) ++events[item.event];
  return events;
}

void settle(House& house, store::OutboxItem item, int status) {
  item.status = status;
  item.state = status == 200 ? "sent" : status == 410 ? "dead" : "due";
  item.last_error = status == 200 ? "" : "HTTP " + std::to_string(status);
  ++item.attempts;
  if (item.state == "due") item.next_attempt = item.next_attempt + 86'400'000;
  EXPECT_TRUE(house.engine->run(OutboxAttempt{.item = item}));
}

store::ReachHealth health_of(House& house, const std::string& destination) {
  for (const auto& row : *house.engine->reader().reach_health()) {
    if (row.destination == destination) return row;
  }
  return {};
}

TEST(Reach, TellsEachChannelWhenItsRungHasComeAndNotBeforeTheGraceIsOver) {
  House house;
  const std::string first = add(house), second = add(house, {}, 60'000);
  house.asked();
  EXPECT_TRUE(due_in(house, notice_grace_ms - 1).empty());
  const auto soon = due_in(house, notice_grace_ms);
  ASSERT_EQ(soon.size(), 1U);
  EXPECT_EQ(soon[0].webhook, first);
  EXPECT_EQ(soon[0].event, pending_event);
  const auto later = due_in(house, notice_grace_ms + 60'000);
  ASSERT_EQ(later.size(), 2U);
  EXPECT_EQ(later[1].webhook, second);
}

TEST(Reach, TellsAGroupOrAPersonOnlyOfWhatTheyCouldDecide) {
  House house;
  add(house, "group:finance");
  const std::string own = add(house, "member:" + house.member);
  house.asked();
  const auto items = due_in(house, notice_grace_ms);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].webhook, own);
}

TEST(Reach, GroupsWhatOneAgentAsksTooOften) {
  House house;
  add(house);
  for (int i = 0; i < 20; ++i) house.asked();
  const auto events = events_in(house, NoticeCeiling::window_ms);
  EXPECT_EQ(events.at(std::string(pending_event)), 6);
  EXPECT_EQ(events.at(std::string(crowd_event)), 1);
}

TEST(Reach, RemindsAsOftenAsTheChannelSays) {
  House house;
  const std::string id = add(house, {}, 0, 300'000);
  house.asked();
  settle(house, due_in(house, notice_grace_ms).at(0), 200);
  EXPECT_TRUE(due_in(house, 299'999).empty());
  const auto reminder = due_in(house, 300'000);
  ASSERT_EQ(reminder.size(), 1U);
  EXPECT_EQ(reminder[0].event, reminder_event);
  EXPECT_EQ(reminder[0].attempts, 0U);
  EXPECT_TRUE(health_of(house, id).works());
}

TEST(Reach, NotesWhyAChannelFailedAndNothingOfWhatWasNotNeeded) {
  House house;
  const std::string id = add(house);
  house.asked();
  store::OutboxItem item = due_in(house, notice_grace_ms).at(0);
  store::OutboxItem unneeded = item;
  unneeded.state = "dead";
  unneeded.last_error = not_needed;
  EXPECT_TRUE(house.engine->run(OutboxAttempt{.item = unneeded}));
  EXPECT_FALSE(health_of(house, id).failed);
  settle(house, item, 500);
  EXPECT_EQ(health_of(house, id).last_error, "HTTP 500");
  EXPECT_FALSE(health_of(house, id).works());
  // A notice is no delivery of the decision.
  EXPECT_FALSE(house.engine->request(item.request, {})->rows.delivery);
}

TEST(Reach, TakesANotificationAwayFromTheBrowsersThatHadIt) {
  House house;
  const std::string browser = subscribe(house);
  const std::string told = house.asked(), untold = house.asked();
  settle(house, due_in(house, notice_grace_ms).at(0), 200);
  for (const std::string& id : {told, untold}) {
    EXPECT_TRUE(house.decide(house.consider(id, evidence::Verdict::reject)));
  }
  const auto now = due_in(house, 0);
  ASSERT_EQ(now.size(), 1U);
  EXPECT_EQ(now[0].event, closed_event);
  EXPECT_EQ(now[0].request, told);
  EXPECT_EQ(now[0].webhook, browser);
}

TEST(Reach, ForgetsABrowserThatIsGone) {
  House house;
  const std::string browser = subscribe(house);
  house.asked();
  settle(house, due_in(house, notice_grace_ms).at(0), 410);
  EXPECT_TRUE(house.engine->directory()->subscriptions.empty());
  EXPECT_TRUE(house.engine->reader().push_subscriptions()->empty());
  house.asked();
  EXPECT_TRUE(due_in(house, notice_grace_ms).empty());
}

TEST(Reach, KeepsABrowserOnceHoweverOftenItSubscribes) {
  House house;
  const std::string first = subscribe(house);
  EXPECT_EQ(subscribe(house), first);
  EXPECT_NE(subscribe(house, "https://push.example.org/2"), first);
  EXPECT_FALSE(house.engine->run(Unsubscribe{.id = first, .member = "mem_other"}));
  EXPECT_TRUE(house.engine->run(Unsubscribe{.id = first, .member = house.member}));
  EXPECT_EQ(house.engine->directory()->subscriptions.size(), 1U);
}

TEST(Reach, HasABoundForChannelsAndBrowsers) {
  House house;
  for (std::size_t i = 0; i < channels_per_project_max; ++i) add(house);
  AddChannel more{.channel = {}, .target = at("https://hooks.example.org/")};
  more.channel.project = house.project;
  more.channel.kind = "slack";
  const auto refused = house.engine->run(std::move(more));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().fault, Fault::channel_limit);
  for (std::size_t i = 0; i < browsers_per_member_max; ++i) {
    subscribe(house, "https://push.example.org/" + std::to_string(i));
  }
  const auto browser = house.engine->run(Subscribe{.member = house.member,
                                                   .name = "One more",
                                                   .target = at("https://push.example.org/more"),
                                                   .after_ms = 0});
  ASSERT_FALSE(browser.has_value());
  EXPECT_EQ(browser.error().fault, Fault::channel_limit);
}

TEST(Reach, IsSealedWithTheDirectoryAndItsTargetsWithAKey) {
  House house;
  const std::string id = add(house);
  subscribe(house);
  const auto& channel = house.engine->directory()->channels.at(id);
  EXPECT_EQ(channel.target_sealed.find("secret-part"), std::string::npos);
  EXPECT_EQ(open_target(*house.keys, channel)->url, "https://hooks.example.org/secret-part");
  store::Channel other = channel;
  other.id = "chn_other";
  EXPECT_FALSE(open_target(*house.keys, other)) << "one target passes for another";
  house.close();
  house.open();
  EXPECT_EQ(house.engine->directory()->channels.size(), 1U);
  EXPECT_EQ(house.engine->directory()->subscriptions.size(), 1U);
  house.close();
  house.edit_database("UPDATE channel SET after_ms = 86400000");
  EXPECT_FALSE(house.try_open()) << "a channel was changed behind the server's back";
}

TEST(Reach, OfAProjectIsKnownFromWhatArrived) {
  House house;
  const auto known = [&] {
    const auto directory = house.engine->directory();
    return reachable(*directory, *directory->project(house.project),
                     *house.engine->reader().reach_health());
  };
  const std::string group = add(house, "group:nobody"), browser = subscribe(house);
  EXPECT_TRUE(house.engine->run(
      NoteSent{.destination = group, .accepted = true, .gone = false, .error = {}}));
  EXPECT_FALSE(known()) << "nobody is in that group";
  EXPECT_TRUE(house.engine->run(
      NoteSent{.destination = browser, .accepted = true, .gone = false, .error = {}}));
  EXPECT_TRUE(known());
  house.clock.advance_ms(1);
  EXPECT_TRUE(house.engine->run(
      NoteSent{.destination = browser, .accepted = false, .gone = false, .error = "HTTP 500"}));
  EXPECT_FALSE(known());
}

TEST(Reach, NamesAnAgentAsPeopleDid) {
  House house;
  const std::string id = house.asked();
  const auto view = house.engine->request(id, {});
  ASSERT_TRUE(view.has_value());
  EXPECT_EQ(named_agent(*house.engine->directory(), view->rows.request), "agent");
  store::Request other = view->rows.request;
  other.api_key = "key_unknown";
  other.agent_id = "agent_that_named_itself";
  EXPECT_EQ(named_agent(*house.engine->directory(), other), "an agent without a name");
}

}  // namespace
}  // namespace lp::core
