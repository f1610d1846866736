#include "outbound/worker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/testing.h"
#include "outbound/testing.h"

namespace lp::outbound {
namespace {

// A clock that several threads may use.
class SharedClock final : public Clock {
 public:
  Instant now() override { return {ms_}; }
  std::int64_t monotonic_ms() override { return ms_; }
  void advance_ms(std::int64_t delta) { ms_ += delta; }

 private:
  std::atomic<std::int64_t> ms_ = 1'772'366'400'000;
};

// An outbox in memory that outlives its worker, like the one in the store.
class Outbox final : public Port {
 public:
  explicit Outbox(const Sink& sink) : sink_(sink) {}

  std::int64_t add(std::string path, std::string webhook = "whk_a") {
    std::lock_guard lock(mutex_);
    const auto id = static_cast<std::int64_t>(items_.size()) + 1;
    items_[id] = {.id = id, .project = "proj", .webhook = std::move(webhook)};
    paths_[id] = std::move(path);
    return id;
  }
  store::OutboxItem item(std::int64_t id) {
    std::lock_guard lock(mutex_);
    return items_.at(id);
  }
  bool all(std::string_view state) {
    std::lock_guard lock(mutex_);
    return std::ranges::all_of(items_,
                               [&](const auto& item) { return item.second.state == state; });
  }

  std::vector<store::OutboxItem> due(Instant now, std::size_t limit) override {
    std::lock_guard lock(mutex_);
    std::vector<store::OutboxItem> due;
    for (const auto& [id, item] : items_) {
      if (item.state == "due" && item.next_attempt <= now) due.push_back(item);
    }
    std::ranges::sort(due, {},
                      [](const auto& item) { return std::pair(item.next_attempt, item.id); });
    if (due.size() > limit) due.resize(limit);
    return due;
  }
  std::expected<Delivery, Unsent> render(const store::OutboxItem& item, Instant) override {
    std::lock_guard lock(mutex_);
    const std::string& path = paths_.at(item.id);
    if (path.empty()) return std::unexpected(Unsent{.for_good = true, .why = "removed"});
    return Delivery{.url = sink_.url(path), .headers = {}, .body = std::to_string(item.id)};
  }
  std::vector<store::OutboxItem> report(std::vector<store::OutboxItem> items) override {
    if (full) return items;
    std::lock_guard lock(mutex_);
    for (auto& item : items) items_[item.id] = std::move(item);
    return {};
  }

  std::atomic<bool> full = false;  // the core takes nothing

 private:
  const Sink& sink_;
  std::mutex mutex_;
  std::map<std::int64_t, store::OutboxItem> items_;
  std::map<std::int64_t, std::string> paths_;
};

struct Office {
  Sink sink;
  Outbox outbox{sink};
  SharedClock clock;
  SeededEntropy entropy;
  std::unique_ptr<Worker> worker;

  explicit Office(WorkerOptions options = {}) { open(std::move(options)); }
  void open(WorkerOptions options = {}) {
    options.poll_ms = 10;
    options.transfer.attempt_ms_max = 400;
    worker = std::make_unique<Worker>(outbox, *Guard::make({"127.0.0.1"}), clock, entropy, options);
    worker->start();
  }
};

TEST(Worker, SendsWhatIsDue) {
  Office office;
  const auto first = office.outbox.add("/ok/1"), second = office.outbox.add("/ok/2", "whk_b");
  office.worker->notify();
  ASSERT_TRUE(eventually([&] { return office.outbox.all("sent"); }));
  EXPECT_EQ(office.outbox.item(first).attempts, 1U);
  EXPECT_EQ(office.outbox.item(second).attempts, 1U);
  EXPECT_EQ(office.sink.received().size(), 2U);
}

TEST(Worker, TriesAgainOnTheScheduleAndGivesUp) {
  Office office;
  const auto id = office.outbox.add("/error");
  for (std::uint64_t made = 1; made <= attempts_max; ++made) {
    ASSERT_TRUE(eventually([&] { return office.outbox.item(id).attempts == made; })) << made;
    const auto item = office.outbox.item(id);
    EXPECT_EQ(item.last_error, "HTTP 500");
    if (made == attempts_max) {
      EXPECT_EQ(item.state, "dead");
      break;
    }
    const std::int64_t wait = item.next_attempt - office.clock.now();
    EXPECT_GE(wait, *delay_ms(made));
    EXPECT_LE(wait, *delay_ms(made) * 11 / 10);
    // Not a moment before.
    office.clock.advance_ms(wait - 1);
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    EXPECT_EQ(office.outbox.item(id).attempts, made);
    office.clock.advance_ms(1);
  }
  EXPECT_EQ(office.sink.received().size(), attempts_max);
}

TEST(Worker, StopsAtGoneAndAtWhatWasRemoved) {
  Office office;
  const auto gone = office.outbox.add("/gone"), removed = office.outbox.add("");
  ASSERT_TRUE(eventually([&] { return office.outbox.all("dead"); }));
  EXPECT_EQ(office.outbox.item(gone).last_error, "HTTP 410");
  EXPECT_EQ(office.outbox.item(removed).last_error, "removed");
}

TEST(Worker, DoesNotFollowARedirectAndWaitsAsAsked) {
  Office office;
  const auto moved = office.outbox.add("/redirect"), busy = office.outbox.add("/busy", "whk_b");
  ASSERT_TRUE(eventually([&] {
    return office.outbox.item(moved).attempts == 1 && office.outbox.item(busy).attempts == 1;
  }));
  EXPECT_EQ(office.outbox.item(moved).last_error, "HTTP 302: redirects are not followed");
  EXPECT_GE(office.outbox.item(busy).next_attempt - office.clock.now(), 7'000);
  for (const auto& received : office.sink.received()) EXPECT_NE(received.path, "/ok");
}

TEST(Worker, IsNotHeldUpBySlowReceivers) {
  Office office({.running_per_receiver_max = 2, .window = 16});
  for (int i = 0; i < 40; ++i) office.outbox.add("/silent");
  const auto other = office.outbox.add("/ok", "whk_b");
  ASSERT_TRUE(eventually([&] {
    office.clock.advance_ms(10);
    return office.outbox.item(other).state == "sent";
  }));
  std::size_t silent = 0;
  for (const auto& received : office.sink.received()) silent += received.path == "/silent";
  EXPECT_LT(silent, 40U);
}

TEST(Worker, LetsAReceiverRestThatKeepsFailing) {
  Office office({.running_per_receiver_max = 1});
  for (int i = 0; i < 10; ++i) office.outbox.add("/error");
  const auto deferred = [&] {
    int count = 0;
    for (std::int64_t id = 1; id <= 10; ++id) {
      const auto item = office.outbox.item(id);
      count += item.attempts == 0 && item.next_attempt > office.clock.now();
    }
    return count;
  };
  ASSERT_TRUE(eventually([&] { return deferred() == 7; }));
  EXPECT_EQ(office.sink.received().size(), 3U);
}

TEST(Worker, KeepsItemsDueAcrossARestart) {
  Office office;
  const auto id = office.outbox.add("/error");
  ASSERT_TRUE(eventually([&] { return office.outbox.item(id).attempts == 1; }));
  const auto later = office.outbox.add("/ok");
  ASSERT_TRUE(eventually([&] { return office.outbox.item(later).state == "sent"; }));
  office.worker.reset();
  const auto missed = office.outbox.add("/ok/missed");
  office.clock.advance_ms(10'000);
  office.open();
  ASSERT_TRUE(eventually([&] { return office.outbox.item(missed).state == "sent"; }));
  ASSERT_TRUE(eventually([&] { return office.outbox.item(id).attempts == 2; }));
}

TEST(Worker, SendsOnceWhileTheCoreIsTooBusyToTakeTheNews) {
  Office office;
  office.outbox.full = true;
  office.outbox.add("/ok");
  ASSERT_TRUE(eventually([&] { return office.sink.received().size() == 1; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  EXPECT_EQ(office.sink.received().size(), 1U);
  office.outbox.full = false;
  EXPECT_TRUE(eventually([&] { return office.outbox.all("sent"); }));
  EXPECT_EQ(office.sink.received().size(), 1U);
}

TEST(Worker, FinishesWhatIsOnItsWayWhenItStops) {
  Office office;
  const auto id = office.outbox.add("/drip");
  ASSERT_TRUE(eventually([&] { return office.sink.received().size() == 1; }));
  office.worker->stop();
  EXPECT_EQ(office.outbox.item(id).state, "sent");
}

}  // namespace
}  // namespace lp::outbound
