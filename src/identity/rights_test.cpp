#include "identity/rights.h"

#include <gtest/gtest.h>

#include <set>

#include "evidence/roster_wish.h"

namespace lp::identity {
namespace {

const std::set<std::string> all_roles{"owner",    "admin",   "policy_author",
                                      "reviewer", "auditor", "developer"};

std::set<std::string> who(Right right) {
  std::set<std::string> found;
  for (const auto& role : all_roles) {
    if (grants(role, right)) found.insert(role);
  }
  return found;
}

TEST(Rights, AreThoseOfRolesThatARosterKnows) {
  for (const auto& role : all_roles) EXPECT_TRUE(evidence::known_role(role)) << role;
  EXPECT_EQ(who(Right::see), all_roles);
}

TEST(Rights, LetReviewersAloneDecideAndReadWhatTheServerCanOpen) {
  EXPECT_EQ(who(Right::decide), std::set<std::string>{"reviewer"});
  EXPECT_EQ(who(Right::open_payload), std::set<std::string>{"reviewer"});
}

TEST(Rights, LetThoseWhoAnswerForARequestTakePartInIt) {
  EXPECT_EQ(who(Right::take_part), (std::set<std::string>{"owner", "admin", "reviewer"}));
}

TEST(Rights, OpenTheLogToThoseWhoAnswerForIt) {
  EXPECT_EQ(who(Right::read_log), (std::set<std::string>{"owner", "admin", "reviewer", "auditor"}));
}

TEST(Rights, LetOwnersAndAdminsManagePeople) {
  EXPECT_EQ(who(Right::manage_people), (std::set<std::string>{"owner", "admin"}));
}

TEST(Rights, LetThoseWhoBuildAgentsManageThem) {
  EXPECT_EQ(who(Right::manage_agents), (std::set<std::string>{"owner", "admin", "developer"}));
}

TEST(Rights, LetPolicyAuthorsWritePolicies) {
  EXPECT_EQ(who(Right::write_policies), (std::set<std::string>{"owner", "admin", "policy_author"}));
}

TEST(Rights, ComeWithNoUnknownRoleAndWithNone) {
  for (int i = 0; i <= static_cast<int>(right_last); ++i) {
    const auto right = static_cast<Right>(i);
    for (const char* role : {"", "Owner", "root", "role:owner", "agent"}) {
      EXPECT_FALSE(grants(role, right)) << role;
    }
    EXPECT_FALSE(grants(std::vector<std::string>{}, right));
  }
}

TEST(Rights, OfSeveralRolesAddUp) {
  const std::vector<std::string> roles{"developer", "auditor"};
  EXPECT_TRUE(grants(roles, Right::read_log));
  EXPECT_FALSE(grants(roles, Right::decide));
}

}  // namespace
}  // namespace lp::identity
