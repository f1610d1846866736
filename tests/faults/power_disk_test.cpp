#include "power_disk.h"

#include <gtest/gtest.h>

#include <deque>
#include <set>
#include <string>

namespace lp::faults {
namespace {

constexpr unsigned cuts = 300;

// What a process does, as the shim would tell it. Keeps the texts.
class Script {
 public:
  explicit Script(const Image& start = {}, PowerDisk::Lie lie = {})
      : disk_(start, std::move(lie)) {}

  Script& open(std::uint32_t handle, const std::string& path, std::uint64_t how = opened_created) {
    return apply({.what = Happened::opened,
                  .handle = handle,
                  .number = how,
                  .mode = 0600,
                  .first = keep(path),
                  .second = {}});
  }
  Script& write(std::uint32_t handle, std::uint64_t at, const std::string& bytes) {
    return apply({.what = Happened::written,
                  .handle = handle,
                  .number = at,
                  .first = keep(bytes),
                  .second = {}});
  }
  Script& resize(std::uint32_t handle, std::uint64_t size) {
    return apply({.what = Happened::resized, .handle = handle, .number = size});
  }
  Script& sync(std::uint32_t handle) { return apply({.what = Happened::synced, .handle = handle}); }
  Script& name(Happened what, const std::string& path, const std::string& other = {}) {
    return apply({.what = what, .mode = 0700, .first = keep(path), .second = keep(other)});
  }
  // The file made, named and flushed, so that only what follows can be lost.
  Script& settled(std::uint32_t handle, const std::string& path, const std::string& bytes) {
    open(1000, "", opened_only).open(handle, path).write(handle, 0, bytes).sync(handle);
    return sync(1000);
  }

  [[nodiscard]] const PowerDisk& disk() const { return disk_; }
  // Every content that `path` had after a cut; "(gone)" where it was not there.
  [[nodiscard]] std::set<std::string> outcomes(const std::string& path,
                                               Survival survival = Survival::mixed) const {
    std::set<std::string> found;
    PowerDisk::Random random(7);
    for (unsigned i = 0; i < cuts; ++i) {
      const Image image = disk_.after_cut(survival, random);
      const auto file = image.find(path);
      found.insert(file == image.end() ? "(gone)" : file->second.bytes);
    }
    return found;
  }

 private:
  std::string_view keep(const std::string& text) { return texts_.emplace_back(text); }
  Script& apply(const Happening& happening) {
    EXPECT_EQ(disk_.apply(happening), std::nullopt);
    return *this;
  }

  std::deque<std::string> texts_;
  PowerDisk disk_;
};

using Outcomes = std::set<std::string>;

std::string sector(char fill) {
  return std::string(512, fill);
}

TEST(PowerDisk, KeepsWhatWasFlushedWithItsName) {
  Script script;
  script.settled(1, "a", "flushed");
  EXPECT_EQ(script.outcomes("a"), Outcomes{"flushed"});
  EXPECT_EQ(script.outcomes("a", Survival::nothing), Outcomes{"flushed"});
}

TEST(PowerDisk, LosesAFileWhoseDirectoryWasNotFlushed) {
  Script script;
  script.open(1, "a").write(1, 0, "flushed").sync(1);
  EXPECT_EQ(script.outcomes("a"), (Outcomes{"(gone)", "flushed"}));
  EXPECT_EQ(script.outcomes("a", Survival::nothing), Outcomes{"(gone)"});
  EXPECT_EQ(script.outcomes("a", Survival::everything), Outcomes{"flushed"});
}

TEST(PowerDisk, LosesWhatWasWrittenAndNotFlushed) {
  Script script;
  script.settled(1, "a", "old").write(1, 0, "new");
  EXPECT_EQ(script.outcomes("a"), (Outcomes{"old", "new"}));
  EXPECT_EQ(script.disk().now().at("a").bytes, "new");
}

TEST(PowerDisk, TearsAWriteAtSectorsOnly) {
  Script script;
  script.settled(1, "a", sector('a') + sector('b'));
  script.write(1, 0, sector('x') + sector('y'));
  EXPECT_EQ(script.outcomes("a"), (Outcomes{sector('a') + sector('b'), sector('x') + sector('b'),
                                            sector('a') + sector('y'), sector('x') + sector('y')}));
}

TEST(PowerDisk, ReordersWritesToDifferentSectors) {
  Script script;
  script.settled(1, "a", sector('a') + sector('b'));
  script.write(1, 0, sector('x')).write(1, 512, sector('y'));
  EXPECT_TRUE(script.outcomes("a").contains(sector('a') + sector('y')));
}

TEST(PowerDisk, NeverReordersWritesToOneSector) {
  Script script;
  script.settled(1, "a", "....").write(1, 0, "x").write(1, 1, "y");
  EXPECT_EQ(script.outcomes("a"), (Outcomes{"....", "x...", "xy.."}));
}

TEST(PowerDisk, LeavesZerosWhereOnlyTheSizeCame) {
  Script script;
  script.settled(1, "a", "").write(1, 0, sector('x'));
  EXPECT_EQ(script.outcomes("a"), (Outcomes{"", sector('x'), sector('\0')}));
}

TEST(PowerDisk, NeverShowsWhatWasCutOff) {
  Script script;
  script.settled(1, "a", sector('a') + sector('b')).resize(1, 0).write(1, 512, sector('y'));
  for (const auto& outcome : script.outcomes("a")) {
    const bool old = outcome == sector('a') + sector('b');
    EXPECT_TRUE(old || !outcome.contains('a')) << outcome;
    EXPECT_TRUE(old || !outcome.contains('b')) << outcome;
  }
}

TEST(PowerDisk, RenamesAtOnceOrNotAtAll) {
  Script script;
  script.settled(1, "a", "old").settled(2, "b", "new").name(Happened::renamed, "b", "a");
  EXPECT_EQ(script.outcomes("a"), (Outcomes{"old", "new"}));
  PowerDisk::Random random(7);
  for (unsigned i = 0; i < cuts; ++i) {
    const Image image = script.disk().after_cut(Survival::mixed, random);
    EXPECT_EQ(image.contains("b"), image.at("a").bytes == "old");
  }
}

TEST(PowerDisk, BringsBackAFileWhoseRemovalWasNotFlushed) {
  Script script;
  script.settled(1, "a", "kept").name(Happened::unlinked, "a");
  EXPECT_EQ(script.outcomes("a"), (Outcomes{"(gone)", "kept"}));
  EXPECT_FALSE(script.disk().now().contains("a"));
}

TEST(PowerDisk, LosesADirectoryWithAllThatIsInIt) {
  Script script;
  script.name(Happened::made_directory, "d").settled(1, "d/a", "flushed");
  script.open(2, "d", opened_only).sync(2);
  EXPECT_EQ(script.outcomes("d/a"), Outcomes{"flushed"});

  Script unflushed;
  unflushed.name(Happened::made_directory, "d").open(1, "d/a").sync(1);
  unflushed.open(2, "d", opened_only).sync(2);
  EXPECT_EQ(unflushed.outcomes("d/a", Survival::nothing), Outcomes{"(gone)"});
}

TEST(PowerDisk, FlushesNothingWhereItIsToldToLie) {
  Script script({}, [](std::string_view path) { return path == "a"; });
  script.settled(1, "a", "flushed?").settled(2, "b", "flushed");
  EXPECT_EQ(script.outcomes("a", Survival::nothing), Outcomes{""});
  EXPECT_EQ(script.outcomes("b", Survival::nothing), Outcomes{"flushed"});
}

TEST(PowerDisk, GoesOnFromAnImage) {
  Script script({{"d", {.directory = true, .mode = 0700, .bytes = {}}},
                 {"d/a", {.mode = 0600, .bytes = "old"}}});
  script.open(1, "d/a", opened_only).write(1, 3, "er");
  EXPECT_EQ(script.outcomes("d/a", Survival::nothing), Outcomes{"old"});
  EXPECT_EQ(script.disk().now().at("d/a").bytes, "older");
}

TEST(PowerDisk, RefusesWhatNobodyOpened) {
  PowerDisk disk({});
  EXPECT_NE(disk.apply({.what = Happened::synced, .handle = 1}), std::nullopt);
  EXPECT_NE(disk.apply({.what = Happened::opened, .handle = 1, .first = "a", .second = {}}),
            std::nullopt);
}

}  // namespace
}  // namespace lp::faults
