#include "net/reply_writer.h"

#include <algorithm>
#include <array>

#include "net/http_rules.h"

namespace lp::net {

namespace {

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 402:
      return "Payment Required";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 507:
      return "Insufficient Storage";
    default:
      return "";  // The phrase may be empty; the space before it may not (RFC 9112 §4).
  }
}

bool is_token(std::string_view text) {
  static constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           marks.find(c) != std::string_view::npos;
  });
}

bool is_value(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

// The session's own fields, which a handler cannot set.
bool is_framing(std::string_view name) {
  static constexpr std::array<std::string_view, 4> names{"content-length", "transfer-encoding",
                                                         "connection", "date"};
  return std::ranges::any_of(names, [name](auto own) { return equal_ignoring_case(own, name); });
}

void append_two_digits(std::string& out, std::int64_t number) {
  out += static_cast<char>('0' + number / 10);
  out += static_cast<char>('0' + number % 10);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::string http_date(Instant t) {
  static constexpr std::string_view days = "ThuFriSatSunMonTueWed";  // day 0 was a Thursday
  static constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const std::int64_t seconds = t.ms / 1000;
  const std::string iso = to_string(t);  // YYYY-MM-DDThh:mm:ss.mmmZ
  const auto month = static_cast<std::size_t>((iso[5] - '0') * 10 + (iso[6] - '0') - 1);
  std::string out(days.substr(static_cast<std::size_t>(seconds / 86'400 % 7) * 3, 3));
  out.append(", ").append(iso, 8, 2).append(" ").append(months.substr(month * 3, 3));
  out.append(" ").append(iso, 0, 4).append(" ");
  append_two_digits(out, seconds / 3'600 % 24);
  out += ':';
  append_two_digits(out, seconds / 60 % 60);
  out += ':';
  append_two_digits(out, seconds % 60);
  return out + " GMT";
}

std::string header_block(const Headers& headers) {
  std::string out;
  for (const auto& [name, value] : headers) append_field(out, name, value);
  return out;
}

bool well_formed(const Reply& reply) {
  return reply.status >= 200 && reply.status <= 599 && is_value(reply.content_type) &&
         std::ranges::all_of(reply.headers, [](const auto& field) {
           return is_token(field.first) && is_value(field.second);
         });
}

bool has_body(int status) {
  return status != 204 && status != 304;
}

std::string reply_head(const Reply& reply, const HeadParts& parts) {
  std::string out;
  out.reserve(256 + parts.fixed_headers.size());
  out.append("HTTP/1.1 ").append(std::to_string(reply.status)).append(" ");
  out.append(reason_phrase(reply.status)).append("\r\n");
  append_field(out, "Date", parts.date);
  if (has_body(reply.status)) {
    if (!reply.content_type.empty()) append_field(out, "Content-Type", reply.content_type);
    if (!parts.endless) append_field(out, "Content-Length", std::to_string(reply.body.size()));
  }
  bool cached = false;
  for (const auto& [name, value] : reply.headers) {
    if (is_framing(name)) continue;
    cached = cached || equal_ignoring_case(name, "cache-control");
    append_field(out, name, value);
  }
  if (!cached) append_field(out, "Cache-Control", "no-store");
  out.append(parts.fixed_headers);
  if (parts.close) append_field(out, "Connection", "close");
  return out.append("\r\n");
}

}  // namespace lp::net
