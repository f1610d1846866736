#include "evidence/claim.h"

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "evidence/roster.h"
#include "evidence/values.h"
#include "json/write.h"

namespace lp::evidence {
namespace {

constexpr std::array<std::string_view, 6> reply_names{"alg", "claim",   "jws",
                                                      "kid", "receipt", "signature"};

bool is_ascii(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= 0x20 && c <= 0x7e; });
}

bool is_claim_value(const json::Value& value) {
  if (value.is_string()) return is_ascii(value.as_string());
  const auto number = value.is_number() ? value.as_integer() : std::nullopt;
  return number && *number >= 0 && static_cast<std::uint64_t>(*number) <= integer_max;
}

}  // namespace

bool is_claim(const json::Value& claim) {
  return claim.is_object() && std::ranges::all_of(claim.members(), [](const json::Member& member) {
           return is_ascii(member.first) && is_claim_value(member.second) &&
                  std::ranges::find(reply_names, member.first) == reply_names.end();
         });
}

std::string claim_bytes(const json::Value& claim) {
  LP_ASSERT(is_claim(claim));
  return json::canonical(claim);
}

std::string claim_jws(const json::Value& claim, const crypto::P256Key& issuer) {
  return compact_jws(claim_jws_type, claim_bytes(claim), issuer);
}

std::string compact_jws(std::string_view type, std::string_view payload,
                        const crypto::P256Key& issuer) {
  auto header = json::Value::object();
  header.add("alg", "ES256").add("kid", key_id(issuer.spki())).add("typ", type);
  const std::string input = base64url(json::canonical(header)) + '.' + base64url(payload);
  const auto raw = crypto::p256_raw_signature(issuer.sign(input));
  LP_ASSERT(raw.has_value());
  return input + '.' + base64url(*raw);
}

std::optional<std::string> jws_payload(std::string_view jws) {
  const std::size_t first = jws.find('.'), last = jws.rfind('.');
  if (first == std::string_view::npos || first == last) return std::nullopt;
  return from_base64url(jws.substr(first + 1, last - first - 1));
}

json::Value signed_claim(const json::Value& claim, std::string_view secret, std::string_view kid,
                         const crypto::P256Key& issuer) {
  const std::string bytes = claim_bytes(claim);
  json::Object members = claim.members();
  std::ranges::sort(members, {}, &json::Member::first);
  json::Value reply = json::Value::object(members);
  reply.add("claim", json::Value::object(std::move(members)))
      .add("signature", crypto::hmac_sha256(secret, bytes).hex())
      .add("alg", "HMAC-SHA256")
      .add("kid", kid)
      .add("jws", claim_jws(claim, issuer));
  return reply;
}

}  // namespace lp::evidence
