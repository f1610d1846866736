// Web Push from our own server: who sends (VAPID, RFC 8292), what only the browser reads (RFC
// 8291), and how long the push service keeps it (RFC 8030).

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/entropy.h"
#include "base/time.h"
#include "crypto/p256.h"
#include "outbound/transfers.h"

namespace lp::outbound {

// A browser's own half: where it is, and its keys.
struct Browser {
  std::string endpoint;  // https URL at its push service
  std::string p256dh;    // an uncompressed point, 65 bytes
  std::string auth;      // 16 bytes
};
// What is wrong with it, or nothing.
std::optional<std::string_view> refuse_browser(const Browser& browser);

struct Push {
  std::string body;   // at most push_body_max bytes
  std::string topic;  // a newer one with the same takes its place; any text
  std::int64_t ttl_ms = 0;
  bool urgent = false;
};
inline constexpr std::size_t push_body_max = 3'000;

// Who we are to push services: a key, and whom they write to when something is wrong, a mailto: or
// https: URI.
struct PushSender {
  const crypto::P256Key& key;
  std::string subject;
};
[[nodiscard]] bool is_push_subject(std::string_view text);

// Nothing when the browser's point is none.
std::optional<Delivery> push_delivery(const PushSender& sender, const Browser& browser,
                                      const Push& push, Instant now, Entropy& entropy);

// The parts, for tests with known answers. `once` is used for this one message; 16 bytes of salt.
std::optional<std::string> encrypt_push(const Browser& browser, const crypto::P256Key& once,
                                        std::string_view salt, std::string_view plaintext);
// "scheme://host[:port]" of an https or http URL, without its scheme's own port.
std::string origin_of(std::string_view url);
// The value of the header Authorization.
std::string vapid(const PushSender& sender, std::string_view endpoint, Instant now);

}  // namespace lp::outbound
