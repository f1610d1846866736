#include "policy/pair_table.h"

#include <gtest/gtest.h>

#include <map>

#include "base/testing.h"

namespace lp::policy {
namespace {

using Table = PairTable<std::uint32_t>;

TEST(PairTable, IsEmptyAtFirst) {
  EXPECT_EQ(Table().find("", ""), nullptr);
  EXPECT_EQ(Table(0).find("a", "b"), nullptr);
}

TEST(PairTable, TellsServiceFromAction) {
  Table table(4);
  table.add("ab", "c", 0);
  table.add("a", "bc", 1);
  table.add("c", "ab", 2);
  table.add("", "abc", 3);
  EXPECT_EQ(*table.find("ab", "c"), 0u);
  EXPECT_EQ(*table.find("a", "bc"), 1u);
  EXPECT_EQ(*table.find("c", "ab"), 2u);
  EXPECT_EQ(*table.find("", "abc"), 3u);
  EXPECT_EQ(table.find("abc", ""), nullptr);
}

TEST(PairTable, FindsWhatAMapFinds) {
  SeededEntropy dice(7);
  for (const std::size_t pairs : {1UL, 3UL, 64UL, 1'000UL}) {
    Table table(pairs);
    std::map<std::pair<std::string, std::string>, std::uint32_t> model;
    while (model.size() < pairs) {
      const std::pair pair(std::to_string(dice.next() % 40), std::to_string(dice.next() % 40));
      const auto value = static_cast<std::uint32_t>(model.size());
      if (model.emplace(pair, value).second) table.add(pair.first, pair.second, value);
    }
    for (unsigned service = 0; service < 41; ++service) {
      for (unsigned action = 0; action < 41; ++action) {
        const std::pair pair(std::to_string(service), std::to_string(action));
        const auto known = model.find(pair);
        const auto* found = table.find(pair.first, pair.second);
        ASSERT_EQ(found != nullptr, known != model.end());
        if (found != nullptr) ASSERT_EQ(*found, known->second);
      }
    }
  }
}

}  // namespace
}  // namespace lp::policy
