#include "evidence/human_evidence.h"

#include "base/text.h"
#include "crypto/p256.h"
#include "evidence/assertion.h"
#include "evidence/decision_core.h"

namespace lp::evidence {

std::optional<HumanProof> read_human_evidence(const json::Value& entry) {
  const auto binary = [&entry](std::string_view name) {
    return from_base64(entry.find_string(name).value_or(""));
  };
  const auto kind = entry.find_string("kind");
  if (kind != "device_key" && kind != "passkey") return std::nullopt;
  auto core = binary("core"), signature = binary("signature"), salt = binary("salt");
  if (!core || !signature || !salt) return std::nullopt;
  HumanProof human;
  human.core = *std::move(core);
  human.signature = *std::move(signature);
  human.salt = *std::move(salt);
  if (const json::Value* const batch = entry.find("batch")) {
    human.batch = BatchPlace::from_json(*batch);
    if (!human.batch) return std::nullopt;
  }
  if (kind == "passkey") {
    human.key_class = KeyClass::passkey;
    human.authenticator_data = binary("authenticatorData");
    human.client_data = binary("clientDataJSON");
    if (!human.authenticator_data || !human.client_data) return std::nullopt;
  }
  return human;
}

bool signed_by(const HumanProof& human, const RosterEntry& entry) {
  if (to_string(human.key_class) != entry.key_class) return false;
  if (human.batch) {
    const auto core = DecisionCore::parse(human.core);
    if (!core || !open_batch(*human.batch, human.core, *core)) return false;
  }
  const SignedText text = human.signed_text();
  if (human.key_class == KeyClass::device) {
    return crypto::p256_verify(entry.spki, text.device, human.signature);
  }
  return check_assertion({.authenticator_data = *human.authenticator_data,
                          .client_data = *human.client_data,
                          .signature = human.signature},
                         text.challenge, entry.spki, *entry.rp_id, nullptr)
      .has_value();
}

}  // namespace lp::evidence
