#include "api/admin/exports.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "api/testing.h"
#include "tlog/note.h"
#include "tlog/tree.h"

namespace lp::api {
namespace {

struct Operator {
  Server server;

  net::Reply call(net::Method method, std::string path, const json::Value& body = {}) {
    net::Request request = page_call(method, std::move(path));
    if (method == net::Method::post) request.body = json::compact(body);
    request.peer = {.address = {}, .unix_socket = true, .uid = {}};
    return settle(dispatch_admin(server.context, std::move(request)));
  }
  net::Reply begin(std::string_view format, std::string_view from = {}, std::string_view to = {}) {
    auto body = json::Value::object();
    body.add("project", "default").add("format", format);
    if (!from.empty()) body.add("from", from);
    if (!to.empty()) body.add("to", to);
    return call(net::Method::post, "/admin/exports", body);
  }
  std::uint64_t log_size() {
    return server.house.engine->directory()->project(server.house.project)->live->signed_size;
  }
  store::Leaf leaf(std::uint64_t index) {
    return **server.house.engine->reader().leaf(server.house.project, index);
  }
  // All lines of an export that has begun.
  std::vector<json::Value> lines(const json::Value& begun) {
    const auto end = static_cast<std::uint64_t>(begun.find_integer("end").value_or(0));
    std::string text = text_at(begun, "opening");
    for (auto at = static_cast<std::uint64_t>(begun.find_integer("first").value_or(0)); at < end;) {
      const auto page = call(net::Method::get, page_of(begun, at));
      EXPECT_EQ(page.status, 200) << page.body;
      text += page.body;
      at = next_of(page);
    }
    text += text_at(begun, "closing");
    std::vector<json::Value> values;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t stop = text.find('\n', at);
      values.push_back(json::parse(text.substr(at, stop - at))->root);
      at = stop + 1;
    }
    return values;
  }
  static std::string page_of(const json::Value& begun, std::uint64_t at) {
    return "/admin/exports/" + text_at(begun, "project") + "/" +
           std::to_string(begun.find_integer("event").value_or(-1)) + "?at=" + std::to_string(at);
  }
  static std::uint64_t next_of(const net::Reply& page) {
    for (const auto& [name, value] : page.headers) {
      if (name == "LP-Next") return std::stoull(value);
    }
    ADD_FAILURE() << "a page without LP-Next";
    return ~std::uint64_t{0};
  }
};

TEST(Exports, GiveEveryEntryUnderTheCheckpointAtTheEnd) {
  Operator person;
  for (int i = 0; i < 300; ++i) person.server.house.asked();
  const std::uint64_t size = person.log_size();
  const auto lines = person.lines(body_of(person.begin("jsonl")));
  ASSERT_EQ(lines.size(), size + 1);
  tlog::CompactRange range;
  for (std::uint64_t i = 0; i < size; ++i) {
    EXPECT_EQ(lines[i].find_integer("index"), static_cast<std::int64_t>(i));
    const Digest hash = tlog::leaf_hash(text_at(lines[i], "leaf"));
    EXPECT_EQ(text_at(lines[i], "leaf_hash"), hash.hex());
    range.append(hash);
  }
  const auto note = tlog::Note::parse(text_at(lines.back(), "checkpoint"));
  ASSERT_TRUE(note.has_value());
  EXPECT_EQ(tlog::Checkpoint::parse_body(note->body)->root, range.root());
}

TEST(Exports, AreInTheLogBeforeTheFirstByte) {
  Operator person;
  const std::uint64_t size = person.log_size();
  const auto begun = body_of(person.begin("csv"));
  EXPECT_EQ(begun.find_integer("event"), static_cast<std::int64_t>(size));
  EXPECT_EQ(person.log_size(), size + 1);
  const auto leaf = person.leaf(size);
  const auto statement = evidence::read_statement(leaf.statement);
  ASSERT_TRUE(statement.has_value());
  EXPECT_EQ(statement->type, evidence::EventType::export_made);
  EXPECT_EQ(statement->actor.id, "local_operator");
  const auto entry = json::parse(leaf.evidence)->root.items().at(0);
  const auto manifest = evidence::ExportManifest::from_json(*entry.find("manifest"));
  ASSERT_TRUE(manifest.has_value());
  EXPECT_EQ(manifest->sha256(), statement->document);
  EXPECT_EQ(manifest->format, evidence::ExportFormat::csv);
  EXPECT_EQ(manifest->end, size);
}

TEST(Exports, GiveNoPageWithoutTheirEvent) {
  Operator person;
  const auto begun = body_of(person.begin("jsonl"));
  const std::string base = "/admin/exports/default/";
  const auto status = [&](const std::string& rest) {
    return person.call(net::Method::get, base + rest).status;
  };
  const std::string event = std::to_string(*begun.find_integer("event"));
  EXPECT_EQ(status(event + "?at=0"), 200);
  EXPECT_EQ(status("0?at=0"), 404);  // log.opened
  EXPECT_EQ(status("999999?at=0"), 404);
  EXPECT_EQ(status("x?at=0"), 404);
  EXPECT_EQ(status(event), 400);
  EXPECT_EQ(status(event + "?at=-1"), 400);
  // What came after is not of this export.
  EXPECT_EQ(status(event + "?at=" + std::to_string(*begun.find_integer("end") + 1)), 400);
}

TEST(Exports, TakeTimesAndDays) {
  Operator person;
  person.server.house.clock.advance_ms(86'400'000);
  const auto second = static_cast<std::int64_t>(person.log_size());
  const Instant later = person.server.house.clock.now();
  person.server.house.asked();
  const std::string day = to_string(later).substr(0, 10);
  auto begun = body_of(person.begin("jsonl", day));
  EXPECT_EQ(begun.find_integer("first"), second);
  EXPECT_EQ(begun.find_integer("end"), second + 1);
  begun = body_of(person.begin("jsonl", {}, day + "T00:00:00Z"));
  EXPECT_EQ(begun.find_integer("first"), 0);
  EXPECT_EQ(begun.find_integer("end"), second);
  EXPECT_EQ(person.lines(begun).size(), static_cast<std::size_t>(second) + 1);
  begun = body_of(person.begin("jsonl", "2999-01-01", "2000-01-01"));
  EXPECT_EQ(begun.find_integer("first"), begun.find_integer("end"));
  EXPECT_EQ(person.lines(begun).size(), 1U);
}

TEST(Exports, RefuseWhatTheyDoNotUnderstand) {
  Operator person;
  const std::uint64_t size = person.log_size();
  EXPECT_EQ(reason_in(person.begin("xml")), "member_invalid");
  EXPECT_EQ(reason_in(person.begin("csv", "yesterday")), "member_invalid");
  auto body = json::Value::object();
  body.add("project", "nowhere").add("format", "csv");
  EXPECT_EQ(person.call(net::Method::post, "/admin/exports", body).status, 404);
  EXPECT_EQ(person.log_size(), size);
}

TEST(Exports, StopAtAnEntryThatDoesNotVerify) {
  Operator person;
  person.server.house.asked();
  const auto begun = body_of(person.begin("jsonl"));
  person.server.house.edit_database(
      "DROP TRIGGER leaf_is_not_changed; UPDATE leaf SET statement = CAST(statement || 'x' AS "
      "BLOB) "
      "WHERE position = (SELECT min(position) FROM leaf)");
  EXPECT_EQ(person.call(net::Method::get, Operator::page_of(begun, 0)).status, 500);
}

}  // namespace
}  // namespace lp::api
