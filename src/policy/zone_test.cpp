#include "policy/zone.h"

#include "policy/testing.h"

namespace lp::policy {
namespace {

Zone zone(std::string_view name) {
  const auto bytes = test_ports().zones(name);
  EXPECT_TRUE(bytes) << name;
  const auto read = Zone::read(bytes.value_or(""));
  EXPECT_TRUE(read) << name;
  return read.value_or(Zone::utc());
}

std::int64_t offset(const Zone& zone, std::string_view at) {
  return zone.offset_s(*parse_instant(at));
}

TEST(PolicyZone, KnowsSummerAndWinterBeforeAndAfterTheLastTransitionOfItsFile) {
  const Zone berlin = zone("Europe/Berlin");
  EXPECT_EQ(offset(berlin, "2026-01-15T12:00:00.000Z"), 3'600);
  EXPECT_EQ(offset(berlin, "2026-07-15T12:00:00.000Z"), 7'200);
  EXPECT_EQ(offset(berlin, "2026-03-29T00:59:59.999Z"), 3'600);
  EXPECT_EQ(offset(berlin, "2026-03-29T01:00:00.000Z"), 7'200);
  EXPECT_EQ(offset(berlin, "2090-01-15T12:00:00.000Z"), 3'600);
  EXPECT_EQ(offset(berlin, "2090-07-15T12:00:00.000Z"), 7'200);
  EXPECT_EQ(offset(berlin, "2090-10-29T00:59:59.000Z"), 7'200);
  EXPECT_EQ(offset(berlin, "2090-10-29T01:00:00.000Z"), 3'600);
}

TEST(PolicyZone, KnowsPlacesWithoutSummerAndSouthOfTheEquator) {
  EXPECT_EQ(offset(zone("Asia/Kolkata"), "2090-07-15T12:00:00.000Z"), 19'800);
  EXPECT_EQ(offset(zone("Australia/Sydney"), "2090-01-15T12:00:00.000Z"), 39'600);
  EXPECT_EQ(offset(zone("Australia/Sydney"), "2090-07-15T12:00:00.000Z"), 36'000);
  EXPECT_EQ(offset(zone("America/New_York"), "2090-01-15T12:00:00.000Z"), -18'000);
  EXPECT_EQ(Zone::utc().offset_s({0}), 0);
}

TEST(PolicyZone, RefusesWhatIsNoZoneFileWhereverItEnds) {
  const std::string whole = *test_ports().zones("Europe/Berlin");
  for (std::size_t length = 0; length < whole.size(); length += 7) {
    EXPECT_FALSE(Zone::read(std::string_view(whole).substr(0, length))) << length;
  }
}

TEST(PolicyZone, TakesNoNameThatCouldLeaveTheFolder) {
  for (const char* name : {"", "/etc/passwd", "../../etc/passwd", "Europe/../x", "a//b", "a/",
                           "a b", "Europe/Berlin\n"}) {
    EXPECT_FALSE(is_zone_name(name)) << name;
  }
  EXPECT_TRUE(is_zone_name("America/Argentina/Buenos_Aires"));
}

}  // namespace
}  // namespace lp::policy
