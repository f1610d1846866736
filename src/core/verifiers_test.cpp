#include "core/verifiers.h"

#include <gtest/gtest.h>

namespace lp::core {
namespace {

crypto::P256Key key_of(char seed) {
  return crypto::P256Key::from_uniform(std::string(48, seed));
}

TEST(Verifiers, SayTheSameOfAKeyTheFirstTimeAndLater) {
  Verifiers verifiers;
  const auto key = key_of('a');
  const std::string signature = key.sign("yes");
  for (int time = 0; time < 3; ++time) {
    EXPECT_TRUE(verifiers.verify(key.spki(), "yes", signature));
    EXPECT_FALSE(verifiers.verify(key.spki(), "no", signature));
  }
}

TEST(Verifiers, KeepKeysApart) {
  Verifiers verifiers;
  const auto one = key_of('a'), other = key_of('b');
  EXPECT_TRUE(verifiers.verify(one.spki(), "yes", one.sign("yes")));
  EXPECT_FALSE(verifiers.verify(other.spki(), "yes", one.sign("yes")));
  EXPECT_TRUE(verifiers.verify(other.spki(), "yes", other.sign("yes")));
}

TEST(Verifiers, RefuseWhatIsNoKey) {
  Verifiers verifiers;
  EXPECT_FALSE(verifiers.verify("no key", "yes", key_of('a').sign("yes")));
}

}  // namespace
}  // namespace lp::core
