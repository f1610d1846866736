#include "identity/passkey_use.h"

#include <gtest/gtest.h>

#include "identity/passkey_testing.h"

namespace lp::identity {
namespace {

const Digest challenge = crypto::sha256("a challenge");
const std::vector<std::string> pages{"http://localhost:8400"};

EnrolledPasskey enrolled(const SoftPasskey& passkey) {
  return {.spki = passkey.key.spki(),
          .rp_id = passkey.rp_id,
          .backup_eligible = (passkey.flags & backup_eligible) != 0,
          .counter = passkey.counter};
}

std::string why_not(const SoftPasskey& passkey, const SoftPasskey::Answer& answer) {
  const auto use = check_passkey_use(answer.assertion(), challenge, enrolled(passkey), pages);
  return use ? "" : use.error();
}

TEST(PasskeyUse, TakesASignatureOverTheChallengeByAVerifiedPerson) {
  const SoftPasskey passkey;
  const auto answer = passkey.get(challenge);
  const auto use = check_passkey_use(answer.assertion(), challenge, enrolled(passkey), pages);
  ASSERT_TRUE(use.has_value()) << use.error();
  EXPECT_EQ(use->counter, 0u);
  EXPECT_FALSE(use->backed_up);
  EXPECT_FALSE(use->counter_regressed);
}

TEST(PasskeyUse, RefusesAnotherChallengePageHostOrKey) {
  const SoftPasskey passkey;
  EXPECT_NE(why_not(passkey, passkey.get(crypto::sha256("other"))), "");
  SoftPasskey elsewhere;
  elsewhere.origin = "https://phish.example";
  EXPECT_NE(why_not(elsewhere, elsewhere.get(challenge)), "");
  SoftPasskey other_host;
  other_host.rp_id = "phish.example";
  const auto answer = other_host.get(challenge);
  other_host.rp_id = "localhost";
  EXPECT_NE(why_not(other_host, answer), "");
  EXPECT_NE(why_not(passkey, SoftPasskey().get(challenge)), "");
}

TEST(PasskeyUse, RefusesAPersonWhoIsAbsentOrNotVerifiedAndDataThatDoesNotBelong) {
  for (const unsigned flags :
       {user_present, user_verified, user_present | user_verified | attested_data,
        user_present | user_verified | extension_data, user_present | user_verified | backed_up}) {
    SoftPasskey passkey;
    passkey.flags = flags;
    EXPECT_NE(why_not(passkey, passkey.get(challenge)), "") << flags;
  }
  const SoftPasskey passkey;
  const std::string client = client_data_of("webauthn.get", challenge, passkey.origin);
  EXPECT_NE(why_not(passkey, passkey.sign(passkey.head(passkey.flags) + "x", client)), "");
  EXPECT_NE(why_not(passkey, passkey.sign("short", client)), "");
}

TEST(PasskeyUse, RefusesAPasskeyThatHasBecomeOfTheKindThatIsBackedUp) {
  SoftPasskey passkey;
  const EnrolledPasskey as_made = enrolled(passkey);
  passkey.flags |= backup_eligible;
  const auto answer = passkey.get(challenge);
  EXPECT_FALSE(check_passkey_use(answer.assertion(), challenge, as_made, pages));
  EXPECT_EQ(why_not(passkey, answer), "");
  passkey.flags |= backed_up;
  const auto backed = passkey.get(challenge);
  EXPECT_TRUE(
      check_passkey_use(backed.assertion(), challenge, enrolled(passkey), pages)->backed_up);
}

TEST(PasskeyUse, TellsOfACounterThatDoesNotGoOn) {
  SoftPasskey passkey;
  const auto regressed = [&](std::uint32_t before, std::uint32_t now) {
    passkey.counter = before;
    const EnrolledPasskey known = enrolled(passkey);
    passkey.counter = now;
    const auto answer = passkey.get(challenge);
    return check_passkey_use(answer.assertion(), challenge, known, pages)->counter_regressed;
  };
  EXPECT_FALSE(regressed(0, 0));
  EXPECT_FALSE(regressed(0, 1));
  EXPECT_FALSE(regressed(7, 8));
  EXPECT_TRUE(regressed(7, 7));
  EXPECT_TRUE(regressed(7, 6));
  EXPECT_TRUE(regressed(7, 0));
}

}  // namespace
}  // namespace lp::identity
