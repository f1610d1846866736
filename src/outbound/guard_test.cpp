#include "outbound/guard.h"

#include <gtest/gtest.h>

namespace lp::outbound {
namespace {

Guard guard(const std::vector<std::string>& allow = {}) {
  auto made = Guard::make(allow);
  EXPECT_TRUE(made.has_value());
  return made ? *std::move(made) : Guard();
}

bool lets(const Guard& rules, std::string_view address, std::uint16_t port = 443,
          std::string_view host = "hooks.example") {
  const auto parsed = IpAddress::parse(address);
  EXPECT_TRUE(parsed.has_value()) << address;
  return parsed && !rules.refuse(*parsed, port, host);
}

TEST(Guard, RefusesEveryAddressThatIsNotPublic) {
  const Guard rules = guard();
  for (const char* address : {"0.0.0.0",
                              "0.0.0.1",
                              "0.255.255.255",
                              "10.0.0.0",
                              "10.0.0.5",
                              "10.255.255.255",
                              "100.64.0.0",
                              "100.100.100.200",
                              "100.127.255.255",
                              "127.0.0.1",
                              "127.0.0.53",
                              "127.255.255.254",
                              "168.63.129.16",
                              "169.254.0.1",
                              "169.254.169.254",
                              "169.254.170.2",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.0.0.1",
                              "192.0.0.192",
                              "192.0.2.1",
                              "192.88.99.1",
                              "192.168.0.1",
                              "192.168.255.255",
                              "198.18.0.1",
                              "198.19.255.255",
                              "198.51.100.7",
                              "203.0.113.9",
                              "224.0.0.1",
                              "239.255.255.250",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::2",
                              "::7f00:1",
                              "::127.0.0.1",
                              "::8.8.8.8",
                              "::ffff:127.0.0.1",
                              "::ffff:10.0.0.5",
                              "::ffff:169.254.169.254",
                              "::ffff:7f00:1",
                              "::ffff:0:0",
                              "::ffff:0:8.8.8.8",
                              "64:ff9b::127.0.0.1",
                              "64:ff9b::10.0.0.5",
                              "64:ff9b::169.254.169.254",
                              "64:ff9b::a9fe:a9fe",
                              "64:ff9b:1::1",
                              "64:ff9b:1::8.8.8.8",
                              "100::1",
                              "2001::1",
                              "2001:0:4136:e378:8000:63bf:3fff:fdd2",
                              "2001:2::1",
                              "2001:10::1",
                              "2001:20::1",
                              "2001:db8::1",
                              "2001:1ff:ffff::1",
                              "2002::1",
                              "2002:7f00:1::1",
                              "2002:a00:5::1",
                              "2002:808:808::1",
                              "3ffe::1",
                              "3fff::1",
                              "3fff:fff::1",
                              "4000::1",
                              "5f00::1",
                              "fc00::1",
                              "fd00::1",
                              "fd00:ec2::254",
                              "fd20:ce::254",
                              "fdff::1",
                              "fe80::1",
                              "fe80::a9fe:a9fe",
                              "febf::1",
                              "fec0::1",
                              "feff::1",
                              "ff00::1",
                              "ff02::1",
                              "ff0e::1",
                              "ffff::1"}) {
    EXPECT_FALSE(lets(rules, address)) << address;
    EXPECT_FALSE(lets(rules, address, 80)) << address;
  }
}

TEST(Guard, LetsPublicAddressesThrough) {
  const Guard rules = guard();
  for (const char* address : {"1.0.0.1",
                              "8.8.8.8",
                              "9.255.255.255",
                              "11.0.0.0",
                              "93.184.216.34",
                              "100.63.255.255",
                              "100.128.0.0",
                              "126.255.255.255",
                              "128.0.0.1",
                              "168.63.129.15",
                              "169.253.255.255",
                              "169.255.0.0",
                              "172.15.255.255",
                              "172.32.0.0",
                              "192.0.1.1",
                              "192.0.3.1",
                              "192.167.255.255",
                              "192.169.0.0",
                              "198.17.255.255",
                              "198.20.0.0",
                              "223.255.255.255",
                              "2001:200::1",
                              "2001:4860:4860::8888",
                              "2003::1",
                              "2606:4700:4700::1111",
                              "2a00::1",
                              "3ffd::1",
                              "3fff:1000::1",
                              "::ffff:8.8.8.8",
                              "64:ff9b::8.8.8.8"}) {
    EXPECT_TRUE(lets(rules, address)) << address;
  }
}

TEST(Guard, LetsOnlyThePortsOfTheWebThrough) {
  const Guard rules = guard();
  for (const int port : {22, 25, 53, 110, 143, 445, 587, 993}) {
    EXPECT_FALSE(lets(rules, "8.8.8.8", static_cast<std::uint16_t>(port))) << port;
  }
  for (const int port : {80, 443, 1024, 8080, 8443, 65'535}) {
    EXPECT_TRUE(lets(rules, "8.8.8.8", static_cast<std::uint16_t>(port))) << port;
  }
}

TEST(Guard, LetsWhatIsAllowedThroughAndNothingBeside) {
  const Guard rules = guard({"10.1.0.0/16", "192.168.7.7:9000", "[fd00:1::/32]:8443", "::1",
                             "Hooks.Internal", "build.internal:8080"});
  EXPECT_TRUE(lets(rules, "10.1.255.1", 22));
  EXPECT_TRUE(lets(rules, "::ffff:10.1.0.1"));
  EXPECT_FALSE(lets(rules, "10.2.0.1"));
  EXPECT_TRUE(lets(rules, "192.168.7.7", 9000));
  EXPECT_FALSE(lets(rules, "192.168.7.7", 9001));
  EXPECT_FALSE(lets(rules, "192.168.7.8", 9000));
  EXPECT_TRUE(lets(rules, "fd00:1::5", 8443));
  EXPECT_FALSE(lets(rules, "fd00:1::5", 443));
  EXPECT_FALSE(lets(rules, "fd00:2::5", 8443));
  EXPECT_TRUE(lets(rules, "::1", 80));
  EXPECT_TRUE(lets(rules, "10.9.9.9", 443, "hooks.internal"));
  EXPECT_TRUE(lets(rules, "10.9.9.9", 443, "hooks.internal."));
  EXPECT_FALSE(lets(rules, "10.9.9.9", 443, "evil.hooks.internal"));
  EXPECT_FALSE(lets(rules, "10.9.9.9", 443, "hooks.internal.evil"));
  EXPECT_TRUE(lets(rules, "10.9.9.9", 8080, "build.internal"));
  EXPECT_FALSE(lets(rules, "10.9.9.9", 8081, "build.internal"));
}

TEST(Guard, SaysWhichLineToAdd) {
  const auto why = guard().refuse(*IpAddress::parse("::ffff:10.0.0.5"), 8080, "hooks.internal");
  ASSERT_TRUE(why.has_value());
  EXPECT_NE(why->find("\"10.0.0.5:8080\" to webhooks.allow"), std::string::npos);
  const std::string line = "10.0.0.5:8080";
  EXPECT_TRUE(lets(guard({line}), "10.0.0.5", 8080));
  const auto six = guard().refuse(*IpAddress::parse("fd00::5"), 8080, "hooks.internal");
  EXPECT_NE(six->find("\"[fd00::5]:8080\""), std::string::npos);
  EXPECT_TRUE(lets(guard({"[fd00::5]:8080"}), "fd00::5", 8080));
}

TEST(Guard, RefusesEntriesItCannotRead) {
  for (const char* entry : {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "fd00::/129", "host:0",
                            "host:65536", "host:", "[::1", "[::1]x", "[::1]:", "http://host",
                            "host/path", "ho st", "*", "host:80:90x"}) {
    const auto made = Guard::make({entry});
    EXPECT_FALSE(made.has_value()) << entry;
    if (!made) EXPECT_NE(made.error().find(entry), std::string::npos);
  }
}

}  // namespace
}  // namespace lp::outbound
