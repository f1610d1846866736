// Every error that a caller can see: its status, its stable machine code and a sentence that says
// what to do, in one table (errors.cpp; docs/reference/errors.md lists the same and a test
// compares).
//
// One shape (security.md D-46): {"error", "message", "code", "reason", "pointer"?, "decision"?}.
// `error` and `message` hold the same text because published clients read one or the other;
// `code` is the one they map to an exception (wire.md A); `reason` is ours.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/refusal.h"
#include "json/parse.h"
#include "net/message.h"
#include "seal/envelope.h"

namespace lp::api {

enum class Reason : std::uint8_t {
  // What was sent.
  json_syntax,
  duplicate_key,
  lone_surrogate,
  invalid_utf8,
  non_finite_number,
  too_deep,
  too_many_members,
  member_invalid,
  query_invalid,
  media_type,
  plaintext_refused,
  not_an_envelope,
  envelope_bad_base64,
  envelope_bad_length,
  envelope_unsupported_version,
  envelope_bad_member,
  snapshot_form,
  attachment_too_large,
  attachments_mismatch,
  attachment_size,
  attachment_hash,
  // Who sent it.
  api_key_invalid,
  agent_signature_invalid,
  http_signature_invalid,
  signature_replayed,
  agent_proof_required,
  escrow_signature_invalid,
  wrong_role,
  url_signature_invalid,
  url_expired,
  no_session,
  session_idle,
  login_refused,
  sso_required,
  sso_refused,
  sso_off,
  sso_unreachable,
  account_unknown,
  account_known,
  account_link_invalid,
  account_link_expired,
  account_stale,
  key_too_new,
  token_replayed,
  logout_token_invalid,
  csrf,
  not_permitted,
  // What it names.
  not_found,
  no_route,
  method_not_allowed,
  // What the state machine says.
  already_decided,
  past_deadline,
  not_past_deadline,
  stale_version,
  payload_mismatch,
  commit_missing,
  not_a_reviewer,
  own_request,
  own_edit,
  already_reviewed,
  not_offered,
  wrong_agent,
  passkey_needed,
  reason_needed,
  second_person_needed,
  number_needed,
  number_wrong,
  number_superseded,
  number_locked,
  number_not_asked,
  // What the core says.
  stale,
  bad_signature,
  bad_core,
  offer_expired,
  edit_not_allowed,
  empty_edit,
  no_eligible_approver,
  idempotency_conflict,
  pending_limit,
  already_set_up,
  already_live,
  requests_waiting,
  setup_token_invalid,
  setup_token_expired,
  login_link_invalid,
  login_link_expired,
  passkey_refused,
  passkey_place,
  passkey_known,
  key_limit,
  pairing_over,
  proposal_limit,
  roster_mismatch,
  name_taken,
  already_revoked,
  not_a_party,
  handoff_full,
  executor_unknown,
  permit_foreign,
  permit_edited,
  permit_used,
  permit_expired,
  permit_revoked,
  permit_indeterminate,
  permit_unclaimed,
  outcome_recorded,
  note_form,
  talk_full,
  put_off_too_long,
  receipt_incomplete,
  receipt_too_large,
  erased,
  legal_hold,
  still_listed,
  attachments_missing,
  not_decided,
  policy_invalid,
  policy_unusable,
  policy_refused,
  policy_in_force,
  policy_stale,
  policy_denied,
  channel_limit,
  channel_off,
  not_serving,
  // Too much.
  rate_limited,
  nonce_limit,
  failed_auth_limited,
  signup_limited,
  attempts_limited,
  streams_limited,
  // Not now.
  signup_disabled,
  signup_token_invalid,
  overloaded,
  disk_reserve,
  log_frozen,
  signer_unavailable,
  clock_unsafe,
  row_tampered,
  stopping,
  internal,
};

struct ErrorRow {
  Reason reason;
  int status;
  std::string_view name;      // the `reason` member
  std::string_view sentence;  // the `error` and `message` members
};

// All of them, in the order of the enumeration.
std::span<const ErrorRow> error_table();
const ErrorRow& describe(Reason reason);
// The `code` member: LETSPING_401_AUTH and its like where published clients know one,
// LETSPING_<status> elsewhere.
std::string error_code(Reason reason);

// What an error may say beside the table's words. Empty members are left out of the body.
struct ErrorDetail {
  std::string text = {};     // names the thing (a rule, a member); appended to the sentence
  std::string pointer = {};  // RFC 6901, of the member concerned
  bool has_pointer = false;
  std::string decision = {};  // exact JSON of the decision that was first
  std::string erasure = {};   // exact JSON of what became of it (review/erased.h)
};

net::Reply refuse(Reason reason);
net::Reply refuse(Reason reason, std::string_view text);
net::Reply refuse(Reason reason, const ErrorDetail& detail);
// A member of the body that is missing or wrong; `text` says what it must be.
net::Reply refuse_member(std::string_view pointer, std::string_view text);
// 429 with Retry-After and the RateLimit headers.
net::Reply refuse_for(Reason reason, std::int64_t retry_after_ms, std::uint64_t limit);

Reason reason_of(const core::Refused& refused);
Reason reason_of(core::Fault fault);  // Fault::refused alone says already_decided
Reason reason_of(approval::Refusal refusal);
Reason reason_of(json::Fault fault);
Reason reason_of(seal::EnvelopeFault fault);

net::Reply refuse(const core::Refused& refused, std::string_view decision = {});
net::Reply refuse(const json::ParseError& error);
// `pointer` is where the envelope stands in the body.
net::Reply refuse(seal::EnvelopeFault fault, std::string_view pointer);

// The message of a 500 or 503 of our making names nothing; the log line does, under this id.
net::Reply internal_error(std::string_view event, std::string_view what);

}  // namespace lp::api
