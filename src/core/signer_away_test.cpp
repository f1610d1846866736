// What the core does while the signer, being another process, is away.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "base/file.h"
#include "core/roster_offer.h"
#include "core/testing.h"

namespace lp::core {
namespace {

// A notary elsewhere, whose door a test opens and shuts.
class Door final : public Notary {
 public:
  explicit Door(Notary& behind) : behind_(behind), records_(*this) {}

  store::LockStore& memory() override { return records_; }
  std::optional<LogKeys> keys(std::string_view origin) override { return behind_.keys(origin); }
  std::expected<std::string, Fault> draft(std::string_view origin) override {
    if (shut) return std::unexpected(Fault::away);
    return behind_.draft(origin);
  }
  std::expected<void, Fault> follow(const std::string& origin,
                                    const std::vector<SignedRoster>& versions) override {
    if (shut || shut_to_signing) return std::unexpected(Fault::away);
    return behind_.follow(origin, versions);
  }
  std::expected<std::vector<std::string>, Fault> extend(
      const std::vector<Growth>& growths) override {
    if (shut || shut_to_signing) return std::unexpected(Fault::away);
    auto notes = behind_.extend(growths);
    // Not that to the root log, which is anchored whenever its time has come.
    const bool of_project = !growths.front().head.origin.ends_with("/root");
    if (of_project && loses_answers.exchange(false)) return std::unexpected(Fault::away);
    return notes;
  }
  std::expected<std::string, Fault> begin(const tlog::Checkpoint& head) override {
    if (shut) return std::unexpected(Fault::away);
    return behind_.begin(head);
  }
  std::optional<std::string> earlier(const Earlier& wanted) const override {
    return behind_.earlier(wanted);
  }
  bool ready() override { return !shut; }
  [[nodiscard]] bool elsewhere() const override { return true; }

  std::atomic<bool> shut = false;             // says nothing at all
  std::atomic<bool> shut_to_signing = false;  // went just when it was asked to sign
  std::atomic<bool> loses_answers = false;    // signs a project's log once, and is not heard

 private:
  class Records final : public store::LockStore {
   public:
    explicit Records(Door& door) : door_(door) {}
    [[nodiscard]] const std::map<std::string, std::string>& notes() const override {
      return door_.behind_.memory().notes();
    }
    store::Result<void> put(
        const std::vector<std::pair<std::string, std::string>>& records) override {
      if (door_.shut) return std::unexpected(store::IoError{"away"});
      return door_.behind_.memory().put(records);
    }

   private:
    Door& door_;
  };

  Notary& behind_;
  Records records_;
};

// A house whose log is signed behind that door, and whose callers do not wait.
struct FarHouse : House {
  std::unique_ptr<Notary> inside;
  Door* door = nullptr;

  FarHouse() {
    close();
    start_far();
  }
  ~FarHouse() { engine.reset(); }

  void start_far() {
    store = *store::open_sqlite((root / "letsping.db").string());
    locks = *store::open_lock_store((root / "signer").string());
    keys = *Keys::open((root / "secrets").string(), false, entropy);
    inside = std::make_unique<OwnNotary>(*locks, keys->log_secret(), entropy);
    auto made = std::make_unique<Door>(*inside);
    door = made.get();
    notary = std::move(made);
    EngineOptions options;
    options.data_directory = root.string();
    options.log_name = "00112233aabbccdd";
    options.disk_reserve_bytes = 0;
    options.signer_patience_ms = 0;
    engine = std::make_unique<Engine>(options, *store, *notary, *blobs, *keys, clock, entropy,
                                      [](auto) {});
    const auto started = engine->start();
    ASSERT_TRUE(started.has_value()) << started.error();
  }
  template <typename C>
  Fault refusal_of(C command) {
    const auto done = engine->run(std::move(command));
    EXPECT_FALSE(done.has_value());
    return done ? Fault::unknown : done.error().fault;
  }
  // Until the core thread has looked for the signer again.
  template <typename Condition>
  [[nodiscard]] bool comes_about(Condition condition) const {
    for (int i = 0; i < 1'000 && !condition(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return condition();
  }
  [[nodiscard]] bool back() const {
    return comes_about([this] { return !engine->deciding_blocked(); });
  }
};

TEST(SignerAway, NothingIsTakenAndNothingIsCommitted) {
  FarHouse house;
  const auto before = house.engine->reader().log_heads()->front().size;
  house.door->shut = true;
  EXPECT_EQ(house.refusal_of(house.ask()), Fault::signer_unavailable);
  EXPECT_EQ(house.engine->deciding_blocked(), Fault::signer_unavailable);
  EXPECT_EQ(house.engine->ingest_blocked(), Fault::signer_unavailable);
  EXPECT_EQ(house.engine->reader().log_heads()->front().size, before);
  house.door->shut = false;
  ASSERT_TRUE(house.back());
  EXPECT_TRUE(house.engine->run(house.ask()).has_value());
}

TEST(SignerAway, OwnersAreShownToItWhenItIsBack) {
  FarHouse house;
  const auto directory = house.engine->directory();
  evidence::RosterWish wish;
  wish.act = evidence::RosterAct::rotate_log_key;
  wish.project = house.project;
  house.door->shut = true;
  EXPECT_EQ(house.refusal_of(ProposeRoster{.wish = wish}), Fault::signer_unavailable);
  house.door->shut = false;
  ASSERT_TRUE(house.back());
  const auto proposal = house.engine->run(ProposeRoster{.wish = wish})->proposal;
  const ProjectView& project = *directory->project(house.project);
  auto head = next_roster_head(*project.roster, project.entries, house.clock.now());
  const std::uint64_t from = project.live->signed_size + 1;
  ASSERT_TRUE(evidence::hand_over(head.log, proposal.wish.vkey, from));
  evidence::RosterDocument document{.head = head.bytes(), .entries = {}, .signatures = {}};
  for (const auto& entry : project.entries) document.entries.push_back(entry.bytes());
  document.signatures = evidence::signatures_text(
      {{house.approver.spki(),
        house.approver.sign(evidence::roster_signing_bytes(document.head))}});
  house.door->shut_to_signing = true;
  EXPECT_EQ(house.refusal_of(ChangeRosters{
                .changes = {{house.project, document}}, .names = {}, .proposal = proposal.id}),
            Fault::signer_unavailable);
  EXPECT_EQ(house.engine->directory()->project(house.project)->log_keys().size(), 1U);
  house.door->shut_to_signing = false;
  ASSERT_TRUE(house.back());
  house.asked();
  const ProjectView& now = *house.engine->directory()->project(house.project);
  ASSERT_EQ(now.log_keys().size(), 2U);
  EXPECT_TRUE(evidence::open_in_range(*now.live->checkpoint.load(), now.log_keys()).has_value());
}

TEST(SignerAway, WhatWasCommittedIsPendingToAllUntilItIsSigned) {
  FarHouse house;
  const std::string request = house.asked();
  const auto wish = house.consider(request, evidence::Verdict::approve);
  house.door->shut_to_signing = true;
  const auto decided = house.decide(wish);
  ASSERT_FALSE(decided.has_value());
  EXPECT_EQ(decided.error().fault, Fault::signer_unavailable);
  const auto log = house.engine->directory()->project(house.project)->live;
  EXPECT_LT(log->signed_size, house.engine->reader().log_heads()->front().size);
  EXPECT_EQ(house.state(request), approval::State::pending);
  EXPECT_EQ(house.refusal_of(house.ask()), Fault::signer_unavailable);
  house.door->shut_to_signing = false;
  ASSERT_TRUE(house.back());
  EXPECT_EQ(house.state(request), approval::State::approved);
  EXPECT_EQ(log->signed_size, house.engine->reader().log_heads()->front().size);
}

TEST(SignerAway, ASignatureWhoseAnswerWasLostIsAskedForAgain) {
  FarHouse house;
  house.door->loses_answers = true;
  EXPECT_EQ(house.refusal_of(house.ask()), Fault::signer_unavailable);
  ASSERT_TRUE(house.back());
  EXPECT_TRUE(house.engine->run(house.ask()).has_value());
}

TEST(SignerAway, AServerThatStopsMeanwhileSignsAtItsNextStart) {
  FarHouse house;
  const std::string request = house.asked();
  const auto wish = house.consider(request, evidence::Verdict::reject);
  house.door->shut_to_signing = true;
  EXPECT_FALSE(house.decide(wish).has_value());
  house.close();
  house.start_far();
  EXPECT_EQ(house.state(request), approval::State::rejected);
}

TEST(SignerAway, TheRootLogSignsLaterWhatItCommitted) {
  FarHouse house;
  house.asked();
  house.clock.advance_ms(1'000);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(house.engine->run(AcceptClock{}).has_value());
  const auto signed_size = [&] { return house.engine->directory()->root->signed_size.load(); };
  ASSERT_EQ(signed_size(), *house.engine->reader().anchor_count());
  // If the first of these is anchored at once, the second has a second to wait.
  for (int i = 0; i < 2; ++i) house.asked();
  house.door->shut_to_signing = true;
  house.clock.advance_ms(1'000);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(house.engine->run(AcceptClock{}).has_value());
  EXPECT_LT(signed_size(), *house.engine->reader().anchor_count());
  house.door->shut_to_signing = false;
  house.clock.advance_ms(1'000);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(house.engine->run(AcceptClock{}).has_value());
  EXPECT_EQ(signed_size(), *house.engine->reader().anchor_count());
}

TEST(SignerAway, AnotherSignerThatRemembersNothingDoesNotBeginTheLogAnew) {
  House house;
  house.asked();
  house.close();
  std::filesystem::remove_all(house.root / "signer");
  std::filesystem::remove(house.root / "secrets/log.key");
  ASSERT_TRUE(
      create_file_durably((house.root / "secrets/log.key").string(), std::string(32, 'o'), 0400)
          .has_value());
  const auto started = house.try_open();
  ASSERT_FALSE(started.has_value());
  EXPECT_NE(started.error().find("another log key"), std::string::npos) << started.error();
}

}  // namespace
}  // namespace lp::core
