// Why the core did not do what was asked. Each value maps to one wire error in api/errors.cpp.

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "approval/request.h"
#include "json/value.h"

namespace lp::core {

enum class Fault : std::uint8_t {
  unknown,  // no such thing, or not yours: 404
  refused,  // the state machine said no: `refusal` says why
  stale,    // the core is not what the server rebuilds: ask for a new offer
  bad_signature,
  bad_core,  // not a decision core, or not of this approver and key
  offer_expired,
  edit_not_allowed,  // an edit in another envelope version, in plaintext, or on a reject
  no_eligible_approver,
  idempotency_conflict,  // same key, other content
  pending_limit,         // too many wait in this project
  already_set_up,
  setup_token_invalid,
  setup_token_expired,
  login_link_invalid,
  login_link_expired,  // or used by another device
  passkey_known,    // this passkey is enrolled already, or its member has as many as there may be
  account_unknown,  // this account of the identity provider is linked to nobody
  account_known,    // it is linked to somebody else
  account_link_invalid,  // the token of no link
  account_link_expired,  // or its member is gone
  account_stale,         // the account was not proven just now, and the level asks for it
  key_too_new,           // at this level a key waits until it is cosigned or older; until then
  token_replayed,        // a logout token that was used before
  key_limit,        // as many content keys of a project, or copies of a member, as there may be
  proposal_limit,   // too many changes wait for an owner, or too many links for their members
  roster_mismatch,  // a head or entry is not what the server rebuilds
  not_permitted,    // a roster that too few of the owners before have signed
  name_taken,
  already_revoked,
  signature_replayed,    // the nonce of an HTTP signature was used before
  nonce_limit,           // an agent used as many nonces as are kept
  not_a_party,           // speaks about a handoff that does not name it
  handoff_full,          // a handoff's history is as long as it may be
  note_form,             // a note that is of another place, or in clear where it must be sealed
  talk_full,             // as much was said about a request as may be
  put_off_too_long,      // until a time that is past, or too far away
  agent_proof_required,  // an agent with a key of its own must sign this
  erased,                // its statements, rows and key are gone: 410
  executor_unknown,      // no live executor, or more than one where none is named
  permit_foreign,        // it names another executor
  permit_edited,         // what is claimed is not the token that was issued
  permit_used,           // claimed before, with another key or nonce; the detail says how it stands
  permit_expired,        // at or after its use_by
  permit_revoked,        // an epoch was raised, or its executor revoked
  permit_indeterminate,  // its lease ended without an outcome
  permit_unclaimed,      // an outcome of what nobody has claimed, or not with this key
  outcome_recorded,      // another outcome stands
  legal_hold,            // nothing that it covers is erased; the detail names it
  still_listed,          // a person who stands in a roster is not erased
  attachments_missing,   // nothing is approved before all that it names was uploaded
  policy_unusable,       // the policy in force does not read any more: 503 until another is
  policy_refused,        // this version cannot come into force; the detail says why
  policy_in_force,       // it is in force already
  policy_stale,          // another came into force since its activation was asked for
  policy_denied,         // a revision that the policy in force denies
  not_decided,           // an open request is not erased: its agent waits
  channel_limit,         // a project has as many channels, or a member browsers, as there may be
  disk_reserve,          // too little disk left to take more in: 503
  log_frozen,            // the signer does not sign: 503
  signer_unavailable,    // it is away, and will be back: 503
  clock_unsafe,          // the clock jumped: `letsping clock accept`: 503
  row_tampered,          // a stored row does not verify: 503 and an alarm
  stopping,              // 503
};
std::string_view to_string(Fault fault);

struct Refused {
  Fault fault = Fault::unknown;
  std::string detail;                        // names the thing: a rule, a project; never content
  std::optional<approval::Refusal> refusal;  // with Fault::refused
  std::string request;                       // the request concerned, when there is one
};

// `request`: the request concerned; `detail` as above.
std::unexpected<Refused> refuse(Fault fault, std::string_view request = {},
                                std::string_view detail = {});
std::unexpected<Refused> refuse(approval::Refusal why, std::string_view request);

}  // namespace lp::core
