#include "api/signed_url.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>

#include "api/errors.h"
#include "base/digest.h"
#include "crypto/hash.h"

namespace lp::api {

namespace {

Digest signature(const core::Keys& keys, net::Method method, std::string_view path,
                 std::string_view expiry) {
  const std::string_view verb = method == net::Method::put ? "PUT" : "GET";
  return crypto::hmac_sha256(keys.purpose("lp-url/1").reveal(), {verb, "\n", path, "\n", expiry});
}

std::optional<std::int64_t> read_seconds(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

}  // namespace

std::string snapshot_path(std::string_view request_id) {
  return fmt::format("/api/snapshots/{}", request_id);
}

std::string attachment_path(std::string_view request_id, std::string_view attachment) {
  return fmt::format("/api/attachments/{}/{}", request_id, attachment);
}

std::string sign_path(const core::Keys& keys, net::Method method, std::string_view path,
                      Instant now) {
  const std::string expiry = std::to_string((now.ms + signed_url_ms) / 1000);
  return fmt::format("{}?exp={}&sig={}", path, expiry, signature(keys, method, path, expiry).hex());
}

std::optional<net::Reply> check_signed_path(const core::Keys& keys, const net::Request& request,
                                            std::string_view path, Instant now) {
  const std::string expiry = request.query_value("exp").value_or("");
  const auto seconds = read_seconds(expiry);
  const std::string given = request.query_value("sig").value_or("");
  const std::string expected = signature(keys, request.method, path, expiry).hex();
  if (!seconds || !crypto::equal_constant_time(given, expected)) {
    return refuse(Reason::url_signature_invalid);
  }
  if (now.ms >= *seconds * 1000) return refuse(Reason::url_expired);
  return std::nullopt;
}

std::string snapshot_download_url(const core::Keys& keys, std::string_view base_url,
                                  std::string_view request_id, Instant now) {
  return fmt::format("{}{}", base_url,
                     sign_path(keys, net::Method::get, snapshot_path(request_id), now));
}

}  // namespace lp::api
