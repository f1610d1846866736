#include "evidence/statement.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/testing.h"
#include "crypto/hash.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::evidence {
namespace {

const std::string salt(32, '\x02');

Statement example() {
  Statement s;
  s.type = EventType::request_created;
  s.origin = "log.example/p/00112233445566778899aabbccddeeff";
  s.stream.id = "req_1";
  s.time = *parse_instant("2026-03-01T12:00:00.000Z");
  s.actor = {.id = "ak_1", .kind = ActorKind::api_key, .method = ActorMethod::api_key, .key = ""};
  return s;
}

Statement full() {
  Statement s = example();
  s.type = EventType::decision_approved_with_modifications;
  s.stream.seq = 3;
  s.stream.prev = crypto::sha256("prev");
  s.actor = {.id = "mem_1", .kind = ActorKind::member, .method = ActorMethod::passkey, .key = "k"};
  s.request = RequestRef{crypto::sha256("descriptor"), 2, Level::critical};
  s.verdict = Verdict::approve;
  s.payload = PayloadRef{.kind = "v2",
                         .env_sha256 = crypto::sha256("envelope"),
                         .commit = crypto::sha256("commit"),
                         .kid = "0011223344556677"};
  s.base = PayloadRef{.kind = "v1",
                      .env_sha256 = crypto::sha256("old"),
                      .commit = std::nullopt,
                      .kid = std::nullopt};
  s.policy = default_policy();
  s.roster_sha256 = crypto::sha256("roster");
  s.rule = RuleRef{crypto::sha256("rule"), 2, 5};
  s.reviews = {crypto::sha256("r2"), crypto::sha256("r1")};
  s.evidence = {{"passkey", crypto::sha256("assertion")}, {"trace", crypto::sha256("trace")}};
  s.permit = json::Value::object().add("jti", "p1").add("exp", 5);
  s.grant = json::Value::object().add("id", "g1");
  s.agent_claims = json::Value::object().add("nonce", "n").add("verified", true);
  s.strength = "strong";
  s.reason = crypto::sha256("reason");
  s.clock = json::Value::object().add("step_ms", 1500);
  s.marks = {"test", "demo", "test"};
  return s;
}

const json::Value* member(const json::Value& root, std::initializer_list<std::string_view> path) {
  const json::Value* at = &root;
  for (const std::string_view name : path) {
    if (at != nullptr) at = at->find(name);
  }
  return at;
}

json::Value parsed(const std::string& text) {
  return json::parse(text)->root;
}

// `text` with its predicate changed by `change` and its pad made right again: what a forger who
// knows the format would write.
template <typename Change>
std::string forged(const std::string& text, Change change) {
  json::Value root = parsed(text);
  change(root);
  json::Value* predicate = nullptr;
  for (auto& [name, value] : root.members()) {
    if (name == "predicate") predicate = &value;
  }
  if (predicate == nullptr || !predicate->is_object()) return json::canonical(root);
  for (auto& [name, value] : predicate->members()) {
    if (name != "pad") continue;
    value = json::Value("");
    const std::size_t over = json::canonical(root).size() % 256;
    value = json::Value(std::string(over == 0 ? 0 : 256 - over, '0'));
  }
  return json::canonical(root);
}

json::Value& at(json::Value& root, std::initializer_list<std::string_view> path) {
  json::Value* value = &root;
  for (const std::string_view name : path) {
    for (auto& [key, child] : value->members()) {
      if (key == name) {
        value = &child;
        break;
      }
    }
  }
  return *value;
}

TEST(Statement, IsAnInTotoStatementOfTheNamedShape) {
  const std::string bytes = example().bytes(salt);
  EXPECT_EQ(bytes.size(), 512u);
  const std::string head =
      R"({"_type":"https://in-toto.io/Statement/v1","predicate":{"actor":{"id":"ak_1",)"
      R"("kind":"api_key","method":"api_key"},)"
      R"("origin":"log.example/p/00112233445566778899aabbccddeeff","pad":")";
  const std::string tail = R"(","salt":"AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=",)"
                           R"("stream":{"id":"req_1","seq":0},"time":"2026-03-01T12:00:00.000Z",)"
                           R"("type":"request.created"},"predicateType":"urn:letsping:event:1",)"
                           R"("subject":[{"digest":{"sha256":")" +
                           crypto::sha256("req_1").hex() + R"("},"name":"req_1"}]})";
  EXPECT_EQ(bytes, head + std::string(512 - head.size() - tail.size(), '0') + tail);
}

TEST(Statement, IsPaddedToAMultipleOf256WhateverItHolds) {
  for (std::size_t length = 1; length < 600; ++length) {
    Statement s = example();
    s.origin = std::string(length, 'o');
    const std::string bytes = s.bytes(salt);
    ASSERT_EQ(bytes.size() % 256, 0u);
    const json::Value root = parsed(bytes);
    const std::string& pad = member(root, {"predicate", "pad"})->as_string();
    ASSERT_LE(pad.size(), 255u);
    ASSERT_EQ(pad, std::string(pad.size(), '0'));
    ASSERT_TRUE(read_statement(bytes));
  }
}

TEST(Statement, NamesTheSubjectByTheFirstDigestThatApplies) {
  const auto subject = [](const Statement& s) {
    return json::canonical(*parsed(s.bytes(salt)).find("subject")->items().at(0).find("digest"));
  };
  Statement s = example();
  EXPECT_EQ(subject(s), R"({"sha256":")" + crypto::sha256("req_1").hex() + R"("})");
  s.document = crypto::sha256("document");
  EXPECT_EQ(subject(s), R"({"sha256":")" + crypto::sha256("document").hex() + R"("})");
  s.payload = PayloadRef{.kind = "plain",
                         .env_sha256 = std::nullopt,
                         .commit = crypto::sha256("commit"),
                         .kid = std::nullopt};
  EXPECT_EQ(subject(s), R"({"lpCommit":")" + crypto::sha256("commit").hex() + R"("})");
  s.payload = full().payload;
  EXPECT_EQ(subject(s), R"({"sha256":")" + crypto::sha256("envelope").hex() + R"("})");
}

TEST(Statement, ReadsBackEveryMember) {
  const Statement s = full();
  const std::string bytes = s.bytes(salt);
  const auto read = read_statement(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->bytes(salt), bytes);
  EXPECT_EQ(read->type, s.type);
  EXPECT_EQ(read->stream.prev, s.stream.prev);
  EXPECT_EQ(read->actor.key, "k");
  EXPECT_EQ(read->request->level, Level::critical);
  EXPECT_EQ(read->payload, s.payload);
  EXPECT_EQ(read->base, s.base);
  EXPECT_EQ(read->reviews, s.reviews);
  EXPECT_EQ(read->evidence.at(1).kind, "trace");
  EXPECT_EQ(read->rule->n, 5u);
  EXPECT_EQ(read->permit->find_integer("exp"), 5);
  EXPECT_EQ(read->reason, s.reason);
  EXPECT_EQ(read->marks, (std::vector<std::string>{"demo", "test"}));
  EXPECT_FALSE(read->document);
}

TEST(Statement, ReadsTheDocumentBackFromTheSubject) {
  Statement s = example();
  s.document = crypto::sha256("roster head");
  EXPECT_EQ(read_statement(s.bytes(salt))->document, s.document);
  // A rejection that has seen nothing refers to a payload that names no digest.
  s.payload = PayloadRef{
      .kind = "plain", .env_sha256 = std::nullopt, .commit = std::nullopt, .kid = std::nullopt};
  EXPECT_EQ(read_statement(s.bytes(salt))->document, s.document);
  s.document.reset();
  EXPECT_FALSE(read_statement(s.bytes(salt))->document);
}

TEST(Statement, HidesItsContentBehindTheSalt) {
  EXPECT_NE(statement_sha256(example().bytes(salt)),
            statement_sha256(example().bytes(std::string(32, '\x03'))));
}

TEST(Statement, CallsALaterTypeUnknownAndNotMalformed) {
  const auto set_type = [](json::Value& root) {
    at(root, {"predicate", "type"}) = json::Value("request.teleported");
  };
  EXPECT_EQ(read_statement(forged(full().bytes(salt), set_type)).error(),
            StatementFault::unknown_type);
  const auto set_predicate_type = [](json::Value& root) {
    at(root, {"predicateType"}) = json::Value("urn:letsping:event:2");
    at(root, {"predicate"}) = json::Value::object();
  };
  EXPECT_EQ(read_statement(forged(full().bytes(salt), set_predicate_type)).error(),
            StatementFault::unknown_type);
}

TEST(Statement, CallsTextThatIsNotCanonicalMalformedWhateverItsType) {
  const std::string text =
      R"({"_type":"https://in-toto.io/Statement/v1","predicateType":"urn:letsping:event:2"})";
  EXPECT_EQ(read_statement(text).error(), StatementFault::unknown_type);
  EXPECT_EQ(read_statement(" " + text).error(), StatementFault::malformed);
}

TEST(Statement, CallsAMalformedStatementOfALaterTypeMalformed) {
  const auto change = [](json::Value& root) {
    at(root, {"predicate", "type"}) = json::Value("request.teleported");
    at(root, {"predicate"}).add("novelty", 1);
  };
  EXPECT_EQ(read_statement(forged(full().bytes(salt), change)).error(), StatementFault::malformed);
}

struct Forgery {
  std::initializer_list<std::string_view> path;
  json::Value value;
};

// Each of these is canonical and padded, so only the check of that one member can refuse it.
TEST(Statement, RefusesEveryMemberOfAWrongForm) {
  const std::string good = full().bytes(salt);
  ASSERT_EQ(forged(good, [](json::Value&) {}), good);
  const json::Value null;
  const json::Value object = json::Value::object();
  const Forgery forgeries[] = {
      {{"_type"}, "https://in-toto.io/Statement/v0.1"},
      {{"predicateType"}, 1},
      {{"predicate"}, "x"},
      {{"subject"}, object},
      {{"subject"}, json::Value::array()},
      {{"predicate", "type"}, ""},
      {{"predicate", "type"}, null},
      {{"predicate", "origin"}, ""},
      {{"predicate", "origin"}, 5},
      {{"predicate", "salt"}, "AgI="},
      {{"predicate", "salt"}, "not base64"},
      {{"predicate", "stream"}, "req_1"},
      {{"predicate", "stream", "id"}, ""},
      {{"predicate", "stream", "seq"}, 0},
      {{"predicate", "stream", "seq"}, -1},
      {{"predicate", "stream", "seq"}, "3"},
      {{"predicate", "stream", "seq"}, json::Value::number_literal("9007199254740992")},
      {{"predicate", "stream", "prev"}, null},
      {{"predicate", "stream", "prev"}, "abc"},
      {{"predicate", "time"}, "2026-03-01T12:00:00Z"},
      {{"predicate", "actor"}, null},
      {{"predicate", "actor", "id"}, ""},
      {{"predicate", "actor", "kind"}, "robot"},
      {{"predicate", "actor", "method"}, "magic"},
      {{"predicate", "actor", "key"}, ""},
      {{"predicate", "request"}, null},
      {{"predicate", "request", "version"}, 0},
      {{"predicate", "request", "level"}, "extreme"},
      {{"predicate", "request", "sha256"}, std::string(64, 'A')},
      {{"predicate", "verdict"}, "maybe"},
      {{"predicate", "payload"}, object},
      {{"predicate", "payload", "kind"}, "v9"},
      {{"predicate", "base"}, null},
      {{"predicate", "policy", "id"}, ""},
      {{"predicate", "policy", "version"}, true},
      {{"predicate", "roster_sha256"}, "00"},
      {{"predicate", "rule"}, json::Value::array()},
      {{"predicate", "rule", "k"}, "2"},
      {{"predicate", "reviews"}, json::Value::array()},
      {{"predicate", "reviews"}, json::Value::array({"00"})},
      {{"predicate", "reviews"}, json::Value::array({1})},
      {{"predicate", "reviews"}, object},
      {{"predicate", "evidence"}, json::Value::array()},
      {{"predicate", "evidence"}, object},
      {{"predicate", "evidence"}, json::Value::array({object})},
      {{"predicate", "permit"}, null},
      {{"predicate", "permit"}, json::Value::array()},
      {{"predicate", "permit", "exp"}, null},
      {{"predicate", "grant"}, "g1"},
      {{"predicate", "agent_claims", "nonce"}, json::Value::number_literal("1.5")},
      {{"predicate", "strength"}, ""},
      {{"predicate", "reason"}, ""},
      {{"predicate", "clock"}, 5},
      {{"predicate", "clock", "step_ms"}, -1500},
      {{"predicate", "marks"}, json::Value::array()},
      {{"predicate", "marks"}, json::Value::array({"test", "demo"})},
      {{"predicate", "marks"}, json::Value::array({"demo", "demo"})},
      {{"predicate", "marks"}, json::Value::array({"verified"})},
  };
  for (const Forgery& forgery : forgeries) {
    const std::string bad =
        forged(good, [&](json::Value& root) { at(root, forgery.path) = forgery.value; });
    ASSERT_NE(bad, good);
    const auto read = read_statement(bad);
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error(), StatementFault::malformed) << bad;
  }
}

TEST(Statement, RefusesUnknownMembersAtEveryDepth) {
  const std::string good = full().bytes(salt);
  const std::initializer_list<std::string_view> places[] = {
      {},
      {"predicate"},
      {"predicate", "stream"},
      {"predicate", "actor"},
      {"predicate", "request"},
      {"predicate", "payload"},
      {"predicate", "base"},
      {"predicate", "policy"},
      {"predicate", "rule"},
  };
  for (const auto& place : places) {
    const std::string bad =
        forged(good, [&](json::Value& root) { at(root, place).add("zz_unknown", 1); });
    EXPECT_EQ(read_statement(bad).error(), StatementFault::malformed) << bad;
  }
  const auto into_subject = [](json::Value& root) {
    at(root, {"subject"}).items().at(0).add("uri", "x");
  };
  EXPECT_FALSE(read_statement(forged(good, into_subject)));
  const auto into_evidence = [](json::Value& root) {
    at(root, {"predicate", "evidence"}).items().at(0).add("x", 1);
  };
  EXPECT_FALSE(read_statement(forged(good, into_evidence)));
}

TEST(Statement, RefusesMissingMembers) {
  const std::string good = full().bytes(salt);
  for (const char* name : {"type", "origin", "stream", "time", "actor", "salt", "pad"}) {
    const std::string bad = forged(good, [&](json::Value& root) {
      json::Object& members = at(root, {"predicate"}).members();
      std::erase_if(members, [&](const json::Member& one) { return one.first == name; });
    });
    EXPECT_EQ(read_statement(bad).error(), StatementFault::malformed) << name;
  }
  for (const char* name : {"_type", "predicateType", "predicate", "subject"}) {
    const std::string bad = forged(good, [&](json::Value& root) {
      std::erase_if(root.members(), [&](const json::Member& one) { return one.first == name; });
    });
    EXPECT_EQ(read_statement(bad).error(), StatementFault::malformed) << name;
  }
}

TEST(Statement, RefusesAPadOfAnotherLengthOrKind) {
  const std::string good = example().bytes(salt);
  const std::size_t pad = good.find(R"("pad":")") + 7;
  std::string other = good;
  other[pad] = '1';
  EXPECT_FALSE(read_statement(other));
  EXPECT_FALSE(read_statement(std::string(good).insert(pad, 256, '0')));
  EXPECT_FALSE(read_statement(std::string(good).erase(pad, 1)));
  EXPECT_FALSE(read_statement(good + " "));
  EXPECT_FALSE(read_statement(""));
}

TEST(Statement, RefusesASubjectThatIsNotItsOwn) {
  const std::string good = full().bytes(salt);
  const auto other_digest = [](json::Value& root) {
    at(root, {"subject"}).items().at(0) =
        json::Value::object()
            .add("name", "req_1")
            .add("digest", json::Value::object().add("sha256", crypto::sha256("other").hex()));
  };
  EXPECT_FALSE(read_statement(forged(good, other_digest)));
  const auto other_name = [](json::Value& root) {
    at(root, {"subject"}).items().at(0).members().at(1).second = json::Value("req_2");
  };
  EXPECT_FALSE(read_statement(forged(good, other_name)));
  const auto two = [](json::Value& root) {
    json::Value& subject = at(root, {"subject"});
    subject.items().push_back(subject.items().at(0));
  };
  EXPECT_FALSE(read_statement(forged(good, two)));
  const auto no_digest = [](json::Value& root) {
    at(root, {"subject"}).items().at(0) = json::Value::object().add("name", "req_1");
  };
  EXPECT_FALSE(read_statement(forged(example().bytes(salt), no_digest)));
}

TEST(Statement, HasNoByteThatMeansNothing) {
  const std::string good = full().bytes(salt);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ (1 << (i % 7)));
    const auto read = read_statement(bad);
    if (!read) continue;
    // What is still a statement says something else, and says it in these bytes.
    const json::Value root = parsed(bad);
    const auto raw = from_base64(member(root, {"predicate", "salt"})->as_string());
    EXPECT_EQ(read->bytes(*raw), bad) << i;
  }
}

TEST(StatementDeathTest, IsNotWrittenWithoutWhatEveryStatementHas) {
  EXPECT_DEATH((void)example().bytes("short"), "salt");
  const auto dies = [](auto change) {
    Statement s = full();
    change(s);
    EXPECT_DEATH((void)s.bytes(salt), "well_formed");
  };
  dies([](Statement& s) { s.origin.clear(); });
  dies([](Statement& s) { s.stream.id.clear(); });
  dies([](Statement& s) { s.actor.id.clear(); });
  dies([](Statement& s) { s.stream.prev.reset(); });
  dies([](Statement& s) { s.stream.seq = 0; });
  dies([](Statement& s) { s.payload->kid.reset(); });
  dies([](Statement& s) { s.marks.emplace_back("unheard_of"); });
  dies([](Statement& s) { s.rule->n = integer_max + 1; });
  dies([](Statement& s) { s.permit = json::Value::array(); });
}

TEST(Statement, KnowsItsMarks) {
  for (const char* mark : {"test", "demo", "no_isolation", "unbound_execution", "server_sealed",
                           "unbound_payload", "self_enrolled"}) {
    EXPECT_TRUE(is_mark(mark)) << mark;
  }
  EXPECT_FALSE(is_mark(""));
  EXPECT_FALSE(is_mark("Test"));
}

TEST(Statement, NamesTheEmptyPolicyByItsDocument) {
  EXPECT_EQ(default_policy().id, "default");
  EXPECT_EQ(default_policy().version, 0u);
  EXPECT_EQ(default_policy().sha256.hex(),
            "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
}

Statement arbitrary(SeededEntropy& random) {
  const auto coin = [&random] { return (random.next() & 1) != 0; };
  const auto text = [&random] {
    std::string out = "t";
    for (std::uint64_t n = random.next() % 20; n > 0; --n) {
      out += std::string_view("aZ0_\"\\\n\x01/é")[random.next() % 9];
    }
    return out;
  };
  const auto digest = [&random] { return *Digest::from_bytes(random.bytes(32)); };
  Statement s = full();
  s.type = static_cast<EventType>(random.next() % 53);
  s.origin = text();
  s.stream.id = text();
  s.stream.seq = coin() ? 0 : 1 + random.next() % integer_max;
  s.stream.prev.reset();
  if (s.stream.seq > 0) s.stream.prev = digest();
  s.time = {static_cast<std::int64_t>(random.next() % 253'402'300'800'000u)};
  s.actor.id = text();
  s.actor.key = coin() ? text() : "";
  if (coin()) s.request.reset();
  if (coin()) s.verdict.reset();
  if (coin()) s.payload.reset();
  if (coin()) s.base.reset();
  if (coin()) s.policy.reset();
  if (coin()) s.rule.reset();
  if (coin()) s.reviews.clear();
  if (coin()) s.evidence = {{text(), digest()}};
  if (coin()) s.permit.reset();
  if (coin()) s.agent_claims = json::Value::object().add(text(), text());
  if (coin()) s.marks.clear();
  if (coin()) s.document = digest();
  if (s.payload) s.document.reset();
  return s;
}

TEST(Statement, ReadsBackWhateverWasWritten) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    SeededEntropy random(seed);
    const Statement s = arbitrary(random);
    const std::string used_salt = random.bytes(32);
    const std::string bytes = s.bytes(used_salt);
    const auto read = read_statement(bytes);
    RC_ASSERT(read.has_value());
    RC_ASSERT(read->bytes(used_salt) == bytes);
    RC_ASSERT(read->document == s.document);
    RC_ASSERT(read->type == s.type);
  }));
}

}  // namespace
}  // namespace lp::evidence
