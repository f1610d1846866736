#include "monitor/monitor.h"

#include "monitor/contradiction.h"
#include "monitor/testing.h"

namespace lp::monitor {
namespace {

TEST(Monitor, FollowsAnHonestLogAndSaysThatNobodyWasShownAnother) {
  Watched watched;
  watched.grow(3);
  watched.stranger_is_anchored();
  watched.grow(600);
  watched.expect_nothing_wrong();
  const Report report = watched.look();
  EXPECT_EQ(report.entries, 3U);
  EXPECT_EQ(report.anchors, 2U);
  EXPECT_EQ(report.one_view, 603U);
  EXPECT_EQ(report.witnessed_ms, std::nullopt);
}

TEST(Monitor, AsksOnlyForWhatIsNew) {
  Watched watched;
  watched.grow(600);
  watched.expect_nothing_wrong();
  watched.server.asked.clear();
  watched.expect_nothing_wrong();
  EXPECT_EQ(watched.server.asked.size(), 2U) << "the two heads";
  watched.grow(10);
  watched.server.asked.clear();
  watched.expect_nothing_wrong();
  for (const std::string& path : watched.server.asked) {
    EXPECT_EQ(path.find("entries/000"),
              path.starts_with("/log/root/") ? path.find("entries/000") : std::string::npos);
  }
}

TEST(Monitor, ReadsLogsWithTilesAboveTiles) {
  Watched watched;
  watched.signs_each = 100;
  watched.grow(256 * 256 + 300);
  watched.expect_nothing_wrong();
  EXPECT_GT(watched.keeps, 4U) << "what was read is kept on the way";
  Watched lied;
  lied.signs_each = 100;
  lied.grow(256 * 256 + 300);
  lied.server.flip(lied.server.project_path() + "tile/1/000", 255 * 32);
  lied.expect(Alarm::wrong_tile);
}

TEST(Monitor, GoesOnWhereItWasInterrupted) {
  Watched watched;
  for (int i = 0; i < 40; ++i) watched.grow(50);
  for (int enough = 1;; ++enough) {
    watched.server.fetches_left = enough;
    watched.restart();
    const Report report = watched.look();
    if (report.whole) break;
    EXPECT_EQ(report.findings.front().alarm, Alarm::interrupted);
    ASSERT_LT(enough, 200);
  }
  EXPECT_EQ(watched.look().one_view, 2'000U);
  EXPECT_EQ(watched.look().anchors, 40U);
}

TEST(Monitor, NamesAHeadThatIsSmallerThanTheOneBefore) {
  Watched watched;
  watched.grow(20);
  watched.expect_nothing_wrong();
  watched.restart();
  watched.server.project_note = watched.server.project.note(19);
  const Finding finding = watched.alarm();
  EXPECT_EQ(finding.alarm, Alarm::rollback);
  EXPECT_NE(finding.evidence.find("\"alarm\":\"rollback\""), std::string::npos);
  watched.restart();
  watched.expect(Alarm::rollback);
}

TEST(Monitor, ProvesTwoHeadsOfOneSize) {
  Watched watched;
  watched.grow(20);
  watched.expect_nothing_wrong();
  watched.restart();
  watched.server.project.leaf(7) = watched.some_leaf();
  watched.server.project_note = watched.server.project.note(20);
  const Finding finding = watched.alarm();
  EXPECT_EQ(finding.alarm, Alarm::fork);
  const auto proof = Contradiction::parse(finding.evidence);
  ASSERT_TRUE(proof.has_value());
  EXPECT_TRUE(proof->holds(watched.trust.log_vkeys));
  EXPECT_FALSE(proof->holds({watched.server.root.vkey()}));
}

TEST(Monitor, ProvesAHistoryThatWasRewrittenAndWentOn) {
  Watched watched;
  watched.grow(300);
  watched.expect_nothing_wrong();
  watched.restart();
  watched.server.project.leaf(7) = watched.some_leaf();
  watched.grow(400);
  const Finding finding = watched.alarm();
  EXPECT_EQ(finding.alarm, Alarm::fork);
  auto proof = Contradiction::parse(finding.evidence);
  ASSERT_TRUE(proof.has_value());
  EXPECT_TRUE(proof->holds(watched.trust.log_vkeys));
  proof->prefix = crypto::sha256("another");
  EXPECT_FALSE(proof->holds(watched.trust.log_vkeys));
  watched.restart();
  watched.expect(Alarm::fork);
}

TEST(Monitor, SeesAForkOfAHeadWhoseLeavesItNeverRead) {
  Watched watched;
  watched.grow(300);
  watched.server.fetches_left = 3;
  EXPECT_FALSE(watched.look().whole);
  watched.server.fetches_left.reset();
  watched.restart();
  watched.server.project.leaf(7) = watched.some_leaf();
  watched.grow(1);
  watched.expect(Alarm::fork);
}

TEST(Monitor, ProvesAForkOfTheRootLog) {
  Watched watched;
  watched.grow(5);
  watched.stranger_is_anchored();
  watched.expect_nothing_wrong();
  watched.server.root.leaf(1) = watched.server.root.leaf(0);
  watched.server.root_note = watched.server.root.note(2);
  const Finding finding = watched.alarm();
  EXPECT_EQ(finding.alarm, Alarm::fork);
  EXPECT_EQ(finding.origin, "log.example/root");
  EXPECT_TRUE(Contradiction::parse(finding.evidence)->holds(watched.trust.root->log_vkeys));
}

TEST(Monitor, TakesNoHeadThatNoPinnedKeySigned) {
  for (const int way : {0, 1, 2}) {
    Watched watched;
    watched.grow(3);
    std::string& note = watched.server.project_note;
    if (way == 0) note = TestLog(watched.trust.origin, 'x').note(0);
    if (way == 1) note = watched.server.root_note;
    if (way == 2) note[note.size() - 8] ^= 1;
    watched.expect(Alarm::bad_signature);
    note = "<html>";
    watched.expect(Alarm::bad_signature);
    note = watched.server.project.note(3);
    for (int i = 0; i < 3'000; ++i)
      note += "— somebody.example/else AAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";
    watched.expect(Alarm::bad_signature);
    note = watched.server.project.note(3);
    watched.expect_nothing_wrong();
  }
}

TEST(Monitor, NamesALeafThatIsNotTheTrees) {
  Watched watched;
  watched.grow(300);
  const std::string path = watched.server.project_path() + "tile/entries/000";
  // Inside of the first entry, behind its length.
  watched.server.flip(path, 200);
  watched.expect(Alarm::wrong_leaf);
  watched.server.lies[path] = "no bundle";
  watched.expect(Alarm::wrong_leaf);
  watched.server.lies.clear();
  watched.expect_nothing_wrong();
}

TEST(Monitor, NamesATileOfWhichOneByteIsWrong) {
  for (const char* tile : {"tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"}) {
    Watched watched;
    watched.grow(300);
    const std::string path = watched.server.project_path() + tile;
    watched.server.flip(path, 31);
    watched.expect(Alarm::wrong_tile);
    watched.server.lies[path].pop_back();
    watched.expect(Alarm::wrong_tile);
    watched.server.lies.clear();
    watched.expect_nothing_wrong();
  }
}

TEST(Monitor, NamesLeavesThatDoNotLeadToTheSignedRoot) {
  Watched watched;
  watched.grow(10);
  const std::string signed_note = watched.server.project_note;
  // Leaves and tiles agree with each other, and not with what was signed.
  watched.server.project.leaf(3) = watched.some_leaf();
  watched.server.project_note = signed_note;
  watched.expect(Alarm::inconsistent);
  watched.restart();
  watched.expect(Alarm::inconsistent);
}

TEST(Monitor, NamesEntriesThatAreNoEntries) {
  Watched watched;
  watched.server.project.add("{}");
  watched.grow(1);
  watched.expect(Alarm::wrong_leaf);
  Watched other;
  other.grow(1);
  other.server.root.add("something else");
  other.server.root_note = other.server.root.note(2);
  other.expect(Alarm::wrong_leaf);
}

TEST(Monitor, NamesALeafThatItsIssuerDidNotSign) {
  Watched watched;
  watched.grow(2);
  const std::string leaf = evidence::signed_leaf(
      crypto::sha256("appended"), watched.issuer.sign("something else"), watched.issuer.spki());
  watched.server.project.add(leaf);
  watched.grow(1);
  const Finding finding = watched.alarm();
  EXPECT_EQ(finding.alarm, Alarm::wrong_leaf);
  EXPECT_NE(finding.what.find("entry 2 "), std::string::npos) << finding.what;
}

TEST(Monitor, FindsAHeadOfAnotherTreeInTheRootLog) {
  Watched watched;
  watched.grow(10);
  watched.expect_nothing_wrong();
  // What somebody else was shown, signed by the same key and anchored like any other.
  TestLog shown_to_others = TestLog(watched.trust.origin, 'p');
  for (int i = 0; i < 11; ++i) shown_to_others.add(watched.some_leaf());
  watched.anchor(shown_to_others.checkpoint(11));
  watched.grow(10);
  const Finding finding = watched.alarm();
  EXPECT_EQ(finding.alarm, Alarm::split_view);
  EXPECT_NE(finding.evidence.find("\"index\":1,"), std::string::npos) << finding.evidence;
  watched.restart();
  EXPECT_EQ(watched.look().one_view, 10U) << "only up to the last entry that is of this tree";
  watched.expect(Alarm::split_view);
}

TEST(Monitor, FindsAnEntryThatGoesBack) {
  Watched watched;
  watched.grow(10);
  watched.grow(10);
  watched.anchor(watched.server.project.checkpoint(10));
  watched.expect(Alarm::split_view);
}

TEST(Monitor, DoesNotBelieveTilesThatWereMadeToFitTheEntry) {
  Watched watched;
  watched.grow(10);
  TestLog shown_to_others(watched.trust.origin, 'p');
  for (std::size_t i = 0; i < 10; ++i) shown_to_others.add(watched.server.project.leaf(i));
  watched.add(10);
  watched.expect_nothing_wrong();
  watched.restart();
  shown_to_others.add(watched.some_leaf());
  watched.anchor(shown_to_others.checkpoint(11));
  // Hides the other tree from who looks for its head, in the tile that is read again for it.
  const std::string own = *watched.server.project.tile("0/000.p/20");
  watched.server.lies[watched.server.project_path() + "tile/0/000.p/20"] =
      *shown_to_others.tile("0/000.p/11") + own.substr(11 * 32);
  watched.expect(Alarm::wrong_tile);
  EXPECT_EQ(watched.look().one_view, 10U);
  watched.restart();
  watched.server.lies.clear();
  watched.expect(Alarm::split_view);
}

TEST(Monitor, LetsTheRootLogBeALittleLate) {
  Watched watched;
  watched.grow(10);
  watched.add(5);
  watched.expect_nothing_wrong();
  EXPECT_EQ(watched.look().one_view, 10U);
  watched.now = watched.now + 301'000;
  watched.expect(Alarm::not_anchored);
  watched.anchor(watched.server.project.checkpoint(15));
  watched.expect_nothing_wrong();
  EXPECT_EQ(watched.look().one_view, 15U);
}

TEST(Monitor, SaysWhenNoWitnessStandsBehindTheLog) {
  Watched watched;
  watched.grow(3);
  watched.trust_the_witness();
  watched.expect(Alarm::witness_missing);
  watched.server.project_note = watched.cosigned_at(watched.server.project_note, watched.now);
  watched.expect_nothing_wrong();
  EXPECT_EQ(watched.look().witnessed_ms, 0);
}

TEST(Monitor, SaysWhenTheWitnessesWordIsOld) {
  Watched watched;
  watched.grow(3);
  watched.trust_the_witness();
  watched.server.project_note = watched.cosigned_at(watched.server.project_note, watched.now);
  watched.expect_nothing_wrong();
  watched.restart();
  watched.now = watched.now + 301'000;
  watched.expect(Alarm::stale);
  watched.now = watched.now + -1'000'000;
  watched.expect(Alarm::stale);
}

TEST(Monitor, TakesNoTimeThatNoClockShowsForNow) {
  Watched watched;
  watched.grow(3);
  watched.trust_the_witness();
  // In milliseconds it is the present, but for the bits that do not fit.
  const std::uint64_t far_s = static_cast<std::uint64_t>(watched.now.ms) / 1'000 + (1ULL << 61U);
  watched.server.project_note = watched.cosigned_at_s(watched.server.project_note, far_s);
  watched.expect(Alarm::stale);
}

TEST(Monitor, CountsAWitnessOfTheRootLogForFreshness) {
  Watched watched;
  watched.grow(3);
  watched.trust_the_witness();
  watched.server.root_note = watched.cosigned_at(watched.server.root_note, watched.now);
  watched.expect_nothing_wrong();
}

TEST(Monitor, AsksForTheCosignedHeadWhenTheNewestHasNoCosignature) {
  Watched watched;
  watched.grow(300);
  watched.trust_the_witness();
  watched.server.project_cosigned = watched.cosigned_at(watched.server.project_note, watched.now);
  watched.grow(300);
  watched.expect_nothing_wrong();
  // One of another tree is a fork, whoever cosigned it.
  TestLog other(watched.trust.origin, 'p');
  for (int i = 0; i < 5; ++i) other.add(watched.some_leaf());
  watched.server.project_cosigned = watched.cosigned_at(other.note(5), watched.now);
  watched.expect(Alarm::fork);
}

TEST(Monitor, FollowsALogThatGrowsWhileItLooks) {
  Watched watched;
  watched.grow(250);
  watched.trust_the_witness();
  TestServer& server = watched.server;
  server.before_each = [&](const std::string&) {
    watched.grow(1);
    server.project_cosigned = watched.cosigned_at(server.project_note, watched.now);
    server.root_cosigned = watched.cosigned_at(server.root_note, watched.now);
  };
  for (int looks = 0; looks < 5; ++looks) {
    const Report report = watched.look();
    for (const Finding& finding : report.findings) ADD_FAILURE() << finding.what;
    EXPECT_TRUE(report.whole);
  }
}

TEST(Monitor, TakesNoCosignatureThatDoesNotVerify) {
  Watched watched;
  watched.grow(3);
  watched.trust_the_witness();
  const std::string good = watched.cosigned_at(watched.server.project_note, watched.now);
  watched.witness = crypto::Ed25519Key::from_seed(std::string(32, 'v'));
  auto note = *tlog::Note::parse(good);
  note.signatures.back().signature.back() ^= 1;
  watched.server.project_note = note.to_string();
  EXPECT_EQ(watched.look().findings.front().alarm, Alarm::bad_signature);
}

TEST(Monitor, TakesNoHeadOfAKeyThatDoesNotSignItsSize) {
  Watched watched;
  watched.trust.log = {{.vkey = watched.server.project.vkey().to_string(), .from = 0, .to = 4}};
  watched.grow(3);
  watched.expect_nothing_wrong();
  watched.grow(2);
  watched.expect(Alarm::bad_signature);
}

TEST(Monitor, WaitsAtALeafOfAKeyThatItDoesNotKnow) {
  Watched watched;
  watched.grow(3);
  const auto changed = crypto::P256Key::generate();
  std::swap(watched.issuer, const_cast<crypto::P256Key&>(changed));
  watched.grow(3);
  watched.expect(Alarm::unknown_issuer);
  watched.restart();
  watched.expect(Alarm::unknown_issuer);
  watched.trust.issuer->front().to = 3;
  watched.trust.issuer->push_back({.spki = watched.issuer.spki(), .from = 3, .to = {}});
  watched.restart();
  watched.expect_nothing_wrong();
}

TEST(Monitor, SaysWhenItIsNotShownAnything) {
  Watched watched;
  watched.grow(3);
  watched.server.away = true;
  watched.expect(Alarm::unreachable);
  watched.server.away = false;
  watched.server.hidden.insert(watched.server.project_path() + "tile/entries/000.p/3");
  watched.expect(Alarm::withheld);
  watched.server.hidden.clear();
  watched.expect_nothing_wrong();
}

TEST(Monitor, SaysWhenItCannotKeepWhatItSaw) {
  struct Forgetful final : Watched {
    std::expected<void, std::string> keep(const Memory&) override {
      return std::unexpected("the disk is full");
    }
  } watched;
  watched.grow(3);
  watched.expect(Alarm::not_kept);
}

TEST(Memory, IsOfOneLogAndOfWhatItsKeysSigned) {
  Watched watched;
  watched.grow(300);
  watched.expect_nothing_wrong();
  EXPECT_TRUE(Memory::parse(watched.kept, watched.trust).has_value());
  EXPECT_EQ(Memory::parse(watched.kept, watched.trust)->to_text(watched.trust), watched.kept);
  auto other = watched.trust;
  other.origin = "log.example/p/other";
  EXPECT_FALSE(Memory::parse(watched.kept, other).has_value());
  other = watched.trust;
  other.log_vkeys = {watched.server.root.vkey()};
  EXPECT_FALSE(Memory::parse(watched.kept, other).has_value());
  other = watched.trust;
  other.root.reset();
  EXPECT_FALSE(Memory::parse(watched.kept, other).has_value());
  for (std::size_t cut = 0; cut + 1 < watched.kept.size(); cut += 7) {
    EXPECT_FALSE(Memory::parse(watched.kept.substr(0, cut), watched.trust).has_value());
  }
}

TEST(Contradiction, IsReadAsItIsWrittenAndInNoOtherWay) {
  Watched watched;
  watched.grow(20);
  const std::string before = watched.server.project_note;
  watched.server.project.leaf(7) = watched.some_leaf();
  const Contradiction same{
      .first = before, .second = watched.server.project.note(20), .prefix = {}, .proof = {}};
  const std::string text = same.to_text();
  EXPECT_TRUE(Contradiction::parse(text)->holds(watched.trust.log_vkeys));
  EXPECT_FALSE(Contradiction::parse(text + " ").has_value());
  EXPECT_FALSE(Contradiction::parse("{}").has_value());
  const Contradiction no_fork{.first = before, .second = before, .prefix = {}, .proof = {}};
  EXPECT_FALSE(no_fork.holds(watched.trust.log_vkeys));
}

}  // namespace
}  // namespace lp::monitor
