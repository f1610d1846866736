#include "outbound/web_push.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "base/text.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "json/write.h"

namespace lp::outbound {

namespace {

using namespace std::string_view_literals;

constexpr std::size_t point_bytes = 65, auth_bytes = 16, salt_bytes = 16, endpoint_max = 2'000;
constexpr std::int64_t token_s = 12 * 3'600;       // RFC 8292 allows a day
constexpr std::int64_t ttl_s_max = 28LL * 86'400;  // beyond this some services refuse
constexpr std::uint32_t record_bytes = 4'096;
constexpr std::size_t topic_bytes = 24;  // 32 characters, as RFC 8030 allows

std::string big_endian(std::uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(number >> shift));
  return bytes;
}

}  // namespace

std::optional<std::string_view> refuse_browser(const Browser& browser) {
  if (!browser.endpoint.starts_with("https://") || browser.endpoint.size() > endpoint_max ||
      !std::ranges::all_of(browser.endpoint, [](char c) { return c > ' ' && c < 0x7f; })) {
    return "endpoint must be an https URL";
  }
  if (browser.p256dh.size() != point_bytes || browser.p256dh.front() != '\x04') {
    return "p256dh must be an uncompressed point of P-256";
  }
  if (browser.auth.size() != auth_bytes) return "auth must be 16 bytes";
  return std::nullopt;
}

bool is_push_subject(std::string_view text) {
  const bool mail = text.starts_with("mailto:") && text.find('@') != std::string_view::npos;
  const bool page = text.starts_with("https://") && text.size() > 8;
  // Apple's service refuses names that are none of the public net (web-push issue 947).
  const bool local = text.contains("localhost") || text.ends_with(".local");
  return (mail || page) && !local &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f && c != '"'; });
}

std::string origin_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  LP_ASSERT(scheme != std::string_view::npos);
  const std::size_t end = url.find_first_of("/?#", scheme + 3);
  std::string_view origin = url.substr(0, end);
  const std::string_view own = url.starts_with("https://") ? ":443" : ":80";
  if (origin.ends_with(own)) origin.remove_suffix(own.size());
  return std::string(origin);
}

std::string vapid(const PushSender& sender, std::string_view endpoint, Instant now) {
  auto claims = json::Value::object();
  claims.add("aud", origin_of(endpoint))
      .add("exp", now.ms / 1'000 + token_s)
      .add("sub", sender.subject);
  const std::string said =
      base64url(R"({"typ":"JWT","alg":"ES256"})") + "." + base64url(json::compact(claims));
  const auto signature = crypto::p256_raw_signature(sender.key.sign(said));
  LP_ASSERT(signature.has_value());
  return fmt::format("vapid t={}.{}, k={}", said, base64url(*signature),
                     base64url(sender.key.point()));
}

std::optional<std::string> encrypt_push(const Browser& browser, const crypto::P256Key& once,
                                        std::string_view salt, std::string_view plaintext) {
  LP_ASSERT(salt.size() == salt_bytes && plaintext.size() <= push_body_max);
  const auto shared = once.agree(browser.p256dh);
  if (!shared) return std::nullopt;
  // RFC 8291 §3.4, then RFC 8188 §2.
  const std::string info =
      std::string("WebPush: info\0"sv) + browser.p256dh + std::string(once.point());
  const Secret input(crypto::hkdf_sha256(shared->reveal(), browser.auth, info));
  const Secret key(
      crypto::hkdf_sha256(input.reveal(), salt, "Content-Encoding: aes128gcm\0"sv, 16));
  const std::string nonce =
      crypto::hkdf_sha256(input.reveal(), salt, "Content-Encoding: nonce\0"sv, 12);
  // One record, the last: a 2 behind what is said.
  const std::string record =
      crypto::aes_128_gcm_seal(key.reveal(), nonce, std::string(plaintext) + '\x02');
  std::string body(salt);
  body.append(big_endian(record_bytes)).push_back(static_cast<char>(once.point().size()));
  return body.append(once.point()).append(record);
}

std::optional<Delivery> push_delivery(const PushSender& sender, const Browser& browser,
                                      const Push& push, Instant now, Entropy& entropy) {
  const Secret uniform(entropy.bytes(48));
  const crypto::P256Key once = crypto::P256Key::from_uniform(uniform.reveal());
  auto body = encrypt_push(browser, once, entropy.bytes(salt_bytes), push.body);
  if (!body) return std::nullopt;
  const std::int64_t ttl = std::clamp<std::int64_t>(push.ttl_ms / 1'000, 0, ttl_s_max);
  Delivery delivery{.url = browser.endpoint,
                    .headers = {{"Content-Type", "application/octet-stream"},
                                {"Content-Encoding", "aes128gcm"},
                                {"TTL", std::to_string(ttl)},
                                {"Urgency", push.urgent ? "high" : "normal"},
                                {"Authorization", vapid(sender, browser.endpoint, now)}},
                    .body = *std::move(body)};
  if (!push.topic.empty()) {
    const Digest topic = crypto::sha256(push.topic);
    delivery.headers.emplace_back("Topic", base64url(topic.view().substr(0, topic_bytes)));
  }
  return delivery;
}

}  // namespace lp::outbound
