#include "core/disk.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/testing.h"

namespace lp::core {
namespace {

TEST(Disk, OneWithRoomIsNotLow) {
  House house;
  EngineOptions options;
  options.data_directory = house.root.string();
  options.disk_reserve_bytes = 1;
  EXPECT_FALSE(disk_low(options, *house.store));
}

TEST(Disk, OneSmallerThanItsReserveIsLow) {
  House house;
  EngineOptions options;
  options.data_directory = house.root.string();
  options.disk_reserve_bytes = std::numeric_limits<std::uint64_t>::max();
  EXPECT_TRUE(disk_low(options, *house.store));
}

TEST(Disk, OneThatDoesNotAnswerIsLow) {
  House house;
  EngineOptions options;
  options.data_directory = house.root.string();
  options.disk_reserve_bytes = 1;
  options.data_directory += "/absent";
  EXPECT_TRUE(disk_low(options, *house.store));
}

TEST(Disk, WithoutAReserveNoneIsLow) {
  House house;
  EngineOptions options;
  options.data_directory = house.root.string();
  options.disk_reserve_bytes = 0;
  options.data_directory += "/absent";
  EXPECT_FALSE(disk_low(options, *house.store));
}

}  // namespace
}  // namespace lp::core
