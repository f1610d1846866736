#include "api/admin/exports.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "api/testing.h"
#include "evidence/export_manifest.h"
#include "evidence/tar.h"
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
  std::string key(identity::KeyRole role) {
    const auto made = server.house.engine->run(
        core::CreateKey{.project = server.house.project, .role = role, .name = "k"});
    EXPECT_TRUE(made.has_value());
    return std::string(made->key.reveal());
  }
  std::uint64_t log_size() {
    return server.house.engine->directory()->project(server.house.project)->live->signed_size;
  }
  store::Leaf leaf(std::uint64_t index) {
    return **server.house.engine->reader().leaf(server.house.project, index);
  }
  net::Reply step(const json::Value& begun) {
    return call(net::Method::get, "/admin/exports/" + text_at(begun, "id"));
  }
  // All bytes of an export that has begun, and the index of its event.
  std::pair<std::string, std::uint64_t> bytes(const json::Value& begun) {
    std::string all;
    for (std::uint64_t event = 0;;) {
      const auto reply = step(begun);
      EXPECT_EQ(reply.status, 200) << reply.body;
      if (reply.status != 200) return {all, event};
      all += reply.body;
      if (const auto index = field(reply, "LP-Event")) event = std::stoull(*index);
      if (field(reply, "LP-Last")) return {all, event};
    }
  }
  std::vector<json::Value> lines(const json::Value& begun) {
    const std::string text = bytes(begun).first;
    std::vector<json::Value> values;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t stop = text.find('\n', at);
      values.push_back(json::parse(text.substr(at, stop - at))->root);
      at = stop + 1;
    }
    return values;
  }
  static std::optional<std::string> field(const net::Reply& reply, std::string_view wanted) {
    for (const auto& [name, value] : reply.headers) {
      if (name == wanted) return value;
    }
    return std::nullopt;
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
  for (const char* format : {"jsonl", "csv", "ocsf", "bundle"}) {
    Operator person;
    const std::uint64_t size = person.log_size();
    const auto begun = body_of(person.begin(format));
    net::Reply reply = person.step(begun);
    while (reply.body.empty() && !Operator::field(reply, "LP-Event")) {
      EXPECT_EQ(person.log_size(), size);
      reply = person.step(begun);
    }
    EXPECT_EQ(reply.body, "") << format;
    EXPECT_EQ(Operator::field(reply, "LP-Event"), std::to_string(size));
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
    EXPECT_EQ(evidence::to_string(manifest->format), format);
    EXPECT_EQ(manifest->end, size);
  }
}

TEST(Exports, EndWithTheirLastStep) {
  Operator person;
  const auto begun = body_of(person.begin("jsonl"));
  person.bytes(begun);
  EXPECT_EQ(person.step(begun).status, 404);
  EXPECT_EQ(person.call(net::Method::get, "/admin/exports/0123").status, 404);
}

TEST(Exports, AreFewAtOnceAndThoseLeftLyingMakeRoom) {
  Operator person;
  for (int i = 0; i < 4; ++i) EXPECT_EQ(person.begin("jsonl").status, 200);
  EXPECT_EQ(reason_in(person.begin("jsonl")), "overloaded");
  person.server.house.clock.advance_ms(16 * 60'000);
  EXPECT_EQ(person.begin("jsonl").status, 200);
}

TEST(Exports, GiveABundleOfTheSameBytesAsWereHashed) {
  Operator person;
  for (int i = 0; i < 300; ++i) person.server.house.asked();
  const auto begun = body_of(person.begin("bundle"));
  const auto [all, event] = person.bytes(begun);
  const auto leaf = person.leaf(event);
  const auto manifest = evidence::ExportManifest::from_json(
      *json::parse(leaf.evidence)->root.items().at(0).find("manifest"));
  ASSERT_TRUE(manifest.has_value());
  std::map<std::string, Digest> sums;
  std::vector<std::string> names;
  for (std::size_t at = 0; at + 2 * evidence::tar_block < all.size();) {
    const auto member = evidence::TarMember::parse(all.substr(at, evidence::tar_block));
    ASSERT_TRUE(member.has_value()) << at;
    at += evidence::tar_block;
    names.push_back(member->name);
    sums[member->name] = crypto::sha256(all.substr(at, member->size));
    at += member->size + member->padding();
  }
  EXPECT_EQ(sums.at("SHA256SUMS"), manifest->sums);
  const std::vector<std::string> first{"manifest.json", "rosters.jsonl", "event.json",
                                       "consistency", "SHA256SUMS"};
  EXPECT_TRUE(std::equal(first.begin(), first.end(), names.begin()));
  EXPECT_EQ(names.back(), "sums/000");
  for (const char* name : {"checkpoint", "tile/1/000.p/1", "tile/0/000", "tile/entries/000",
                           "statements/000.jsonl", "statements/001.jsonl"}) {
    EXPECT_TRUE(sums.contains(name)) << name;
  }
  EXPECT_EQ(all.substr(all.size() - 1'024), evidence::tar_end());
}

TEST(Exports, AreRefusedBeforeTheirHeadWhereTheLogTakesNoEvent) {
  Operator person;
  core::House& house = person.server.house;
  const std::string key = person.key(identity::KeyRole::auditor);
  const auto get = [&](const std::string& format) {
    net::Request request = page_call(net::Method::get, "/api/audit/export?format=" + format);
    request.headers = {{"authorization", "Bearer " + key}};
    return dispatch(person.server.context, std::move(request));
  };
  auto stopped = get("jsonl");
  const net::Chunk last = std::get<net::Stream>(stopped).next(net::Prompt::stop);
  ASSERT_TRUE(last.instead.has_value());
  EXPECT_EQ(reason_in(*last.instead), "stopping");
  ASSERT_TRUE(house.engine->run(core::NoteWitnessAhead{
      .origin = house.engine->directory()->project(house.project)->row.origin, .witness = "w"}));
  for (const char* format : {"jsonl", "csv", "ocsf", "bundle"}) {
    auto outcome = get(format);
    auto& stream = std::get<net::Stream>(outcome);
    EXPECT_TRUE(stream.head_waits);
    net::Chunk chunk;
    while (!chunk.instead) {
      chunk = stream.next(net::Prompt::time);
      ASSERT_EQ(chunk.bytes, "") << format;
      ASSERT_FALSE(chunk.last) << format;
    }
    EXPECT_EQ(chunk.instead->status, 503);
    EXPECT_EQ(reason_in(*chunk.instead), "log_frozen");
  }
}

TEST(Exports, GoToKeysOfAuditorsAsAStream) {
  Operator person;
  person.server.house.asked();
  const std::uint64_t size = person.log_size();
  const auto get = [&](identity::KeyRole role, const std::string& query) {
    net::Request request = page_call(net::Method::get, "/api/audit/export" + query);
    request.headers = {{"authorization", "Bearer " + person.key(role)}};
    return dispatch(person.server.context, std::move(request));
  };
  EXPECT_EQ(reason_in(settle(get(identity::KeyRole::agent, ""))), "wrong_role");
  EXPECT_EQ(reason_in(settle(get(identity::KeyRole::auditor, "?format=xml"))), "query_invalid");
  EXPECT_EQ(reason_in(settle(get(identity::KeyRole::auditor, "?from=x"))), "query_invalid");
  for (const char* format : {"jsonl", "csv", "ocsf", "bundle"}) {
    auto outcome = get(identity::KeyRole::auditor, std::string("?format=") + format);
    auto& stream = std::get<net::Stream>(outcome);
    std::string all;
    for (;;) {
      const net::Chunk chunk = stream.next(net::Prompt::time);
      all += chunk.bytes;
      if (chunk.last) break;
    }
    EXPECT_GT(all.size(), 1'000U) << format;
  }
  EXPECT_GT(person.log_size(), size + 3);
  const auto statement = evidence::read_statement(person.leaf(person.log_size() - 1).statement);
  EXPECT_EQ(statement->type, evidence::EventType::export_made);
  EXPECT_EQ(statement->actor.kind, evidence::ActorKind::api_key);
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
  EXPECT_EQ(person.bytes(begun).second, static_cast<std::uint64_t>(second) + 1);
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
  for (const char* format : {"jsonl", "bundle"}) {
    Operator person;
    person.server.house.asked();
    const auto begun = body_of(person.begin(format));
    person.server.house.edit_database(
        "DROP TRIGGER leaf_is_not_changed; UPDATE leaf SET statement = CAST(statement || 'x' AS "
        "BLOB) "
        "WHERE position = (SELECT min(position) FROM leaf)");
    net::Reply reply = person.step(begun);
    while (reply.status == 200 && !Operator::field(reply, "LP-Last")) reply = person.step(begun);
    EXPECT_EQ(reply.status, 500) << format;
    EXPECT_EQ(person.step(begun).status, 404);
  }
}

}  // namespace
}  // namespace lp::api
