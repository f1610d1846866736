#include "identity/agent_signature.h"

#include <array>
#include <cstddef>

#include "base/text.h"
#include "crypto/hash.h"
#include "json/raw.h"

namespace lp::identity {
namespace {

constexpr std::size_t signature_bytes = 32;

constexpr std::array<std::string_view, 4> candidate_names{"raw", "stripped", "python",
                                                          "javascript"};
static_assert(candidate_names.size() == static_cast<std::size_t>(Candidate::javascript) + 1);

void append_member(std::string& text, std::string_view name, std::string_view value) {
  text += text.empty() ? '{' : ',';
  text += '"';
  text += name;
  text += "\":";
  text += value;
}

// The client dropped an undefined payload, so an absent one is absent from the signed text too.
std::string joined(const SignedCall& call) {
  std::string text;
  append_member(text, "project_id", call.project_id);
  append_member(text, "service", call.service);
  append_member(text, "action", call.action);
  if (!call.payload.empty()) append_member(text, "payload", call.payload);
  text += '}';
  return text;
}

std::array<std::string, 4> spellings(const std::string& raw) {
  const std::string stripped = json::strip_whitespace(raw);
  return {raw, stripped, json::restring(stripped, json::StringForm::python_ascii),
          json::restring(stripped, json::StringForm::javascript)};
}

}  // namespace

std::string_view to_string(Candidate candidate) {
  return candidate_names[static_cast<std::size_t>(candidate)];
}

std::optional<Candidate> verify_agent_signature(const SignedCall& call, std::string_view secret,
                                                std::string_view signature_hex) {
  const std::optional<std::string> signature = from_hex(signature_hex);
  if (!signature || signature->size() != signature_bytes) return std::nullopt;
  const std::array<std::string, 4> texts = spellings(joined(call));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const Digest expected = crypto::hmac_sha256(secret, texts[i]);
    if (crypto::equal_constant_time(expected.view(), *signature)) return static_cast<Candidate>(i);
  }
  return std::nullopt;
}

}  // namespace lp::identity
