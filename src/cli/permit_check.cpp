#include "cli/permit_check.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "core/permits.h"
#include "crypto/hash.h"
#include "crypto/p256.h"
#include "json/parse.h"
#include "json/write.h"
#include "seal/envelope.h"

namespace lp::cli {
namespace {

using namespace std::string_view_literals;
using Checked = std::expected<void, PermitRefusal>;

std::unexpected<PermitRefusal> refuse(std::string_view code, std::string_view sentence) {
  return std::unexpected(PermitRefusal{std::string(code), std::string(sentence)});
}

Checked demand(bool fits, std::string_view code, std::string_view sentence) {
  if (!fits) return refuse(code, sentence);
  return {};
}

const json::Value& member(const json::Value& object, std::string_view name) {
  static const json::Value none;
  const json::Value* found = object.find(name);
  return found == nullptr ? none : *found;
}

// Whether both have the member and it is the same.
bool same(const json::Value& one, const json::Value& other, std::string_view name) {
  const json::Value* found = one.find(name);
  const json::Value* wanted = other.find(name);
  return found != nullptr && wanted != nullptr && *found == *wanted;
}

std::optional<json::Value> read_canonical(std::string_view bytes) {
  auto document = json::parse(std::string(bytes));
  if (!document || json::canonical(document->root) != bytes) return std::nullopt;
  return std::move(document->root);
}

// The claims of a compact JWS of this type that the issuer has signed.
std::expected<json::Value, PermitRefusal> read_jws(const json::Value& token, std::string_view type,
                                                   const std::string& issuer) {
  const auto unsound = [&] {
    return refuse("permit_signature", std::string(type) + " does not verify");
  };
  if (!token.is_string()) return unsound();
  const std::string_view text = token.as_string();
  const std::size_t first = text.find('.'), second = text.rfind('.');
  if (first == text.npos || text.find('.', first + 1) != second) return unsound();
  const auto head = from_base64url(text.substr(0, first));
  const auto body = from_base64url(text.substr(first + 1, second - first - 1));
  const auto raw = from_base64url(text.substr(second + 1));
  if (!head || !body || !raw) return unsound();
  const auto header = read_canonical(*head);
  auto claims = read_canonical(*body);
  if (!header || !claims || !claims->is_object()) return unsound();
  auto wanted = json::Value::object();
  wanted.add("alg", "ES256").add("kid", crypto::sha256(issuer).hex()).add("typ", type);
  if (json::canonical(wanted) != *head) {
    return refuse("permit_type", "this is no " + std::string(type) +
                                     " of the key that signs for the project");
  }
  const auto der = crypto::p256_der_signature(*raw);
  if (!der || !crypto::p256_verify(issuer, text.substr(0, second), *der, false)) return unsound();
  return *std::move(claims);
}

struct Decided {
  std::string issuer;
  json::Value said;  // the predicate of the decision's statement
};

// The people's signatures against the trust file, and whose key signs for the project.
std::expected<Decided, PermitRefusal> read_receipt(const json::Value& told,
                                                   const Believed& believed) {
  const json::Value& receipt = member(told, "receipt");
  if (!receipt.is_object()) {
    return refuse("receipt_missing", "there is no receipt of the decision");
  }
  const auto report =
      evidence::verify_receipt(json::canonical(receipt), believed.trust, believed.demands);
  if (report.verdict != evidence::Finding::valid) {
    return refuse("receipt", "the receipt of the decision is " +
                                 std::string(to_string(report.verdict)) + ": " + report.why);
  }
  // Of what no issuer signs, as a view, a receipt is good too: nobody decided anything there.
  const auto issuer = from_base64(member(receipt, "issuer").find_string("key").value_or(""));
  const auto bytes = from_base64(receipt.find_string("statement").value_or(""));
  auto statement = bytes ? read_canonical(*bytes) : std::nullopt;
  if (!issuer || issuer->empty() || !statement) {
    return refuse("receipt", "the receipt is of no decision");
  }
  return Decided{.issuer = *issuer, .said = member(*statement, "predicate")};
}

bool is_hash(const json::Value& value) {
  return value.is_string() && Digest::from_hex(value.as_string()).has_value();
}

bool sound_claims(const json::Value& claims) {
  const auto all = [&](std::initializer_list<std::string_view> names, auto fits) {
    return std::ranges::all_of(names, [&](auto name) { return fits(member(claims, name)); });
  };
  const json::Value& payload = member(claims, "payload");
  const json::Value& reviews = member(claims, "reviews");
  return all({"iss", "aud", "jti", "request_id"}, [](auto& value) { return value.is_string(); }) &&
         all({"iat", "exp", "version"},
             [](auto& value) { return value.is_number() && value.as_integer().has_value(); }) &&
         all({"request_sha256", "rule_sha256", "policy_sha256", "roster_sha256"}, is_hash) &&
         reviews.is_array() && std::ranges::all_of(reviews.items(), is_hash) &&
         payload.find_string("kind").has_value() && payload.find_string("commit").has_value();
}

Checked check_claims(const json::Value& claims, std::string_view permit, const Believed& believed,
                     std::int64_t now_s) {
  if (!sound_claims(claims)) {
    return refuse("permit_claims", "the permit lacks a claim, or has one that is unsound");
  }
  const auto ours = std::ranges::any_of(believed.trust, [&](const evidence::Trust& trust) {
    return claims.find_string("iss") == trust.origin;
  });
  if (!ours) return refuse("permit_issuer", "the permit is of another log");
  if (claims.find_string("aud") != believed.executor) {
    return refuse("permit_foreign", "the permit names another executor");
  }
  if (claims.find_string("jti") != permit) return refuse("permit_edited", "this is another permit");
  return demand(now_s < *claims.find_integer("exp"), "permit_expired",
                "the permit was not used in time");
}

// That the receipt is of the decision that the permit rests on.
Checked check_decision(const json::Value& claims, const json::Value& said) {
  const auto type = said.find_string("type");
  const json::Value& permit = member(said, "permit");
  const json::Value& request = member(said, "request");
  const auto hash_of = [&](std::string_view name) {
    return member(said, name).find_string("sha256");
  };
  const json::Value* reviews = said.find("reviews");
  const bool fits =
      (type == "decision.approved" || type == "decision.approved_with_modifications") &&
      member(said, "stream").find_string("id") == claims.find_string("request_id") &&
      permit.is_object() && permit.members().size() == 2 &&
      permit.find_string("id") == claims.find_string("jti") &&
      permit.find_string("executor") == claims.find_string("aud") &&
      hash_of("request") == claims.find_string("request_sha256") &&
      request.find_integer("version") == claims.find_integer("version") &&
      same(said, claims, "payload") && same(said, claims, "roster_sha256") &&
      (reviews == nullptr ? member(claims, "reviews").items().empty()
                          : *reviews == member(claims, "reviews")) &&
      hash_of("rule") == claims.find_string("rule_sha256") &&
      hash_of("policy") == claims.find_string("policy_sha256");
  return demand(fits, "permit_edited", "the permit is not what was decided");
}

std::expected<std::string, PermitRefusal> bytes_in(const json::Value& told,
                                                   std::string_view name) {
  auto bytes = from_base64(told.find_string(name).value_or(""));
  if (!bytes || bytes->empty()) {
    return refuse("answer_member", "the server's answer has no sound " + std::string(name));
  }
  return *std::move(bytes);
}

struct Opened {
  std::string text;
  std::vector<Digest> commits;  // what it may be bound by
};

std::expected<Opened, PermitRefusal> open_envelope(const std::string& sent,
                                                   const json::Value& payload, seal::Role role,
                                                   const Believed& believed) {
  const auto document = json::parse(sent);
  if (!document) return refuse("answer_no_json", "the payload is no JSON");
  if (believed.keys.empty()) {
    return refuse("no_encryption_key", "the payload is encrypted, and here is no content key");
  }
  const auto envelope = seal::read_envelope(document->root);
  if (!envelope) return refuse("malformed", "the payload is no well-formed envelope");
  Opened opened;
  bool known = envelope->kind == seal::PayloadKind::v1, open = false;
  for (const seal::ContentKey& key : believed.keys) {
    if (envelope->kind == seal::PayloadKind::v2 && key.kid() != envelope->kid) continue;
    known = true;
    auto text = key.open(*envelope);
    if (!text) continue;
    opened.commits.push_back(
        seal::commitment(key.commitment_key(*envelope).reveal(), role, *text));
    opened.text = *std::move(text);
    open = true;
    break;
  }
  if (!known) return refuse("unknown_key", "the payload is under a key that is not here");
  if (!open) return refuse("does_not_open", "no key opens the payload, or it was changed");
  if (payload.find_string("env_sha256") != envelope->env_sha256.hex()) {
    return refuse("commitment", "this is another envelope than the approved one");
  }
  return opened;
}

std::expected<std::string, PermitRefusal> approved_bytes(const json::Value& told,
                                                         const json::Value& claims,
                                                         const Believed& believed) {
  const auto sent = bytes_in(told, "payload");
  if (!sent) return sent;
  const auto named = told.find_string("payload_role");
  if (named != "base" && named != "edit") {
    return refuse("answer_member", "the server's answer has no sound payload_role");
  }
  const seal::Role role = named == "base" ? seal::Role::base : seal::Role::edit;
  const json::Value& payload = member(claims, "payload");
  Opened opened;
  if (payload.find_string("kind") == "plain") {
    const auto key = bytes_in(told, "commit_key");
    if (!key) return key;
    opened = {.text = *sent, .commits = {seal::commitment(*key, role, *sent)}};
  } else {
    auto read = open_envelope(*sent, payload, role, believed);
    if (!read) return std::unexpected(std::move(read.error()));
    opened = *std::move(read);
  }
  const auto commit = Digest::from_hex(*payload.find_string("commit"));
  if (!commit || std::ranges::find(opened.commits, *commit) == opened.commits.end()) {
    return refuse("commitment", "these bytes are not the approved ones");
  }
  if (!json::parse(opened.text)) return refuse("answer_no_json", "the payload is no JSON");
  return std::move(opened.text);
}

Checked check_descriptor(const json::Value& told, const json::Value& claims,
                         const Acting& acting) {
  const auto raw = bytes_in(member(told, "request"), "descriptor");
  if (!raw) return std::unexpected(raw.error());
  if (crypto::sha256(*raw).hex() != claims.find_string("request_sha256")) {
    return refuse("descriptor", "this is the description of another request");
  }
  const auto asked = json::parse(*raw);
  const std::array<std::pair<std::string_view, std::optional<std::string>>, 5> wanted{{
      {"origin", std::string(*claims.find_string("iss"))},
      {"service", acting.service},
      {"action", acting.action},
      {"agent_id", acting.agent_id},
      {"client_nonce", acting.client_nonce},
  }};
  for (const auto& [name, value] : wanted) {
    if (!value || (asked && asked->root.find_string(name) == *value)) continue;
    return refuse("other_tool", "what was approved has another " + std::string(name));
  }
  // Whoever rests an approval on facts wants them recomputed from the payload first.
  return demand(claims.find("verify_facts") == nullptr, "permit_facts",
                "the permit wants facts to be verified, which this executor cannot");
}

}  // namespace

std::string CheckedPermit::id() const {
  return std::string(*claims.find_string("jti"));
}

std::string CheckedPermit::request() const {
  return std::string(*claims.find_string("request_id"));
}

bool is_permit_id(std::string_view text) {
  constexpr std::string_view start = "pmt_";
  constexpr std::size_t rest_max = 60;
  if (!text.starts_with(start)) return false;
  const std::string_view rest = text.substr(start.size());
  return !rest.empty() && rest.size() <= rest_max && std::ranges::all_of(rest, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

std::expected<CheckedPermit, PermitRefusal> check_permit(const json::Value& told,
                                                         std::string_view permit,
                                                         const Acting& acting,
                                                         const Believed& believed,
                                                         std::int64_t now_s) {
  if (!is_permit_id(permit)) return refuse("not_found", "this is no id of a permit");
  auto decided = read_receipt(told, believed);
  if (!decided) return std::unexpected(std::move(decided.error()));
  auto claims = read_jws(member(told, "token"), core::permit_token_type, decided->issuer);
  if (!claims) return std::unexpected(std::move(claims.error()));
  Checked checked = check_claims(*claims, permit, believed, now_s);
  if (checked) checked = check_decision(*claims, decided->said);
  if (!checked) return std::unexpected(std::move(checked.error()));
  auto text = approved_bytes(told, *claims, believed);
  if (!text) return std::unexpected(std::move(text.error()));
  checked = check_descriptor(told, *claims, acting);
  if (!checked) return std::unexpected(std::move(checked.error()));
  return CheckedPermit{.token = std::string(*told.find_string("token")),
                       .issuer = std::move(decided->issuer),
                       .claims = *std::move(claims),
                       .text = *std::move(text)};
}

json::Value claim_of(const CheckedPermit& permit, std::string_view claim_key) {
  const std::string token = crypto::sha256(permit.token).hex();
  const std::string nonce =
      crypto::sha256({"lp-nonce/1\0"sv, claim_key, "\0"sv, std::string_view(token)}).hex();
  auto body = json::Value::object();
  body.add("token_sha256", token).add("nonce", nonce).add("claim_key", claim_key);
  return body;
}

std::expected<void, PermitRefusal> check_claim(const json::Value& answer,
                                               const CheckedPermit& permit,
                                               std::string_view claim_key, std::int64_t now_s) {
  const auto said = read_jws(member(answer, "claim"), core::permit_answer_type, permit.issuer);
  if (!said) return std::unexpected(said.error());
  const json::Value sent = claim_of(permit, claim_key);
  const bool fits =
      same(*said, sent, "nonce") &&
      said->find_string("permit_sha256") == sent.find_string("token_sha256") &&
      std::ranges::all_of(
          std::array{"iss"sv, "aud"sv, "jti"sv, "request_id"sv, "version"sv},
          [&](std::string_view name) { return same(*said, permit.claims, name); });
  const auto lease = said->find_integer("exp");
  if (!fits || !lease) return refuse("claim_answer", "the answer is not to this claim");
  return demand(now_s < *lease, "permit_indeterminate", "the lease is over");
}

}  // namespace lp::cli
