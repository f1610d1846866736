#include "api/review/login_nonce.h"

#include <gtest/gtest.h>

#include "base/testing.h"
#include "base/text.h"

namespace lp::api {
namespace {

constexpr std::string_view key = "0123456789abcdef0123456789abcdef";
constexpr Instant start{1'772'366'400'000};

TEST(LoginNonces, WorkOnceWithinTwoMinutes) {
  SeededEntropy entropy;
  LoginNonces nonces;
  const std::string nonce = LoginNonces::make(key, start, entropy);
  EXPECT_TRUE(nonces.use(key, nonce, start + (login_nonce_ms - 1)));
  EXPECT_FALSE(nonces.use(key, nonce, start + (login_nonce_ms - 1)));
}

TEST(LoginNonces, ExpireAndStayExpired) {
  SeededEntropy entropy;
  LoginNonces nonces;
  const std::string nonce = LoginNonces::make(key, start, entropy);
  EXPECT_FALSE(nonces.use(key, nonce, start + login_nonce_ms));
  EXPECT_TRUE(nonces.use(key, nonce, start + (login_nonce_ms - 1)));
}

TEST(LoginNonces, AreRefusedWithAnyBitChangedOrAnotherKey) {
  SeededEntropy entropy;
  LoginNonces nonces;
  const std::string raw = *from_base64(LoginNonces::make(key, start, entropy));
  for (std::size_t at = 0; at < raw.size(); ++at) {
    std::string changed = raw;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    ASSERT_FALSE(nonces.use(key, base64(changed), start)) << at;
  }
  EXPECT_FALSE(nonces.use("another key", base64(raw), start));
  EXPECT_FALSE(nonces.use(key, base64(raw.substr(1)), start));
  EXPECT_FALSE(nonces.use(key, "", start));
  EXPECT_FALSE(nonces.use(key, "not base64", start));
  EXPECT_TRUE(nonces.use(key, base64(raw), start));
}

TEST(LoginNonces, RefuseAllWhenTheirMemoryIsFullUntilItEmpties) {
  SeededEntropy entropy;
  LoginNonces nonces(2);
  EXPECT_TRUE(nonces.use(key, LoginNonces::make(key, start, entropy), start));
  EXPECT_TRUE(nonces.use(key, LoginNonces::make(key, start, entropy), start));
  EXPECT_FALSE(nonces.use(key, LoginNonces::make(key, start, entropy), start));
  const Instant later = start + login_nonce_ms;
  EXPECT_TRUE(nonces.use(key, LoginNonces::make(key, later, entropy), later));
}

}  // namespace
}  // namespace lp::api
