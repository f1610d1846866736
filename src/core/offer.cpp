#include "core/offer.h"

#include "approval/quorum.h"
#include "base/assert.h"
#include "core/request_event.h"
#include "identity/offer_nonce.h"

namespace lp::core {

Secret offer_key(const Keys& keys) {
  return keys.purpose("lp-offer/1");
}

evidence::DecisionCore server_core(const store::Request& row, const approval::Request& state,
                                   const ProjectView& project, std::string_view member,
                                   std::string_view key) {
  LP_ASSERT(project.row.roster_sha256.has_value());
  evidence::DecisionCore core;
  core.aud = project.row.origin;
  core.request_id = row.id;
  core.version = state.version;
  core.request_sha256 = row.request_sha256;
  core.payload = state.current;
  core.level = state.level;
  core.policy_sha256 = policy_ref(state).sha256;
  core.roster_sha256 = *project.row.roster_sha256;
  core.rule_sha256 = approval::rule_sha256_of(state, project.row.single_operator);
  core.approver = std::string(member);
  core.key = std::string(key);
  return core;
}

evidence::DecisionCore make_offer(const store::Request& row, const approval::Request& state,
                                  const ProjectView& project, std::string_view member,
                                  std::string_view key, const Keys& keys, Instant now,
                                  Entropy& entropy) {
  evidence::DecisionCore core = server_core(row, state, project, member, key);
  core.issued_at = now;
  core.expires_at = now + identity::offer_ms;
  core.nonce = identity::make_offer_nonce(
      offer_key(keys).reveal(),
      {.request_id = row.id, .version = state.version, .member = core.approver, .key = core.key},
      core.expires_at, entropy);
  return core;
}

bool rebuilds(const evidence::DecisionCore& signed_core, std::string_view bytes,
              const evidence::DecisionCore& server,
              const std::optional<evidence::PayloadRef>& edit) {
  evidence::DecisionCore expected = server;
  const auto& signed_current = edit ? signed_core.base : std::optional(signed_core.payload);
  // Without the content key nobody but the client knows the commitment of an unbound payload, and a
  // reject may be unseen: then there is none.
  if (signed_current) {
    const bool unseen = signed_core.verdict == evidence::Verdict::reject && !signed_current->commit;
    if (unseen || !server.payload.commit) expected.payload.commit = signed_current->commit;
  }
  if (edit) {
    expected.base = expected.payload;
    expected.payload = *edit;
    if (!edit->commit) expected.payload.commit = signed_core.payload.commit;
  }
  expected.verdict = signed_core.verdict;
  expected.display = signed_core.display;
  expected.reason = signed_core.reason;
  expected.dwell_ms = signed_core.dwell_ms;
  expected.issued_at = signed_core.issued_at;
  expected.nonce = signed_core.nonce;
  expected.expires_at = signed_core.expires_at;
  return expected.bytes() == bytes;
}

}  // namespace lp::core
