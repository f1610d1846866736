#include "base/shared_cell.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace lp {
namespace {

TEST(SharedCell, HoldsNothingBeforeTheFirstStore) {
  EXPECT_EQ(SharedCell<int>().load(), nullptr);
}

TEST(SharedCell, KeepsWhatWasLoadedAfterItIsReplaced) {
  SharedCell<int> cell;
  cell.store(std::make_shared<const int>(1));
  const auto loaded = cell.load();
  cell.store(std::make_shared<const int>(2));
  EXPECT_EQ(*loaded, 1);
  EXPECT_EQ(*cell.load(), 2);
}

// What is held may look into the cell while it is freed: the lock is let go before.
TEST(SharedCell, FreesWhatItHeldOutsideItsLock) {
  struct Looks {
    SharedCell<Looks>* cell;
    bool* saw_its_successor;
    ~Looks() {
      if (cell != nullptr) *saw_its_successor = cell->load() != nullptr;
    }
  };
  bool saw_its_successor = false, unused = false;
  SharedCell<Looks> cell;
  cell.store(std::make_shared<const Looks>(&cell, &saw_its_successor));
  cell.store(std::make_shared<const Looks>(nullptr, &unused));
  EXPECT_TRUE(saw_its_successor);
}

TEST(SharedCell, ShowsAReaderOnlyWholeValuesInTheirOrder) {
  struct Pair {
    int first, second;
  };
  constexpr int last = 20'000;
  SharedCell<Pair> cell;
  cell.store(std::make_shared<const Pair>(0, 0));
  std::atomic<bool> in_order = true;
  std::thread reader([&] {
    for (int seen = 0; seen < last;) {
      const auto pair = cell.load();
      if (pair->first != pair->second || pair->first < seen) in_order = false;
      seen = pair->first;
    }
  });
  for (int i = 1; i <= last; ++i) cell.store(std::make_shared<const Pair>(i, i));
  reader.join();
  EXPECT_TRUE(in_order);
}

}  // namespace
}  // namespace lp
