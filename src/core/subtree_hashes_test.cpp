#include "core/subtree_hashes.h"

#include <gtest/gtest.h>

#include "tlog/tile.h"
#include "tlog/tree.h"

namespace lp::core {
namespace {

// A store with every hash that a log of this size has, which counts how often it is asked.
struct Shelf {
  std::vector<std::vector<Digest>> levels{1};  // by tile level
  int asked = 0;

  explicit Shelf(std::uint64_t size) {
    tlog::CompactRange range;
    for (std::uint64_t i = 0; i < size; ++i) {
      range.append(tlog::leaf_hash(std::to_string(i)),
                   [this](unsigned level, std::uint64_t, const Digest& hash) {
                     if (level % tlog::tile_height != 0) return;
                     levels.resize(std::max<std::size_t>(levels.size(), level / 8 + 1));
                     levels[level / tlog::tile_height].push_back(hash);
                   });
    }
  }
  SubtreeHashes::Rows rows() {
    return [this](unsigned level, std::uint64_t first,
                  std::uint64_t count) -> store::Result<std::vector<Digest>> {
      ++asked;
      std::vector<Digest> hashes;
      for (std::uint64_t i = first; i < first + count && i < levels.at(level).size(); ++i) {
        hashes.push_back(levels[level][i]);
      }
      return hashes;
    };
  }
};

tlog::HashReader reader_of(SubtreeHashes& hashes) {
  return [&hashes](unsigned level, std::uint64_t position) { return hashes.at(level, position); };
}

TEST(SubtreeHashes, ProveEveryLeafOfLogsOfManySizes) {
  for (const std::uint64_t size : {1U, 2U, 31U, 32U, 33U, 255U, 256U, 257U, 1'000U}) {
    Shelf shelf(size);
    const auto kept = std::make_shared<KeptHashes>();
    SubtreeHashes whole(shelf.rows(), size, nullptr);
    const auto root = tlog::root_of(size, reader_of(whole));
    ASSERT_TRUE(root);
    for (std::uint64_t index = 0; index < size; ++index) {
      SubtreeHashes hashes(shelf.rows(), size, kept);
      const auto path = tlog::inclusion_proof(index, size, reader_of(hashes));
      ASSERT_TRUE(path);
      EXPECT_TRUE(tlog::verify_inclusion(tlog::leaf_hash(std::to_string(index)), index, size, *path,
                                         *root));
    }
  }
}

TEST(SubtreeHashes, ReadOneGroupWhereNeighboursWereProvedBefore) {
  constexpr std::uint64_t size = 70'000;
  Shelf shelf(size);
  const auto kept = std::make_shared<KeptHashes>();
  const auto prove = [&](std::uint64_t index) {
    SubtreeHashes hashes(shelf.rows(), size, kept);
    ASSERT_TRUE(tlog::inclusion_proof(index, size, reader_of(hashes)));
  };
  prove(1'000);
  shelf.asked = 0;
  prove(1'001);
  EXPECT_EQ(shelf.asked, 1);
  prove(900);  // another group of the same tile
  EXPECT_EQ(shelf.asked, 2);
}

TEST(SubtreeHashes, KeepNothingOfAnEdgeThatHasGrown) {
  Shelf shelf(300);
  const auto kept = std::make_shared<KeptHashes>();
  for (const std::uint64_t size : {290U, 291U, 300U}) {
    SubtreeHashes fresh(shelf.rows(), size, nullptr), hashes(shelf.rows(), size, kept);
    EXPECT_EQ(tlog::root_of(size, reader_of(hashes)), tlog::root_of(size, reader_of(fresh)));
  }
}

TEST(SubtreeHashes, HaveNothingBeyondTheSizeOrWhereRowsAreMissing) {
  Shelf shelf(40);
  SubtreeHashes small(shelf.rows(), 33, nullptr), large(shelf.rows(), 64, nullptr);
  EXPECT_TRUE(small.at(5, 0));
  EXPECT_FALSE(small.at(5, 1));
  EXPECT_FALSE(small.at(0, 33));
  EXPECT_FALSE(small.at(64, 0));
  EXPECT_FALSE(large.at(5, 1));  // of which the shelf has eight
}

TEST(HashesKeptOf, AreOfOneLogAndComeBack) {
  const Kept one = hashes_kept_of("a.test/p/1");
  EXPECT_EQ(hashes_kept_of("a.test/p/1"), one);
  EXPECT_NE(hashes_kept_of("a.test/p/2"), one);
  one->bytes = std::size_t{1} << 30;
  EXPECT_EQ(hashes_kept_of("a.test/p/1"), one);  // only now it is known how much it takes
  EXPECT_NE(hashes_kept_of("a.test/p/1"), one);
}

TEST(HashesKeptOf, AreForgottenWithTheInstallation) {
  const Kept one = hashes_kept_of("a.test/root");
  forget_kept_hashes();
  EXPECT_NE(hashes_kept_of("a.test/root"), one);
}

}  // namespace
}  // namespace lp::core
