#include "identity/http_signature.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/assert.h"
#include "base/text.h"

namespace lp::identity {
namespace {

using Fault = HttpSignatureFault;

constexpr std::size_t header_bytes_max = 4'096;
constexpr std::size_t components_max = 32;
constexpr std::size_t digest_bytes = 32;

bool lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool digit(char c) {
  return c >= '0' && c <= '9';
}

// Takes structured field values (RFC 8941) off the front of a text. Each fails once and for good.
class Fields {
 public:
  explicit Fields(std::string_view text) : text_(text) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
  [[nodiscard]] std::size_t position() const { return at_; }
  [[nodiscard]] std::string_view since(std::size_t start) const {
    return text_.substr(start, at_ - start);
  }
  [[nodiscard]] bool next_is(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool take_if(char c) {
    if (!next_is(c)) return false;
    ++at_;
    return true;
  }
  void take(char c) { ok_ = ok_ && take_if(c); }

  // A key of a dictionary or a parameter (RFC 8941 §3.1.2).
  std::string_view key() {
    const std::size_t start = at_;
    const auto first = [](char c) { return lower(c) || c == '*'; };
    const auto later = [](char c) {
      return lower(c) || digit(c) || std::string_view("_-.*").contains(c);
    };
    if (at_ == text_.size() || !first(text_[at_])) return fail();
    while (at_ < text_.size() && later(text_[at_])) ++at_;
    return since(start);
  }

  // A string without escapes: nothing that is read here needs one.
  std::string string() {
    take('"');
    const std::size_t start = at_;
    while (at_ < text_.size() && text_[at_] >= 0x20 && text_[at_] <= 0x7e && text_[at_] != '"' &&
           text_[at_] != '\\') {
      ++at_;
    }
    const std::string_view inside = since(start);
    take('"');
    return std::string(ok_ ? inside : std::string_view());
  }

  std::int64_t integer() {
    constexpr std::size_t digits_max = 15;  // RFC 8941 §3.3.1
    const std::size_t start = at_;
    while (at_ < text_.size() && digit(text_[at_])) ++at_;
    const std::string_view digits = since(start);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (digits.empty() || digits.size() > digits_max || error != std::errc{}) fail();
    return value;
  }

  // A byte sequence `:base64:`.
  std::string bytes() {
    take(':');
    const std::size_t end = std::min(text_.find(':', at_), text_.size());
    const auto decoded = from_base64(text_.substr(at_, end - at_));
    at_ = end;
    take(':');
    if (!decoded) fail();
    return decoded.value_or("");
  }

  // Between two members of a dictionary.
  void comma() {
    while (take_if(' ') || take_if('\t')) {
    }
    take(',');
    while (take_if(' ') || take_if('\t')) {
    }
    if (at_end()) fail();
  }

 private:
  std::string_view fail() {
    ok_ = false;
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

// A header's name in lower case, or a derived component (RFC 9421 §2.1, §2.2).
bool is_component(std::string_view name) {
  if (name.starts_with('@')) name.remove_prefix(1);
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return lower(c) || digit(c) || std::string_view("!#$%&'*+-.^_`|~").contains(c);
  });
}

std::optional<Fault> read_components(Fields& fields, HttpSignature& signature) {
  fields.take('(');
  while (fields.ok() && !fields.take_if(')')) {
    if (!signature.components.empty()) fields.take(' ');
    std::string name = fields.string();
    if (fields.next_is(';')) return Fault::unknown_parameter;
    // @signature-params is the line that is signed last, never one of the others.
    if (!fields.ok() || !is_component(name) || name == "@signature-params" ||
        signature.covers(name) || signature.components.size() == components_max) {
      return Fault::malformed;
    }
    signature.components.push_back(std::move(name));
  }
  return fields.ok() ? std::nullopt : std::optional(Fault::malformed);
}

template <typename T>
bool set_once(std::optional<T>& slot, T value) {
  const bool first = !slot;
  slot = std::move(value);
  return first;
}

std::optional<Fault> read_parameters(Fields& fields, HttpSignature& signature) {
  while (fields.ok() && fields.take_if(';')) {
    const std::string_view name = fields.key();
    fields.take('=');
    bool first = false;
    if (name == "created") {
      first = set_once(signature.created, fields.integer());
    } else if (name == "expires") {
      first = set_once(signature.expires, fields.integer());
    } else if (name == "nonce") {
      first = set_once(signature.nonce, fields.string());
    } else if (name == "keyid") {
      first = set_once(signature.key_id, fields.string());
    } else if (name == "alg") {
      first = set_once(signature.algorithm, fields.string());
    } else if (name == "tag") {
      first = set_once(signature.tag, fields.string());
    } else {
      return fields.ok() ? Fault::unknown_parameter : Fault::malformed;
    }
    if (!first) return Fault::malformed;
  }
  return fields.ok() ? std::nullopt : std::optional(Fault::malformed);
}

}  // namespace

bool HttpSignature::covers(std::string_view component) const {
  return std::ranges::find(components, component) != components.end();
}

std::string_view to_string(HttpSignatureFault fault) {
  switch (fault) {
    case Fault::malformed:
      return "Signature-Input and Signature are not as RFC 9421 writes them";
    case Fault::several:
      return "send one signature";
    case Fault::names_differ:
      return "Signature-Input and Signature name different signatures";
    case Fault::unknown_parameter:
      return "only created, expires, nonce, keyid, alg and tag are taken, and components without "
             "parameters";
    case Fault::too_long:
      return "Signature-Input and Signature are at most 4,096 bytes long";
  }
  assertion_failed("an HttpSignatureFault", __FILE__, __LINE__);
}

std::expected<HttpSignature, HttpSignatureFault> parse_http_signature(
    std::string_view signature_input, std::string_view signature) {
  if (std::max(signature_input.size(), signature.size()) > header_bytes_max) {
    return std::unexpected(Fault::too_long);
  }
  HttpSignature read;
  Fields input(signature_input);
  const std::string_view name = input.key();
  input.take('=');
  const std::size_t start = input.position();
  if (const auto fault = read_components(input, read)) return std::unexpected(*fault);
  if (const auto fault = read_parameters(input, read)) return std::unexpected(*fault);
  read.parameters = input.since(start);
  if (input.next_is(',')) return std::unexpected(Fault::several);
  if (!input.at_end()) return std::unexpected(Fault::malformed);

  Fields value(signature);
  const std::string_view signed_name = value.key();
  value.take('=');
  read.signature = value.bytes();
  if (!value.ok()) return std::unexpected(Fault::malformed);
  if (value.next_is(',')) return std::unexpected(Fault::several);
  if (!value.at_end()) return std::unexpected(Fault::malformed);
  if (name != signed_name) return std::unexpected(Fault::names_differ);
  return read;
}

std::optional<std::string> signature_base(const HttpSignature& signature,
                                          const ComponentValue& value) {
  std::string base;
  for (const std::string& name : signature.components) {
    const auto found = value(name);
    // A line end inside a value would be a second line of the base.
    if (!found || found->contains('\n') || found->contains('\r')) return std::nullopt;
    base += '"' + name + "\": " + *found + '\n';
  }
  return base + "\"@signature-params\": " + signature.parameters;
}

std::optional<std::string> content_sha256(std::string_view content_digest) {
  if (content_digest.size() > header_bytes_max) return std::nullopt;
  std::optional<std::string> found;
  Fields fields(content_digest);
  for (bool more = true; more; more = !fields.at_end()) {
    const std::string_view name = fields.key();
    fields.take('=');
    std::string digest = fields.bytes();
    if (!fields.ok()) return std::nullopt;
    if (name == "sha-256" && !set_once(found, std::move(digest))) return std::nullopt;
    if (!fields.at_end()) fields.comma();
    if (!fields.ok()) return std::nullopt;
  }
  if (found && found->size() != digest_bytes) return std::nullopt;
  return found;
}

}  // namespace lp::identity
