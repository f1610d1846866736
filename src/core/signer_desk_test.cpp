#include "core/signer_desk.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/testing.h"
#include "crypto/hash.h"
#include "crypto/p256.h"
#include "evidence/roster_document.h"
#include "tlog/extension.h"

namespace lp::core {
namespace {

namespace message = signer_message;

const std::string origin = "log.example/p/1";

// A lock store in memory, whose disk may fail.
class MemoryLocks final : public store::LockStore {
 public:
  [[nodiscard]] const std::map<std::string, std::string>& notes() const override { return notes_; }
  store::Result<void> put(const std::vector<std::pair<std::string, std::string>>& notes) override {
    if (broken) return std::unexpected(store::IoError{"no space"});
    ++puts;
    for (const auto& [name, note] : notes) notes_.insert_or_assign(name, note);
    return {};
  }
  bool broken = false;
  int puts = 0;

 private:
  std::map<std::string, std::string> notes_;
};

struct Counter {
  std::filesystem::path root;
  crypto::SystemEntropy entropy;
  std::optional<LogSecret> secret;
  MemoryLocks locks;
  std::optional<OwnNotary> notary;
  std::optional<SignerDesk> desk;
  tlog::CompactRange range;

  explicit Counter(bool may_adopt = false) {
    std::string name = (std::filesystem::temp_directory_path() / "lp_desk_XXXXXX").string();
    root = mkdtemp(name.data());
    secret.emplace(*LogSecret::open((root / "log.key").string(), true, entropy));
    notary.emplace(locks, *secret, entropy);
    desk.emplace(*notary, may_adopt);
    ask(message::Hold{});
  }
  ~Counter() { std::filesystem::remove_all(root); }

  [[nodiscard]] tlog::Checkpoint head() const {
    return {.origin = origin, .size = range.size(), .root = range.root()};
  }
  // The step to a tree with so many leaves more.
  message::Step grow(int leaves) {
    std::vector<Digest> hashes;
    for (int i = 0; i < leaves; ++i) hashes.push_back(tlog::leaf_hash(entropy.bytes(16)));
    message::Step step{.head = {}, .old_size = range.size(), .proof = {}};
    step.proof = tlog::extension_proof(range, hashes);
    for (const Digest& hash : hashes) range.append(hash);
    step.head = head();
    return step;
  }
  message::Answer ask(const message::Request& request, SignerDesk::Client client = 1) {
    return desk->answer(client, request);
  }
  message::Answer extend(const message::Step& step) {
    return ask(message::Extend{.steps = {step}});
  }
  // What the first note of an answer says.
  tlog::Checkpoint said(const message::Answer& answer) {
    const auto* notes = std::get_if<message::Signed>(&answer);
    EXPECT_NE(notes, nullptr);
    if (notes == nullptr || notes->notes.empty()) return {};
    return evidence::open_in_range(notes->notes.front(), notary->keys(origin)->ranges)
        .value_or(tlog::Checkpoint{});
  }
  void open() { EXPECT_EQ(said(ask(message::Begin{.head = head()})), head()); }
};

// The owners of a log, who sign rosters for it.
struct Owners {
  crypto::P256Key owner = crypto::P256Key::generate(), other = crypto::P256Key::generate();
  evidence::RosterHead head;

  explicit Owners(const Counter& counter) {
    head.origin = origin;
    head.owners = {owner.spki(), other.spki()};
    head.log = counter.secret->ranges(origin);
    head.tree_size = 1;
    head.time = Instant{1'795'000'000'000};
  }
  static Notary::SignedRoster signed_by(const evidence::RosterHead& version,
                                        const crypto::P256Key& key) {
    const std::string text = version.bytes();
    return {.head = text,
            .signatures = evidence::signatures_text(
                {{key.spki(), key.sign(evidence::roster_signing_bytes(text))}})};
  }
  [[nodiscard]] Notary::SignedRoster genesis() const { return signed_by(head, owner); }
  // The next version, as `change` makes it.
  template <typename Change>
  evidence::RosterHead next(Change change) const {
    evidence::RosterHead version = head;
    ++version.version;
    version.prev = head.sha256();
    change(version);
    return version;
  }
  [[nodiscard]] evidence::RosterHead handing_over(const std::string& vkey,
                                                  std::uint64_t from) const {
    return next([&](evidence::RosterHead& version) {
      EXPECT_TRUE(evidence::hand_over(version.log, vkey, from));
    });
  }
};

message::Follow follow(std::vector<Notary::SignedRoster> versions) {
  return {.origin = origin, .versions = std::move(versions)};
}

std::string drafted(Counter& counter) {
  const auto answer = counter.ask(message::Draft{.origin = origin});
  const auto* keys = std::get_if<message::Keys>(&answer);
  EXPECT_NE(keys, nullptr);
  return keys == nullptr ? std::string() : keys->next;
}

TEST(SignerDesk, SignsWhatIsProvenToExtendWhatItSignedLast) {
  Counter counter;
  counter.open();
  EXPECT_EQ(counter.said(counter.extend(counter.grow(3))), counter.head());
  EXPECT_EQ(counter.said(counter.extend(counter.grow(5))), counter.head());
  // Kept before it was said.
  EXPECT_EQ(evidence::open_in_range(counter.locks.notes().at(origin),
                                    counter.notary->keys(origin)->ranges)
                ->size,
            8U);
}

TEST(SignerDesk, RefusesWhatDoesNotExtendIt) {
  Counter counter;
  counter.open();
  counter.extend(counter.grow(3));
  const auto good = counter.grow(2);
  auto other_root = good, no_proof = good, other_start = good;
  other_root.head.root = {};
  no_proof.proof.clear();
  other_start.old_size = 2;
  for (const auto& step : {other_root, no_proof, other_start}) {
    EXPECT_EQ(counter.extend(step), message::Answer(message::Refusal::not_an_extension));
  }
  EXPECT_EQ(counter.said(counter.extend(good)).size, 5U);
}

TEST(SignerDesk, NeverSignsASmallerTreeAndGivesWhatItHas) {
  Counter counter;
  counter.open();
  const auto first = counter.grow(3);
  counter.extend(first);
  counter.extend(counter.grow(2));
  const int puts = counter.locks.puts;
  EXPECT_EQ(counter.said(counter.extend(first)).size, 5U);
  EXPECT_EQ(counter.locks.puts, puts);
}

TEST(SignerDesk, GivesTheSameNoteWhenItsAnswerWasLost) {
  Counter counter;
  counter.open();
  const auto step = counter.grow(3);
  const auto once = counter.extend(step);
  EXPECT_EQ(counter.extend(step), once);
  auto other = step;
  other.head.root = {};
  EXPECT_EQ(counter.extend(other), message::Answer(message::Refusal::not_an_extension));
  EXPECT_EQ(counter.ask(message::Begin{.head = counter.head()}), once);
}

TEST(SignerDesk, SignsAllOfABatchWithOneFlushOrNone) {
  Counter counter;
  counter.open();
  const std::string second = "log.example/p/2";
  const tlog::Checkpoint empty{.origin = second, .size = 0, .root = tlog::empty_root()};
  counter.ask(message::Begin{.head = empty});
  const int puts = counter.locks.puts;
  const auto step = counter.grow(3);
  auto other = step;
  other.head.origin = second;
  auto wrong = other;
  wrong.old_size = 1;
  EXPECT_EQ(counter.ask(message::Extend{.steps = {step, wrong}}),
            message::Answer(message::Refusal::not_an_extension));
  EXPECT_EQ(counter.ask(message::Extend{.steps = {step, step}}),
            message::Answer(message::Refusal::malformed));
  EXPECT_EQ(counter.locks.puts, puts);
  const auto answer = counter.ask(message::Extend{.steps = {other, step}});
  ASSERT_TRUE(std::holds_alternative<message::Signed>(answer));
  EXPECT_EQ(std::get<message::Signed>(answer).notes.size(), 2U);
  EXPECT_EQ(counter.locks.puts, puts + 1);
}

TEST(SignerDesk, KnowsNothingOfALogThatDidNotBegin) {
  Counter counter;
  EXPECT_EQ(counter.extend(counter.grow(1)), message::Answer(message::Refusal::unknown_origin));
}

TEST(SignerDesk, AdoptsALogOnlyWhenItsOperatorAllowsIt) {
  Counter strict;
  strict.grow(4);
  EXPECT_EQ(strict.ask(message::Begin{.head = strict.head()}),
            message::Answer(message::Refusal::not_allowed));
  Counter open(true);
  open.grow(4);
  EXPECT_EQ(open.said(open.ask(message::Begin{.head = open.head()})), open.head());
  // Not over a memory that it has.
  open.grow(1);
  EXPECT_EQ(open.ask(message::Begin{.head = open.head()}),
            message::Answer(message::Refusal::not_an_extension));
}

TEST(SignerDesk, SignsAnEarlierHeadForItsOwnLaterNoteAndTheProof) {
  Counter counter;
  counter.open();
  counter.extend(counter.grow(3));
  const tlog::Checkpoint earlier = counter.head();
  const auto step = counter.grow(4);
  counter.extend(step);
  const std::string note = counter.locks.notes().at(origin);
  const message::Earlier wanted{.note = note, .head = earlier, .proof = step.proof};
  EXPECT_EQ(counter.said(counter.ask(wanted)), earlier);
  auto other = wanted;
  other.head.root = {};
  EXPECT_EQ(counter.ask(other), message::Answer(message::Refusal::not_an_extension));
  const auto stranger = crypto::Ed25519Key::from_seed(std::string(32, 's'));
  auto foreign = wanted;
  foreign.note = tlog::sign_checkpoint(counter.head(), stranger);
  EXPECT_EQ(counter.ask(foreign), message::Answer(message::Refusal::not_an_extension));
  EXPECT_EQ(counter.locks.notes().at(origin), note);
}

TEST(SignerDesk, KeepsRecordsAndLetsNoneStandForALog) {
  Counter counter;
  counter.open();
  EXPECT_EQ(counter.ask(message::Keep{.records = {{"erased\nreq_1", "{}"}}}),
            message::Answer(message::Done{}));
  EXPECT_EQ(counter.locks.notes().at("erased\nreq_1"), "{}");
  EXPECT_EQ(counter.ask(message::Keep{.records = {{"erased\nreq_2", "{}"}, {origin, "forged"}}}),
            message::Answer(message::Refusal::malformed));
  EXPECT_FALSE(counter.locks.notes().contains("erased\nreq_2"));
}

TEST(SignerDesk, NeverSignsALogThatARecordCloses) {
  Counter counter;
  counter.open();
  counter.ask(message::Keep{.records = {{"closed\n" + origin, "{}"}}});
  EXPECT_EQ(counter.extend(counter.grow(1)), message::Answer(message::Refusal::closed));
  EXPECT_EQ(counter.ask(message::Begin{.head = counter.head()}),
            message::Answer(message::Refusal::closed));
}

TEST(SignerDesk, SaysNothingSignedThatItsMemoryDoesNotKeepAndEnds) {
  Counter counter;
  counter.open();
  EXPECT_FALSE(counter.desk->broken());
  counter.locks.broken = true;
  EXPECT_EQ(counter.extend(counter.grow(1)), message::Answer(message::Refusal::not_kept));
  EXPECT_TRUE(counter.desk->broken());
}

TEST(SignerDesk, TellsAllThatItRemembersPageByPage) {
  Counter counter;
  counter.open();
  const std::string large(200'000, 'x');
  for (char name = 'a'; name <= 'f'; ++name) {
    counter.ask(message::Keep{.records = {{std::string("erased\n") + name, large}}});
  }
  std::map<std::string, std::string> told;
  std::string after;
  for (int page = 0; page < 10; ++page) {
    const auto answer = counter.ask(message::Recall{.after = after});
    ASSERT_LE(message::to_bytes(answer).size(), message::body_bytes_max);
    const auto& remembered = std::get<message::Remembered>(answer);
    for (const auto& [name, text] : remembered.records) told.emplace(name, text);
    if (remembered.all) break;
    after = remembered.records.back().first;
  }
  EXPECT_EQ(told, counter.locks.notes());
}

TEST(SignerDesk, HandsOverToTheKeyThatItMadeOnceAnOwnerHasSignedForIt) {
  Counter counter;
  counter.open();
  Owners owners(counter);
  const std::string vkey = drafted(counter);
  const auto next = Owners::signed_by(owners.handing_over(vkey, 5), owners.other);
  const auto answer = counter.ask(follow({owners.genesis(), next}));
  ASSERT_TRUE(std::holds_alternative<message::Keys>(answer));
  EXPECT_EQ(std::get<message::Keys>(answer).turns.back(), (message::Keys::Turn{vkey, 5}));
  EXPECT_EQ(std::get<message::Keys>(answer).next, "");
  // Asked again, in parts or as a whole, it is as it was.
  EXPECT_EQ(counter.ask(follow({next})), answer);
  EXPECT_EQ(counter.ask(follow({owners.genesis(), next})), answer);
  EXPECT_EQ(counter.said(counter.extend(counter.grow(4))).size, 4U);
  EXPECT_TRUE(counter.secret->key(origin, 4).has_value());
  EXPECT_EQ(counter.said(counter.extend(counter.grow(2))).size, 6U);
  EXPECT_FALSE(counter.secret->key(origin, 4).has_value());
}

TEST(SignerDesk, BringsNoKeyInForceThatItsOwnersDidNotSignFor) {
  Counter counter;
  counter.open();
  counter.extend(counter.grow(3));
  Owners owners(counter);
  const auto stranger = crypto::P256Key::generate();
  const std::string gone = drafted(counter), vkey = drafted(counter);
  const std::string own = vkey_of(origin, crypto::Ed25519Key::from_seed(std::string(32, 's')));
  auto theirs = owners.head;
  theirs.log[0].vkey = own;
  EXPECT_EQ(counter.ask(follow({Owners::signed_by(theirs, owners.owner)})),
            message::Answer(message::Refusal::not_owners));
  EXPECT_EQ(counter.ask(follow({Owners::signed_by(owners.head, stranger)})),
            message::Answer(message::Refusal::not_owners));
  ASSERT_TRUE(std::holds_alternative<message::Keys>(counter.ask(follow({owners.genesis()}))));
  const auto keys = counter.ask(message::AskKeys{.origin = origin});
  auto ended = owners.next([](evidence::RosterHead& head) { head.log.back().to = 9; });
  auto two = owners.handing_over(vkey, 9);
  two.owners = {stranger.spki()};
  auto elsewhere = owners.handing_over(vkey, 9);
  elsewhere.origin = "log.example/p/2";
  auto later = owners.handing_over(vkey, 9);
  later.version = 3;
  const Notary::SignedRoster wrong[] = {
      Owners::signed_by(owners.handing_over(vkey, 9), stranger),
      {owners.handing_over(vkey, 9).bytes(), "[]"},
      {"{}", "[]"},
      Owners::signed_by(owners.handing_over(own, 9), owners.owner),
      Owners::signed_by(owners.handing_over(gone, 9), owners.owner),
      Owners::signed_by(owners.handing_over(vkey, 3), owners.owner),  // that size is signed
      Owners::signed_by(ended, owners.owner),
      Owners::signed_by(two, stranger),
      Owners::signed_by(elsewhere, owners.owner),
      Owners::signed_by(later, owners.owner),
      Owners::signed_by(theirs, owners.owner),  // another first version
  };
  for (const auto& one : wrong) {
    EXPECT_EQ(counter.ask(follow({one})), message::Answer(message::Refusal::not_owners))
        << one.head;
    EXPECT_EQ(counter.ask(message::AskKeys{.origin = origin}), keys);
  }
  EXPECT_FALSE(counter.desk->broken());
}

TEST(SignerDesk, DoesNotGoBackToAKeyThatOwnersHaveEnded) {
  Counter counter;
  counter.open();
  Owners owners(counter);
  const auto handed = owners.handing_over(drafted(counter), 5);
  counter.ask(follow({owners.genesis(), Owners::signed_by(handed, owners.owner)}));
  evidence::RosterHead back = handed;
  back.version = 3;
  back.prev = handed.sha256();
  back.log = owners.head.log;
  EXPECT_EQ(counter.ask(follow({Owners::signed_by(back, owners.owner)})),
            message::Answer(message::Refusal::not_owners));
}

TEST(SignerDesk, MakesKeysOnlyForALogThatHasBegunAndIsOpen) {
  Counter counter;
  EXPECT_EQ(counter.ask(message::Draft{.origin = origin}),
            message::Answer(message::Refusal::unknown_origin));
  EXPECT_EQ(counter.ask(follow({{"{}", "[]"}})), message::Answer(message::Refusal::unknown_origin));
  counter.open();
  EXPECT_EQ(counter.ask(message::Draft{.origin = origin}, 2),
            message::Answer(message::Refusal::not_holder));
  EXPECT_EQ(counter.ask(follow({{"{}", "[]"}}), 2), message::Answer(message::Refusal::not_holder));
  counter.ask(message::Keep{.records = {{"closed\n" + origin, "{}"}}});
  EXPECT_EQ(counter.ask(message::Draft{.origin = origin}),
            message::Answer(message::Refusal::closed));
}

TEST(SignerDesk, KeepsNothingInTheNameOfOwners) {
  Counter counter;
  counter.open();
  const Owners owners(counter);
  EXPECT_EQ(counter.ask(message::Keep{.records = {{"roster\n" + origin, owners.head.bytes()}}}),
            message::Answer(message::Refusal::malformed));
  EXPECT_FALSE(counter.locks.notes().contains("roster\n" + origin));
}

TEST(SignerDesk, EndsWhenItCannotRememberTheOwners) {
  Counter counter;
  counter.open();
  const Owners owners(counter);
  counter.locks.broken = true;
  EXPECT_EQ(counter.ask(follow({owners.genesis()})), message::Answer(message::Refusal::not_kept));
  EXPECT_TRUE(counter.desk->broken());
}

TEST(SignerDesk, AnswersBytesThatAreNoMessageWithARefusal) {
  Counter counter;
  for (const std::string_view body : {"", "x", "\2\1x"}) {
    EXPECT_EQ(message::read_answer(counter.desk->answer_bytes(1, body)),
              message::Answer(message::Refusal::malformed));
  }
}

TEST(SignerDesk, SignsAndKeepsForOneServerAtATime) {
  Counter counter;
  counter.open();
  const message::Extend grown{.steps = {counter.grow(1)}};
  const message::Keep record{.records = {{"erased\nreq_1", "{}"}}};
  const message::Begin fresh{
      .head = {.origin = "log.example/p/2", .size = 0, .root = tlog::empty_root()}};
  const int puts = counter.locks.puts;
  for (const message::Request& request :
       std::vector<message::Request>{message::Hold{}, grown, record, fresh}) {
    EXPECT_EQ(counter.ask(request, 2), message::Answer(message::Refusal::not_holder));
  }
  EXPECT_EQ(counter.locks.puts, puts);
  // Who only looks holds nothing.
  EXPECT_EQ(counter.ask(message::Ping{}, 2), message::Answer(message::Done{}));
  EXPECT_TRUE(std::holds_alternative<message::Remembered>(counter.ask(message::Recall{}, 2)));
  counter.desk->gone(2);
  EXPECT_EQ(counter.ask(message::Hold{}, 2), message::Answer(message::Refusal::not_holder));
  counter.desk->gone(1);
  EXPECT_EQ(counter.ask(grown, 2), message::Answer(message::Refusal::not_holder));
  EXPECT_EQ(counter.ask(message::Hold{}, 2), message::Answer(message::Done{}));
  EXPECT_EQ(counter.said(counter.ask(grown, 2)), counter.head());
  EXPECT_EQ(counter.ask(grown, 1), message::Answer(message::Refusal::not_holder));
}

}  // namespace
}  // namespace lp::core
