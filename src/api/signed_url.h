// URLs that carry their own permission: uploads and downloads of state snapshots (wire.md 0.6), and
// uploads of attachments.
//
// HMAC under a key of its own purpose over method, path and expiry, for one hour. Published clients
// send their API key along or nothing; neither is looked at.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "core/keys.h"
#include "net/message.h"

namespace lp::api {

inline constexpr std::int64_t signed_url_ms = 3'600'000;

std::string snapshot_path(std::string_view request_id);  // "/api/snapshots/req_…"
// "/api/attachments/req_…/a1"
std::string attachment_path(std::string_view request_id, std::string_view attachment);

// "PATH?exp=…&sig=…"; `method` is get or put.
std::string sign_path(const core::Keys& keys, net::Method method, std::string_view path,
                      Instant now);

// Why this URL may not be used, or nothing. `path` is the one that was signed.
std::optional<net::Reply> check_signed_path(const core::Keys& keys, const net::Request& request,
                                            std::string_view path, Instant now);

// `state_download_url` of a webhook: absolute, for GET.
std::string snapshot_download_url(const core::Keys& keys, std::string_view base_url,
                                  std::string_view request_id, Instant now);

}  // namespace lp::api
