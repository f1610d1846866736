#include "core/rotation.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/issuer.h"
#include "core/receipt.h"
#include "core/root_log.h"
#include "core/rosters_testing.h"
#include "evidence/leaf.h"
#include "evidence/verify_receipt.h"

namespace lp::core {
namespace {

namespace fs = std::filesystem;
using evidence::Finding;
using evidence::RosterAct;

// A house whose owner hands over to other issuer keys.
struct Rotating : Rosters {
  store::RosterProposal drafted() {
    evidence::RosterWish wish;
    wish.act = RosterAct::rotate_issuer;
    wish.project = project;
    const auto done = engine->run(ProposeRoster{.wish = std::move(wish)});
    EXPECT_TRUE(done.has_value());
    return done ? done->proposal : store::RosterProposal{};
  }
  ChangeRosters rotation(const store::RosterProposal& proposal, std::uint64_t from) {
    auto change = next_but(entries(), [&](evidence::RosterHead& head) {
      EXPECT_TRUE(hand_over(head.issuer, proposal.wish.spki, from));
    });
    change.names.clear();
    change.proposal = proposal.id;
    return change;
  }
  // Signs for another key, from `ahead` entries after the last one on: where that is.
  std::uint64_t rotate(std::uint64_t ahead) {
    const auto proposal = drafted();
    const std::uint64_t from = size() + ahead;
    EXPECT_TRUE(engine->run(rotation(proposal, from)).has_value());
    return from;
  }
  void grow_to(std::uint64_t wanted) {
    while (size() < wanted) asked();
  }
  std::string issuer_of(std::uint64_t index) {
    const auto row = engine->reader().leaf(project, index);
    return evidence::read_leaf((*row)->leaf)->issuer_spki.value_or("");
  }
  // That every leaf is signed by the key whose index it has, under the roster that it names.
  void expect_ranges_kept() {
    for (std::uint64_t index = 0; index < size(); ++index) {
      const std::string spki = issuer_of(index);
      if (!spki.empty()) EXPECT_EQ(spki, view().issuer_at(index)) << index;
    }
  }
  std::size_t key_files() const {
    const auto is_one = [](const auto& item) {
      return item.path().filename().string().starts_with("issuer-");
    };
    return static_cast<std::size_t>(
        std::ranges::count_if(fs::directory_iterator(root / "secrets"), is_one));
  }
  std::vector<evidence::Trust> trust() {
    const auto genesis = engine->reader().roster(project, 1);
    evidence::Trust pinned;
    pinned.origin = view().row.origin;
    pinned.roster_genesis = (*genesis)->sha256;
    pinned.log_vkeys = {*tlog::VerifierKey::parse(view().log_vkey)};
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
  Finding verdict(std::uint64_t index, const std::vector<evidence::Trust>& trusts) {
    return verify_receipt(receipt_at(index).bytes(), trusts, {}).verdict;
  }
};

TEST(Rotation, LetsTheNewKeySignFromExactlyThatEntryOn) {
  Rotating house;
  const std::string before = house.view().issuer_spki;
  const std::uint64_t first = house.size();
  const std::uint64_t from = house.rotate(6);
  house.grow_to(from + 4);
  EXPECT_EQ(house.events_since(first).at(0), "roster.changed");
  EXPECT_EQ(house.events_since(first).at(1), "key.rotated");
  const std::string after = house.view().issuers().back().spki;
  EXPECT_NE(before, after);
  EXPECT_EQ(house.issuer_of(from - 1), before);
  EXPECT_EQ(house.issuer_of(from), after);
  EXPECT_EQ(house.issuer_of(from + 1), after);
  house.expect_ranges_kept();
}

TEST(Rotation, ComesInForceAtTheNextEntryAtTheEarliest) {
  Rotating house;
  const auto proposal = house.drafted();
  // The roster that hands over is signed by the key that goes.
  EXPECT_EQ(house.refusal_of(house.rotation(proposal, house.size())), Fault::stale);
  const std::uint64_t from = house.size() + 1;
  ASSERT_TRUE(house.engine->run(house.rotation(proposal, from)).has_value());
  EXPECT_EQ(house.issuer_of(from - 1), house.view().issuer_spki);
  EXPECT_EQ(house.issuer_of(from), proposal.wish.spki);
}

TEST(Rotation, IsStaleOnceTheLogHasPassedTheEntry) {
  Rotating house;
  const auto proposal = house.drafted();
  const auto late = house.rotation(proposal, house.size() + 2);
  house.grow_to(house.size() + 2);
  EXPECT_EQ(house.refusal_of(late), Fault::stale);
  EXPECT_EQ(house.view().issuers().size(), 1U);
  // The same proposal can be signed for a later entry.
  ASSERT_TRUE(house.engine->run(house.rotation(proposal, house.size() + 2)).has_value());
}

TEST(Rotation, OffersAnEntryAheadOfTheLog) {
  Rotating house;
  const auto index = [&house] {
    return *rotation_index(house.engine->reader(), house.view(), RosterAct::rotate_issuer,
                           house.clock.now());
  };
  EXPECT_GT(index(), house.size() + 2);
  house.clock.advance_ms(3'600'000);
  EXPECT_LT(index(), house.size() + 20);  // nothing was written for an hour
  const std::uint64_t waits = house.rotate(1'000);
  EXPECT_GT(index(), waits);  // whoever waits for its turn keeps an entry
}

TEST(Rotation, TakesNoKeyButTheOneThatWasDrafted) {
  Rotating house;
  const auto proposal = house.drafted();
  const std::uint64_t from = house.size() + 5;
  auto other = proposal;
  other.wish.spki = crypto::P256Key::generate().spki();
  EXPECT_EQ(house.refusal_of(house.rotation(other, from)), Fault::roster_mismatch);
  auto unasked = house.rotation(proposal, from);
  unasked.proposal.clear();
  EXPECT_EQ(house.refusal_of(unasked), Fault::roster_mismatch);
  EXPECT_EQ(house.refusal_of(house.rotation(proposal, from + 100'000'000)), Fault::roster_mismatch);
  auto rewritten = house.next_but(house.entries(), [&](evidence::RosterHead& head) {
    head.issuer[0].from = 1;
    ASSERT_TRUE(hand_over(head.issuer, proposal.wish.spki, from));
  });
  rewritten.proposal = proposal.id;
  EXPECT_EQ(house.refusal_of(rewritten), Fault::roster_mismatch);
}

TEST(Rotation, IsForProjectsThatThereAreAndWithARoster) {
  Rotating house;
  evidence::RosterWish wish;
  wish.act = RosterAct::rotate_issuer;
  wish.project = "proj_none";
  EXPECT_EQ(house.engine->run(ProposeRoster{.wish = wish}).error().fault, Fault::unknown);
  wish.project = house.engine->run(CreateProject{.name = "young"})->id;
  EXPECT_EQ(house.engine->run(ProposeRoster{.wish = wish}).error().fault, Fault::roster_mismatch);
}

TEST(Rotation, KeepsOneKeyThatWaits) {
  Rotating house;
  const auto first = house.drafted();
  const auto second = house.drafted();
  EXPECT_NE(first.wish.spki, second.wish.spki);
  EXPECT_EQ(house.key_files(), 1U);
  EXPECT_EQ(house.refusal_of(house.rotation(first, house.size() + 5)), Fault::unknown);
  ASSERT_TRUE(house.engine->run(house.rotation(second, house.size() + 5)).has_value());
  house.drafted();
  EXPECT_EQ(house.key_files(), 2U);
}

TEST(Rotation, LeavesNothingOfAKeyThatACrashOrphaned) {
  Rotating house;
  // Its file was made, and nothing else of the draft came to be.
  const auto orphan = house.keys->later_issuers().make(house.view().row.origin, house.entropy);
  ASSERT_TRUE(orphan.has_value());
  house.close();
  house.open();
  auto unasked = house.drafted();
  EXPECT_EQ(house.key_files(), 1U);
  unasked.wish.spki = *orphan;
  EXPECT_EQ(house.refusal_of(house.rotation(unasked, house.size() + 5)), Fault::roster_mismatch);
}

TEST(Rotation, CanComeAgainBeforeTheFirstIsDone) {
  Rotating house;
  const std::uint64_t first = house.rotate(10);
  const std::uint64_t second = house.rotate(14);
  EXPECT_LT(first, second);
  house.grow_to(second + 3);
  EXPECT_EQ(house.view().issuers().size(), 3U);
  EXPECT_EQ(house.issuer_of(first), house.view().issuers()[1].spki);
  EXPECT_EQ(house.issuer_of(second), house.view().issuers()[2].spki);
  house.expect_ranges_kept();
}

TEST(Rotation, IsTheSameAfterAStopOnEitherSideOfTheEntry) {
  Rotating house;
  const std::uint64_t from = house.rotate(6);
  house.close();
  house.open();
  house.grow_to(from);
  house.close();
  house.open();
  house.grow_to(from + 3);
  house.expect_ranges_kept();
  EXPECT_NE(house.issuer_of(from), house.issuer_of(from - 1));
}

TEST(Rotation, IsWhollyThereOrNotAtAllAfterAStop) {
  Rotating house;
  const auto drafted = house.drafted();
  house.close();
  house.open();  // between the key and the owner's signature
  ASSERT_TRUE(house.engine->run(house.rotation(drafted, house.size() + 4)).has_value());
  const std::uint64_t from = house.view().issuers().back().from;
  house.close();
  // Between commit and signature: what is signed after a start was checked by its range.
  fs::copy_file(house.root / "signer" / "checkpoints", house.root / "saved");
  house.open();
  house.grow_to(from + 2);
  house.close();
  fs::copy_file(house.root / "saved", house.root / "signer" / "checkpoints",
                fs::copy_options::overwrite_existing);
  house.open();
  house.expect_ranges_kept();
}

TEST(Rotation, SignsNothingThatTheRetiredKeySignedBehindOurBack) {
  Rotating house;
  const std::uint64_t from = house.rotate(2);
  house.grow_to(from);
  house.close();
  fs::copy_file(house.root / "signer" / "checkpoints", house.root / "saved");
  house.open();
  house.asked();
  const std::uint64_t last = house.size() - 1;
  const auto row = *house.engine->reader().leaf(house.project, last);
  const auto retired = house.keys->issuer_key(house.view().row.origin);
  const std::string forged = evidence::signed_leaf(crypto::sha256(row->statement),
                                                   retired.sign(row->statement), retired.spki());
  house.close();
  fs::copy_file(house.root / "saved", house.root / "signer" / "checkpoints",
                fs::copy_options::overwrite_existing);
  house.edit_database("DROP TRIGGER leaf_is_not_changed; UPDATE leaf SET leaf = x'" + hex(forged) +
                      "', hash = x'" + tlog::leaf_hash(forged).hex() +
                      "' WHERE position = (SELECT max(position) FROM leaf)");
  const auto started = house.try_open();
  ASSERT_FALSE(started.has_value());
  EXPECT_NE(started.error().find("not the one for its index"), std::string::npos)
      << started.error();
}

TEST(Rotation, DoesNotStartWithoutTheKeyWhoseTurnItIs) {
  Rotating house;
  house.rotate(40);
  const std::string origin = house.view().row.origin;
  house.close();
  for (const auto& item : fs::directory_iterator(house.root / "secrets")) {
    if (item.path().filename().string().starts_with("issuer-")) fs::remove(item.path());
  }
  const auto started = house.try_open();
  ASSERT_FALSE(started.has_value());
  EXPECT_NE(started.error().find("is not in secrets/"), std::string::npos) << started.error();
}

TEST(Rotation, LeavesReceiptsOfBothSidesValidUnderTheTrustFileOfBefore) {
  Rotating house;
  const auto decided = [&house] {
    const std::string request = house.asked();
    EXPECT_TRUE(house.decide(house.consider(request, evidence::Verdict::approve)));
    return house.engine->request(request, {})->rows.state.leaf_index;
  };
  const std::uint64_t early = decided();
  const auto before = house.trust();
  const std::uint64_t from = house.rotate(9);
  house.grow_to(from + 1);
  // An event that names no roster of its own, and one that people made.
  ASSERT_TRUE(house.engine->run(CreateKey{.project = house.project, .name = "late"}).has_value());
  const std::uint64_t unnamed = house.size() - 1, late = decided();
  const auto after = house.trust();
  for (const std::uint64_t index : {early, from - 1, from, from + 1, unnamed, late}) {
    EXPECT_EQ(house.verdict(index, before), Finding::valid) << index;
    EXPECT_EQ(house.verdict(index, after), Finding::valid) << index;
  }
  for (std::uint64_t index = 0; index < house.size(); ++index) {
    EXPECT_EQ(house.verdict(index, after), Finding::valid) << index;
  }
}

TEST(Rotation, LeavesTheRetiredKeyNothingToSignThatVerifies) {
  Rotating house;
  const std::uint64_t from = house.rotate(4);
  house.grow_to(from + 2);
  // Whoever has the log key and the retired one forges a tree in which it signed on.
  auto receipt = house.receipt_at(from + 1);
  auto& logged = receipt.logged;
  const auto retired = house.keys->issuer_key(house.view().row.origin);
  logged.issuer =
      evidence::IssuerSignature{.key = retired.spki(), .sig = retired.sign(logged.statement)};
  logged.leaf =
      evidence::signed_leaf(crypto::sha256(logged.statement), logged.issuer->sig, retired.spki());
  std::map<std::pair<unsigned, std::uint64_t>, Digest> hashes;
  tlog::CompactRange tree;
  for (const auto& leaf : *house.engine->reader().leaves(house.project, 0, from + 2)) {
    const bool forged = leaf.index == from + 1;
    tree.append(tlog::leaf_hash(forged ? logged.leaf : leaf.leaf),
                [&](unsigned level, std::uint64_t at, const Digest& hash) {
                  hashes.insert_or_assign({level, at}, hash);
                });
  }
  const std::string& origin = house.view().row.origin;
  logged.proof.path = *tlog::inclusion_proof(
      from + 1, from + 2, [&](unsigned level, std::uint64_t at) -> std::optional<Digest> {
        return hashes.at({level, at});
      });
  logged.proof.checkpoint =
      tlog::sign_checkpoint({.origin = origin, .size = from + 2, .root = tree.root()},
                            house.keys->log_secret().key(origin));
  receipt.anchor.reset();
  const auto report = verify_receipt(receipt.bytes(), house.trust(), {});
  EXPECT_EQ(report.verdict, Finding::invalid);
  EXPECT_EQ(report.check, evidence::Check::issuer_range) << report.text();
}

TEST(Rotation, SignsWhatIsNoLeafWithTheKeyWhoseTurnItIs) {
  Rotating house;
  const std::uint64_t from = house.rotate(6);
  EXPECT_EQ(issuer_now(*house.keys, house.view()).spki(), house.view().issuer_spki);
  house.grow_to(from);
  EXPECT_EQ(issuer_now(*house.keys, house.view()).spki(), house.view().issuers().back().spki);
}

TEST(Rotation, KeepsItsKeysAsSecretsAre) {
  Rotating house;
  house.drafted();
  fs::path file;
  for (const auto& item : fs::directory_iterator(house.root / "secrets")) {
    if (item.path().filename().string().starts_with("issuer-")) file = item.path();
  }
  ASSERT_FALSE(file.empty());
  struct stat status{};
  ASSERT_EQ(stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0400U);
  EXPECT_EQ(status.st_size, 32);
  house.close();
  fs::rename(
      file, file.parent_path() / (file.filename().string().substr(0, 40) + "0123456789abcdef.key"));
  const auto opened = Keys::open((house.root / "secrets").string(), false, house.entropy);
  ASSERT_FALSE(opened.has_value());
  EXPECT_NE(opened.error().find("not the key that its name says"), std::string::npos);
}

}  // namespace
}  // namespace lp::core
