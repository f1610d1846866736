#include "core/refusal.h"

#include "base/assert.h"

namespace lp::core {

std::string_view to_string(Fault fault) {
  switch (fault) {
    case Fault::unknown:
      return "not_found";
    case Fault::refused:
      return "refused";
    case Fault::stale:
      return "stale";
    case Fault::bad_signature:
      return "bad_signature";
    case Fault::bad_core:
      return "bad_core";
    case Fault::offer_expired:
      return "offer_expired";
    case Fault::edit_not_allowed:
      return "edit_not_allowed";
    case Fault::no_eligible_approver:
      return "no_eligible_approver";
    case Fault::idempotency_conflict:
      return "idempotency_conflict";
    case Fault::pending_limit:
      return "pending_limit";
    case Fault::already_set_up:
      return "already_set_up";
    case Fault::setup_token_invalid:
      return "setup_token_invalid";
    case Fault::setup_token_expired:
      return "setup_token_expired";
    case Fault::login_link_invalid:
      return "login_link_invalid";
    case Fault::login_link_expired:
      return "login_link_expired";
    case Fault::passkey_known:
      return "passkey_known";
    case Fault::account_unknown:
      return "account_unknown";
    case Fault::account_known:
      return "account_known";
    case Fault::account_link_invalid:
      return "account_link_invalid";
    case Fault::account_link_expired:
      return "account_link_expired";
    case Fault::account_stale:
      return "account_stale";
    case Fault::key_too_new:
      return "key_too_new";
    case Fault::token_replayed:
      return "token_replayed";
    case Fault::key_limit:
      return "key_limit";
    case Fault::proposal_limit:
      return "proposal_limit";
    case Fault::roster_mismatch:
      return "roster_mismatch";
    case Fault::not_permitted:
      return "not_permitted";
    case Fault::name_taken:
      return "name_taken";
    case Fault::already_revoked:
      return "already_revoked";
    case Fault::signature_replayed:
      return "signature_replayed";
    case Fault::nonce_limit:
      return "nonce_limit";
    case Fault::not_a_party:
      return "not_a_party";
    case Fault::handoff_full:
      return "handoff_full";
    case Fault::note_form:
      return "note_form";
    case Fault::talk_full:
      return "talk_full";
    case Fault::put_off_too_long:
      return "put_off_too_long";
    case Fault::agent_proof_required:
      return "agent_proof_required";
    case Fault::erased:
      return "erased";
    case Fault::executor_unknown:
      return "executor_unknown";
    case Fault::permit_foreign:
      return "permit_foreign";
    case Fault::permit_edited:
      return "permit_edited";
    case Fault::permit_used:
      return "permit_used";
    case Fault::permit_expired:
      return "permit_expired";
    case Fault::permit_revoked:
      return "permit_revoked";
    case Fault::permit_indeterminate:
      return "permit_indeterminate";
    case Fault::permit_unclaimed:
      return "permit_unclaimed";
    case Fault::outcome_recorded:
      return "outcome_recorded";
    case Fault::legal_hold:
      return "legal_hold";
    case Fault::still_listed:
      return "still_listed";
    case Fault::attachments_missing:
      return "attachments_missing";
    case Fault::policy_unusable:
      return "policy_unusable";
    case Fault::policy_refused:
      return "policy_refused";
    case Fault::policy_in_force:
      return "policy_in_force";
    case Fault::policy_stale:
      return "policy_stale";
    case Fault::policy_denied:
      return "policy_denied";
    case Fault::not_decided:
      return "not_decided";
    case Fault::channel_limit:
      return "channel_limit";
    case Fault::disk_reserve:
      return "disk_reserve";
    case Fault::log_frozen:
      return "log_frozen";
    case Fault::signer_unavailable:
      return "signer_unavailable";
    case Fault::clock_unsafe:
      return "clock_unsafe";
    case Fault::row_tampered:
      return "row_tampered";
    case Fault::stopping:
      return "stopping";
  }
  LP_ASSERT(false);
  return {};
}

std::unexpected<Refused> refuse(Fault fault, std::string_view request, std::string_view detail) {
  return std::unexpected(Refused{.fault = fault,
                                 .detail = std::string(detail),
                                 .refusal = std::nullopt,
                                 .request = std::string(request)});
}

std::unexpected<Refused> refuse(approval::Refusal why, std::string_view request) {
  return std::unexpected(Refused{
      .fault = Fault::refused, .detail = {}, .refusal = why, .request = std::string(request)});
}

}  // namespace lp::core
