#include "net/park_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "base/testing.h"

namespace lp::net {
namespace {

using Ticket = ParkIndex::Ticket;

TEST(ParkIndex, FindsThoseThatWaitForATopic) {
  ParkIndex index;
  const Ticket a = index.add("req_a", 10);
  const Ticket b = index.add("req_b", 20);
  EXPECT_EQ(index.waiting_for("req_a"), std::vector{a});
  EXPECT_EQ(index.waiting_for("req_b"), std::vector{b});
  EXPECT_TRUE(index.waiting_for("req_c").empty());
}

TEST(ParkIndex, FindsWhoseTimeHasCome) {
  ParkIndex index;
  const Ticket late = index.add("t", 20);
  const Ticket early = index.add("t", 10);
  EXPECT_EQ(index.next_deadline(), 10);
  EXPECT_TRUE(index.due(9).empty());
  EXPECT_EQ(index.due(10), std::vector{early});
  EXPECT_EQ(index.due(20), (std::vector{early, late}));
  index.remove(early);
  EXPECT_EQ(index.next_deadline(), 20);
  index.remove(late);
  EXPECT_FALSE(index.next_deadline());
}

TEST(ParkIndex, TellsANewOccupantFromTheOld) {
  ParkIndex index;
  const Ticket first = index.add("t", 1);
  index.remove(first);
  const Ticket second = index.add("t", 1);
  EXPECT_EQ(first.place, second.place);
  EXPECT_FALSE(index.held(first));
  EXPECT_TRUE(index.held(second));
}

// Against a plain map, through thousands of random steps.
TEST(ParkIndex, AgreesWithAPlainMap) {
  SeededEntropy random(7);
  ParkIndex index;
  struct Known {
    Ticket ticket;
    std::string topic;
    std::int64_t deadline_ms;
  };
  std::vector<Known> known;
  for (int step = 0; step < 5'000; ++step) {
    if (known.empty() || (known.size() < 60 && random.next() % 2 == 0)) {
      const std::string topic = "topic" + std::to_string(random.next() % 7);
      const auto deadline_ms = static_cast<std::int64_t>(random.next() % 100);
      known.push_back({index.add(topic, deadline_ms), topic, deadline_ms});
    } else {
      const auto at = known.begin() + static_cast<std::ptrdiff_t>(random.next() % known.size());
      index.remove(at->ticket);
      known.erase(at);
    }
    if (step % 50 != 0) continue;
    for (int topic = 0; topic < 7; ++topic) {
      const std::string name = "topic" + std::to_string(topic);
      const auto waiting = index.waiting_for(name);
      const auto expected = std::ranges::count(known, name, &Known::topic);
      ASSERT_EQ(std::ssize(waiting), expected);
      for (const Ticket ticket : waiting) {
        ASSERT_TRUE(std::ranges::any_of(
            known, [&](const Known& k) { return k.ticket == ticket && k.topic == name; }));
      }
    }
    const auto due = std::ranges::count_if(known, [](auto& k) { return k.deadline_ms <= 50; });
    ASSERT_EQ(std::ssize(index.due(50)), due);
    ASSERT_EQ(index.size(), known.size());
  }
}

}  // namespace
}  // namespace lp::net
