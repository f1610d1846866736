#include "core/closing.h"

#include <gtest/gtest.h>

#include "core/closing_testing.h"
#include "core/log_reader.h"

namespace lp::core {
namespace {

namespace fs = std::filesystem;

const AcceptedRollback accepted{.reason = "the disk died", .operator_name = "olga"};

void let_a_round_pass(House& house) {
  house.clock.advance_ms(1'000);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(house.engine->run(AcceptClock{}).has_value());
}

// A house whose database is older than what was signed: `kept` was asked before the copy was made,
// `lost` after it.
struct RolledBack {
  House house;
  std::string kept, lost;

  RolledBack() {
    kept = house.asked();
    let_a_round_pass(house);
    house.close();
    fs::copy_file(house.root / "letsping.db", house.root / "old.db");
    house.open();
    lost = house.asked();
    let_a_round_pass(house);
    house.close();
    restore();
  }
  void restore() {
    fs::copy_file(house.root / "old.db", house.root / "letsping.db",
                  fs::copy_options::overwrite_existing);
    fs::remove(house.root / "letsping.db-wal");
    fs::remove(house.root / "letsping.db-shm");
  }
  void start(std::optional<AcceptedRollback> with = accepted) {
    house.accept_rollback = std::move(with);
    house.open();
  }
  [[nodiscard]] std::optional<Succession> offer() { return offered_successor(house); }
  OpenSuccessors sign(const crypto::P256Key& key) { return signed_successor(house, key); }
  // The new project, which the house goes on with.
  std::string reopen() { return open_successor(house); }
};

TEST(Closing, SignsNothingOfALogThatWasRolledBackUntilSomebodyAcceptsThat) {
  RolledBack world;
  world.start(std::nullopt);
  EXPECT_EQ(world.house.engine->run(world.house.ask()).error().fault, Fault::log_frozen);
  EXPECT_FALSE(world.offer().has_value());
}

TEST(Closing, ClosesARolledBackLogForEverBeforeAnythingElse) {
  RolledBack world;
  world.start();
  EXPECT_EQ(world.house.engine->run(world.house.ask()).error().fault, Fault::log_frozen);
  ASSERT_TRUE(world.offer().has_value());
  EXPECT_EQ(world.offer()->document.reason, accepted.reason);
  EXPECT_EQ(world.offer()->document.operator_name, accepted.operator_name);
  EXPECT_GT(world.offer()->document.last_signed.size, world.offer()->document.restored.size);
  // Killed before an owner signed: the next start goes on with the same successor.
  const std::string origin = world.offer()->document.origin;
  world.house.close();
  world.start(std::nullopt);
  ASSERT_TRUE(world.offer().has_value());
  EXPECT_EQ(world.offer()->document.origin, origin);
  world.house.close();
  world.start();
  EXPECT_EQ(world.offer()->document.origin, origin);
}

TEST(Closing, NeverSignsAClosedLogAgainWhateverIsRestored) {
  RolledBack world;
  fs::copy_file(world.house.root / "letsping.db", world.house.root / "new.db");
  world.start();
  world.house.close();
  const auto locks = *store::open_lock_store((world.house.root / "signer").string());
  const auto keys =
      *Keys::open((world.house.root / "secrets").string(), false, world.house.entropy);
  OwnNotary notary(*locks, keys->log_secret(), world.house.entropy);
  Signer signer(notary);
  const std::string origin = "00112233aabbccdd/p/" + id_hex(world.house.project);
  EXPECT_TRUE(signer.closed(origin));
  EXPECT_FALSE(signer.resume(origin, {}));
  EXPECT_EQ(signer.extend({{.origin = origin, .leaf_hashes = {}, .root = {}}}).error(),
            Signer::Fault::unknown_origin);
}

TEST(Closing, OpensAnotherLogInItsPlaceByAnOwnersWord) {
  RolledBack world;
  House& house = world.house;
  world.start();
  const std::string before = world.reopen();
  const auto directory = house.engine->directory();
  EXPECT_TRUE(directory->succeeded(before));
  EXPECT_EQ(directory->project(house.project)->row.name, "default");
  EXPECT_NE(directory->project(before)->row.name, "default");
  EXPECT_EQ(directory->keys.begin()->second.project, house.project);
  const std::string fresh = house.asked();
  ASSERT_TRUE(house.decide(house.consider(fresh, evidence::Verdict::approve)).has_value());
  EXPECT_EQ(house.state(fresh), approval::State::approved);
  // Its first event says what it stands in the place of.
  const auto first = house.engine->reader().leaf(house.project, 0);
  const auto statement = evidence::read_statement((*first)->statement);
  EXPECT_EQ(statement->type, evidence::EventType::log_opened);
  EXPECT_EQ(statement->actor.id, house.member);
  const auto record = evidence::SuccessionRecord::find((*first)->evidence);
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(crypto::sha256(record->document), statement->document);
  EXPECT_EQ(evidence::SuccessionDocument::parse(record->document)->predecessor,
            directory->project(before)->row.origin);
}

TEST(Closing, LeavesWhatWasAskedBeforeToBeRead) {
  RolledBack world;
  House& house = world.house;
  world.start();
  const std::string before = world.reopen();
  EXPECT_TRUE(house.engine->request(world.kept, house.project).has_value());
  EXPECT_FALSE(house.engine->request(world.lost, {}).has_value());
  // Under the newest checkpoint that the copy brought along and has all entries of.
  const auto directory = house.engine->directory();
  auto log = LogReader::open(house.engine->reader(), *directory->project(before));
  ASSERT_TRUE(log.has_value());
  const auto kept = house.engine->request(world.kept, {});
  EXPECT_TRUE(log->proof(kept->rows.request.leaf_index).has_value());
  // Nobody decides it any more.
  EXPECT_FALSE(house.engine->run(Cancel{.project = before, .request = world.kept}).has_value());
}

TEST(Closing, GoesOnAfterTheOpeningWithoutBeingTold) {
  RolledBack world;
  House& house = world.house;
  world.start();
  const std::string before = world.reopen();
  const std::string asked = house.asked();
  house.close();
  house.open();
  EXPECT_TRUE(house.engine->directory()->succeeded(before));
  EXPECT_FALSE(world.offer().has_value());
  EXPECT_TRUE(house.engine->request(asked, {}).has_value());
  EXPECT_TRUE(house.engine->run(house.ask()).has_value());
  EXPECT_EQ(house.engine->run(AdoptSigner{.reason = "no"})->origins.size(), 0U);
}

TEST(Closing, GoesOnAfterACrashBetweenTheSignersFirstWordAndTheCommit) {
  RolledBack world;
  House& house = world.house;
  world.start();
  house.close();
  fs::copy_file(house.root / "letsping.db", house.root / "closed.db");
  world.start(std::nullopt);
  const std::string origin = world.offer()->document.origin;
  // The signer has opened the log; of the commit nothing is there.
  house.close();
  {
    house.locks = *store::open_lock_store((house.root / "signer").string());
    house.keys = *Keys::open((house.root / "secrets").string(), false, house.entropy);
    OwnNotary notary(*house.locks, house.keys->log_secret(), house.entropy);
    ASSERT_TRUE(Signer(notary).open(origin).has_value());
    house.close();
  }
  world.start(std::nullopt);
  world.reopen();
  EXPECT_TRUE(house.engine->run(house.ask()).has_value());
}

TEST(Closing, RefusesASuccessorThatNoOwnerSigned) {
  RolledBack world;
  world.start();
  const auto stranger = crypto::P256Key::generate();
  EXPECT_EQ(world.house.engine->run(world.sign(stranger)).error().fault, Fault::not_permitted);
  auto unsigned_head = world.sign(world.house.approver);
  unsigned_head.openings[0].signatures = "[]";
  EXPECT_EQ(world.house.engine->run(unsigned_head).error().fault, Fault::not_permitted);
  auto unsigned_document = world.sign(world.house.approver);
  unsigned_document.openings[0].record.owners.clear();
  EXPECT_EQ(world.house.engine->run(unsigned_document).error().fault, Fault::not_permitted);
  EXPECT_TRUE(world.offer().has_value());
}

TEST(Closing, RefusesASuccessorOfAnotherText) {
  RolledBack world;
  world.start();
  auto command = world.sign(world.house.approver);
  auto document = *evidence::SuccessionDocument::parse(command.openings[0].record.document);
  document.last_signed.size -= 1;
  command.openings[0].record.document = document.bytes();
  EXPECT_EQ(world.house.engine->run(command).error().fault, Fault::stale);
  auto later = world.sign(world.house.approver);
  world.house.clock.advance_ms(31LL * 60 * 1'000);
  EXPECT_EQ(world.house.engine->run(later).error().fault, Fault::stale);
  auto twice = world.sign(world.house.approver);
  twice.openings.push_back(twice.openings[0]);
  EXPECT_EQ(world.house.engine->run(twice).error().fault, Fault::stale);
}

TEST(Closing, AcceptsNoRollbackWhereThereIsNone) {
  House house;
  house.asked();
  house.close();
  house.accept_rollback = accepted;
  const auto started = house.try_open();
  ASSERT_FALSE(started.has_value());
  EXPECT_NE(started.error().find("nothing to accept"), std::string::npos);
}

TEST(Closing, ClosesTheSuccessorTooWhenACopyOlderThanItIsRestored) {
  RolledBack world;
  House& house = world.house;
  world.start();
  const std::string origin = world.offer()->document.origin;
  const std::string before = world.reopen();
  house.asked();
  house.close();
  world.restore();
  house.project = before;
  world.start(std::nullopt);
  EXPECT_FALSE(world.offer().has_value()) << "the loss of the successor is not accepted yet";
  EXPECT_EQ(house.engine->run(house.ask()).error().fault, Fault::log_frozen);
  house.close();
  world.start();
  ASSERT_TRUE(world.offer().has_value());
  EXPECT_NE(world.offer()->document.origin, origin) << "an origin is never continued";
  world.reopen();
  EXPECT_TRUE(house.engine->run(house.ask()).has_value());
  EXPECT_TRUE(is_closed(*house.locks, origin));
}

TEST(Closing, BeginsTheRootLogAnew) {
  RolledBack world;
  House& house = world.house;
  world.start();
  const auto root = house.engine->directory()->root_vkey;
  EXPECT_TRUE(root.starts_with("00112233aabbccdd/root/"));
  world.reopen();
  house.asked();
  let_a_round_pass(house);
  const auto directory = house.engine->directory();
  EXPECT_EQ(*house.engine->reader().anchored_size(house.project),
            directory->project(house.project)->live->signed_size.load());
  house.close();
  house.open();
  EXPECT_EQ(house.engine->directory()->root_vkey, root);
  house.asked();
  let_a_round_pass(house);
  EXPECT_EQ(house.engine->directory()->root->signed_size.load(),
            *house.engine->reader().anchor_count());
}

TEST(Closing, RefusesADirectoryWhoseSuccessionsWereEdited) {
  RolledBack world;
  world.start();
  world.reopen();
  world.house.close();
  world.house.edit_database("DELETE FROM setting WHERE name = 'log.successors'");
  EXPECT_FALSE(world.house.try_open().has_value());
}

}  // namespace
}  // namespace lp::core
