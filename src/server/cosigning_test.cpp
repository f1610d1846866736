#include "server/cosigning.h"

#include <gtest/gtest.h>

#include "tlog/cosignature.h"
#include "tlog/naive_tree.h"
#include "tlog/proof.h"

namespace lp::server {
namespace {

constexpr const char* origin = "example.com/log";
constexpr std::uint64_t time_s = 1'700'000'000;

crypto::Ed25519Key key_of(char fill) {
  return crypto::Ed25519Key::from_seed(std::string(32, fill));
}

tlog::CosignerKey witness(char fill) {
  return tlog::CosignerKey::make("w.example", key_of(fill).public_key());
}

// Two witnesses, both wanted.
tlog::Policy policy() {
  return *tlog::Policy::parse("witness a " + witness('a').to_string() + " https://a.example/w\n" +
                              "witness b " + witness('b').to_string() + " https://b.example/\n" +
                              "group both all a b\nquorum both\n");
}

struct Desk {
  tlog::NaiveTree tree = tlog::NaiveTree::of_size(40);
  bool proofs = true;
  Cosigning cosigning{policy(),
                      [this](const std::string&, std::uint64_t old_size,
                             std::uint64_t size) -> std::optional<std::vector<Digest>> {
                        if (!proofs) return std::nullopt;
                        return tree.proof(old_size, size);
                      }};
  std::int64_t now_ms = 0;
  std::string kept;

  std::string note(std::uint64_t size) {
    return tlog::sign_checkpoint({origin, size, tree.root(size)}, key_of('l'));
  }
  std::vector<Cosigning::Errand> due(std::uint64_t size) {
    return cosigning.due({{origin, note(size), kept}}, now_ms);
  }
  std::optional<CosignedNote> answer(const Cosigning::Errand& errand, int status,
                                     const std::string& body = {}) {
    return cosigning.take(errand.id, status, body, now_ms);
  }
  // As the witness would.
  std::optional<CosignedNote> cosign(const Cosigning::Errand& errand, char fill) {
    const auto submission = tlog::Submission::parse(errand.body);
    const auto submitted = tlog::Note::parse(submission->checkpoint);
    return answer(errand, 200,
                  tlog::cosign(submitted->body, "w.example", key_of(fill), time_s).to_string());
  }
};

std::uint64_t old_size_of(const Cosigning::Errand& errand) {
  return tlog::Submission::parse(errand.body)->old_size;
}

TEST(Cosigning, AsksEachWitnessForTheNewestHead) {
  Desk desk;
  const auto errands = desk.due(5);
  ASSERT_EQ(errands.size(), 2U);
  EXPECT_EQ(errands[0].url, "https://a.example/w/add-checkpoint");
  EXPECT_EQ(errands[1].url, "https://b.example/add-checkpoint");
  EXPECT_EQ(errands[0].body, "old 0\n\n" + desk.note(5));
  EXPECT_TRUE(desk.due(5).empty());  // both are on their way
}

TEST(Cosigning, KeepsWhatBothCosigned) {
  Desk desk;
  const auto errands = desk.due(5);
  const auto first = desk.cosign(errands[0], 'a');
  ASSERT_TRUE(first.has_value());  // better than nothing
  const auto both = desk.cosign(errands[1], 'b');
  ASSERT_TRUE(both.has_value());
  EXPECT_EQ(both->size, 5U);
  EXPECT_TRUE(both->note.starts_with(desk.note(5)));
  EXPECT_TRUE(policy().witnessed(*tlog::Note::parse(both->note))->quorum);
}

TEST(Cosigning, ProvesGrowthFromWhatWasCosignedLast) {
  Desk desk;
  const auto first = desk.due(5);
  desk.cosign(first[0], 'a');
  desk.cosign(first[1], 'b');
  EXPECT_TRUE(desk.due(5).empty());
  const auto second = desk.due(9);
  ASSERT_EQ(second.size(), 2U);
  const auto submission = tlog::Submission::parse(second[0].body);
  EXPECT_EQ(submission->old_size, 5U);
  EXPECT_TRUE(
      tlog::verify_consistency(5, desk.tree.root(5), 9, desk.tree.root(9), submission->proof));
}

TEST(Cosigning, KeepsAQuorumUntilTheNextOneIsThere) {
  Desk desk;
  const auto first = desk.due(5);
  desk.cosign(first[0], 'a');
  desk.cosign(first[1], 'b');
  const auto second = desk.due(9);
  EXPECT_FALSE(desk.cosign(second[0], 'a').has_value());
  const auto both = desk.cosign(second[1], 'b');
  ASSERT_TRUE(both.has_value());
  EXPECT_EQ(both->size, 9U);

  Desk restarted;
  restarted.kept = both->note;
  const auto third = restarted.due(12);
  EXPECT_FALSE(restarted.cosign(third[0], 'a').has_value());
}

TEST(Cosigning, AsksAgainEverySixtySecondsWhenNothingGrows) {
  Desk desk;
  for (const auto& errand : desk.due(5)) desk.cosign(errand, errand.id == 1 ? 'a' : 'b');
  desk.now_ms += 59'999;
  EXPECT_TRUE(desk.due(5).empty());
  desk.now_ms += 1;
  const auto again = desk.due(5);
  ASSERT_EQ(again.size(), 2U);
  EXPECT_EQ(again[0].body, "old 5\n\n" + desk.note(5));
  EXPECT_TRUE(desk.cosign(again[0], 'a').has_value());
}

TEST(Cosigning, GoesOnFromTheSizeThatAWitnessNames) {
  Desk desk;
  desk.answer(desk.due(9)[0], 409, "4\n");
  const auto corrected = desk.due(9);
  ASSERT_EQ(corrected.size(), 1U);
  EXPECT_EQ(old_size_of(corrected[0]), 4U);
  // A second correction in a row: not again before a minute.
  desk.answer(corrected[0], 409, "7\n");
  EXPECT_TRUE(desk.due(9).empty());
  desk.now_ms += 60'000;
  EXPECT_EQ(old_size_of(desk.due(9)[0]), 7U);
}

TEST(Cosigning, LeavesAWitnessAloneThatIsAheadOrMakesNoSense) {
  Desk desk;
  const auto errands = desk.due(9);
  desk.answer(errands[0], 409, "10\n");
  desk.answer(errands[1], 409, "ten\n");
  EXPECT_TRUE(desk.due(9).empty());
  EXPECT_EQ(desk.due(12).size(), 0U);
  desk.now_ms += 60'000;
  EXPECT_EQ(old_size_of(desk.due(12)[0]), 10U);
}

TEST(Cosigning, NamesTheWitnessThatKnowsMoreOfALogOrAnother) {
  for (const auto& [status, body] : {std::pair{409, "10\n"}, {422, ""}}) {
    Desk desk;
    const auto errands = desk.due(9);
    desk.answer(errands[0], status, body);
    desk.cosign(errands[1], 'b');
    desk.due(9);
    const auto found = desk.cosigning.contradictions();
    ASSERT_EQ(found.size(), 1U) << status;
    EXPECT_EQ(found[0].origin, origin);
    EXPECT_EQ(found[0].witness, witness('a').to_string());
    EXPECT_TRUE(desk.cosigning.contradictions().empty());
  }
}

TEST(Cosigning, FindsNoContradictionWhereALogIsOnlyBehindInWhatItWasTold) {
  Desk desk;
  const auto errands = desk.due(9);
  desk.answer(errands[0], 409, "10\n");
  desk.answer(errands[1], 409, "9\n");
  EXPECT_FALSE(desk.due(10).empty());  // it has grown meanwhile
  EXPECT_TRUE(desk.cosigning.contradictions().empty());
}

TEST(Cosigning, TakesEveryRefusalAsTheWitnessesAnswer) {
  for (const auto& [status, wait_ms] : {std::pair{403, 60'000},
                                        {404, 60'000},
                                        {422, 60'000},
                                        {400, 60'000},
                                        {500, 5'000},
                                        {0, 5'000}}) {
    Desk desk;
    const auto errands = desk.due(5);
    EXPECT_FALSE(desk.answer(errands[0], status).has_value());
    desk.cosign(errands[1], 'b');
    desk.now_ms += wait_ms - 1;
    EXPECT_TRUE(desk.due(5).empty()) << status;
    desk.now_ms += 1;
    EXPECT_EQ(desk.due(5).front().url, "https://a.example/w/add-checkpoint") << status;
  }
}

TEST(Cosigning, TakesNoCosignatureThatDoesNotVerify) {
  Desk desk;
  const auto errands = desk.due(5);
  EXPECT_FALSE(desk.cosign(errands[0], 'b').has_value());  // of another witness
  EXPECT_FALSE(desk.answer(errands[1], 200, "— w.example nonsense\n").has_value());
  EXPECT_TRUE(desk.due(5).empty());
}

TEST(Cosigning, TakesOverNoLineOfAForeignKey) {
  Desk desk;
  const auto errands = desk.due(5);
  const auto body = tlog::Note::parse(desk.note(5))->body;
  const auto kept = desk.answer(errands[0], 200,
                                tlog::cosign(body, "w.example", key_of('a'), 1).to_string() +
                                    tlog::cosign(body, "x", key_of('x'), 1).to_string());
  ASSERT_TRUE(kept.has_value());
  EXPECT_EQ(tlog::Note::parse(kept->note)->signatures.size(), 2U);  // the log's and one witness's
}

TEST(Cosigning, DropsACosignatureOfAHeadThatIsNoLongerTheNewest) {
  Desk desk;
  const auto errands = desk.due(5);
  EXPECT_FALSE(desk.due(9).size());
  EXPECT_FALSE(desk.cosign(errands[0], 'a').has_value());
  EXPECT_EQ(old_size_of(desk.due(9)[0]), 5U);
}

TEST(Cosigning, SendsNothingItCannotProve) {
  Desk desk;
  desk.cosign(desk.due(5)[0], 'a');
  desk.proofs = false;
  EXPECT_TRUE(desk.due(9).empty());
}

}  // namespace
}  // namespace lp::server
