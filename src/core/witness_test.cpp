#include "core/witness.h"

#include <gtest/gtest.h>

#include "base/testing.h"
#include "crypto/hash.h"
#include "tlog/cosignature.h"
#include "tlog/naive_tree.h"

namespace lp::core {
namespace {

using Fault = Witness::Fault;
using tlog::NaiveTree;

constexpr const char* origin = "example.com/log";

class MemoryLockStore final : public store::LockStore {
 public:
  [[nodiscard]] const std::map<std::string, std::string>& notes() const override { return notes_; }
  store::Result<void> put(const std::vector<std::pair<std::string, std::string>>& notes) override {
    if (full) return std::unexpected(store::IoError{"full"});
    for (const auto& [name, note] : notes) notes_[name] = note;
    return {};
  }
  bool full = false;
  std::map<std::string, std::string> notes_;
};

crypto::Ed25519Key log_key() {
  return crypto::Ed25519Key::from_seed(std::string(32, 'l'));
}

struct Desk {
  MemoryLockStore state;
  ManualClock clock;
  NaiveTree tree = NaiveTree::of_size(40);
  Witness witness{WitnessKey::from_seed("witness.example/w", std::string(32, 'w')),
                  {{origin, {tlog::VerifierKey::make(origin, log_key().public_key())}}},
                  state,
                  clock};

  std::string checkpoint(std::uint64_t size) {
    return tlog::sign_checkpoint({origin, size, tree.root(size)}, log_key());
  }
  tlog::Submission from_to(std::uint64_t old_size, std::uint64_t size) {
    tlog::Submission submission{.old_size = old_size, .proof = {}, .checkpoint = checkpoint(size)};
    if (old_size > 0 && old_size < size) submission.proof = tree.proof(old_size, size);
    return submission;
  }
  std::expected<std::string, Witness::Refused> add(const tlog::Submission& submission) {
    return witness.add(submission.to_string());
  }
  void expect(const tlog::Submission& submission, Fault fault, std::uint64_t size = 0) {
    const auto answer = add(submission);
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().fault, fault);
    EXPECT_EQ(answer.error().size, size);
  }
};

tlog::CosignerKey ours() {
  return WitnessKey::from_seed("witness.example/w", std::string(32, 'w')).verifier();
}

TEST(Witness, CosignsEachCheckpointThatExtendsTheLast) {
  Desk desk;
  for (const auto& [old_size, size] : {std::pair{0U, 0U}, {0U, 3U}, {3U, 3U}, {3U, 40U}}) {
    const auto line = desk.add(desk.from_to(old_size, size));
    ASSERT_TRUE(line.has_value()) << old_size << " to " << size;
    const auto note = tlog::Note::parse(desk.checkpoint(size) + *line);
    EXPECT_EQ(tlog::open_cosignature(*note, ours()),
              static_cast<std::uint64_t>(desk.clock.now().ms / 1'000));
  }
}

TEST(Witness, RemembersBeforeItAnswers) {
  Desk desk;
  const auto line = desk.add(desk.from_to(0, 7));
  EXPECT_EQ(desk.state.notes_.at(origin), desk.checkpoint(7) + *line);
  EXPECT_EQ(desk.witness.newest(crypto::sha256(origin).hex()), desk.checkpoint(7) + *line);
  EXPECT_EQ(desk.witness.newest(crypto::sha256("other").hex()), std::nullopt);
  desk.state.full = true;
  desk.expect(desk.from_to(7, 9), Fault::state_not_written);
}

TEST(Witness, SaysWhichSizeItCosignedLast) {
  Desk desk;
  desk.expect(desk.from_to(5, 9), Fault::another_size, 0);
  ASSERT_TRUE(desk.add(desk.from_to(0, 7)));
  desk.expect(desk.from_to(0, 9), Fault::another_size, 7);
  desk.expect(desk.from_to(5, 9), Fault::another_size, 7);
  desk.expect(desk.from_to(5, 5), Fault::another_size, 7);
}

TEST(Witness, RefusesATreeThatIsNotTheOneItKnows) {
  Desk desk;
  ASSERT_TRUE(desk.add(desk.from_to(0, 7)));
  auto other = desk.from_to(7, 9);
  other.checkpoint = tlog::sign_checkpoint({origin, 9, desk.tree.root(8)}, log_key());
  desk.expect(other, Fault::inconsistent);
  auto split = desk.from_to(7, 7);
  split.checkpoint = tlog::sign_checkpoint({origin, 7, desk.tree.root(8)}, log_key());
  desk.expect(split, Fault::inconsistent);
  auto without_proof = desk.from_to(7, 9);
  without_proof.proof.clear();
  desk.expect(without_proof, Fault::inconsistent);
  auto longer = desk.from_to(7, 9);
  longer.proof.push_back({});
  desk.expect(longer, Fault::inconsistent);
}

TEST(Witness, RefusesAProofFromNothingAndAnEmptyTreeWithARoot) {
  Desk desk;
  auto proven = desk.from_to(0, 7);
  proven.proof.push_back({});
  desk.expect(proven, Fault::inconsistent);
  auto rooted = desk.from_to(0, 0);
  rooted.checkpoint = tlog::sign_checkpoint({origin, 0, desk.tree.root(1)}, log_key());
  desk.expect(rooted, Fault::inconsistent);
}

TEST(Witness, RefusesWhatIsMalformed) {
  Desk desk;
  desk.expect(desk.from_to(9, 7), Fault::malformed);
  EXPECT_EQ(desk.witness.add("old 0\n").error().fault, Fault::malformed);
  EXPECT_EQ(desk.witness.add("").error().fault, Fault::malformed);
}

TEST(Witness, RefusesOriginsAndKeysThatItWasNotToldOf) {
  Desk desk;
  auto other_origin = desk.from_to(0, 7);
  other_origin.checkpoint = tlog::sign_checkpoint({"other", 7, {}}, log_key());
  desk.expect(other_origin, Fault::unknown_origin);
  auto other_key = desk.from_to(0, 7);
  other_key.checkpoint =
      tlog::sign_checkpoint({origin, 7, {}}, crypto::Ed25519Key::from_seed(std::string(32, 'x')));
  desk.expect(other_key, Fault::not_signed);
  auto forged = desk.from_to(0, 7);
  auto note = *tlog::Note::parse(forged.checkpoint);
  note.signatures[0].signature[0] ^= 1;
  forged.checkpoint = note.to_string();
  desk.expect(forged, Fault::not_signed);
}

TEST(Witness, KeepsNoSignatureThatItDidNotVerify) {
  Desk desk;
  auto submission = desk.from_to(0, 7);
  submission.checkpoint += "— somebody.example AAAAAAA=\n";
  const auto line = desk.add(submission);
  ASSERT_TRUE(line.has_value());
  EXPECT_EQ(desk.state.notes_.at(origin), desk.checkpoint(7) + *line);
}

TEST(Witness, CosignsExtensionLinesOfOtherLogs) {
  Desk desk;
  tlog::Note note{.body = tlog::Checkpoint{origin, 3, desk.tree.root(3)}.body() + "extension\n",
                  .signatures = {}};
  const auto key = tlog::VerifierKey::make(origin, log_key().public_key());
  note.signatures.push_back({key.name, key.id, log_key().sign(note.body)});
  const auto line = desk.add({.old_size = 0, .proof = {}, .checkpoint = note.to_string()});
  ASSERT_TRUE(line.has_value());
  note.signatures = *tlog::parse_signature_lines(*line);
  EXPECT_TRUE(tlog::open_cosignature(note, ours()).has_value());
}

TEST(Witness, SeesThatItsStateIsSomebodyElses) {
  Desk desk;
  ASSERT_TRUE(desk.add(desk.from_to(0, 7)));
  EXPECT_EQ(desk.witness.refuse_state(), std::nullopt);
  desk.state.notes_[origin] = desk.checkpoint(3);
  EXPECT_EQ(desk.witness.refuse_state(), origin);
}

TEST(WitnessKey, HasOneText) {
  const Secret text = WitnessKey::text_of("witness.example/w", std::string(32, 'w'));
  const auto key = WitnessKey::parse(text.reveal());
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(key->verifier(), ours());
  const std::string good(text.reveal());
  for (const std::string& bad :
       {std::string(), std::string("PRIVATE+KEY+"), good + "\n", good.substr(1),
        good.substr(0, good.size() - 1), "PRIVATE+KEY+x" + good.substr(12)}) {
    EXPECT_FALSE(WitnessKey::parse(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace lp::core
