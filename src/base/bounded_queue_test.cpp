#include "base/bounded_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

namespace lp {
namespace {

using namespace std::chrono_literals;

TEST(BoundedQueue, GivesEverythingInOrder) {
  BoundedQueue<int> queue(3);
  EXPECT_TRUE(queue.push(1));
  EXPECT_TRUE(queue.push(2));
  EXPECT_EQ(queue.size(), 2u);
  EXPECT_EQ(queue.drain(0ms), (std::vector<int>{1, 2}));
  EXPECT_EQ(queue.size(), 0u);
}

TEST(BoundedQueue, RefusesBeyondItsBoundAndLeavesTheItemAlone) {
  BoundedQueue<std::unique_ptr<int>> queue(1);
  EXPECT_TRUE(queue.push(std::make_unique<int>(1)));
  auto second = std::make_unique<int>(2);
  EXPECT_FALSE(queue.push(std::move(second)));
  ASSERT_TRUE(second);  // NOLINT: that it is untouched is the promise
  EXPECT_EQ(*second, 2);
  EXPECT_EQ(queue.drain(0ms).size(), 1u);
  EXPECT_TRUE(queue.push(std::move(second)));
}

TEST(BoundedQueue, DrainsEmptyAfterTheTimeout) {
  BoundedQueue<int> queue(1);
  EXPECT_TRUE(queue.drain(1ms).empty());
  EXPECT_FALSE(queue.closed());
}

TEST(BoundedQueue, ClosedRefusesButStillGivesWhatItHolds) {
  BoundedQueue<int> queue(2);
  EXPECT_TRUE(queue.push(1));
  queue.close();
  EXPECT_TRUE(queue.closed());
  EXPECT_FALSE(queue.push(2));
  EXPECT_EQ(queue.drain(1h), std::vector<int>{1});
  EXPECT_TRUE(queue.drain(1h).empty());  // does not wait: nothing can come any more
}

TEST(BoundedQueue, CloseWakesAWaitingConsumer) {
  BoundedQueue<int> queue(1);
  std::jthread consumer([&queue] { EXPECT_TRUE(queue.drain(1h).empty()); });
  queue.close();
}

TEST(BoundedQueue, GivesWhatIsNotUrgentTogetherWithWhatIs) {
  BoundedQueue<int> queue(3);
  EXPECT_TRUE(queue.push(1, Urgency::soon));
  EXPECT_EQ(queue.drain(0ms), std::vector<int>{1});  // no longer than it was asked to wait
  EXPECT_TRUE(queue.push(2, Urgency::soon));
  EXPECT_TRUE(queue.push(3));
  EXPECT_EQ(queue.drain(1h), (std::vector<int>{2, 3}));
}

TEST(BoundedQueue, DoesNotWaitLongForCompanyForWhatIsNotUrgent) {
  BoundedQueue<int> queue(3);
  EXPECT_TRUE(queue.push(1, Urgency::soon));
  EXPECT_EQ(queue.drain(1h), std::vector<int>{1});
  // Also when the consumer waits already.
  std::jthread consumer([&queue] { EXPECT_EQ(queue.drain(1h), std::vector<int>{2}); });
  EXPECT_TRUE(queue.push(2, Urgency::soon));
}

TEST(BoundedQueue, WakesItsConsumerOnceForAllThatOneTurnPushes) {
  BoundedQueue<int> queue(3);
  std::vector<int> taken;
  {
    std::jthread consumer([&] { taken = queue.drain(1h); });
    const WakeLater turn;
    EXPECT_TRUE(queue.push(1));
    EXPECT_TRUE(queue.push(2));
    EXPECT_TRUE(queue.push(3));
  }
  // The consumer may have come on its own before the first push, and then waited; never between.
  EXPECT_EQ(taken.size() + queue.size(), 3u);
  EXPECT_FALSE(taken.empty());
}

TEST(BoundedQueue, LosesAndDoublesNothingBetweenManyProducers) {
  constexpr int producers = 4;
  constexpr int each = 2'000;
  BoundedQueue<std::pair<int, int>> queue(64);
  std::atomic<int> refused = 0;
  std::vector<std::jthread> threads;
  for (int producer = 0; producer < producers; ++producer) {
    threads.emplace_back([&queue, &refused, producer] {
      for (int i = 0; i < each; ++i) {
        while (!queue.push({producer, i})) {
          ++refused;
          std::this_thread::yield();
        }
      }
    });
  }
  std::vector<int> next(producers, 0);
  for (int seen = 0; seen < producers * each;) {
    const auto batch = queue.drain(1h);
    EXPECT_LE(batch.size(), 64u);
    for (const auto& [producer, i] : batch) {
      // Oldest first: the items of one producer keep their order.
      EXPECT_EQ(i, next[static_cast<std::size_t>(producer)]++);
    }
    seen += static_cast<int>(batch.size());
  }
  EXPECT_EQ(queue.size(), 0u);
}

}  // namespace
}  // namespace lp
