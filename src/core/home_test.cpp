#include "core/home.h"

#include <gtest/gtest.h>

#include "core/testing.h"

namespace lp::core {
namespace {

store::Passkey passkey_of(const std::string& member, const std::string& key,
                          const std::string& rp_id) {
  store::Passkey row;
  row.key = key;
  row.member = member;
  row.purpose = "login";
  row.rp_id = rp_id;
  return row;
}

TEST(Home, IsKeptAcrossARestart) {
  House house;
  EXPECT_EQ(*home_of(house.engine->reader()), std::nullopt);
  ASSERT_TRUE(house.engine->run(SetHome{.public_url = "https://a.example"}));
  house.close();
  house.open();
  EXPECT_EQ(*home_of(house.engine->reader()), "https://a.example");
  EXPECT_EQ(*house.engine->reader().rows_of_nobody(), 0U);
}

TEST(Home, ListsWhatAnotherAddressTakesAway) {
  House house;
  Directory directory = *house.engine->directory();
  directory.passkeys["k1"] = passkey_of(house.member, "k1", "a.example");
  directory.passkeys["k2"] = passkey_of(house.member, "k2", "localhost");
  directory.passkeys["k3"] = passkey_of("mem_gone", "k3", "a.example");
  directory.passkeys["k4"] = passkey_of(house.member, "k4", "letsping-cli://log");
  const auto lost = lost_under(directory, "https://b.example:8443");
  ASSERT_EQ(lost.size(), 1U);
  EXPECT_EQ(lost.front().name, "Owner");
  EXPECT_EQ(lost.front().devices, 1U);
  EXPECT_EQ(lost.front().passkeys, std::vector<std::string>{"a.example (login)"});
  EXPECT_TRUE(lost_under(directory, "https://a.example:8443").front().passkeys.empty());
  directory.members.at(house.member).removed = house.clock.now();
  EXPECT_TRUE(lost_under(directory, "https://b.example").empty());
}

}  // namespace
}  // namespace lp::core
