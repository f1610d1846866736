// HTTP message signatures (RFC 9421) as agents use them, and Content-Digest (RFC 9530).
//
// Less than the RFC allows is read, and everything else is refused: one signature a message, plain
// components without parameters, each once, and no parameter that is not known here. What is
// verified is the text of @signature-params as it was sent, so that there is nothing between what
// was parsed and what was signed. Pure: the caller brings the message, the key and the time.

#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lp::identity {

struct HttpSignature {
  std::vector<std::string> components;           // in the order in which they were signed
  std::string parameters;                        // the value of @signature-params, exactly as sent
  std::string signature;                         // raw bytes
  std::optional<std::int64_t> created, expires;  // seconds since 1970
  std::optional<std::string> nonce, key_id, algorithm, tag;

  [[nodiscard]] bool covers(std::string_view component) const;
};

enum class HttpSignatureFault : std::uint8_t {
  malformed,          // not the structured fields of RFC 9421, or a form of them not taken here
  several,            // more than one signature
  names_differ,       // the two headers name different signatures
  unknown_parameter,  // a parameter or a component with parameters that is not understood
  too_long,
};
std::string_view to_string(HttpSignatureFault fault);

// From the values of the two headers.
std::expected<HttpSignature, HttpSignatureFault> parse_http_signature(
    std::string_view signature_input, std::string_view signature);

// The value of a component: "@method" and its like, or a header by its name in lower case; nothing
// when the message has no such thing, or has it twice.
using ComponentValue = std::function<std::optional<std::string>(std::string_view name)>;

// What was signed (RFC 9421 §2.5); nothing when a component has no value.
std::optional<std::string> signature_base(const HttpSignature& signature,
                                          const ComponentValue& value);

// The 32 bytes of `sha-256` in a Content-Digest header; nothing when it has none or is malformed.
// Other algorithms beside it are not looked at.
std::optional<std::string> content_sha256(std::string_view content_digest);

}  // namespace lp::identity
