#include "evidence/batch.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "tlog/tree.h"

namespace lp::evidence {
namespace {

const std::string origin = "log.example/p/00112233445566778899aabbccddeeff";
const Digest rule = crypto::sha256("rule");

DecisionCore core_of(std::size_t number) {
  DecisionCore core;
  core.aud = origin;
  core.request_id = "req_" + std::to_string(number);
  core.request_sha256 = crypto::sha256(core.request_id);
  core.verdict = Verdict::approve;
  core.payload = {
      .kind = "plain", .env_sha256 = {}, .commit = crypto::sha256("commit"), .kid = {}};
  core.level = Level::high;
  core.policy_sha256 = crypto::sha256("policy");
  core.roster_sha256 = crypto::sha256("roster");
  core.rule_sha256 = rule;
  core.approver = "mem_1";
  core.key = std::string(64, 'c');
  core.nonce = "AAECAwQFBgcICQoLDA0ODw==";
  core.issued_at = *parse_instant("2026-03-01T12:00:00.000Z");
  core.expires_at = *parse_instant("2026-03-01T12:02:00.000Z");
  return core;
}

std::vector<std::string> cores_of(std::size_t size) {
  std::vector<std::string> cores;
  for (std::size_t at = 0; at < size; ++at) cores.push_back(core_of(at).bytes());
  return cores;
}

BatchHead head_over(const std::vector<std::string>& cores) {
  return {.aud = origin,
          .service = "stripe",
          .action = "refund",
          .rule_sha256 = rule,
          .size = cores.size(),
          .root = batch_root(cores)};
}

BatchPlace place_in(const std::vector<std::string>& cores, std::uint64_t index) {
  return {.head = head_over(cores).bytes(), .index = index, .path = batch_path(cores, index)};
}

bool opens(const BatchPlace& place, const std::string& bytes) {
  const auto core = DecisionCore::parse(bytes);
  return core && open_batch(place, bytes, *core).has_value();
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Batch, ProvesEachCoreOfABatchOfAnySizeAtItsPlaceAlone) {
  for (std::size_t size = 1; size <= batch_size_max; ++size) {
    const auto cores = cores_of(size);
    for (std::size_t at = 0; at < size; ++at) {
      const BatchPlace place = place_in(cores, at);
      for (std::size_t other = 0; other < size; ++other) {
        EXPECT_EQ(opens(place, cores[other]), other == at) << size << ' ' << at << ' ' << other;
        BatchPlace moved = place;
        moved.index = other;
        EXPECT_EQ(opens(moved, cores[at]), other == at) << size << ' ' << at << ' ' << other;
      }
      BatchPlace beyond = place;
      beyond.index = size;
      EXPECT_FALSE(opens(beyond, cores[at]));
      BatchPlace longer = place;
      longer.path.push_back(crypto::sha256("more"));
      EXPECT_FALSE(opens(longer, cores[at]));
      for (std::size_t step = 0; step < place.path.size(); ++step) {
        BatchPlace other = place;
        other.path[step] = crypto::sha256("another");
        EXPECT_FALSE(opens(other, cores[at]));
      }
      if (place.path.empty()) continue;
      BatchPlace shorter = place;
      shorter.path.pop_back();
      EXPECT_FALSE(opens(shorter, cores[at]));
    }
    EXPECT_FALSE(opens(place_in(cores, 0), core_of(size).bytes())) << "of no batch";
  }
}

TEST(Batch, AgreesWithTheTreeOfTheLog) {
  for (std::size_t size = 1; size <= batch_size_max; ++size) {
    const auto cores = cores_of(size);
    tlog::CompactRange range;
    for (const std::string& core : cores) range.append(tlog::leaf_hash(core));
    EXPECT_EQ(batch_root(cores), range.root()) << size;
  }
}

TEST(Batch, TakesNoInnerNodeForALeaf) {
  const auto cores = cores_of(4);
  const Digest left = tlog::leaf_hash(cores[0]), right = tlog::leaf_hash(cores[1]);
  const std::string inner = std::string(left.view()) + std::string(right.view());
  BatchHead head = head_over(cores);
  head.size = 2;  // as if the two inner nodes were all there is
  const BatchPlace place{
      .head = head.bytes(), .index = 0, .path = {batch_path(cores, 0).back()}};
  EXPECT_FALSE(open_batch(place, inner, core_of(0)).has_value());
  // Nor do leaves without their prefix make a root.
  head = head_over({cores[0]});
  head.root = crypto::sha256(cores[0]);
  EXPECT_FALSE(opens({.head = head.bytes(), .index = 0, .path = {}}, cores[0]));
}

TEST(Batch, IsOfOneLogOneRuleAndNothingThatIsDecidedAlone) {
  const auto refused = [](auto change) {
    DecisionCore core = core_of(0);
    change(core);
    const std::string bytes = core.bytes();
    const auto opened = open_batch(place_in({bytes}, 0), bytes, core);
    return opened ? std::string() : opened.error();
  };
  EXPECT_EQ(refused([](auto&) {}), "");
  EXPECT_EQ(refused([](auto& core) { core.verdict = Verdict::reject; }), "");
  EXPECT_EQ(refused([](auto& core) { core.level = Level::low; }), "");
  EXPECT_EQ(refused([](auto& core) { core.aud = "other/p/00"; }), "the batch is for another log");
  EXPECT_EQ(refused([](auto& core) { core.rule_sha256 = crypto::sha256("two"); }),
            "the batch is of another rule than the decision");
  EXPECT_EQ(refused([](auto& core) { core.level = Level::critical; }),
            "what is critical is decided alone, never in a batch");
  EXPECT_EQ(refused([](auto& core) { core.base = core.payload; }),
            "an edit is decided alone, never in a batch");
  EXPECT_EQ(refused([](auto& core) { core.verdict = Verdict::request_changes; }),
            "changes are asked for one by one, never in a batch");
}

TEST(Batch, HasAHeadThatIsCanonicalAndReadStrictly) {
  const BatchHead head = head_over(cores_of(3));
  const std::string bytes = head.bytes();
  EXPECT_EQ(bytes, R"({"action":"refund","aud":")" + origin + R"(","root":")" + head.root.hex() +
                       R"(","rule_sha256":")" + rule.hex() +
                       R"(","service":"stripe","size":3,"v":1})");
  const auto read = BatchHead::parse(bytes);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->bytes(), bytes);
  BatchHead unnamed = head;
  unnamed.service.clear();
  unnamed.action.clear();
  EXPECT_TRUE(BatchHead::parse(unnamed.bytes()).has_value());
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {R"("size":3)", R"("size":0)"},
           {R"("size":3)", R"("size":21)"},
           {R"("size":3)", R"("size":3.0)"},
           {R"("size":3)", R"("size":"3")"},
           {R"("v":1)", R"("v":2)"},
           {R"("v":1)", R"("v":1,"w":1)"},
           {R"("v":1)", R"("v": 1)"},
           {R"("service":"stripe",)", ""},
           {R"("service":"stripe")", R"("service":1)"},
           {R"("action":"refund",)", ""},
           {origin, ""},
           {head.root.hex(), "00"},
           {rule.hex(), "00"}}) {
    EXPECT_FALSE(BatchHead::parse(replaced(bytes, from, to)).has_value()) << from << " → " << to;
  }
  EXPECT_FALSE(BatchHead::parse("").has_value());
  EXPECT_FALSE(BatchHead::parse("[]").has_value());
}

TEST(Batch, TellsAPlaceAsItWasWritten) {
  const BatchPlace place = place_in(cores_of(5), 4);
  const auto again = BatchPlace::from_json(place.to_json());
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->head, place.head);
  EXPECT_EQ(again->index, place.index);
  EXPECT_EQ(again->path, place.path);
  json::Value more = place.to_json();
  more.add("more", 1);
  EXPECT_FALSE(BatchPlace::from_json(more).has_value());
  const json::Value whole = place.to_json();
  for (const char* name : {"head", "index", "path"}) {
    json::Value less = json::Value::object();
    for (const auto& [member, value] : whole.members()) {
      if (member != name) less.add(member, value);
    }
    EXPECT_FALSE(BatchPlace::from_json(less).has_value()) << name;
  }
  json::Value path = json::Value::array();
  path.items().emplace_back("AAAA");
  json::Value odd = json::Value::object();
  odd.add("head", "AAAA").add("index", 0).add("path", std::move(path));
  EXPECT_FALSE(BatchPlace::from_json(odd).has_value());
}

TEST(Batch, IsSignedUnderTagsOfItsOwn) {
  const std::string text = "text";
  const SignedText of_core = text_of_core(text), of_batch = text_of_batch(text);
  EXPECT_EQ(of_core.device, std::string("lp-decision-device/1\0text", 25));
  EXPECT_EQ(of_core.challenge, crypto::sha256(std::string("lp-decision/1\0text", 18)));
  EXPECT_EQ(of_batch.device, std::string("lp-batch-device/1\0text", 22));
  EXPECT_EQ(of_batch.challenge, crypto::sha256(std::string("lp-batch/1\0text", 15)));
}

}  // namespace
}  // namespace lp::evidence
