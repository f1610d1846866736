#include "evidence/decision_core.h"

#include "base/assert.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "evidence/members.h"
#include "json/write.h"

namespace lp::evidence {
namespace {

using namespace std::string_view_literals;

// What every core holds whoever wrote it. That an approval has a commit and that the times are in
// order is for the approval domain to judge, with a reason.
bool well_formed(const DecisionCore& core) {
  if (core.aud.empty() || core.request_id.empty() || core.approver.empty() || core.key.empty()) {
    return false;
  }
  if (core.version < 1 || core.version > integer_max || core.dwell_ms > integer_max) return false;
  if (!core.payload.well_formed()) return false;
  if (core.base && (core.verdict != Verdict::approve || !core.base->well_formed())) return false;
  return !core.nonce.empty() && from_base64(core.nonce).has_value();
}

}  // namespace

std::string DecisionCore::bytes() const {
  LP_ASSERT(well_formed(*this));
  json::Value core = json::Value::object();
  core.add("v", 1);
  core.add("aud", aud);
  core.add("request_id", request_id);
  core.add("version", version);
  core.add("request_sha256", request_sha256.hex());
  core.add("verdict", to_string(verdict));
  core.add("payload", payload.to_json());
  if (base) core.add("base", base->to_json());
  core.add("level", to_string(level));
  core.add("policy_sha256", policy_sha256.hex());
  core.add("roster_sha256", roster_sha256.hex());
  core.add("rule_sha256", rule_sha256.hex());
  add_digest(core, "display", display);
  add_digest(core, "reason", reason);
  core.add("dwell_ms", dwell_ms);
  core.add("approver", approver);
  core.add("key", key);
  core.add("nonce", nonce);
  core.add("issued_at", to_string(issued_at));
  core.add("expires_at", to_string(expires_at));
  return json::canonical(core);
}

std::optional<DecisionCore> DecisionCore::parse(std::string_view bytes) {
  const std::optional<json::Value> document = read_json(bytes);
  if (!document) return std::nullopt;
  Members members(*document);
  if (members.integer("v") != 1) return std::nullopt;
  DecisionCore core;
  core.aud = members.text("aud");
  core.request_id = members.text("request_id");
  core.version = members.integer("version");
  core.request_sha256 = members.digest("request_sha256");
  core.verdict = members.named<Verdict>("verdict", evidence::verdict);
  const std::optional<PayloadRef> payload = PayloadRef::from_json(members.value("payload"));
  if (!payload) return std::nullopt;
  core.payload = *payload;
  if (const json::Value* const base = members.optional_value("base")) {
    core.base = PayloadRef::from_json(*base);
    if (!core.base) return std::nullopt;
  }
  core.level = members.named<Level>("level", evidence::level);
  core.policy_sha256 = members.digest("policy_sha256");
  core.roster_sha256 = members.digest("roster_sha256");
  core.rule_sha256 = members.digest("rule_sha256");
  core.display = members.optional_digest("display");
  core.reason = members.optional_digest("reason");
  core.dwell_ms = members.integer("dwell_ms");
  core.approver = members.text("approver");
  core.key = members.text("key");
  core.nonce = members.text("nonce");
  core.issued_at = members.instant("issued_at");
  core.expires_at = members.instant("expires_at");
  if (!members.complete() || !well_formed(core)) return std::nullopt;
  if (core.bytes() != bytes) return std::nullopt;
  return core;
}

std::string device_signing_bytes(std::string_view core) {
  std::string bytes("lp-decision-device/1\0"sv);
  bytes += core;
  return bytes;
}

Digest decision_challenge(std::string_view core) {
  return crypto::sha256({"lp-decision/1\0"sv, core});
}

std::string login_signing_bytes(std::string_view body) {
  std::string bytes("lp-login/1\0"sv);
  bytes += body;
  return bytes;
}

}  // namespace lp::evidence
