#include "api/review/events.h"

#include <vector>

#include "api/testing.h"

namespace lp::api {
namespace {

using evidence::Verdict;
using net::Prompt;

struct Event {
  std::string name, id, data;
};

std::vector<Event> events_in(std::string_view bytes) {
  std::vector<Event> events;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find("\n\n");
    EXPECT_NE(end, std::string_view::npos) << bytes;
    Event event;
    std::string_view block = bytes.substr(0, end + 1);
    bytes.remove_prefix(end + 2);
    while (!block.empty()) {
      const std::string_view line = block.substr(0, block.find('\n'));
      block.remove_prefix(line.size() + 1);
      if (line.starts_with("event: ")) event.name = line.substr(7);
      if (line.starts_with("id: ")) event.id = line.substr(4);
      if (line.starts_with("data: ")) event.data = line.substr(6);
    }
    events.push_back(event);
  }
  return events;
}

struct Watcher {
  net::Stream stream;

  std::vector<Event> hear(Prompt prompt = Prompt::news) {
    return events_in(stream.next(prompt).bytes);
  }
};

struct Inbox {
  Server server;
  Browser browser{server};

  Inbox() { browser.login(); }

  net::Outcome open(std::string query = {}, net::Headers headers = {}) {
    net::Request request =
        browser.signed_request(net::Method::get, "/api/review/events" + std::move(query));
    for (auto& header : headers) request.headers.push_back(std::move(header));
    return dispatch(server.context, std::move(request));
  }
  Watcher watch(std::string query = {}, net::Headers headers = {}) {
    auto outcome = open(std::move(query), std::move(headers));
    return {std::get<net::Stream>(std::move(outcome))};
  }
  // What this query is refused for, "" when it is not.
  std::string refused(net::Headers headers = {}) {
    auto outcome = open({}, std::move(headers));
    const auto* reply = std::get_if<net::Reply>(&outcome);
    return reply == nullptr ? "" : reason_in(*reply);
  }
  std::string asked() { return server.house.asked(); }
  void decide(const std::string& id, Verdict verdict) {
    const std::string path = "/api/review/requests/" + id;
    const auto considered = consider(server, body_of(browser.get(path)), verdict);
    ASSERT_EQ(browser.post(path + "/decision", decision_json(server, considered)).status, 200);
  }
};

std::string about(const Inbox& inbox, const std::string& id, const std::string& rest) {
  return R"({"project":")" + inbox.server.house.project + R"(","request":")" + id + "\"" + rest +
         "}";
}

TEST(Events, BeginWithAResyncAndThenTellWhatChanged) {
  Inbox inbox;
  static_cast<void>(inbox.asked());
  Watcher watcher = inbox.watch();
  EXPECT_EQ(watcher.stream.head.content_type, "text/event-stream");
  const auto first = watcher.hear();
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].name, "resync");
  EXPECT_TRUE(watcher.hear().empty());

  const std::string id = inbox.asked();
  const auto created = watcher.hear();
  ASSERT_EQ(created.size(), 1U);
  EXPECT_EQ(created[0].name, "request");
  EXPECT_EQ(created[0].data, about(inbox, id, R"(,"version":1,"state":"pending")"));
  EXPECT_NE(created[0].id, first[0].id);

  inbox.decide(id, Verdict::reject);
  const auto decided = watcher.hear();
  ASSERT_EQ(decided.size(), 1U);
  EXPECT_EQ(decided[0].data, about(inbox, id, R"(,"version":1,"state":"rejected")"));
}

TEST(Events, TellOfExpiryRevisionAndDelivery) {
  Inbox inbox;
  const auto& house = inbox.server.house;
  const std::string id = inbox.asked();
  Watcher watcher = inbox.watch();
  static_cast<void>(watcher.hear());
  ASSERT_TRUE(house.engine->run(
      core::NoteDelivery{.project = house.project, .request = id, .how = "status"}));
  auto heard = watcher.hear();
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].data, about(inbox, id, ""));
  inbox.server.house.clock.advance_ms(31LL * 24 * 3'600'000);
  ASSERT_TRUE(house.engine->run(core::EndSession{}));  // any command: the deadline comes first
  // Twelve hours are over as well.
  heard = watcher.hear();
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].name, "end");
}

TEST(Events, HoldNothingButIdsVersionAndState) {
  Inbox inbox;
  Watcher watcher = inbox.watch();
  static_cast<void>(watcher.hear());
  auto ask = inbox.server.house.ask();
  ask.service = "marked-service";
  ASSERT_TRUE(inbox.server.house.engine->run(ask));
  const std::string bytes = watcher.stream.next(Prompt::news).bytes;
  EXPECT_FALSE(bytes.empty());
  for (const char* part : {"marked", "DROP", "sql", "_lp_enc"}) {
    EXPECT_EQ(bytes.find(part), std::string::npos) << part;
  }
}

TEST(Events, GoOnBehindTheLastOneThatWasRead) {
  Inbox inbox;
  std::string cursor;
  {
    Watcher watcher = inbox.watch();
    cursor = watcher.hear().at(0).id;
  }
  const std::string id = inbox.asked();
  Watcher by_header = inbox.watch("", {{"last-event-id", cursor}});
  Watcher by_query = inbox.watch("?after=" + cursor);
  for (Watcher* again : {&by_header, &by_query}) {
    const auto missed = again->hear();
    ASSERT_EQ(missed.size(), 1U);
    EXPECT_NE(missed[0].data.find(id), std::string::npos);
    EXPECT_TRUE(again->hear().empty());
  }
  // The header is the fresher one, and who missed nothing is told so at once.
  const std::string now = by_header.hear(Prompt::time).at(0).id;
  const auto nothing = inbox.watch("?after=" + cursor, {{"last-event-id", now}}).hear();
  ASSERT_EQ(nothing.size(), 1U);
  EXPECT_EQ(nothing[0].name, "beat");
  EXPECT_EQ(nothing[0].id, now);
}

TEST(Events, SayResyncForAPositionThatSaysNothing) {
  Inbox inbox;
  const std::string run = inbox.server.house.engine->feed().run();
  for (const std::string& cursor :
       {std::string("0123456789abcdef.0"), run, run + ".", run + ".x", run + ".-1",
        run + ".99999999", run + ".1 ", run + ".99999999999999999999999", std::string("%00"),
        std::string(2'000, 'a')}) {
    const auto heard = inbox.watch("?after=" + cursor).hear();
    ASSERT_EQ(heard.size(), 1U) << cursor;
    EXPECT_EQ(heard[0].name, "resync") << cursor;
  }
}

TEST(Events, SayResyncToAReaderThatMissedMuch) {
  Inbox inbox;
  Watcher slow = inbox.watch();
  static_cast<void>(slow.hear());
  for (int i = 0; i < 65; ++i) static_cast<void>(inbox.asked());
  const auto heard = slow.hear();
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].name, "resync");
  const std::string id = inbox.asked();
  EXPECT_NE(slow.hear().at(0).data.find(id), std::string::npos);
}

TEST(Events, OfOneRequestTellTheNewestAlone) {
  Inbox inbox;
  Watcher watcher = inbox.watch();
  static_cast<void>(watcher.hear());
  const std::string id = inbox.asked();
  inbox.decide(id, Verdict::approve);
  const auto heard = watcher.hear();
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_NE(heard[0].data.find("approved"), std::string::npos);
}

TEST(Events, OfProjectsThatTheMemberDoesNotSeeAreNotTold) {
  Inbox inbox;
  auto& house = inbox.server.house;
  const auto other = house.engine->run(core::CreateProject{.name = "other"});
  ASSERT_TRUE(other);
  const std::string first = inbox.asked(), second = inbox.asked();
  Watcher watcher = inbox.watch();
  static_cast<void>(watcher.hear());
  ASSERT_TRUE(house.engine->run(
      core::NoteDelivery{.project = other->id, .request = first, .how = "status"}));
  ASSERT_TRUE(house.engine->run(
      core::NoteDelivery{.project = "proj_unknown", .request = second, .how = "status"}));
  EXPECT_TRUE(watcher.hear().empty());
  // The position moves on all the same.
  const core::Feed& feed = house.engine->feed();
  EXPECT_EQ(watcher.hear(Prompt::time).at(0).id, feed.run() + "." + std::to_string(feed.end()));
}

TEST(Events, TellThatProjectsChanged) {
  Inbox inbox;
  Watcher watcher = inbox.watch();
  static_cast<void>(watcher.hear());
  auto& house = inbox.server.house;
  const auto later = house.engine->run(core::CreateProject{.name = "later"});
  ASSERT_TRUE(later);
  const auto heard = watcher.hear();
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].name, "session");
  const auto directory = house.engine->directory();
  ASSERT_TRUE(
      house.engine->run(core::sign_roster_later(*directory, *directory->project(later->id),
                                                house.approver, house.clock.now(), house.entropy)));
  const auto signed_now = watcher.hear();
  ASSERT_FALSE(signed_now.empty());
  EXPECT_EQ(signed_now[0].name, "session");
  // A new API key changes nothing that a member sees.
  ASSERT_TRUE(inbox.server.house.engine->run(
      core::CreateKey{.project = inbox.server.house.project, .name = "another"}));
  EXPECT_TRUE(watcher.hear().empty());
}

TEST(Events, EndWithTheSession) {
  Inbox inbox;
  Watcher watcher = inbox.watch();
  static_cast<void>(watcher.hear());
  ASSERT_EQ(inbox.browser.post("/api/logout", json::Value::object()).status, 200);
  const net::Chunk chunk = watcher.stream.next(Prompt::news);
  EXPECT_TRUE(chunk.last);
  EXPECT_EQ(events_in(chunk.bytes).at(0).data, R"({"why":"signed_out"})");
}

TEST(Events, EndWhenTheTwelveHoursAreOverAndLookAgainThen) {
  Inbox inbox;
  constexpr std::int64_t session_ms = 12LL * 3'600'000;
  Watcher watcher = inbox.watch();
  EXPECT_EQ(watcher.stream.next(Prompt::news).again_ms, 15'000);
  inbox.server.house.clock.advance_ms(session_ms - 5'000);
  const std::int64_t left_ms = watcher.stream.next(Prompt::time).again_ms;
  EXPECT_GT(left_ms, 0);
  EXPECT_LE(left_ms, 5'000);
  inbox.server.house.clock.advance_ms(left_ms);
  EXPECT_TRUE(watcher.stream.next(Prompt::time).last);
}

TEST(Events, EndWithAWordWhenTheServerStops) {
  Inbox inbox;
  Watcher watcher = inbox.watch();
  const net::Chunk chunk = watcher.stream.next(Prompt::stop);
  EXPECT_TRUE(chunk.last);
  EXPECT_EQ(events_in(chunk.bytes).at(0).data, R"({"why":"stopping"})");
}

TEST(Events, NeedASessionAndThePageOfThisServer) {
  Inbox inbox;
  EXPECT_EQ(inbox.refused({{"sec-fetch-site", "cross-site"}}), "csrf");
  EXPECT_EQ(inbox.refused({{"sec-fetch-site", "same-site"}}), "csrf");
  EXPECT_EQ(inbox.refused({{"origin", "https://evil.example"}}), "csrf");
  EXPECT_EQ(inbox.refused({{"origin", "null"}}), "csrf");
  EXPECT_EQ(inbox.refused({{"sec-fetch-site", "same-origin"}}), "");
  Browser nobody{inbox.server};
  EXPECT_EQ(reason_in(nobody.get("/api/review/events")), "no_session");
  net::Request with_key = page_call(net::Method::get, "/api/review/events");
  with_key.headers.emplace_back("authorization", "Bearer " + inbox.server.house.api_key);
  EXPECT_EQ(reason_in(inbox.server.send(std::move(with_key))), "no_session");
}

TEST(Events, HaveFivePlacesADeviceAndABoundInAll) {
  Inbox inbox;
  std::vector<Watcher> open;
  for (int i = 0; i < 5; ++i) open.push_back(inbox.watch());
  EXPECT_EQ(inbox.refused(), "streams_limited");
  // A new session of the same device has no places of its own.
  Browser again{inbox.server};
  again.login();
  EXPECT_EQ(reason_in(again.get("/api/review/events")), "streams_limited");
  open.pop_back();
  EXPECT_EQ(inbox.refused(), "");
  inbox.server.context.limits.streams.total = 4;
  EXPECT_EQ(inbox.refused(), "overloaded");
  open.clear();
  EXPECT_EQ(inbox.refused(), "");
  EXPECT_EQ(inbox.server.context.stream_places.total(), 0U);
}

}  // namespace
}  // namespace lp::api
