#include "core/root_log.h"

#include <gtest/gtest.h>

#include "core/testing.h"
#include "evidence/anchor.h"
#include "tlog/note.h"

namespace lp::core {
namespace {

namespace fs = std::filesystem;

// What was due when it is called is anchored when it returns: a round runs before the next batch.
void let_a_round_pass(House& house) {
  house.clock.advance_ms(1'000);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(house.engine->run(AcceptClock{}).has_value());
}

tlog::Checkpoint root_of(House& house) {
  const auto directory = house.engine->directory();
  const auto note = directory->root->checkpoint.load();
  const auto opened =
      tlog::open_checkpoint(note ? *note : "", *tlog::VerifierKey::parse(directory->root_vkey));
  EXPECT_TRUE(opened.has_value());
  return opened.value_or(tlog::Checkpoint{});
}

store::Anchor newest(House& house) {
  auto& reader = house.engine->reader();
  return reader.anchors(*reader.anchor_count() - 1, 1)->front();
}

TEST(RootLog, AnchorsWhatALogHasSigned) {
  House house;
  house.asked();
  let_a_round_pass(house);
  const auto log = house.engine->directory()->project(house.project)->live;
  const auto note = tlog::Note::parse(*log->checkpoint.load());
  const store::Anchor entry = newest(house);
  EXPECT_EQ(entry.size, log->signed_size);
  EXPECT_EQ(entry.leaf, evidence::anchor_leaf(*tlog::Checkpoint::parse_body(note->body)));
  const tlog::Checkpoint root = root_of(house);
  EXPECT_EQ(root.origin, "00112233aabbccdd/root");
  EXPECT_EQ(root.size, entry.index + 1);
  EXPECT_EQ(root.size, house.engine->directory()->root->signed_size);
}

TEST(RootLog, AddsOneEntryASecondHoweverMuchHappens) {
  House house;
  let_a_round_pass(house);
  const std::uint64_t before = root_of(house).size;
  for (int i = 0; i < 5; ++i) house.asked();
  EXPECT_EQ(root_of(house).size, before);
  let_a_round_pass(house);
  EXPECT_EQ(root_of(house).size, before + 1);
  let_a_round_pass(house);
  EXPECT_EQ(root_of(house).size, before + 1);
}

TEST(RootLog, AnchorsAfterARestartWhatWasNotYet) {
  House house;
  let_a_round_pass(house);
  const std::uint64_t before = root_of(house).size;
  house.asked();
  house.close();
  house.open();
  let_a_round_pass(house);
  EXPECT_EQ(root_of(house).size, before + 1);
}

// A house that stopped between the commit of an entry and its signature.
struct StoppedBetween : House {
  StoppedBetween() {
    let_a_round_pass(*this);
    asked();
    const fs::path journal = root / "signer" / "checkpoints", saved = root / "saved";
    close();
    fs::copy_file(journal, saved);
    open();
    let_a_round_pass(*this);
    close();
    fs::copy_file(saved, journal, fs::copy_options::overwrite_existing);
  }
};

TEST(RootLog, SignsEntriesThatACrashLeftUnsigned) {
  StoppedBetween house;
  house.open();
  EXPECT_EQ(root_of(house).size, *house.engine->reader().anchor_count());
}

TEST(RootLog, RefusesAnUnsignedEntryOfNoCheckpoint) {
  for (const char* change : {"size = size - 1", "project = 'proj_other'", "leaf = x'00'",
                             "size = size + 1000", "hash = zeroblob(32)"}) {
    StoppedBetween house;
    house.edit_database(std::string("DROP TRIGGER anchor_is_not_changed; UPDATE anchor SET ") +
                        change + " WHERE position = (SELECT max(position) FROM anchor)");
    const auto started = house.try_open();
    ASSERT_FALSE(started.has_value()) << change;
    EXPECT_NE(started.error().find("root log"), std::string::npos) << started.error();
  }
}

TEST(RootLog, RefusesSignedEntriesThatWereChanged) {
  House house;
  let_a_round_pass(house);
  house.close();
  house.edit_database(
      "DROP TRIGGER anchor_is_not_changed; UPDATE anchor SET hash = zeroblob(32) WHERE position = "
      "0");
  EXPECT_FALSE(house.try_open().has_value());
}

TEST(RootLog, LeavesDecisionsAloneWhenItWasRolledBack) {
  House house;
  house.asked();
  let_a_round_pass(house);
  house.close();
  house.edit_database("DROP TRIGGER anchor_is_not_deleted; DELETE FROM anchor");
  house.open();
  EXPECT_EQ(house.engine->directory()->root->checkpoint.load(), nullptr);
  const std::string request = house.asked();
  EXPECT_TRUE(house.decide(house.consider(request, evidence::Verdict::approve)).has_value());
  let_a_round_pass(house);
  EXPECT_EQ(*house.engine->reader().anchor_count(), 0U);
}

// A lock store whose disk fails when the root log's head is put there, and not before.
class FailingLocks final : public store::LockStore {
 public:
  explicit FailingLocks(store::LockStore& behind) : behind_(behind) {}
  [[nodiscard]] const std::map<std::string, std::string>& notes() const override {
    return behind_.notes();
  }
  store::Result<void> put(const std::vector<std::pair<std::string, std::string>>& notes) override {
    for (const auto& [origin, note] : notes) {
      if (origin.ends_with("/root")) return std::unexpected(store::IoError{"no space"});
    }
    return behind_.put(notes);
  }

 private:
  store::LockStore& behind_;
};

void anchor_on_a_failing_disk() {
  House house;
  let_a_round_pass(house);
  house.engine.reset();
  FailingLocks locks(*house.locks);
  OwnNotary notary(locks, house.keys->log_secret(), house.entropy);
  EngineOptions options;
  options.data_directory = house.root.string();
  options.log_name = "00112233aabbccdd";
  options.disk_reserve_bytes = 0;
  Engine engine(options, *house.store, notary, *house.blobs, *house.keys, house.clock,
                house.entropy, [](auto) {});
  ASSERT_TRUE(engine.start().has_value());
  // Decisions do not depend on it; the round after them does.
  ASSERT_TRUE(engine.run(house.ask()).has_value());
  house.clock.advance_ms(1'000);
  for (int i = 0; i < 3; ++i) static_cast<void>(engine.run(AcceptClock{}));
}

TEST(RootLogDeathTest, StopsTheServerWhenItsHeadCannotBeKept) {
  // The process ends without clearing up after itself.
  std::string scratch = (fs::temp_directory_path() / "lp_root_XXXXXX").string();
  ASSERT_NE(mkdtemp(scratch.data()), nullptr);
  EXPECT_EXIT(
      {
        setenv("TMPDIR", scratch.c_str(), 1);
        anchor_on_a_failing_disk();
      },
      testing::ExitedWithCode(70), "The root log's checkpoint could not be kept");
  fs::remove_all(scratch);
}

TEST(RootLog, GoesOnWhenTheSignersMemoryWasAdopted) {
  House house;
  let_a_round_pass(house);
  const tlog::Checkpoint before = root_of(house);
  house.close();
  fs::remove_all(house.root / "signer");
  house.open();
  EXPECT_EQ(house.engine->directory()->root->checkpoint.load(), nullptr);
  const auto adopted = house.engine->run(AdoptSigner{.reason = "disk of the signer died"});
  ASSERT_TRUE(adopted.has_value());
  EXPECT_EQ(adopted->origins.back(), "00112233aabbccdd/root");
  // The round is due at once: the adoption may be anchored already.
  if (const tlog::Checkpoint after = root_of(house); after.size == before.size) {
    EXPECT_EQ(after, before);
  }
  let_a_round_pass(house);
  EXPECT_EQ(root_of(house).size, before.size + 1);
}

}  // namespace
}  // namespace lp::core
