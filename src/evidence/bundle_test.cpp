#include "evidence/bundle.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

namespace lp::evidence {
namespace {

using Tile = std::pair<unsigned, std::uint64_t>;

// From the definition: every full tile over an entry of the range.
std::set<Tile> full_tiles_over(const BundlePlan& plan) {
  std::set<Tile> tiles;
  for (std::uint64_t number = plan.first_tile(); number < plan.end_tile(); ++number) {
    for (unsigned level = 0; level < 8; ++level) {
      const std::uint64_t at = number >> (8 * level);
      if ((at + 1) * 256 <= plan.size >> (8 * level)) tiles.emplace(level, at);
    }
  }
  return tiles;
}

TEST(BundlePlan, HasEachFullTileOverItsEntriesOnceAndBehindTheOneThatNamesIt) {
  for (const auto& [first, end, size] :
       {std::tuple{0ULL, 1ULL, 1ULL}, std::tuple{0ULL, 255ULL, 255ULL},
        std::tuple{0ULL, 256ULL, 256ULL}, std::tuple{5ULL, 513ULL, 1'000ULL},
        std::tuple{0ULL, 65'536ULL, 65'536ULL}, std::tuple{65'000ULL, 65'600ULL, 200'000ULL},
        std::tuple{0ULL, 140'000ULL, 140'000ULL},
        std::tuple{16'777'000ULL, 16'778'000ULL, 16'900'000ULL}}) {
    const BundlePlan plan{.first = first, .end = end, .size = size};
    std::set<Tile> seen;
    const auto edge = plan.edge();
    for (std::uint64_t number = plan.first_tile(); number < plan.end_tile(); ++number) {
      for (const auto& tile : plan.tiles_before(number)) {
        EXPECT_EQ(tile.width, 256U);
        EXPECT_TRUE(seen.emplace(tile.level, tile.number).second) << "twice";
        const bool on_edge = tile.number / 256 == (size >> (8 * (tile.level + 1))) / 256;
        EXPECT_TRUE(on_edge || seen.contains({tile.level + 1, tile.number / 256}))
            << tile.level << "/" << tile.number << " is named by nothing";
      }
    }
    EXPECT_EQ(seen, full_tiles_over(plan));
  }
}

TEST(BundlePlan, HasAtItsEdgeTheHashesThatTheRootIsMadeOf) {
  const BundlePlan plan{.first = 0, .end = 70'000, .size = 70'000};
  const auto edge = plan.edge();
  ASSERT_EQ(edge.size(), 3U);
  EXPECT_EQ(tlog::tile_path(edge[0]), "tile/2/000.p/1");
  EXPECT_EQ(tlog::tile_path(edge[1]), "tile/1/001.p/17");
  EXPECT_EQ(tlog::tile_path(edge[2]), "tile/0/273.p/112");
  EXPECT_EQ((BundlePlan{.first = 0, .end = 256, .size = 256}.edge().size()), 1U);
}

TEST(BundlePlan, EndsAGroupEvery65536EntriesAndAtTheEnd) {
  const BundlePlan plan{.first = 65'000, .end = 140'000, .size = 150'000};
  std::uint64_t groups = 0, entries = 0;
  for (std::uint64_t number = plan.first_tile(); number < plan.end_tile(); ++number) {
    groups += plan.ends_group(number) ? 1 : 0;
    entries += plan.end_in(number) - plan.begin_in(number);
  }
  EXPECT_EQ(groups, 3U);
  EXPECT_EQ(groups, plan.groups());
  EXPECT_EQ(entries, plan.end - plan.first);
  EXPECT_TRUE(plan.ends_group(255));
  EXPECT_EQ(sums_member(256), "sums/001");
}

TEST(BundlePlan, OfNoEntryHasNoTile) {
  const BundlePlan plan{.first = 700, .end = 700, .size = 1'000};
  EXPECT_EQ(plan.first_tile(), plan.end_tile());
  EXPECT_EQ(plan.groups(), 0U);
  EXPECT_FALSE(plan.edge().empty());
}

TEST(BundleMember, IsNumberedAsTilesAre) {
  EXPECT_EQ(statements_member(0), "statements/000.jsonl");
  EXPECT_EQ(receipts_member(1'234'067), "receipts/x001/x234/067.jsonl");
  EXPECT_EQ(sum_line(Digest{}, "a"), std::string(64, '0') + "  a\n");
}

TEST(BundleRecord, ReadsBackWhatItWroteAndNothingElse) {
  for (const BundleRecord& record :
       {BundleRecord{.index = 7,
                     .statement = "{\"a\":\"\u00e9\\n\"}",
                     .evidence = "[{}]",
                     .descriptor = "{}"},
        BundleRecord{.index = 0, .statement = "s", .evidence = {}, .descriptor = {}},
        BundleRecord{.index = 9, .statement = {}, .evidence = {}, .descriptor = {}}}) {
    std::string line = record.line();
    ASSERT_TRUE(line.ends_with("}\n"));
    line.pop_back();
    EXPECT_EQ(BundleRecord::parse(line), record);
    EXPECT_FALSE(BundleRecord::parse(" " + line).has_value());
    EXPECT_FALSE(BundleRecord::parse(line.substr(0, line.size() - 1) + ",\"x\":1}").has_value());
  }
  EXPECT_FALSE(BundleRecord::parse(R"({"statement":"s","index":1})").has_value());
  EXPECT_FALSE(BundleRecord::parse(R"({"index":1,"statement":""})").has_value());
  EXPECT_FALSE(BundleRecord::parse(R"({"index":-1})").has_value());
}

TEST(RosterLine, ReadsBackWhatItWroteAndNothingElse) {
  const RosterDocument document{.head = "{}", .entries = {"a", "b"}, .signatures = "[]"};
  std::string line = roster_line(document);
  line.pop_back();
  const auto read = read_roster_line(line);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->entries, document.entries);
  EXPECT_EQ(roster_line(*read), line + "\n");
  EXPECT_FALSE(read_roster_line(line + " ").has_value());
}

TEST(DocumentLine, ReadsBackWhatItWroteAndNothingElse) {
  EXPECT_EQ(document_line("{}"), "{\"document\":\"{}\"}\n");
  EXPECT_EQ(read_document_line("{\"document\":\"{}\"}"), "{}");
  EXPECT_FALSE(read_document_line("{\"document\": \"{}\"}").has_value());
}

}  // namespace
}  // namespace lp::evidence
