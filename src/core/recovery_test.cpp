#include "core/recovery.h"

#include <gtest/gtest.h>

#include "core/testing.h"

namespace lp::core {
namespace {

namespace fs = std::filesystem;

// A house whose newest leaf was committed but not yet signed when it stopped.
struct StoppedBetween : House {
  fs::path lock_file = root / "signer" / "checkpoints";
  fs::path saved = root / "saved";
  std::string request;

  explicit StoppedBetween(bool decided = false) {
    request = asked();
    if (!decided) save();
    if (decided) {
      const auto considered = consider(request, evidence::Verdict::approve);
      save();
      EXPECT_TRUE(decide(considered).has_value());
    } else {
      request = asked();
    }
    close();
    fs::copy_file(saved, lock_file, fs::copy_options::overwrite_existing);
  }
  void save() {
    close();
    fs::copy_file(lock_file, saved);
    open();
  }
};

TEST(Recovery, SignsWhatWasCommittedOnceEveryLeafIsChecked) {
  StoppedBetween house(true);
  house.open();
  EXPECT_EQ(house.state(house.request), approval::State::approved);
}

TEST(Recovery, RefusesAnUnsignedLeafWhoseStatementWasChanged) {
  StoppedBetween house;
  house.edit_database(
      "DROP TRIGGER leaf_is_not_changed; UPDATE leaf SET statement = CAST(statement || 'x' AS "
      "BLOB) WHERE position = (SELECT max(position) FROM leaf)");
  EXPECT_FALSE(house.try_open().has_value());
}

TEST(Recovery, RefusesADecisionWhoseHumanSignatureWasTakenAway) {
  StoppedBetween house(true);
  house.edit_database(
      "DROP TRIGGER leaf_is_not_changed; UPDATE leaf SET evidence = x'5b5d' WHERE type = "
      "'review.approved'");
  const auto started = house.try_open();
  ASSERT_FALSE(started.has_value());
  EXPECT_NE(started.error().find("approver's signature"), std::string::npos);
}

TEST(Recovery, RefusesALogWhoseSignedLeafHashWasChanged) {
  House house;
  house.asked();
  house.close();
  house.edit_database(
      "DROP TRIGGER leaf_is_not_changed; UPDATE leaf SET hash = zeroblob(32) WHERE position = "
      "(SELECT min(position) FROM leaf)");
  EXPECT_FALSE(house.try_open().has_value());
}

TEST(Recovery, DoesNotServeARequestWhoseStateRowWasChanged) {
  House house;
  const std::string request = house.asked();
  const auto considered = house.consider(request, evidence::Verdict::reject);
  house.close();
  house.edit_database("UPDATE request_state SET state = 'approved'");
  house.open();
  const auto view = house.engine->request(request, {});
  ASSERT_FALSE(view.has_value());
  EXPECT_EQ(view.error().fault, Fault::row_tampered);
  const auto decided = house.decide(considered);
  ASSERT_FALSE(decided.has_value());
  EXPECT_EQ(decided.error().fault, Fault::row_tampered);
}

TEST(Recovery, SignsNothingWithoutSignerStateUntilItIsAdopted) {
  House house;
  const std::string before = house.asked();
  house.close();
  fs::remove_all(house.root / "signer");
  house.open();
  const auto refused = house.engine->run(house.ask());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().fault, Fault::log_frozen);
  const auto adopted = house.engine->run(AdoptSigner{.reason = "disk of the signer died"});
  ASSERT_TRUE(adopted.has_value());
  EXPECT_EQ(adopted->origins.size(), 2U);  // the project's and the root log's
  EXPECT_TRUE(house.engine->run(house.ask()).has_value());
  EXPECT_EQ(house.state(before), approval::State::pending);
}

TEST(Recovery, AdoptsNothingThatWasRolledBack) {
  House house;
  house.close();
  fs::copy_file(house.root / "letsping.db", house.root / "old.db");
  house.open();
  house.asked();
  house.close();
  fs::copy_file(house.root / "old.db", house.root / "letsping.db",
                fs::copy_options::overwrite_existing);
  house.open();
  const auto adopted = house.engine->run(AdoptSigner{.reason = "never mind"});
  ASSERT_TRUE(adopted.has_value());
  EXPECT_TRUE(adopted->origins.empty());
  EXPECT_FALSE(house.engine->run(house.ask()).has_value());
}

// What the log does not say: who may ask, and how.
TEST(Recovery, RefusesADirectoryThatSomebodyElseWrote) {
  for (const std::string edit :
       {"UPDATE api_key SET role = 'admin'", "DELETE FROM api_key",
        "INSERT INTO member VALUES ('mem_eve', 'Eve', 1, NULL, NULL)",
        "UPDATE device SET created = created + 1", "UPDATE project SET payloads = 'server_sealed'",
        "INSERT INTO setting VALUES ('test', '1')",
        "DELETE FROM setting WHERE name = 'directory_mac'"}) {
    House house;
    house.close();
    house.edit_database(edit);
    const auto started = house.try_open();
    ASSERT_FALSE(started.has_value()) << edit;
    EXPECT_NE(started.error().find("behind its back"), std::string::npos) << started.error();
  }
}

TEST(Recovery, DoesNotServeARequestWhoseAskWasChanged) {
  House house;
  const std::string request = house.asked();
  house.close();
  house.edit_database("UPDATE request_state SET actor = 'mem_eve'");
  house.open();
  const auto view = house.engine->request(request, {});
  ASSERT_FALSE(view.has_value());
  EXPECT_EQ(view.error().fault, Fault::row_tampered);
}

}  // namespace
}  // namespace lp::core
