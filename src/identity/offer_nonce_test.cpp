#include "identity/offer_nonce.h"

#include <gtest/gtest.h>

#include "base/testing.h"
#include "base/text.h"

namespace lp::identity {
namespace {

constexpr std::string_view server_key = "a server key of thirty-two bytes";
const Instant expires_at{1'772'366'520'000};
const OfferSubject subject{.request_id = "req_1", .version = 2, .member = "mem_1", .key = "k1"};

std::string offer() {
  SeededEntropy entropy;
  return make_offer_nonce(server_key, subject, expires_at, entropy);
}

TEST(OfferNonce, CarriesItsExpiry) {
  EXPECT_EQ(from_base64(offer())->size(), 38u);
  EXPECT_EQ(read_offer_nonce(server_key, subject, offer()), expires_at);
}

TEST(OfferNonce, KeepsTheWholeRangeOfItsExpiry) {
  SeededEntropy entropy;
  for (const std::int64_t ms : {std::int64_t{0}, std::int64_t{255}, (std::int64_t{1} << 48) - 1}) {
    const std::string nonce = make_offer_nonce(server_key, subject, {ms}, entropy);
    EXPECT_EQ(read_offer_nonce(server_key, subject, nonce), Instant{ms});
  }
}

TEST(OfferNonceDeathTest, HasNoRoomForOtherTimes) {
  SeededEntropy entropy;
  EXPECT_DEATH((void)make_offer_nonce(server_key, subject, {-1}, entropy), "expires_at");
  EXPECT_DEATH((void)make_offer_nonce(server_key, subject, {std::int64_t{1} << 48}, entropy),
               "expires_at");
}

TEST(OfferNonce, IsNewEveryTime) {
  SeededEntropy entropy;
  const std::string first = make_offer_nonce(server_key, subject, expires_at, entropy);
  EXPECT_NE(make_offer_nonce(server_key, subject, expires_at, entropy), first);
}

TEST(OfferNonce, IsGoodForItsSubjectOnly) {
  const auto refused = [](auto change) {
    OfferSubject other = subject;
    change(other);
    return !read_offer_nonce(server_key, other, offer());
  };
  EXPECT_TRUE(refused([](OfferSubject& s) { s.request_id = "req_2"; }));
  EXPECT_TRUE(refused([](OfferSubject& s) { s.version = 3; }));
  EXPECT_TRUE(refused([](OfferSubject& s) { s.member = "mem_2"; }));
  EXPECT_TRUE(refused([](OfferSubject& s) { s.key = "k2"; }));
  // The same letters cut elsewhere are another subject.
  EXPECT_TRUE(refused([](OfferSubject& s) {
    s.request_id = "req_";
    s.member = "1mem_1";
  }));
  EXPECT_TRUE(refused([](OfferSubject& s) {
    s.member = "mem_";
    s.key = "1k1";
  }));
  EXPECT_FALSE(read_offer_nonce("another key", subject, offer()));
}

TEST(OfferNonce, RefusesEveryChangedBit) {
  const std::string raw = *from_base64(offer());
  for (std::size_t bit = 0; bit < raw.size() * 8; ++bit) {
    std::string bad = raw;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(read_offer_nonce(server_key, subject, base64(bad))) << bit;
  }
}

TEST(OfferNonce, RefusesOtherForms) {
  const std::string raw = *from_base64(offer());
  EXPECT_FALSE(read_offer_nonce(server_key, subject, ""));
  EXPECT_FALSE(read_offer_nonce(server_key, subject, base64url(raw)));
  EXPECT_FALSE(read_offer_nonce(server_key, subject, base64(raw + '\0')));
  EXPECT_FALSE(read_offer_nonce(server_key, subject, base64(raw.substr(1))));
  EXPECT_FALSE(read_offer_nonce(server_key, subject, offer() + "\n"));
}

}  // namespace
}  // namespace lp::identity
