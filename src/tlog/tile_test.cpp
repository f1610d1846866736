#include "tlog/tile.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <limits>
#include <map>
#include <string>
#include <utility>

#include "tlog/naive_tree.h"

namespace lp::tlog {
namespace {

TEST(Tile, ReadsAndWritesPaths) {
  const std::initializer_list<std::pair<const char*, TileAddress>> cases = {
      {"0/000", {.number = 0}},
      {"0/999", {.number = 999}},
      {"0/x001/000", {.number = 1000}},
      {"1/x001/x234/067", {.level = 1, .number = 1'234'067}},
      {"7/000", {.level = 7}},
      {"7/000.p/255", {.level = 7, .width = 255}},
      {"5/x065/535", {.level = 5, .number = 65'535}},
      {"0/x001/234.p/1", {.number = 1234, .width = 1}},
      {"entries/000", {.entries = true}},
      {"entries/x273/000.p/112", {.entries = true, .number = 273'000, .width = 112}},
      {"0/x072/x057/x594/x037/x927/935", {.number = 72'057'594'037'927'935}}};
  for (const auto& [path, address] : cases) {
    EXPECT_EQ(parse_tile_path(path), address) << path;
    EXPECT_EQ(tile_path(address), std::string("tile/") + path);
  }
}

TEST(Tile, TellsAddressesApartByEveryMember) {
  const TileAddress address{.level = 1, .number = 2, .width = 3};
  EXPECT_NE(address, (TileAddress{.entries = true, .level = 1, .number = 2, .width = 3}));
  EXPECT_NE(address, (TileAddress{.level = 0, .number = 2, .width = 3}));
  EXPECT_NE(address, (TileAddress{.level = 1, .number = 0, .width = 3}));
  EXPECT_NE(address, (TileAddress{.level = 1, .number = 2, .width = 4}));
}

TEST(Tile, RefusesPathsWithAnotherSpelling) {
  for (const char* path : {"",
                           "0",
                           "0/",
                           "/000",
                           "00/000",
                           "01/000",
                           "-1/000",
                           "+0/000",
                           "8/000",
                           "64/000",
                           "0x0/000",
                           "0/0",
                           "0/00",
                           "0/0000",
                           "0/x000/001",
                           "0/x000",
                           "0/x001",
                           "0/x001/",
                           "0/001/002",
                           "0/x01/002",
                           "0/x001/02",
                           "0/x001/0022",
                           "0/000/",
                           "0/000.p",
                           "0/000.p/",
                           "0/000.p/0",
                           "0/000.p/01",
                           "0/000.p/256",
                           "0/000.p/-1",
                           "0/000.p/1/",
                           "0/000.p/1.p/1",
                           "0/000.q/1",
                           "entries",
                           "entries/",
                           "Entries/000",
                           "data/000",
                           "0//000",
                           "0/ 00",
                           "0/00a",
                           "0/x00a/000",
                           "0/000.p/999",
                           "0/000.p/1000",
                           "0/xx01/000",
                           "0/x001x/000",
                           "0/x001//000",
                           "tile/0/000",
                           "0/000.p/a"}) {
    EXPECT_EQ(parse_tile_path(path), std::nullopt) << path;
  }
  EXPECT_EQ(parse_tile_path(std::string("0/000\0", 6)), std::nullopt);
}

TEST(Tile, RefusesTilesThatNoTreeReaches) {
  EXPECT_EQ(parse_tile_path("0/x072/x057/x594/x037/x927/936"), std::nullopt);
  EXPECT_EQ(parse_tile_path("entries/x072/x057/x594/x037/x927/936"), std::nullopt);
  EXPECT_EQ(parse_tile_path("5/x065/536"), std::nullopt);
  EXPECT_EQ(parse_tile_path("7/001"), std::nullopt);
  EXPECT_EQ(parse_tile_path("0/x999/x999/x999/x999/x999/x999/999"), std::nullopt);
}

// The worked example of tlog-tiles: a tree of 70,000 leaves.
TEST(Tile, CountsTheHashesOfTheWorkedExample) {
  EXPECT_EQ(tile_entries({.number = 272}, 70'000), 256U);
  EXPECT_EQ(tile_entries({.number = 273}, 70'000), 112U);
  EXPECT_EQ(tile_entries({.number = 274}, 70'000), 0U);
  EXPECT_EQ(tile_entries({.entries = true, .number = 273}, 70'000), 112U);
  EXPECT_EQ(tile_entries({.level = 1, .number = 0}, 70'000), 256U);
  EXPECT_EQ(tile_entries({.level = 1, .number = 1}, 70'000), 17U);
  EXPECT_EQ(tile_entries({.level = 2, .number = 0}, 70'000), 1U);
  EXPECT_EQ(tile_entries({.level = 3, .number = 0}, 70'000), 0U);
  EXPECT_EQ(tile_entries({.level = 1, .number = 0}, 256), 1U);
}

TEST(Tile, CountsNothingOutsideTheAddressSpace) {
  const std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(tile_entries({.level = 8}, largest), 0U);
  EXPECT_EQ(tile_entries({.level = 0, .number = largest}, largest), 0U);
  EXPECT_EQ(tile_entries({.level = 7, .number = 0}, largest), 255U);
  EXPECT_EQ(tile_entries({.number = 0}, 0), 0U);
}

TEST(Tile, PrefixesEntriesWithTheirLength) {
  EXPECT_EQ(bundle_entry(""), std::string("\0\0", 2));
  EXPECT_EQ(bundle_entry("ab"), std::string("\0\x02", 2) + "ab");
  EXPECT_EQ(bundle_entry(std::string(489, 'x')).substr(0, 2), "\x01\xE9");
  EXPECT_EQ(bundle_entry(std::string(65535, 'x')).size(), 65537U);
}

TEST(TileDeathTest, RefusesAnEntryThatDoesNotFit) {
  EXPECT_DEATH(bundle_entry(std::string(65536, 'x')), "leaf.size");
}

// A tree of three tile levels, of which only the hashes that tiles hold are kept.
class Tiles {
 public:
  explicit Tiles(std::uint64_t size) {
    CompactRange range;
    for (std::uint64_t i = 0; i < size; ++i) {
      range.append(leaf_hash("leaf " + std::to_string(i)),
                   [this](unsigned level, std::uint64_t position, const Digest& hash) {
                     if (level % tile_height == 0) hashes_[{level / tile_height, position}] = hash;
                   });
    }
    root_ = range.root();
  }

  [[nodiscard]] HashReader reader(std::uint64_t size) const {
    return reader_over_tiles(
        [this](unsigned level, std::uint64_t position) -> std::optional<Digest> {
          const auto found = hashes_.find({level, position});
          if (found == hashes_.end()) return std::nullopt;
          return found->second;
        },
        size);
  }

  [[nodiscard]] const Digest& root() const { return root_; }
  void lose(unsigned level, std::uint64_t position) { hashes_.erase({level, position}); }

 private:
  std::map<std::pair<unsigned, std::uint64_t>, Digest> hashes_;
  Digest root_;
};

TEST(Tile, ReadsEveryHashOfATreeFromItsTiles) {
  const std::uint64_t size = 70'000;
  const Tiles tiles(size);
  const HashReader read = tiles.reader(size);
  EXPECT_EQ(root_of(size, read), tiles.root());
  for (const std::uint64_t index : {0UL, 255UL, 256UL, 65'535UL, 65'536UL, 69'999UL}) {
    const auto path = inclusion_proof(index, size, read);
    ASSERT_TRUE(path.has_value());
    const Digest leaf = leaf_hash("leaf " + std::to_string(index));
    EXPECT_TRUE(verify_inclusion(leaf, index, size, *path, tiles.root()));
  }
}

TEST(Tile, AgreesWithTheNaiveTreeOnEveryHash) {
  NaiveTree tree = NaiveTree::of_size(600);
  const Tiles tiles(600);
  const HashReader naive = tree.reader();
  const HashReader read = tiles.reader(600);
  for (unsigned level = 0; level < 11; ++level) {
    for (std::uint64_t position = 0; position <= (600U >> level) + 1; ++position) {
      ASSERT_EQ(read(level, position), naive(level, position)) << level << " " << position;
    }
  }
  EXPECT_EQ(read(64, 0), std::nullopt);
}

TEST(Tile, ReadsNothingBeyondTheSizeAskedFor) {
  const Tiles tiles(300);
  const HashReader read = tiles.reader(256);
  EXPECT_TRUE(read(8, 0).has_value());
  EXPECT_FALSE(read(0, 256).has_value());
}

TEST(Tile, FailsWhenATileIsMissing) {
  Tiles tiles(300);
  tiles.lose(0, 7);
  EXPECT_EQ(tiles.reader(300)(2, 1), std::nullopt);
  EXPECT_TRUE(tiles.reader(300)(8, 0).has_value());
}

TEST(TileProperty, PathsAndAddressesAreOneToOne) {
  EXPECT_TRUE(rc::check("an address survives its path", [] {
    TileAddress address;
    address.entries = *rc::gen::arbitrary<bool>();
    address.level = address.entries ? 0 : *rc::gen::inRange<unsigned>(0, 8);
    const std::uint64_t most =
        std::numeric_limits<std::uint64_t>::max() >> (8 * address.level) >> 8;
    address.number = *rc::gen::arbitrary<std::uint64_t>() % (most + 1);
    address.width = *rc::gen::inRange<unsigned>(1, 257);
    const std::string path = tile_path(address);
    RC_ASSERT(path.starts_with("tile/"));
    RC_ASSERT(parse_tile_path(path.substr(5)) == address);
  }));
  EXPECT_TRUE(rc::check("a path that is accepted is the one that is written", [] {
    const auto path =
        *rc::gen::container<std::string>(rc::gen::element('0', '1', '9', 'x', '/', '.', 'p', 'e'));
    const auto address = parse_tile_path("0/" + path);
    RC_ASSERT((!address || tile_path(*address) == "tile/0/" + path));
  }));
}

}  // namespace
}  // namespace lp::tlog
