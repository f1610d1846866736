#include "api/errors.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "json/parse.h"
#include "net/fault.h"

namespace lp::api {
namespace {

struct Row {
  std::string status, code, sentence;
  friend bool operator==(const Row&, const Row&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Row& row) {
    return out << row.status << " | " << row.code << " | " << row.sentence;
  }
};

std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> found;
  std::stringstream stream(line);
  std::string cell;
  std::getline(stream, cell, '|');
  while (std::getline(stream, cell, '|')) {
    const auto begin = cell.find_first_not_of(' ');
    const auto end = cell.find_last_not_of(' ');
    found.push_back(begin == std::string::npos ? "" : cell.substr(begin, end - begin + 1));
  }
  return found;
}

// The rows of the tables in docs/reference/errors.md: | `reason` | status | `code` | sentence |
std::map<std::string, Row> documented() {
  std::ifstream file(LP_SOURCE_DIR "/docs/reference/errors.md");
  std::map<std::string, Row> rows;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| `")) continue;
    const auto row = cells(line);
    rows[row.at(0).substr(1, row.at(0).size() - 2)] = {
        row.at(1), row.at(2).substr(1, row.at(2).size() - 2), row.at(3)};
  }
  return rows;
}

json::Document body_of(const net::Reply& reply) {
  auto document = json::parse(reply.body);
  EXPECT_TRUE(document.has_value()) << reply.body;
  return *std::move(document);
}

std::string header_of(const net::Reply& reply, std::string_view name) {
  for (const auto& [key, value] : reply.headers) {
    if (key == name) return value;
  }
  return {};
}

TEST(Errors, AreAllDocumentedAsTheyAre) {
  std::map<std::string, Row> told;
  for (const ErrorRow& row : error_table()) {
    told[std::string(row.name)] = {std::to_string(row.status), error_code(row.reason),
                                   std::string(row.sentence)};
  }
  for (int i = 0; i <= static_cast<int>(net::fault_last); ++i) {
    const auto text = net::describe(static_cast<net::Fault>(i));
    if (told.contains(std::string(text.reason))) continue;  // said by both, documented once
    told[std::string(text.reason)] = {std::to_string(text.status),
                                      "LETSPING_" + std::to_string(text.status),
                                      std::string(text.sentence)};
  }
  const auto documents = documented();
  for (const auto& [name, row] : told) {
    ASSERT_TRUE(documents.contains(name)) << "not in docs/reference/errors.md: " << name;
    EXPECT_EQ(documents.at(name), row) << name;
  }
  EXPECT_EQ(documents.size(), told.size());
}

TEST(Errors, HaveDistinctNamesAndSentencesThatEndAsSentences) {
  std::set<std::string_view> names;
  for (const ErrorRow& row : error_table()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_EQ(row.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789"),
              std::string_view::npos);
    EXPECT_TRUE(row.status >= 400 && row.status < 600) << row.name;
    EXPECT_FALSE(row.sentence.empty());
  }
}

TEST(Errors, SayTheSameInErrorAndMessage) {
  for (const ErrorRow& row : error_table()) {
    const auto document = body_of(refuse(row.reason, "here"));
    EXPECT_EQ(document.root.find_string("error"), document.root.find_string("message"));
    EXPECT_EQ(document.root.find_string("reason"), row.name);
    EXPECT_EQ(document.root.find_string("code"), error_code(row.reason));
    EXPECT_EQ(document.root.find_string("message"), std::string(row.sentence) + " (here)");
  }
}

TEST(Errors, UseTheCodesThatPublishedClientsKnow) {
  EXPECT_EQ(error_code(Reason::api_key_invalid), "LETSPING_401_AUTH");
  EXPECT_EQ(error_code(Reason::wrong_role), "LETSPING_403_FORBIDDEN");
  EXPECT_EQ(error_code(Reason::not_found), "LETSPING_404_NOT_FOUND");
  EXPECT_EQ(error_code(Reason::rate_limited), "LETSPING_429_RATE_LIMIT");
  EXPECT_EQ(error_code(Reason::plaintext_refused), "LETSPING_422");
  EXPECT_EQ(error_code(Reason::overloaded), "LETSPING_503");
}

TEST(Errors, NameTheMemberByPointer) {
  const auto document = body_of(refuse_member("/metadata/role", "must be a string"));
  EXPECT_EQ(document.root.find_string("pointer"), "/metadata/role");
  EXPECT_EQ(document.root.find_string("reason"), "member_invalid");
}

TEST(Errors, PointIntoTheBodyForEachFaultOfStrictJson) {
  const std::pair<std::string, std::string> bodies[] = {
      {R"({"a":1,"a":2})", "duplicate_key"},
      {R"({"a":"\ud800"})", "lone_surrogate"},
      {"{\"a\":\"\xff\"}", "invalid_utf8"},
      {R"({"a":1e400})", "non_finite_number"},
      {R"({"a":)", "json_syntax"},
      {std::string(70, '[') + std::string(70, ']'), "too_deep"},
      {"[" + std::string(200'002, '0') + "]", "json_syntax"}};
  for (const auto& [body, reason] : bodies) {
    const auto parsed = json::parse(body);
    ASSERT_FALSE(parsed.has_value()) << body.substr(0, 40);
    const net::Reply reply = refuse(parsed.error());
    const auto document = body_of(reply);
    EXPECT_EQ(document.root.find_string("reason"), reason);
    EXPECT_EQ(reply.status, reason == "json_syntax" ? 400 : 422);
    EXPECT_NE(document.root.find("pointer"), nullptr);
  }
}

TEST(Errors, GiveForeignAndUnknownIdsTheSameBytes) {
  const core::Refused foreign{
      .fault = core::Fault::unknown, .detail = "project proj_1", .refusal = {}, .request = "req_1"};
  EXPECT_EQ(refuse(foreign).body, refuse(Reason::not_found).body);
}

TEST(Errors, CarryTheDecisionThatWasFirst) {
  const core::Refused late{.fault = core::Fault::refused,
                           .detail = {},
                           .refusal = approval::Refusal::already_closed,
                           .request = "req_1"};
  const net::Reply reply = refuse(late, R"({"status":"APPROVED"})");
  EXPECT_EQ(reply.status, 409);
  EXPECT_EQ(body_of(reply).root.find("decision")->find_string("status"), "APPROVED");
}

TEST(Errors, MapEveryRefusalOfTheStateMachine) {
  using approval::Refusal;
  const std::pair<Refusal, Reason> rows[] = {
      {Refusal::already_closed, Reason::already_decided},
      {Refusal::past_deadline, Reason::past_deadline},
      {Refusal::not_past_deadline, Reason::not_past_deadline},
      {Refusal::stale_version, Reason::stale_version},
      {Refusal::payload_mismatch, Reason::payload_mismatch},
      {Refusal::commit_missing, Reason::commit_missing},
      {Refusal::not_a_reviewer, Reason::not_a_reviewer},
      {Refusal::own_request, Reason::own_request},
      {Refusal::own_edit, Reason::own_edit},
      {Refusal::already_reviewed, Reason::already_reviewed},
      {Refusal::not_offered, Reason::not_offered},
      {Refusal::wrong_agent, Reason::wrong_agent}};
  for (const auto& [refusal, reason] : rows) {
    EXPECT_EQ(reason_of(core::Refused{
                  .fault = core::Fault::refused, .detail = {}, .refusal = refusal, .request = {}}),
              reason);
  }
}

TEST(Errors, MapEachFaultOfTheCoreToTheReasonOfItsName) {
  for (int i = 0; i <= static_cast<int>(core::Fault::stopping); ++i) {
    const auto fault = static_cast<core::Fault>(i);
    if (fault == core::Fault::unknown || fault == core::Fault::refused) continue;
    EXPECT_EQ(describe(reason_of(fault)).name, core::to_string(fault));
  }
}

TEST(Errors, TellHowLongToWait) {
  const net::Reply limited = refuse_for(Reason::rate_limited, 1'500, 600);
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(header_of(limited, "Retry-After"), "2");
  EXPECT_EQ(header_of(limited, "RateLimit-Limit"), "600");
  EXPECT_EQ(header_of(limited, "RateLimit-Remaining"), "0");
  EXPECT_FALSE(header_of(refuse(Reason::overloaded), "Retry-After").empty());
  EXPECT_FALSE(header_of(refuse(Reason::pending_limit), "Retry-After").empty());
  EXPECT_FALSE(header_of(refuse(Reason::nonce_limit), "Retry-After").empty());
}

TEST(Errors, AskForABearerKeyWhereOneIsMissing) {
  EXPECT_EQ(header_of(refuse(Reason::api_key_invalid), "WWW-Authenticate"), "Bearer");
}

TEST(Errors, HaveTheStatusesThatTheirDocumentsPromise) {
  const std::pair<Reason, int> rows[] = {
      {Reason::offer_expired, 409},      {Reason::name_taken, 409},
      {Reason::already_revoked, 409},    {Reason::disk_reserve, 503},
      {Reason::log_frozen, 503},         {Reason::signer_unavailable, 503},
      {Reason::clock_unsafe, 503},       {Reason::row_tampered, 503},
      {Reason::stopping, 503},           {Reason::not_permitted, 403},
      {Reason::own_edit, 403},           {Reason::setup_token_expired, 410},
      {Reason::receipt_incomplete, 409}, {Reason::receipt_too_large, 409}};
  for (const auto& [reason, status] : rows) {
    EXPECT_EQ(describe(reason).status, status) << describe(reason).name;
  }
}

TEST(Errors, CutAPointerThatTheCallerMadeTooLong) {
  std::string name;
  for (int i = 0; i < 2'000; ++i) name += "é";
  const auto parsed = json::parse("{\"" + name + "\":1,\"" + name + "\":2}");
  ASSERT_FALSE(parsed.has_value());
  const net::Reply reply = refuse(parsed.error());
  EXPECT_LT(reply.body.size(), 1'500u);
  EXPECT_EQ(body_of(reply).root.find_string("reason"), "duplicate_key");
}

TEST(Errors, SayNothingOfTheCauseOfAnInternalError) {
  const net::Reply reply = internal_error("test.failed", "disk /var/lib is gone");
  EXPECT_EQ(reply.status, 500);
  EXPECT_FALSE(reply.body.contains("/var/lib"));
}

TEST(Errors, MapTheFaultsOfEnvelopes) {
  using seal::EnvelopeFault;
  EXPECT_EQ(reason_of(EnvelopeFault::not_an_envelope), Reason::not_an_envelope);
  EXPECT_EQ(reason_of(EnvelopeFault::bad_base64), Reason::envelope_bad_base64);
  EXPECT_EQ(reason_of(EnvelopeFault::bad_length), Reason::envelope_bad_length);
  EXPECT_EQ(reason_of(EnvelopeFault::unsupported_version), Reason::envelope_unsupported_version);
  EXPECT_EQ(reason_of(EnvelopeFault::bad_member), Reason::envelope_bad_member);
  EXPECT_EQ(refuse(EnvelopeFault::bad_base64, "/payload").status, 422);
}

}  // namespace
}  // namespace lp::api
