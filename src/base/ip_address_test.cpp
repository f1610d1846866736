#include "base/ip_address.h"

#include <gtest/gtest.h>

namespace lp {
namespace {

IpAddress address(std::string_view text) {
  const auto parsed = IpAddress::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(IpAddress());
}

TEST(IpAddress, IsReadInOneFormOnly) {
  for (const char* text : {"", "127.1", "0x7f.0.0.1", "2130706433", "0177.0.0.1", "127.0.0.1 ",
                           "fe80::1%eth0", "[::1]", "localhost", "1.2.3.4.5", "::g"}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
}

TEST(IpAddress, IsWrittenInItsShortestForm) {
  EXPECT_EQ(address("192.0.2.7").text(), "192.0.2.7");
  EXPECT_EQ(address("2001:DB8:0:0::1").text(), "2001:db8::1");
}

TEST(IpAddress, OfAMappedIpv4AddressIsThatAddress) {
  EXPECT_EQ(address("::ffff:10.0.0.5").unmapped().text(), "10.0.0.5");
  EXPECT_EQ(address("::fffe:10.0.0.5").unmapped().text(), "::fffe:a00:5");
  EXPECT_EQ(address("10.0.0.5").unmapped().text(), "10.0.0.5");
}

TEST(IpAddress, KnowsTheMachineItself) {
  for (const char* text : {"127.0.0.1", "127.8.8.8", "::1"}) {
    EXPECT_TRUE(address(text).is_loopback()) << text;
  }
  for (const char* text : {"128.0.0.1", "::", "::2", "1::1", "::ffff:127.0.0.1"}) {
    EXPECT_FALSE(address(text).is_loopback()) << text;
  }
}

TEST(IpRange, HoldsWhatSharesItsFirstBits) {
  const auto holds = [](std::string_view range, std::string_view text) {
    return IpRange::parse(range)->contains(address(text));
  };
  EXPECT_TRUE(holds("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(holds("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(holds("192.0.2.128/25", "192.0.2.129"));
  EXPECT_FALSE(holds("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(holds("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(holds("192.0.2.7", "192.0.2.8"));
  EXPECT_TRUE(holds("0.0.0.0/0", "203.0.113.9"));
  EXPECT_FALSE(holds("0.0.0.0/0", "::1"));
  EXPECT_TRUE(holds("fd00::/8", "fdff::1"));
  EXPECT_FALSE(holds("fd00::/8", "fe00::1"));
}

TEST(IpRange, IsAnAddressWithOrWithoutALength) {
  for (const char* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8",
                           "10.0.0.0/ 8", "fd00::/129", "10/8", "proxy.example"}) {
    EXPECT_FALSE(IpRange::parse(text)) << text;
  }
}

}  // namespace
}  // namespace lp
