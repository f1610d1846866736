#include "core/log_rotation.h"

#include <gtest/gtest.h>

#include <map>
#include <utility>

#include "base/file.h"
#include "core/closing_testing.h"
#include "core/log_owners.h"
#include "core/receipt.h"
#include "core/root_log.h"
#include "core/rosters_testing.h"
#include "core/rotation.h"
#include "evidence/verify_receipt.h"

namespace lp::core {
namespace {

namespace fs = std::filesystem;
using evidence::Finding;
using evidence::RosterAct;

void let_a_round_pass(House& house) {
  house.clock.advance_ms(1'000);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(house.engine->run(AcceptClock{}).has_value());
}

// A house whose owner hands its log over to other keys.
struct Rotating : Rosters {
  const std::string& origin() { return view().row.origin; }
  std::string note() { return *view().live->checkpoint.load(); }
  store::RosterProposal drafted() {
    evidence::RosterWish wish;
    wish.act = RosterAct::rotate_log_key;
    wish.project = project;
    const auto done = engine->run(ProposeRoster{.wish = std::move(wish)});
    EXPECT_TRUE(done.has_value());
    return done ? done->proposal : store::RosterProposal{};
  }
  ChangeRosters rotation(const store::RosterProposal& proposal, std::uint64_t from) {
    auto change = next_but(entries(), [&](evidence::RosterHead& head) {
      EXPECT_TRUE(evidence::hand_over(head.log, proposal.wish.vkey, from));
    });
    change.names.clear();
    change.proposal = proposal.id;
    return change;
  }
  // Signs for another key, from `ahead` entries after the last one on: the size.
  std::uint64_t rotate(std::uint64_t ahead) {
    const auto proposal = drafted();
    const std::uint64_t from = size() + ahead;
    EXPECT_TRUE(engine->run(rotation(proposal, from)).has_value());
    return from;
  }
  void grow_to(std::uint64_t wanted) {
    while (size() < wanted) asked();
  }
  // Under the owners' ranges, as a third party looks at it.
  std::uint64_t opened_size() {
    const auto opened = evidence::open_in_range(note(), view().log_keys());
    EXPECT_TRUE(opened.has_value()) << note();
    return opened ? opened->size : 0;
  }
  // Whether the private half of the key with which this size was signed is still somewhere.
  bool has_key_of(std::uint64_t wanted) {
    return keys->log_secret().key(origin(), wanted).has_value();
  }
  void expect_in_order() {
    EXPECT_EQ(view().roster->log, keys->log_secret().ranges(origin()));
    EXPECT_EQ(opened_size(), size());
  }

  // What a crash leaves of them: the key file and the signer's memory as they were.
  fs::path key_file() const { return root / "secrets" / "log.key"; }
  fs::path memory_file() const { return root / "signer" / "checkpoints"; }
  static void replace(const fs::path& from, const fs::path& to) {
    fs::remove(to);
    fs::copy_file(from, to);
  }
  void save() {
    replace(key_file(), root / "saved.key");
    replace(memory_file(), root / "saved.memory");
  }
  void restore_key() { replace(root / "saved.key", key_file()); }
  void restore_memory() { replace(root / "saved.memory", memory_file()); }
  void reopen() {
    close();
    open();
  }

  std::vector<evidence::Trust> trust() {
    const auto genesis = engine->reader().roster(project, 1);
    evidence::Trust pinned;
    pinned.origin = origin();
    pinned.roster_genesis = (*genesis)->sha256;
    pinned.log = view().log_keys();
    for (const auto& range : *pinned.log) {
      pinned.log_vkeys.push_back(*tlog::VerifierKey::parse(range.vkey));
    }
    pinned.issuer = view().issuers();
    const auto directory = engine->directory();
    pinned.root = evidence::RootLog{.origin = RootLog::origin_of(directory->log_name, ""),
                                    .log_vkeys = {*tlog::VerifierKey::parse(directory->root_vkey)}};
    return {pinned};
  }
  evidence::Receipt receipt_at(std::uint64_t index) {
    const auto made = receipt_of(engine->reader(), *keys, *notary, *engine->directory(), view(),
                                 {.index = index});
    EXPECT_TRUE(made.has_value()) << index;
    return made ? *made : evidence::Receipt{};
  }
};

TEST(LogRotation, LetsTheNewKeySignFromExactlyThatSizeOn) {
  Rotating house;
  const std::string before = house.view().log_vkey;
  const std::uint64_t first = house.size();
  const std::uint64_t from = house.rotate(6);
  EXPECT_EQ(house.events_since(first).at(0), "roster.changed");
  EXPECT_EQ(house.events_since(first).at(1), "key.rotated");
  while (house.size() < from + 3) {
    house.asked();
    house.expect_in_order();
    EXPECT_EQ(house.has_key_of(0), house.size() < from) << house.size();
  }
  const auto keys = house.view().log_keys();
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0], (evidence::LogKeyRange{before, 0, from}));
  EXPECT_EQ(keys[1].from, from);
  EXPECT_NE(keys[1].vkey, before);
  EXPECT_EQ(house.view().log_vkey_at(from - 1), before);
  EXPECT_EQ(house.view().log_vkey_at(from), keys[1].vkey);
}

TEST(LogRotation, MayComeInForceWithTheVeryCheckpointOverItsRoster) {
  Rotating house;
  const auto proposal = house.drafted();
  EXPECT_EQ(house.refusal_of(house.rotation(proposal, house.size())), Fault::stale);
  ASSERT_TRUE(house.engine->run(house.rotation(proposal, house.size() + 1)).has_value());
  house.expect_in_order();
  EXPECT_FALSE(house.has_key_of(0));
}

TEST(LogRotation, IsStaleOnceTheLogHasPassedTheSize) {
  Rotating house;
  const auto proposal = house.drafted();
  const auto late = house.rotation(proposal, house.size() + 2);
  house.grow_to(house.size() + 2);
  EXPECT_EQ(house.refusal_of(late), Fault::stale);
  EXPECT_EQ(house.view().log_keys().size(), 1U);
  ASSERT_TRUE(house.engine->run(house.rotation(proposal, house.size() + 2)).has_value());
}

TEST(LogRotation, OffersASizeAheadOfTheLogAndOfAKeyThatWaits) {
  Rotating house;
  const auto index = [&house] {
    return *rotation_index(house.engine->reader(), house.view(), RosterAct::rotate_log_key,
                           house.clock.now());
  };
  EXPECT_GT(index(), house.size() + 2);
  const std::uint64_t waits = house.rotate(1'000);
  EXPECT_GT(index(), waits);
}

TEST(LogRotation, TakesNoKeyButTheOneThatWasDrafted) {
  Rotating house;
  const auto proposal = house.drafted();
  const std::uint64_t from = house.size() + 5;
  auto other = proposal;
  other.wish.vkey = vkey_of(house.origin(), crypto::Ed25519Key::from_seed(std::string(32, 's')));
  EXPECT_EQ(house.refusal_of(house.rotation(other, from)), Fault::roster_mismatch);
  auto unasked = house.rotation(proposal, from);
  unasked.proposal.clear();
  EXPECT_EQ(house.refusal_of(unasked), Fault::roster_mismatch);
  EXPECT_EQ(house.refusal_of(house.rotation(proposal, from + 100'000'000)), Fault::roster_mismatch);
  auto rewritten = house.next_but(house.entries(), [&](evidence::RosterHead& head) {
    head.log[0].from = 1;
    ASSERT_TRUE(evidence::hand_over(head.log, proposal.wish.vkey, from));
  });
  rewritten.proposal = proposal.id;
  EXPECT_EQ(house.refusal_of(rewritten), Fault::roster_mismatch);
}

TEST(LogRotation, MakesAFreshKeyForEachWishAndKeepsOne) {
  Rotating house;
  const auto first = house.drafted();
  const auto second = house.drafted();
  EXPECT_NE(first.wish.vkey, second.wish.vkey);
  EXPECT_EQ(house.keys->log_secret().next(house.origin()), second.wish.vkey);
  EXPECT_EQ(house.refusal_of(house.rotation(first, house.size() + 5)), Fault::unknown);
  ASSERT_TRUE(house.engine->run(house.rotation(second, house.size() + 5)).has_value());
  EXPECT_EQ(house.keys->log_secret().next(house.origin()), "");
}

TEST(LogRotation, IsForProjectsThatThereAreAndWithARoster) {
  Rotating house;
  evidence::RosterWish wish;
  wish.act = RosterAct::rotate_log_key;
  wish.project = "proj_none";
  EXPECT_EQ(house.engine->run(ProposeRoster{.wish = wish}).error().fault, Fault::unknown);
  wish.project = house.engine->run(CreateProject{.name = "young"})->id;
  EXPECT_EQ(house.engine->run(ProposeRoster{.wish = wish}).error().fault, Fault::roster_mismatch);
}

TEST(LogRotation, CanComeAgainBeforeTheFirstIsDone) {
  Rotating house;
  const std::uint64_t first = house.rotate(10);
  const std::uint64_t second = house.rotate(14);
  EXPECT_LT(first, second);
  while (house.size() < second + 2) {
    house.asked();
    house.expect_in_order();
    EXPECT_EQ(house.has_key_of(0), house.size() < first);
    EXPECT_EQ(house.has_key_of(first), house.size() < second);
  }
  EXPECT_EQ(house.view().log_keys().size(), 3U);
}

TEST(LogRotation, LeavesTheIssuerToBeRotatedBeforeAndAfter) {
  Rotating house;
  const auto rotate_issuer = [&house] {
    evidence::RosterWish wish;
    wish.act = RosterAct::rotate_issuer;
    wish.project = house.project;
    const auto proposal = house.engine->run(ProposeRoster{.wish = std::move(wish)})->proposal;
    auto change = house.next_but(house.entries(), [&](evidence::RosterHead& head) {
      EXPECT_TRUE(hand_over(head.issuer, proposal.wish.spki, house.size() + 4));
    });
    change.names.clear();
    change.proposal = proposal.id;
    EXPECT_TRUE(house.engine->run(std::move(change)).has_value());
  };
  rotate_issuer();
  const std::uint64_t from = house.rotate(6);
  rotate_issuer();
  house.grow_to(from + 3);
  house.rotate(2);
  house.grow_to(house.size() + 3);
  house.reopen();
  house.expect_in_order();
  EXPECT_EQ(house.view().issuers().size(), 3U);
  EXPECT_EQ(house.view().log_keys().size(), 3U);
  for (std::uint64_t index = 0; index < house.size(); ++index) {
    const auto report = verify_receipt(house.receipt_at(index).bytes(), house.trust(), {});
    EXPECT_EQ(report.verdict, Finding::valid) << index << report.text();
  }
}

// --- a stop at each step ---

TEST(LogRotation, GoesOnWhenTheKeyWasMadeAndNothingElse) {
  Rotating house;
  // The notary kept it, and the proposal that names it was lost.
  const auto lost = house.notary->draft(house.origin());
  ASSERT_TRUE(lost.has_value());
  house.reopen();
  house.expect_in_order();
  EXPECT_EQ(house.keys->log_secret().next(house.origin()), *lost);
  const std::uint64_t from = house.rotate(3);
  house.grow_to(from + 1);
  house.expect_in_order();
  EXPECT_NE(house.view().log_keys().back().vkey, *lost);
}

TEST(LogRotation, GoesOnWhenAnOwnerIsAboutToSign) {
  Rotating house;
  const auto proposal = house.drafted();
  house.reopen();
  const std::uint64_t from = house.size() + 3;
  ASSERT_TRUE(house.engine->run(house.rotation(proposal, from)).has_value());
  house.grow_to(from);
  house.expect_in_order();
}

TEST(LogRotation, ShowsTheNotaryWhatWasCommittedBeforeAStop) {
  for (const std::uint64_t ahead : {1U, 6U}) {
    Rotating house;
    const auto proposal = house.drafted();
    house.save();
    const std::uint64_t from = house.size() + ahead;
    ASSERT_TRUE(house.engine->run(house.rotation(proposal, from)).has_value());
    const std::string signed_then = house.note();
    house.close();
    house.restore_key();
    house.restore_memory();
    house.open();
    // The same bytes, whichever side of the size the roster itself is on.
    EXPECT_EQ(house.note(), signed_then);
    house.grow_to(from + 1);
    house.expect_in_order();
    EXPECT_FALSE(house.has_key_of(0));
  }
}

TEST(LogRotation, GoesOnWhenTheKeyIsInForceAndItsRosterNotRemembered) {
  Rotating house;
  const auto proposal = house.drafted();
  house.save();
  const std::uint64_t from = house.size() + 6;
  ASSERT_TRUE(house.engine->run(house.rotation(proposal, from)).has_value());
  house.close();
  house.restore_memory();
  house.open();
  house.expect_in_order();
  house.grow_to(from + 1);
  house.expect_in_order();
}

TEST(LogRotation, SignsWithTheNewKeyWhatWasCommittedBeyondTheSizeBeforeAStop) {
  Rotating house;
  const std::uint64_t from = house.rotate(3);
  house.save();
  house.grow_to(from + 1);
  const std::string signed_then = house.note();
  house.close();
  house.restore_key();
  house.restore_memory();
  house.open();
  EXPECT_EQ(house.note(), signed_then);
  house.expect_in_order();
  EXPECT_FALSE(house.has_key_of(0));
}

TEST(LogRotation, DestroysAtTheNextStartTheKeyThatAStopLeftThere) {
  Rotating house;
  const std::uint64_t from = house.rotate(3);
  house.save();
  house.grow_to(from + 1);
  house.close();
  house.restore_key();
  house.open();
  EXPECT_FALSE(house.has_key_of(0));
  EXPECT_EQ(read_file(house.root / "saved.key", 1 << 20)->find("\nkey 0 "),
            read_file(house.key_file(), 1 << 20)->find("\nkey 0 "));
  EXPECT_NE(read_file(house.key_file(), 1 << 20)->find(" -\n"), std::string::npos);
  house.asked();
  house.expect_in_order();
}

// --- what is not to happen ---

TEST(LogRotation, DoesNotStartWithACopyOfTheKeysThatLacksTheNextOne) {
  for (const bool reached : {false, true}) {
    Rotating house;
    house.save();
    const std::uint64_t from = house.rotate(4);
    if (reached) house.grow_to(from + 1);
    house.close();
    house.restore_key();
    const auto started = house.try_open();
    ASSERT_FALSE(started.has_value());
    EXPECT_NE(started.error().find("cannot be trusted"), std::string::npos) << started.error();
  }
}

TEST(LogRotation, SeesARolledBackDatabaseThatIsOlderThanTheRotation) {
  Rotating house;
  house.asked();
  house.close();
  fs::copy_file(house.root / "letsping.db", house.root / "old.db");
  house.open();
  const std::uint64_t from = house.rotate(3);
  house.grow_to(from + 2);
  house.close();
  Rotating::replace(house.root / "old.db", house.root / "letsping.db");
  fs::remove(house.root / "letsping.db-wal");
  fs::remove(house.root / "letsping.db-shm");
  house.open();
  EXPECT_EQ(house.engine->run(house.ask()).error().fault, Fault::log_frozen);
  house.close();
  // The log that opens in its place begins with a key of its own.
  house.accept_rollback = AcceptedRollback{.reason = "the disk died", .operator_name = "ops"};
  house.open();
  open_successor(house);
  house.asked();
  house.expect_in_order();
  EXPECT_EQ(house.view().log_keys().size(), 1U);
  const std::uint64_t again = house.rotate(2);
  house.grow_to(again + 1);
  house.expect_in_order();
}

TEST(LogRotation, GoesOnAfterTheMemoryWasLostAndAdopted) {
  Rotating house;
  const std::uint64_t from = house.rotate(3);
  house.grow_to(from + 1);
  house.close();
  fs::remove_all(house.root / "signer");
  house.open();
  EXPECT_EQ(house.engine->run(house.ask()).error().fault, Fault::log_frozen);
  ASSERT_TRUE(house.engine->run(AdoptSigner{.reason = "the disk died"}).has_value());
  house.asked();
  house.expect_in_order();
  const std::uint64_t again = house.rotate(3);
  house.grow_to(again + 1);
  house.reopen();
  house.expect_in_order();
}

TEST(LogRotation, LeavesOtherLogsAndThoseMadeLaterTheirOwnKeys) {
  Rotating house;
  const std::string other = house.engine->run(CreateProject{.name = "other"})->id;
  const std::string other_key = house.engine->directory()->project(other)->log_vkey;
  const std::string root_key = house.engine->directory()->root_vkey;
  const std::uint64_t from = house.rotate(2);
  house.grow_to(from + 1);
  EXPECT_FALSE(house.has_key_of(0));
  const std::string later = house.engine->run(CreateProject{.name = "later"})->id;
  const std::string later_key = house.engine->directory()->project(later)->log_vkey;
  house.reopen();
  EXPECT_EQ(house.engine->directory()->project(other)->log_vkey, other_key);
  EXPECT_EQ(house.engine->directory()->project(later)->log_vkey, later_key);
  EXPECT_EQ(house.engine->directory()->root_vkey, root_key);
  let_a_round_pass(house);
  house.asked();
}

// --- receipts ---

TEST(LogRotation, LeavesReceiptsOfAllErasValid) {
  Rotating house;
  const auto decided = [&house] {
    const std::string request = house.asked();
    EXPECT_TRUE(house.decide(house.consider(request, evidence::Verdict::approve)));
    return house.engine->request(request, {})->rows.state.leaf_index;
  };
  const std::uint64_t early = decided();
  const std::string kept = house.receipt_at(early).bytes();
  const auto before = house.trust();
  const std::uint64_t from = house.rotate(4);
  house.grow_to(from);
  const std::uint64_t late = decided();
  const auto after = house.trust();
  for (std::uint64_t index = 0; index <= late; ++index) {
    EXPECT_EQ(verify_receipt(house.receipt_at(index).bytes(), after, {}).verdict, Finding::valid)
        << index;
  }
  // What was made before is judged as before, with either file.
  EXPECT_EQ(verify_receipt(kept, before, {}).verdict, Finding::valid);
  EXPECT_EQ(verify_receipt(kept, after, {}).verdict, Finding::valid);
  // What is made now needs the file that names the key.
  const auto report = verify_receipt(house.receipt_at(early).bytes(), before, {});
  EXPECT_EQ(report.check, evidence::Check::checkpoint) << report.text();
}

TEST(LogRotation, KeepsTheAnchorOfACheckpointWhoseKeyIsGone) {
  Rotating house;
  const std::uint64_t index = house.size() - 1;
  house.asked();
  let_a_round_pass(house);
  house.asked();
  const std::uint64_t from = house.rotate(1);
  EXPECT_GE(house.size(), from);
  EXPECT_FALSE(house.has_key_of(0));
  const auto receipt = house.receipt_at(index);
  EXPECT_TRUE(receipt.anchor.has_value());
  EXPECT_EQ(verify_receipt(receipt.bytes(), house.trust(), {}).verdict, Finding::valid);
}

TEST(LogRotation, LeavesTheRetiredKeyNothingToSignThatVerifies) {
  Rotating house;
  const auto retired = house.keys->log_secret().key(house.origin());
  const std::uint64_t from = house.rotate(4);
  house.grow_to(from + 2);
  // Of an entry that names a roster of before, so that the receipt shows no later one.
  auto receipt = house.receipt_at(1);
  receipt.anchor.reset();
  const auto head = evidence::open_in_range(house.note(), house.view().log_keys());
  ASSERT_TRUE(head.has_value());
  receipt.logged.proof.checkpoint = tlog::sign_checkpoint(*head, retired);
  const auto report = verify_receipt(receipt.bytes(), house.trust(), {});
  EXPECT_EQ(report.verdict, Finding::invalid);
  EXPECT_EQ(report.check, evidence::Check::checkpoint) << report.text();
}

}  // namespace
}  // namespace lp::core
