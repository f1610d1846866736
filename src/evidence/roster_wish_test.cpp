#include "evidence/roster_wish.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lp::evidence {
namespace {

std::string salt() {
  return std::string(32, 's');
}

RosterEntry entry_of(std::string member, std::string spki) {
  RosterEntry entry;
  entry.salt = std::string(32, 'e');
  entry.member = std::move(member);
  entry.roles = {"reviewer"};
  entry.key_class = spki.empty() ? "none" : "device";
  entry.spki = std::move(spki);
  return entry;
}

// "member:key" of each entry.
std::vector<std::string> after(const RosterWish& wish, std::vector<RosterEntry> entries) {
  carry_out(wish, entries, salt);
  std::vector<std::string> told;
  for (const auto& entry : entries) told.push_back(entry.member + ":" + entry.spki);
  return told;
}

using Told = std::vector<std::string>;

TEST(RosterWish, ReadsBackWhatItWrites) {
  const std::vector<RosterWish> wishes{
      {RosterAct::add_member, "mem_1", "Bob", {"owner", "reviewer"}, {"finance"}, {}},
      {RosterAct::remove_member, "mem_1", {}, {}, {}, {}},
      {RosterAct::add_device, "mem_1", {}, {}, {}, "key"},
      {RosterAct::revoke_device, "mem_1", {}, {}, {}, "key"},
      {RosterAct::rotate_issuer, {}, {}, {}, {}, "key", "proj_1"},
      {RosterAct::change_member, "mem_1", {}, {"auditor"}, {"finance"}, {}},
      {RosterAct::rotate_log_key, {}, {}, {}, {}, {}, "proj_1", "l+1+k"},
  };
  for (const auto& wish : wishes) EXPECT_EQ(RosterWish::parse(wish.bytes()), wish) << wish.bytes();
  EXPECT_EQ(wishes[2].bytes(), R"({"act":"add_device","member":"mem_1","spki":"a2V5"})");
  EXPECT_EQ(wishes[4].bytes(), R"({"act":"rotate_issuer","project":"proj_1","spki":"a2V5"})");
  EXPECT_EQ(wishes[5].bytes(),
            R"({"act":"change_member","groups":["finance"],"member":"mem_1","roles":["auditor"]})");
  EXPECT_EQ(wishes[6].bytes(), R"({"act":"rotate_log_key","project":"proj_1","vkey":"l+1+k"})");
}

TEST(RosterWish, ReadsNothingElse) {
  EXPECT_FALSE(RosterWish::parse("{}"));
  EXPECT_FALSE(RosterWish::parse("null"));
  EXPECT_FALSE(RosterWish::parse(R"({"act":"reign","member":"mem_1"})"));
  EXPECT_FALSE(RosterWish::parse(R"({"act":"add_device","member":"mem_1"})"));
  EXPECT_FALSE(RosterWish::parse(R"({"act":"remove_member","member":"mem_1","spki":"a2V5"})"));
  EXPECT_FALSE(RosterWish::parse(R"({"act":"remove_member", "member":"mem_1"})"));
  EXPECT_FALSE(RosterWish::parse(R"({"act":"rotate_issuer","member":"mem_1","spki":"a2V5"})"));
  EXPECT_FALSE(RosterWish::parse(R"({"act":"rotate_issuer","project":"proj_1"})"));
  EXPECT_FALSE(RosterWish::parse(R"({"act":"rotate_log_key","project":"proj_1"})"));
  EXPECT_FALSE(RosterWish::parse(R"({"act":"rotate_log_key","project":"proj_1","spki":"a2V5"})"));
}

TEST(RosterWish, AddsAMemberOnce) {
  const RosterWish wish{RosterAct::add_member, "mem_2", "Bob", {"auditor"}, {"finance"}, {}};
  std::vector<RosterEntry> entries{entry_of("mem_1", "a")};
  carry_out(wish, entries, salt);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[1].roles, wish.roles);
  EXPECT_EQ(entries[1].groups, wish.groups);
  EXPECT_FALSE(entries[1].has_key());
  carry_out(wish, entries, salt);
  EXPECT_EQ(entries.size(), 2U);
}

TEST(RosterWish, LeavesThePeopleAloneWhenAKeyOfTheServerIsMeant) {
  const RosterWish issuer{RosterAct::rotate_issuer, {}, {}, {}, {}, "key", "proj_1"};
  const RosterWish log{RosterAct::rotate_log_key, {}, {}, {}, {}, {}, "proj_1", "l+1+k"};
  for (const RosterWish& wish : {issuer, log}) {
    EXPECT_EQ(after(wish, {entry_of("mem_1", "a")}), (Told{"mem_1:a"}));
  }
}

TEST(RosterWish, RemovesAMemberWithAllTheirKeys) {
  const RosterWish wish{RosterAct::remove_member, "mem_1", {}, {}, {}, {}};
  EXPECT_EQ(after(wish, {entry_of("mem_1", "a"), entry_of("mem_2", "b"), entry_of("mem_1", "c")}),
            (Told{"mem_2:b"}));
}

TEST(RosterWish, GivesAllKeysOfAMemberTheSameRolesAndGroups) {
  const RosterWish wish{RosterAct::change_member, "mem_1", {}, {"auditor"}, {"finance"}, {}};
  std::vector<RosterEntry> entries{entry_of("mem_1", "a"), entry_of("mem_2", "b"),
                                   entry_of("mem_1", "c")};
  carry_out(wish, entries, salt);
  for (const std::size_t own : {0U, 2U}) {
    EXPECT_EQ(entries[own].roles, wish.roles);
    EXPECT_EQ(entries[own].groups, wish.groups);
    EXPECT_EQ(entries[own].salt, salt());
  }
  EXPECT_EQ(entries[1].bytes(), entry_of("mem_2", "b").bytes());
  EXPECT_EQ(entries[0].spki, "a");
  EXPECT_EQ(entries[2].spki, "c");
}

TEST(RosterWish, LeavesAMemberWhoHasThesePlacesAlready) {
  const RosterWish wish{RosterAct::change_member, "mem_1", {}, {"reviewer", "reviewer"}, {}, {}};
  std::vector<RosterEntry> entries{entry_of("mem_1", "a")};
  carry_out(wish, entries, salt);
  EXPECT_EQ(entries[0].bytes(), entry_of("mem_1", "a").bytes());
}

TEST(RosterWish, PutsAFirstKeyInThePlaceOfNone) {
  const RosterWish wish{RosterAct::add_device, "mem_1", {}, {}, {}, "a"};
  EXPECT_EQ(after(wish, {entry_of("mem_1", "")}), (Told{"mem_1:a"}));
  EXPECT_EQ(after(wish, {entry_of("mem_1", "b")}), (Told{"mem_1:b", "mem_1:a"}));
  EXPECT_EQ(after(wish, {entry_of("mem_1", "a")}), (Told{"mem_1:a"}));
  EXPECT_EQ(after(wish, {entry_of("mem_2", "b")}), (Told{"mem_2:b"}));
}

TEST(RosterWish, KeepsThePlaceOfWhoseLastKeyGoes) {
  const RosterWish wish{RosterAct::revoke_device, "mem_1", {}, {}, {}, "a"};
  EXPECT_EQ(after(wish, {entry_of("mem_1", "a"), entry_of("mem_1", "b")}), (Told{"mem_1:b"}));
  EXPECT_EQ(after(wish, {entry_of("mem_1", "a")}), (Told{"mem_1:"}));
  EXPECT_EQ(after(wish, {entry_of("mem_2", "a")}), (Told{"mem_2:a"}));
}

}  // namespace
}  // namespace lp::evidence
