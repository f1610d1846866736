#include "tlog/tree.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <bit>
#include <string>

#include "base/text.h"
#include "tlog/naive_tree.h"

namespace lp::tlog {
namespace {

constexpr std::uint64_t exhaustive_size = 130;

Digest flipped(Digest digest, std::size_t bit) {
  digest.bytes[bit / 8] ^= static_cast<unsigned char>(1U << (bit % 8));
  return digest;
}

std::vector<Digest> digests(std::initializer_list<const char*> hex) {
  std::vector<Digest> result;
  for (const char* text : hex) result.push_back(*Digest::from_hex(text));
  return result;
}

// The eight leaves that implementations of RFC 6962 share as their test vector.
NaiveTree well_known_tree() {
  std::vector<std::string> leaves;
  for (const char* leaf : {"", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                           "606162636465666768696a6b6c6d6e6f"}) {
    leaves.push_back(*from_hex(leaf));
  }
  return NaiveTree(std::move(leaves));
}

constexpr const char* well_known_roots[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

TEST(Tree, GivesTheRootsOfTheWellKnownTree) {
  const NaiveTree tree = well_known_tree();
  CompactRange range;
  EXPECT_EQ(range.root().hex(), well_known_roots[0]);
  for (std::uint64_t i = 0; i < tree.size(); ++i) {
    range.append(leaf_hash(tree.leaf(i)));
    EXPECT_EQ(range.root().hex(), well_known_roots[i + 1]);
    EXPECT_EQ(range.size(), i + 1);
  }
}

TEST(Tree, GivesTheInclusionPathsOfTheWellKnownTree) {
  NaiveTree tree = well_known_tree();
  const HashReader read = tree.reader();
  EXPECT_EQ(inclusion_proof(0, 1, read), digests({}));
  EXPECT_EQ(inclusion_proof(0, 8, read),
            digests({"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                     "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                     "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}));
  EXPECT_EQ(inclusion_proof(5, 8, read),
            digests({"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                     "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                     "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}));
  EXPECT_EQ(inclusion_proof(2, 3, read),
            digests({"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"}));
  EXPECT_EQ(inclusion_proof(1, 5, read),
            digests({"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                     "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                     "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}));
}

TEST(Tree, GivesTheConsistencyPathsOfTheWellKnownTree) {
  NaiveTree tree = well_known_tree();
  const HashReader read = tree.reader();
  EXPECT_EQ(consistency_proof(1, 1, read), digests({}));
  EXPECT_EQ(consistency_proof(1, 8, read),
            digests({"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                     "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                     "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}));
  EXPECT_EQ(consistency_proof(6, 8, read),
            digests({"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                     "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                     "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}));
  EXPECT_EQ(consistency_proof(2, 5, read),
            digests({"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                     "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}));
}

TEST(Tree, AgreesWithTheDefinitionOnEveryRoot) {
  NaiveTree tree = NaiveTree::of_size(exhaustive_size);
  CompactRange range;
  for (std::uint64_t size = 0; size <= exhaustive_size; ++size) {
    EXPECT_EQ(range.root(), tree.root(size));
    EXPECT_EQ(root_of(size, tree.reader()), tree.root(size));
    if (size < exhaustive_size) range.append(leaf_hash(tree.leaf(size)));
  }
}

TEST(Tree, ProvesEveryLeafInEveryTree) {
  NaiveTree tree = NaiveTree::of_size(exhaustive_size);
  const HashReader read = tree.reader();
  for (std::uint64_t size = 1; size <= exhaustive_size; ++size) {
    const Digest root = tree.root(size);
    for (std::uint64_t index = 0; index < size; ++index) {
      const auto path = inclusion_proof(index, size, read);
      ASSERT_EQ(path, tree.path(index, 0, size)) << index << " in " << size;
      ASSERT_TRUE(verify_inclusion(leaf_hash(tree.leaf(index)), index, size, *path, root));
    }
  }
}

TEST(Tree, ProvesEveryTreeConsistentWithEveryLaterOne) {
  NaiveTree tree = NaiveTree::of_size(exhaustive_size);
  const HashReader read = tree.reader();
  for (std::uint64_t size = 1; size <= exhaustive_size; ++size) {
    for (std::uint64_t old_size = 1; old_size <= size; ++old_size) {
      const auto path = consistency_proof(old_size, size, read);
      ASSERT_EQ(path, tree.proof(old_size, size)) << old_size << " to " << size;
      ASSERT_TRUE(verify_consistency(old_size, tree.root(old_size), size, tree.root(size), *path));
    }
  }
}

TEST(Tree, RefusesEveryOtherIndexOfTheSameTree) {
  NaiveTree tree = NaiveTree::of_size(40);
  for (std::uint64_t size = 1; size <= tree.size(); ++size) {
    for (std::uint64_t index = 0; index < size; ++index) {
      const auto path = tree.path(index, 0, size);
      for (std::uint64_t other = 0; other <= size; ++other) {
        ASSERT_EQ(verify_inclusion(leaf_hash(tree.leaf(index)), other, size, path, tree.root(size)),
                  other == index);
      }
    }
  }
}

TEST(Tree, RefusesAnInclusionProofUnderTheRootOfAnotherSize) {
  NaiveTree tree = NaiveTree::of_size(40);
  for (std::uint64_t size = 1; size <= tree.size(); ++size) {
    const auto path = tree.path(0, 0, size);
    for (std::uint64_t other = 1; other <= tree.size(); ++other) {
      ASSERT_EQ(verify_inclusion(leaf_hash(tree.leaf(0)), 0, other, path, tree.root(other)),
                other == size);
    }
  }
}

TEST(Tree, RefusesInclusionPathsOfWrongLength) {
  NaiveTree tree = NaiveTree::of_size(exhaustive_size);
  for (std::uint64_t size = 1; size <= exhaustive_size; ++size) {
    const std::uint64_t index = size / 3;
    const Digest leaf = leaf_hash(tree.leaf(index));
    auto path = tree.path(index, 0, size);
    path.push_back(leaf);
    EXPECT_FALSE(verify_inclusion(leaf, index, size, path, tree.root(size)));
    path.pop_back();
    if (path.empty()) continue;
    path.pop_back();
    EXPECT_FALSE(verify_inclusion(leaf, index, size, path, tree.root(size)));
    EXPECT_FALSE(verify_inclusion(tree.root(size), index, size, {}, tree.root(size)));
  }
}

TEST(Tree, RefusesConsistencyPathsOfWrongLength) {
  NaiveTree tree = NaiveTree::of_size(40);
  for (std::uint64_t size = 0; size <= tree.size(); ++size) {
    for (std::uint64_t old_size = 0; old_size <= size; ++old_size) {
      const Digest old_root = tree.root(old_size);
      auto path = old_size == 0 ? std::vector<Digest>{} : tree.proof(old_size, size);
      path.push_back(old_root);
      ASSERT_FALSE(verify_consistency(old_size, old_root, size, tree.root(size), path));
      path.pop_back();
      while (!path.empty()) {
        path.pop_back();
        ASSERT_FALSE(verify_consistency(old_size, old_root, size, tree.root(size), path));
      }
    }
  }
}

TEST(Tree, TakesTheEmptyTreeAsAPrefixOfAll) {
  NaiveTree tree = NaiveTree::of_size(3);
  EXPECT_EQ(consistency_proof(0, 3, tree.reader()), std::vector<Digest>{});
  EXPECT_TRUE(verify_consistency(0, empty_root(), 3, tree.root(3), {}));
  EXPECT_TRUE(verify_consistency(0, empty_root(), 0, empty_root(), {}));
  EXPECT_FALSE(verify_consistency(0, tree.root(1), 3, tree.root(3), {}));
  EXPECT_FALSE(verify_consistency(0, empty_root(), 0, tree.root(1), {}));
}

TEST(Tree, RefusesAShrinkingOrForkedLog) {
  NaiveTree tree = NaiveTree::of_size(9);
  EXPECT_EQ(consistency_proof(9, 8, tree.reader()), std::nullopt);
  EXPECT_FALSE(verify_consistency(9, tree.root(9), 8, tree.root(8), tree.proof(8, 9)));
  EXPECT_FALSE(verify_consistency(8, tree.root(8), 8, tree.root(9), {}));
  EXPECT_TRUE(verify_consistency(8, tree.root(8), 8, tree.root(8), {}));
}

TEST(Tree, RefusesAnIndexOutsideTheTree) {
  NaiveTree tree = NaiveTree::of_size(4);
  EXPECT_EQ(inclusion_proof(4, 4, tree.reader()), std::nullopt);
  EXPECT_EQ(inclusion_proof(0, 0, tree.reader()), std::nullopt);
  EXPECT_FALSE(verify_inclusion(tree.root(1), 1, 1, {}, tree.root(1)));
  EXPECT_FALSE(verify_inclusion(tree.root(1), 0, 0, {}, tree.root(1)));
  EXPECT_TRUE(verify_inclusion(tree.root(1), 0, 1, {}, tree.root(1)));
}

TEST(Tree, FailsAsAWholeWhenAHashIsMissing) {
  NaiveTree tree = NaiveTree::of_size(7);
  for (unsigned hidden_level = 0; hidden_level < 3; ++hidden_level) {
    const HashReader read = [&](unsigned level, std::uint64_t position) {
      return level == hidden_level ? std::nullopt : tree.reader()(level, position);
    };
    EXPECT_EQ(root_of(7, read), std::nullopt);
  }
  const HashReader nothing = [](unsigned, std::uint64_t) { return std::nullopt; };
  EXPECT_EQ(inclusion_proof(0, 7, nothing), std::nullopt);
  EXPECT_EQ(consistency_proof(3, 7, nothing), std::nullopt);
  EXPECT_EQ(root_of(0, nothing), empty_root());
  // All siblings are there; only the subtree that both trees share is not.
  const HashReader all_but_shared = [&](unsigned level, std::uint64_t position) {
    return level == 0 && position == 2 ? std::nullopt : tree.reader()(level, position);
  };
  EXPECT_EQ(consistency_proof(3, 7, all_but_shared), std::nullopt);
}

TEST(CompactRange, GrowsOnFromAStoredFrontier) {
  NaiveTree tree = NaiveTree::of_size(exhaustive_size);
  CompactRange range;
  for (std::uint64_t size = 0; size < exhaustive_size; ++size) {
    auto restored = CompactRange::from(range.size(), range.hashes());
    ASSERT_TRUE(restored.has_value());
    range = *std::move(restored);
    range.append(leaf_hash(tree.leaf(size)));
  }
  EXPECT_EQ(range.root(), tree.root(exhaustive_size));
}

TEST(CompactRange, IsReadFromAStoredTree) {
  NaiveTree tree = NaiveTree::of_size(21);
  for (std::uint64_t size = 0; size <= tree.size(); ++size) {
    const auto range = CompactRange::read(size, tree.reader());
    ASSERT_TRUE(range.has_value());
    EXPECT_EQ(range->size(), size);
    EXPECT_EQ(range->root(), tree.root(size));
  }
  EXPECT_FALSE(CompactRange::read(22, tree.reader()).has_value());
}

TEST(CompactRange, RefusesAFrontierOfWrongLength) {
  EXPECT_FALSE(CompactRange::from(5, {empty_root()}).has_value());
  EXPECT_FALSE(CompactRange::from(4, {empty_root(), empty_root()}).has_value());
  EXPECT_FALSE(CompactRange::from(0, {empty_root()}).has_value());
  EXPECT_TRUE(CompactRange::from(0, {}).has_value());
}

TEST(CompactRange, ReportsEachCompletedSubtreeOnce) {
  NaiveTree tree = NaiveTree::of_size(exhaustive_size);
  const HashReader read = tree.reader();
  CompactRange range;
  std::vector<std::uint64_t> completed_at(9, 0);
  for (std::uint64_t size = 0; size < exhaustive_size; ++size) {
    range.append(leaf_hash(tree.leaf(size)),
                 [&](unsigned level, std::uint64_t position, const Digest& hash) {
                   EXPECT_EQ(position, completed_at.at(level)++);
                   EXPECT_EQ(hash, read(level, position));
                 });
  }
  for (unsigned level = 0; level < completed_at.size(); ++level) {
    EXPECT_EQ(completed_at[level], exhaustive_size >> level);
  }
}

TEST(CompactRangeDeathTest, StopsAtTheLargestSize) {
  const std::uint64_t largest = ~std::uint64_t{0};
  auto range = CompactRange::from(largest, std::vector<Digest>(64));
  ASSERT_TRUE(range.has_value());
  EXPECT_DEATH(range->append(Digest()), "max");
}

TEST(TreeProperty, RefusesAnyMutatedProof) {
  NaiveTree tree = NaiveTree::of_size(exhaustive_size);
  EXPECT_TRUE(rc::check("a flipped bit anywhere makes an inclusion proof fail", [&] {
    const auto size = *rc::gen::inRange<std::uint64_t>(1, exhaustive_size + 1);
    const auto index = *rc::gen::inRange<std::uint64_t>(0, size);
    const auto bit = *rc::gen::inRange<std::size_t>(0, 256);
    auto path = tree.path(index, 0, size);
    Digest leaf = leaf_hash(tree.leaf(index));
    Digest root = tree.root(size);
    const auto victim = *rc::gen::inRange<std::size_t>(0, path.size() + 2);
    Digest& hash = victim == path.size() ? leaf : victim > path.size() ? root : path[victim];
    hash = flipped(hash, bit);
    RC_ASSERT(!verify_inclusion(leaf, index, size, path, root));
  }));
  EXPECT_TRUE(rc::check("a flipped bit anywhere makes a consistency proof fail", [&] {
    const auto size = *rc::gen::inRange<std::uint64_t>(1, exhaustive_size + 1);
    const auto old_size = *rc::gen::inRange<std::uint64_t>(1, size + 1);
    const auto bit = *rc::gen::inRange<std::size_t>(0, 256);
    auto path = tree.proof(old_size, size);
    Digest old_root = tree.root(old_size);
    Digest root = tree.root(size);
    const auto victim = *rc::gen::inRange<std::size_t>(0, path.size() + 2);
    Digest& hash = victim == path.size() ? old_root : victim > path.size() ? root : path[victim];
    hash = flipped(hash, bit);
    RC_ASSERT(!verify_consistency(old_size, old_root, size, root, path));
  }));
}

TEST(TreeProperty, RefusesAConsistencyProofForOtherSizes) {
  NaiveTree tree = NaiveTree::of_size(exhaustive_size);
  EXPECT_TRUE(rc::check("old and new sizes are bound", [&] {
    const auto any_size = rc::gen::inRange<std::uint64_t>(1, exhaustive_size + 1);
    const auto [a, b, c, d] = *rc::gen::tuple(any_size, any_size, any_size, any_size);
    const auto [old_size, size] = std::minmax(a, b);
    const auto [other_old, other] = std::minmax(c, d);
    RC_PRE(old_size < size && (old_size != other_old || size != other));
    const auto path = tree.proof(old_size, size);
    RC_ASSERT(!verify_consistency(other_old, tree.root(old_size), other, tree.root(other), path) ||
              other_old == old_size);
    RC_ASSERT(path == tree.proof(other_old, other) ||
              !verify_consistency(other_old, tree.root(other_old), other, tree.root(other), path));
  }));
}

}  // namespace
}  // namespace lp::tlog
