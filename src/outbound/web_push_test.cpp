#include "outbound/web_push.h"

#include <gtest/gtest.h>

#include "base/testing.h"
#include "base/text.h"
#include "json/parse.h"

namespace lp::outbound {
namespace {

// RFC 8291, Appendix A.
constexpr std::string_view application_private = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
constexpr std::string_view browser_point =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
constexpr std::string_view browser_auth = "BTBZMqHH6r4Tts7J_aSIgg";
constexpr std::string_view message_salt = "DGv6ra1nlYgDCS1FRnbzlw";
constexpr std::string_view message_body =
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS"
    "6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qu"
    "lcy4a-fN";

// The key of a scalar: from_uniform() adds one to what it is given.
crypto::P256Key key_of(std::string_view scalar_base64url) {
  std::string scalar = *from_base64url(scalar_base64url);
  --scalar.back();
  return crypto::P256Key::from_uniform(std::string(16, '\0') + scalar);
}

Browser sample_browser() {
  return {.endpoint = "https://push.example.net:8443/v2/abc?x=1",
          .p256dh = *from_base64url(browser_point),
          .auth = *from_base64url(browser_auth)};
}

TEST(WebPush, EncryptsTheExampleOfTheRfc) {
  const auto body =
      encrypt_push(sample_browser(), key_of(application_private), *from_base64url(message_salt),
                   "When I grow up, I want to be a watermelon");
  ASSERT_TRUE(body.has_value());
  EXPECT_EQ(base64url(*body), message_body);
}

TEST(WebPush, RefusesAPointThatIsNotOnTheCurve) {
  Browser browser = sample_browser();
  browser.p256dh.back() = static_cast<char>(browser.p256dh.back() ^ 1);
  EXPECT_FALSE(refuse_browser(browser));
  EXPECT_FALSE(encrypt_push(browser, key_of(application_private), std::string(16, 's'), "x"));
}

TEST(WebPush, NamesItselfToThePushServiceForHalfADay) {
  const crypto::P256Key key = key_of(application_private);
  const Instant now{1'772'366'400'000};
  const std::string value =
      vapid({.key = key, .subject = "mailto:ops@example.org"}, sample_browser().endpoint, now);
  ASSERT_TRUE(value.starts_with("vapid t="));
  const std::string token = value.substr(8, value.find(", k=") - 8);
  EXPECT_EQ(value.substr(value.find(", k=") + 4), base64url(key.point()));
  const std::size_t first = token.find('.'), second = token.rfind('.');
  const auto head = json::parse(*from_base64url(token.substr(0, first)));
  const auto claims = json::parse(*from_base64url(token.substr(first + 1, second - first - 1)));
  ASSERT_TRUE(head && claims);
  EXPECT_EQ(head->root.find_string("alg"), "ES256");
  EXPECT_EQ(claims->root.find_string("aud"), "https://push.example.net:8443");
  EXPECT_EQ(claims->root.find_string("sub"), "mailto:ops@example.org");
  EXPECT_EQ(claims->root.find_integer("exp"), now.ms / 1'000 + 43'200);
  const auto signature = crypto::p256_der_signature(*from_base64url(token.substr(second + 1)));
  ASSERT_TRUE(signature.has_value());
  EXPECT_TRUE(crypto::p256_verify(key.spki(), token.substr(0, second), *signature, false));
}

TEST(WebPush, SaysHowLongAndHowUrgentlyAndWhatItReplaces) {
  const crypto::P256Key key = key_of(application_private);
  SeededEntropy entropy(1);
  const auto delivery = push_delivery(
      {.key = key, .subject = "mailto:ops@example.org"}, sample_browser(),
      {.body = "{}", .topic = "req_1", .ttl_ms = 90'500, .urgent = true}, {1'000}, entropy);
  ASSERT_TRUE(delivery.has_value());
  const auto header = [&](std::string_view name) -> std::string {
    for (const auto& [key_name, value] : delivery->headers) {
      if (key_name == name) return value;
    }
    return {};
  };
  EXPECT_EQ(delivery->url, sample_browser().endpoint);
  EXPECT_EQ(header("TTL"), "90");
  EXPECT_EQ(header("Urgency"), "high");
  EXPECT_EQ(header("Content-Encoding"), "aes128gcm");
  EXPECT_EQ(header("Topic").size(), 32U);
  EXPECT_EQ(header("Topic").find("req_1"), std::string::npos);
}

TEST(WebPush, TakesOnlyBrowsersThatItCanEncryptFor) {
  Browser plain = sample_browser(), short_auth = sample_browser(), no_point = sample_browser();
  plain.endpoint = "http://push.example.net/";
  short_auth.auth.pop_back();
  no_point.p256dh.front() = '\x02';
  EXPECT_TRUE(refuse_browser(plain));
  EXPECT_TRUE(refuse_browser(short_auth));
  EXPECT_TRUE(refuse_browser(no_point));
  EXPECT_FALSE(refuse_browser(sample_browser()));
}

TEST(WebPush, TakesOnlySubjectsThatPushServicesCanWriteTo) {
  EXPECT_TRUE(is_push_subject("mailto:ops@example.org"));
  EXPECT_TRUE(is_push_subject("https://letsping.example/contact"));
  for (const char* wrong :
       {"", "ops@example.org", "mailto:ops", "http://letsping.example", "https://",
        "https://localhost/", "mailto:me@host.local", "mailto:a@example.org\r\nX: y"}) {
    EXPECT_FALSE(is_push_subject(wrong)) << wrong;
  }
}

TEST(WebPush, NamesAnOriginWithoutItsOwnPort) {
  EXPECT_EQ(origin_of("https://push.example.net/v2/x"), "https://push.example.net");
  EXPECT_EQ(origin_of("https://push.example.net:443?x"), "https://push.example.net");
  EXPECT_EQ(origin_of("https://push.example.net:444"), "https://push.example.net:444");
}

}  // namespace
}  // namespace lp::outbound
