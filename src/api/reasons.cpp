// Which wire error each refusal of the modules below is (errors.h).

#include "api/errors.h"

#include "base/assert.h"

namespace lp::api {

Reason reason_of(approval::Refusal refusal) {
  switch (refusal) {
    case approval::Refusal::already_closed:
      return Reason::already_decided;
    case approval::Refusal::past_deadline:
      return Reason::past_deadline;
    case approval::Refusal::not_past_deadline:
      return Reason::not_past_deadline;
    case approval::Refusal::stale_version:
      return Reason::stale_version;
    case approval::Refusal::payload_mismatch:
      return Reason::payload_mismatch;
    case approval::Refusal::commit_missing:
      return Reason::commit_missing;
    case approval::Refusal::not_a_reviewer:
      return Reason::not_a_reviewer;
    case approval::Refusal::own_request:
      return Reason::own_request;
    case approval::Refusal::own_edit:
      return Reason::own_edit;
    case approval::Refusal::already_reviewed:
      return Reason::already_reviewed;
    case approval::Refusal::not_offered:
      return Reason::not_offered;
    case approval::Refusal::wrong_agent:
      return Reason::wrong_agent;
    case approval::Refusal::passkey_needed:
      return Reason::passkey_needed;
    case approval::Refusal::reason_needed:
      return Reason::reason_needed;
    case approval::Refusal::second_person_needed:
      return Reason::second_person_needed;
  }
  assertion_failed("a Refusal", __FILE__, __LINE__);
}

Reason reason_of(core::Fault fault) {
  switch (fault) {
    case core::Fault::unknown:
      return Reason::not_found;
    case core::Fault::refused:
      return Reason::already_decided;
    case core::Fault::stale:
      return Reason::stale;
    case core::Fault::bad_signature:
      return Reason::bad_signature;
    case core::Fault::bad_core:
      return Reason::bad_core;
    case core::Fault::offer_expired:
      return Reason::offer_expired;
    case core::Fault::edit_not_allowed:
      return Reason::edit_not_allowed;
    case core::Fault::no_eligible_approver:
      return Reason::no_eligible_approver;
    case core::Fault::idempotency_conflict:
      return Reason::idempotency_conflict;
    case core::Fault::pending_limit:
      return Reason::pending_limit;
    case core::Fault::already_set_up:
      return Reason::already_set_up;
    case core::Fault::setup_token_invalid:
      return Reason::setup_token_invalid;
    case core::Fault::setup_token_expired:
      return Reason::setup_token_expired;
    case core::Fault::login_link_invalid:
      return Reason::login_link_invalid;
    case core::Fault::login_link_expired:
      return Reason::login_link_expired;
    case core::Fault::passkey_known:
      return Reason::passkey_known;
    case core::Fault::account_unknown:
      return Reason::account_unknown;
    case core::Fault::account_known:
      return Reason::account_known;
    case core::Fault::account_link_invalid:
      return Reason::account_link_invalid;
    case core::Fault::account_link_expired:
      return Reason::account_link_expired;
    case core::Fault::account_stale:
      return Reason::account_stale;
    case core::Fault::key_too_new:
      return Reason::key_too_new;
    case core::Fault::token_replayed:
      return Reason::token_replayed;
    case core::Fault::key_limit:
      return Reason::key_limit;
    case core::Fault::proposal_limit:
      return Reason::proposal_limit;
    case core::Fault::roster_mismatch:
      return Reason::roster_mismatch;
    case core::Fault::not_permitted:
      return Reason::not_permitted;
    case core::Fault::name_taken:
      return Reason::name_taken;
    case core::Fault::already_revoked:
      return Reason::already_revoked;
    case core::Fault::signature_replayed:
      return Reason::signature_replayed;
    case core::Fault::nonce_limit:
      return Reason::nonce_limit;
    case core::Fault::not_a_party:
      return Reason::not_a_party;
    case core::Fault::handoff_full:
      return Reason::handoff_full;
    case core::Fault::executor_unknown:
      return Reason::executor_unknown;
    case core::Fault::permit_foreign:
      return Reason::permit_foreign;
    case core::Fault::permit_edited:
      return Reason::permit_edited;
    case core::Fault::permit_used:
      return Reason::permit_used;
    case core::Fault::permit_expired:
      return Reason::permit_expired;
    case core::Fault::permit_revoked:
      return Reason::permit_revoked;
    case core::Fault::permit_indeterminate:
      return Reason::permit_indeterminate;
    case core::Fault::permit_unclaimed:
      return Reason::permit_unclaimed;
    case core::Fault::outcome_recorded:
      return Reason::outcome_recorded;
    case core::Fault::note_form:
      return Reason::note_form;
    case core::Fault::talk_full:
      return Reason::talk_full;
    case core::Fault::put_off_too_long:
      return Reason::put_off_too_long;
    case core::Fault::agent_proof_required:
      return Reason::agent_proof_required;
    case core::Fault::erased:
      return Reason::erased;
    case core::Fault::legal_hold:
      return Reason::legal_hold;
    case core::Fault::still_listed:
      return Reason::still_listed;
    case core::Fault::attachments_missing:
      return Reason::attachments_missing;
    case core::Fault::not_decided:
      return Reason::not_decided;
    case core::Fault::policy_unusable:
      return Reason::policy_unusable;
    case core::Fault::policy_refused:
      return Reason::policy_refused;
    case core::Fault::policy_in_force:
      return Reason::policy_in_force;
    case core::Fault::policy_stale:
      return Reason::policy_stale;
    case core::Fault::policy_denied:
      return Reason::policy_denied;
    case core::Fault::channel_limit:
      return Reason::channel_limit;
    case core::Fault::disk_reserve:
      return Reason::disk_reserve;
    case core::Fault::log_frozen:
      return Reason::log_frozen;
    case core::Fault::signer_unavailable:
      return Reason::signer_unavailable;
    case core::Fault::clock_unsafe:
      return Reason::clock_unsafe;
    case core::Fault::row_tampered:
      return Reason::row_tampered;
    case core::Fault::stopping:
      return Reason::stopping;
  }
  assertion_failed("a core Fault", __FILE__, __LINE__);
}

Reason reason_of(const core::Refused& refused) {
  return refused.refusal ? reason_of(*refused.refusal) : reason_of(refused.fault);
}

Reason reason_of(json::Fault fault) {
  switch (fault) {
    case json::Fault::syntax:
      return Reason::json_syntax;
    case json::Fault::duplicate_key:
      return Reason::duplicate_key;
    case json::Fault::lone_surrogate:
      return Reason::lone_surrogate;
    case json::Fault::invalid_utf8:
      return Reason::invalid_utf8;
    case json::Fault::non_finite_number:
      return Reason::non_finite_number;
    case json::Fault::too_deep:
      return Reason::too_deep;
    case json::Fault::too_many_members:
      return Reason::too_many_members;
  }
  assertion_failed("a json Fault", __FILE__, __LINE__);
}

Reason reason_of(seal::EnvelopeFault fault) {
  switch (fault) {
    case seal::EnvelopeFault::not_an_envelope:
      return Reason::not_an_envelope;
    case seal::EnvelopeFault::bad_base64:
      return Reason::envelope_bad_base64;
    case seal::EnvelopeFault::bad_length:
      return Reason::envelope_bad_length;
    case seal::EnvelopeFault::unsupported_version:
      return Reason::envelope_unsupported_version;
    case seal::EnvelopeFault::bad_member:
      return Reason::envelope_bad_member;
  }
  assertion_failed("an EnvelopeFault", __FILE__, __LINE__);
}

}  // namespace lp::api
