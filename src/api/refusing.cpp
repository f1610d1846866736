// The replies that errors.h makes of its table.

#include <fmt/format.h>

#include <utility>

#include "api/errors.h"
#include "base/log.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "json/write.h"

namespace lp::api {
namespace {

constexpr std::int64_t retry_shortly_s = 2;

}  // namespace

std::string error_code(Reason reason) {
  switch (const int status = describe(reason).status) {
    case 401:
      return "LETSPING_401_AUTH";
    case 403:
      return "LETSPING_403_FORBIDDEN";
    case 404:
      return "LETSPING_404_NOT_FOUND";
    case 429:
      return "LETSPING_429_RATE_LIMIT";
    default:
      return fmt::format("LETSPING_{}", status);
  }
}

net::Reply refuse(Reason reason, const ErrorDetail& detail) {
  const ErrorRow& row = describe(reason);
  const std::string text = detail.text.empty() ? std::string(row.sentence)
                                               : fmt::format("{} ({})", row.sentence, detail.text);
  const std::string quoted = json::quote(text);
  net::Reply reply;
  reply.status = row.status;
  reply.body = fmt::format(R"({{"error":{},"message":{},"code":"{}","reason":"{}")", quoted, quoted,
                           error_code(reason), row.name);
  if (detail.has_pointer) reply.body += R"(,"pointer":)" + json::quote(detail.pointer);
  if (!detail.decision.empty()) reply.body += R"(,"decision":)" + detail.decision;
  if (!detail.erasure.empty()) reply.body += R"(,"erasure":)" + detail.erasure;
  reply.body += '}';
  if (row.status == 401) reply.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (row.status == 503 && reason != Reason::signup_disabled) {
    reply.headers.emplace_back("Retry-After", std::to_string(retry_shortly_s));
  }
  const bool waits = reason == Reason::pending_limit || reason == Reason::proposal_limit ||
                     reason == Reason::nonce_limit;
  if (waits) reply.headers.emplace_back("Retry-After", "60");
  return reply;
}

net::Reply refuse(Reason reason) {
  return refuse(reason, ErrorDetail{});
}

net::Reply refuse(Reason reason, std::string_view text) {
  return refuse(reason, ErrorDetail{.text = std::string(text)});
}

net::Reply refuse_member(std::string_view pointer, std::string_view text) {
  return refuse(Reason::member_invalid, {.text = fmt::format("{} {}", pointer, text),
                                         .pointer = std::string(pointer),
                                         .has_pointer = true});
}

net::Reply refuse_for(Reason reason, std::int64_t retry_after_ms, std::uint64_t limit) {
  net::Reply reply = refuse(reason);
  const std::string seconds = std::to_string((retry_after_ms + 999) / 1000);
  reply.headers.emplace_back("Retry-After", seconds);
  reply.headers.emplace_back("RateLimit-Limit", std::to_string(limit));
  reply.headers.emplace_back("RateLimit-Remaining", "0");
  reply.headers.emplace_back("RateLimit-Reset", seconds);
  return reply;
}

net::Reply refuse(const core::Refused& refused, std::string_view decision) {
  // Unknown and foreign ids must give the same bytes, so nothing is added to this one.
  if (refused.fault == core::Fault::unknown) return refuse(Reason::not_found);
  return refuse(reason_of(refused), {.text = refused.detail, .decision = std::string(decision)});
}

net::Reply refuse(const json::ParseError& error) {
  // The names in it are the caller's: a body of 4 MiB must not come back as one.
  constexpr std::size_t pointer_bytes_max = 512;
  std::string pointer = error.pointer.substr(0, pointer_bytes_max);
  while (!is_utf8(pointer)) pointer.pop_back();
  return refuse(reason_of(error.fault), {.text = fmt::format("at byte {}", error.offset),
                                         .pointer = std::move(pointer),
                                         .has_pointer = true});
}

net::Reply refuse(seal::EnvelopeFault fault, std::string_view pointer) {
  return refuse(reason_of(fault), {.pointer = std::string(pointer), .has_pointer = true});
}

net::Reply internal_error(std::string_view event, std::string_view what) {
  crypto::SystemEntropy entropy;
  const std::string id = hex(entropy.bytes(8));
  log::error(event, what, {{"error_id", id}});
  return refuse(Reason::internal, id);
}

}  // namespace lp::api
