#include "net/http_rules.h"

#include <algorithm>
#include <charconv>

#include "base/assert.h"
#include "base/text.h"

namespace lp::net {

namespace {

constexpr std::size_t line_overhead = sizeof("OPTIONS  HTTP/1.1") - 1;

bool is_token_start(unsigned char byte) {
  return byte >= 'A' && byte <= 'Z';
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// A host name, an IPv4 address or a bracketed IPv6 address, with an optional port. Narrower than
// the grammar: no percent escapes, no user information, no list.
bool is_host(std::string_view host) {
  if (host.empty() || host.size() > 255) return false;
  const bool bracketed = host.front() == '[';
  const std::size_t name_end = bracketed ? host.find(']') : host.find(':');
  if (bracketed && name_end == std::string_view::npos) return false;
  const std::string_view name = host.substr(bracketed, name_end - (bracketed ? 1 : 0));
  std::string_view port;
  if (name_end != std::string_view::npos) port = host.substr(name_end + bracketed);
  if (!port.empty()) {
    if (port.front() != ':' || port.size() < 2 || port.size() > 6) return false;
    port.remove_prefix(1);
  }
  const auto name_character = [bracketed](char c) {
    if (bracketed) return hex_value(c) >= 0 || c == ':' || c == '.';
    c = lower(c);
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  };
  return !name.empty() && std::ranges::all_of(name, name_character) &&
         std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; });
}

std::expected<std::uint64_t, Fault> read_content_length(std::string_view text,
                                                        const Limits& limits) {
  const bool digits =
      !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || (text.size() > 1 && text.front() == '0')) {
    return std::unexpected(Fault::bad_content_length);
  }
  std::uint64_t length = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), length);
  if (parsed.ec != std::errc() || length > limits.body_bytes_max) {
    return std::unexpected(Fault::body_too_large);
  }
  return length;
}

// The fields that decide about framing and routing, each counted.
struct Counted {
  std::string_view value;
  unsigned count = 0;

  void add(std::string_view next) {
    if (count++ == 0) value = next;
  }
};

struct Fields {
  Counted host, content_length, transfer_encoding, expect;
  // Two of these would let a proxy and this server believe different ones.
  Counted authorization, content_type, origin;
  bool content_encoding = false;
  bool close = false;

  void add(std::string_view name, std::string_view field_value) {
    if (name == "host") host.add(field_value);
    if (name == "content-length") content_length.add(field_value);
    if (name == "transfer-encoding") transfer_encoding.add(field_value);
    if (name == "expect") expect.add(field_value);
    if (name == "authorization") authorization.add(field_value);
    if (name == "content-type") content_type.add(field_value);
    if (name == "origin") origin.add(field_value);
    if (name == "content-encoding") content_encoding = true;
    if (name == "connection" && list_contains(field_value, "close")) close = true;
  }
};

std::expected<void, Fault> check_body(const Fields& fields, unsigned version, const Limits& limits,
                                      Framing& framing) {
  if (fields.transfer_encoding.count > 0) {
    if (fields.content_length.count > 0) return std::unexpected(Fault::conflicting_framing);
    // Beast takes "xchunked" and "chunked, identity" for no body at all, and what follows for the
    // next request.
    if (version < 11 || fields.transfer_encoding.count > 1 ||
        fields.transfer_encoding.value != "chunked") {
      return std::unexpected(Fault::bad_transfer_encoding);
    }
    framing.chunked = true;
  }
  if (fields.content_length.count > 1) return std::unexpected(Fault::bad_content_length);
  if (fields.content_length.count == 1) {
    const auto length = read_content_length(fields.content_length.value, limits);
    if (!length) return std::unexpected(length.error());
    framing.length = *length;
  }
  return {};
}

}  // namespace

std::optional<Fault> HeadScanner::check_byte(unsigned char byte) const {
  const bool first_of_line = position_ == line_start_;
  if (line_ == 0) {
    if (first_of_line && !is_token_start(byte)) return Fault::bad_request_line;
    if (byte < 0x20 || byte >= 0x7f) return Fault::bad_target;
    return {};
  }
  if (first_of_line && (byte == ' ' || byte == '\t')) return Fault::folded_header;
  if ((byte < 0x20 && byte != '\t') || byte == 0x7f) return Fault::bad_header;
  return {};
}

// Asked when the bytes at hand hold no end of the header.
std::optional<Fault> HeadScanner::check_size() const {
  if (line_ == 0 && position_ > limits_.target_bytes_max + line_overhead) {
    return Fault::target_too_long;
  }
  if (position_ >= limits_.header_bytes_max) return Fault::header_too_large;
  return {};
}

// A CR LF was read. True when it ends the header.
bool HeadScanner::end_line() {
  const bool blank = position_ - 1 == line_start_;
  after_cr_ = false;
  line_start_ = position_ + 1;
  if (!blank) ++line_;
  return blank;
}

std::expected<std::size_t, Fault> HeadScanner::scan(std::string_view bytes) {
  const std::size_t end = std::min(bytes.size(), limits_.header_bytes_max);
  for (; position_ < end; ++position_) {
    const auto byte = static_cast<unsigned char>(bytes[position_]);
    if (after_cr_) {
      if (byte != '\n') return std::unexpected(Fault::bad_line_ending);
      if (end_line()) return ++position_;
      // The request line and the fields; the blank line is not counted.
      if (line_ > limits_.header_fields_max + 1) return std::unexpected(Fault::too_many_headers);
    } else if (byte == '\r') {
      if (position_ == 0) return std::unexpected(Fault::bad_request_line);
      after_cr_ = true;
    } else if (byte == '\n') {
      return std::unexpected(Fault::bad_line_ending);
    } else if (const auto fault = check_byte(byte)) {
      return std::unexpected(*fault);
    }
  }
  if (const auto fault = check_size()) return std::unexpected(*fault);
  return 0;
}

std::optional<Method> method_named(std::string_view name) {
  for (const Method method :
       {Method::get, Method::head, Method::post, Method::put, Method::del, Method::options}) {
    if (method_name(method) == name) return method;
  }
  return {};
}

std::string_view method_name(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::del:
      return "DELETE";
    case Method::options:
      return "OPTIONS";
  }
  assertion_failed("a Method", __FILE__, __LINE__);
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return {};
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0 || high + low == 0) return {};
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

std::expected<Target, Fault> read_target(std::string_view target) {
  const auto visible = [](char c) { return c > 0x20 && c < 0x7f && c != '#'; };
  if (!target.starts_with('/') || !std::ranges::all_of(target, visible)) {
    return std::unexpected(Fault::bad_target);
  }
  const std::size_t question = target.find('?');
  const std::string_view raw_path = target.substr(0, question);
  Target out;
  if (question != std::string_view::npos) out.query = target.substr(question + 1);
  const auto decoded = percent_decoded(raw_path);
  // An encoded slash means one thing to a proxy's rules and another to a router: refused, not
  // interpreted. So the decoded path may not have more slashes than the raw one.
  if (!decoded || std::ranges::count(*decoded, '/') != std::ranges::count(raw_path, '/') ||
      !is_utf8(*decoded)) {
    return std::unexpected(Fault::bad_target);
  }
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::ranges::any_of(*decoded, control)) return std::unexpected(Fault::bad_target);
  for (std::size_t start = 0; start < decoded->size();) {
    const std::size_t end = std::min(decoded->find('/', start), decoded->size());
    const std::string_view segment(decoded->data() + start, end - start);
    if (segment == "." || segment == "..") return std::unexpected(Fault::bad_target);
    if (!segment.empty()) out.path.append("/").append(segment);
    start = end + 1;
  }
  if (out.path.empty() || decoded->ends_with('/')) out.path += '/';
  return out;
}

std::expected<Framing, Fault> check_fields(const Request& request, unsigned version,
                                           const Limits& limits) {
  if (request.headers.size() > limits.header_fields_max) {
    return std::unexpected(Fault::too_many_headers);
  }
  Fields fields;
  for (const auto& [name, value] : request.headers) fields.add(name, value);

  Framing framing;
  if (const auto body = check_body(fields, version, limits, framing); !body) {
    return std::unexpected(body.error());
  }
  if (fields.host.count == 0) return std::unexpected(Fault::missing_host);
  if (fields.host.count > 1) return std::unexpected(Fault::duplicate_host);
  if (!is_host(fields.host.value)) return std::unexpected(Fault::bad_host);
  if (fields.authorization.count > 1 || fields.content_type.count > 1 || fields.origin.count > 1) {
    return std::unexpected(Fault::duplicate_header);
  }
  const bool may_have_body = request.method == Method::post || request.method == Method::put;
  if (!may_have_body && framing.has_body()) return std::unexpected(Fault::unexpected_body);
  if (fields.content_encoding) return std::unexpected(Fault::content_encoding);
  if (fields.expect.count > 0) {
    if (fields.expect.count > 1 || !equal_ignoring_case(fields.expect.value, "100-continue")) {
      return std::unexpected(Fault::bad_expectation);
    }
    framing.expects_continue = version >= 11 && framing.has_body();
  }
  framing.keep_alive = version >= 11 && !fields.close;
  framing.host = fields.host.value;
  return framing;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool list_contains(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (equal_ignoring_case(trimmed(list.substr(0, comma)), token)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace lp::net
