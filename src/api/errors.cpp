#include "api/errors.h"

#include <array>
#include <cstddef>

namespace lp::api {

namespace {

constexpr std::array table = std::to_array<ErrorRow>({
    {Reason::json_syntax, 400, "json_syntax", "The body is not JSON. Send one JSON object."},
    {Reason::duplicate_key, 422, "duplicate_key",
     "An object has the same member twice. Send each member once."},
    {Reason::lone_surrogate, 422, "lone_surrogate",
     "A string has half of a surrogate pair. Send whole characters."},
    {Reason::invalid_utf8, 422, "invalid_utf8",
     "The body is not UTF-8, or begins with a byte order mark. Send plain UTF-8."},
    {Reason::non_finite_number, 422, "non_finite_number",
     "A number is not finite as a 64-bit float. Send it as a string."},
    {Reason::too_deep, 422, "too_deep", "The body is nested too deeply. Nest at most 64 levels."},
    {Reason::too_many_members, 422, "too_many_members",
     "The body has too many members. Send at most 100,000 in all."},
    {Reason::member_invalid, 422, "member_invalid", "A member is missing or has a wrong value."},
    {Reason::query_invalid, 400, "query_invalid", "A query parameter is missing or wrong."},
    {Reason::media_type, 415, "media_type",
     "This content type is not taken here. Send application/json or application/octet-stream."},
    {Reason::plaintext_refused, 422, "plaintext_refused",
     "This project takes encrypted payloads only. Give the agent a key and start it again: "
     "export LETSPING_ENCRYPTION_KEY=$(openssl rand -base64 32)"},
    {Reason::not_an_envelope, 422, "not_an_envelope",
     "An encrypted payload is {\"_lp_enc\": true, \"iv\": base64, \"ct\": base64}."},
    {Reason::envelope_bad_base64, 422, "envelope_bad_base64",
     "iv and ct of the envelope must be strings in standard base64 with padding."},
    {Reason::envelope_bad_length, 422, "envelope_bad_length",
     "The envelope's iv must be 12 bytes and its ct at least the 16 bytes of the tag."},
    {Reason::envelope_unsupported_version, 422, "envelope_unsupported_version",
     "This server knows envelopes without v and with v 2. Upgrade the server or the client."},
    {Reason::envelope_bad_member, 422, "envelope_bad_member",
     "kid, salt or ctx of the envelope is missing or malformed. Seal the payload again."},
    {Reason::snapshot_form, 422, "snapshot_form",
     "A snapshot is a JSON object or envelope (application/json), or iv, ciphertext and tag under "
     "the dek of the ingest reply (application/octet-stream)."},
    {Reason::attachment_too_large, 422, "attachment_too_large",
     "Attachments are too many or too large. Send at most 16, of 64 MiB each and 256 MiB in all."},
    {Reason::attachments_mismatch, 422, "attachments_mismatch",
     "attachments and the payload's _lp_attachments must name the same files, in one order."},
    {Reason::attachment_size, 422, "attachment_size",
     "These bytes are not as many as the ask announced. Upload exactly the piece that was "
     "announced."},
    {Reason::attachment_hash, 422, "attachment_hash",
     "These bytes do not have the hash that the ask announced. Upload exactly the piece that was "
     "announced."},

    {Reason::api_key_invalid, 401, "api_key_invalid",
     "The API key is missing, unknown or revoked. Send Authorization: Bearer with a key that "
     "`letsping key create` printed."},
    {Reason::agent_signature_invalid, 401, "agent_signature_invalid",
     "The agent signature does not verify. Sign project_id, service, action and payload with the "
     "secret of a registered agent, and send agent_id and agent_signature together."},
    {Reason::http_signature_invalid, 401, "http_signature_invalid",
     "The HTTP message signature is refused. Sign as docs/reference/letsping-api.md says, with the "
     "key of a registered agent of this project."},
    {Reason::signature_replayed, 401, "signature_replayed",
     "The nonce of this HTTP signature was used before. Sign each call anew."},
    {Reason::agent_proof_required, 403, "agent_proof_required",
     "An agent with a key of its own must sign this call with it."},
    {Reason::escrow_signature_invalid, 401, "escrow_signature_invalid",
     "handoff_signature does not verify with the project's escrow secret. Send id, event and the "
     "agents as they were signed."},
    {Reason::wrong_role, 403, "wrong_role",
     "This API key has the wrong role for this endpoint. Use a key made for it."},
    {Reason::url_signature_invalid, 403, "url_signature_invalid",
     "This URL was not made by this server, or not for this method. Use the one it gave, "
     "unchanged."},
    {Reason::url_expired, 403, "url_expired",
     "This URL has expired. Ask the server for a new one."},
    {Reason::no_session, 401, "no_session", "Nobody is logged in here. Log in with this device."},
    {Reason::session_idle, 403, "session_idle",
     "Nothing was done here for fifteen minutes. Log in again with this device, then decide."},
    {Reason::login_refused, 401, "login_refused",
     "The login is not valid. Log in again with a device key or a passkey that is enrolled here."},
    {Reason::sso_required, 401, "sso_required",
     "Here only the identity provider signs people in. Sign in with it; passkeys and device keys "
     "go on signing decisions."},
    {Reason::sso_refused, 401, "sso_refused",
     "The sign-in at the identity provider is not taken. Begin it again."},
    {Reason::sso_off, 409, "sso_off",
     "No identity provider is set up here. Set auth.oidc in the settings of the server."},
    {Reason::sso_unreachable, 503, "sso_unreachable",
     "The identity provider does not answer as it should. Try again soon; the server's log says "
     "what is wrong."},
    {Reason::account_unknown, 403, "account_unknown",
     "Nobody here is linked to this account. Ask an owner or an admin for a link to bring it "
     "with."},
    {Reason::account_known, 409, "account_known",
     "This account is linked to somebody else. Sign in with your own at the identity provider, or "
     "have it unlinked first."},
    {Reason::account_link_invalid, 401, "account_link_invalid",
     "The link for an account is not valid, or was used. Ask an owner or an admin for a new one."},
    {Reason::account_link_expired, 410, "account_link_expired",
     "The link for an account has expired. Ask an owner or an admin for a new one."},
    {Reason::account_stale, 403, "account_stale",
     "At this level the identity provider must have signed you in just now. Sign in with it again, "
     "then decide."},
    {Reason::key_too_new, 403, "key_too_new",
     "This key is new. It counts at high and critical when a second owner has cosigned it, or a "
     "day after it came; the detail says when."},
    {Reason::token_replayed, 400, "token_replayed",
     "This logout token was used before. Each logout has one of its own."},
    {Reason::logout_token_invalid, 400, "logout_token_invalid",
     "The logout token is not taken. It must be the identity provider's own, for this application, "
     "made just now."},
    {Reason::csrf, 403, "csrf",
     "The request does not come from this server's own page. Open the dashboard at its own "
     "address."},
    {Reason::not_permitted, 403, "not_permitted",
     "Your role does not allow this. Ask an owner of the project."},

    {Reason::not_found, 404, "not_found",
     "There is no such thing, or it is not yours. Check the id and the API key's project."},
    {Reason::no_route, 404, "no_route",
     "There is no such endpoint. The API is under /api, its reference in docs/reference."},
    {Reason::method_not_allowed, 405, "method_not_allowed",
     "This endpoint does not take this method. The Allow header names those it takes."},

    {Reason::already_decided, 409, "already_decided",
     "The request was closed before, and stays as it is. See `decision` for who was first."},
    {Reason::past_deadline, 409, "past_deadline",
     "The deadline has passed, so nothing can be decided any more. The agent must ask again."},
    {Reason::not_past_deadline, 409, "not_past_deadline",
     "The deadline has not passed yet. Wait for it, or cancel the request."},
    {Reason::stale_version, 409, "stale_version",
     "The request has a newer version than the one named. Read it again."},
    {Reason::payload_mismatch, 409, "payload_mismatch",
     "The payload named is not the one that stands in the request. Read it again."},
    {Reason::commit_missing, 422, "commit_missing",
     "An approval must bind what was decrypted. Import the content key, or reject."},
    {Reason::not_a_reviewer, 403, "not_a_reviewer",
     "The roster and the rule of this request have no place for you. Ask an owner."},
    {Reason::own_request, 403, "own_request",
     "The owner of an agent may not approve its requests at this level. Ask another reviewer."},
    {Reason::own_edit, 403, "own_edit",
     "Whoever edited the payload may not approve the edit at this level. Ask another reviewer."},
    {Reason::already_reviewed, 409, "already_reviewed",
     "Your review of this version is already counted. Another person must add theirs."},
    {Reason::not_offered, 422, "not_offered",
     "The agent's client cannot receive this verdict. Approve, or reject with a reason."},
    {Reason::wrong_agent, 403, "wrong_agent",
     "Only the API key that made the request may change or cancel it."},
    {Reason::passkey_needed, 403, "passkey_needed",
     "At this level an approval is signed with a passkey. Enrol one under Keys in the dashboard; "
     "a rejection takes only this device."},
    {Reason::reason_needed, 422, "reason_needed",
     "At the level critical an approval says why, in at least 12 characters."},
    {Reason::second_person_needed, 403, "second_person_needed",
     "At the level critical two people approve, and the rule of this request asks one. Reject it, "
     "or have it asked at a lower level."},
    {Reason::number_needed, 409, "number_needed",
     "The program that asked waits and shows a number of three digits. Type it to approve."},
    {Reason::number_wrong, 409, "number_wrong",
     "That is not the number that the program shows. It is one try less; read it there again."},
    {Reason::number_superseded, 409, "number_superseded",
     "The program shows another number by now, and no try was lost. Type the new one."},
    {Reason::number_locked, 409, "number_locked",
     "Three numbers were wrong: this version cannot be approved any more. Reject it, or have its "
     "agent revise it."},
    {Reason::number_not_asked, 409, "number_not_asked",
     "The program that asked does not wait any more, so its number is not taken. Read the request "
     "again and type the value that is asked for instead."},

    {Reason::stale, 409, "stale",
     "The request has changed since it was offered. Read the new offer and decide again."},
    {Reason::bad_signature, 422, "bad_signature",
     "The signature does not verify over these exact bytes. Sign again with the enrolled key."},
    {Reason::bad_core, 422, "bad_core",
     "This is not a decision core of this approver and key. Build it from the newest offer."},
    {Reason::offer_expired, 409, "offer_expired",
     "The offer has expired. Read the request again and sign the new one."},
    {Reason::edit_not_allowed, 422, "edit_not_allowed",
     "An edit goes with an approval, in the envelope version that the agent used."},
    {Reason::empty_edit, 422, "empty_edit",
     "An edit to {} is refused, because published clients would run the original. Reject instead."},
    {Reason::no_eligible_approver, 422, "no_eligible_approver",
     "Nobody could approve this request. Add a reviewer, or sign the project's roster."},
    {Reason::idempotency_conflict, 409, "idempotency_conflict",
     "This Idempotency-Key was used for other content. Use a new key for a new request."},
    {Reason::pending_limit, 429, "pending_limit",
     "Too many requests of this project wait for people. Try again when some are decided."},
    {Reason::already_set_up, 409, "already_set_up",
     "Somebody has set this server up already. Log in, or ask them."},
    {Reason::already_live, 409, "already_live",
     "This is no demo: it is live already. To move it, start it once under the other address with "
     "`--accept-lost-credentials`."},
    {Reason::requests_waiting, 409, "requests_waiting",
     "Requests wait for a decision, and nothing of them goes along. Decide them, or let them end."},
    {Reason::setup_token_invalid, 401, "setup_token_invalid",
     "The setup link is not valid. Make a new one with `letsping setup-link`."},
    {Reason::setup_token_expired, 410, "setup_token_expired",
     "The setup link has expired or was used. Make a new one with `letsping setup-link`."},
    {Reason::login_link_invalid, 401, "login_link_invalid",
     "The login link is not valid. Make a new one with `letsping login-link`."},
    {Reason::login_link_expired, 410, "login_link_expired",
     "The login link has expired or was used. Make a new one with `letsping login-link`."},
    {Reason::passkey_refused, 422, "passkey_refused",
     "The passkey is not taken. Make it anew, on this page."},
    {Reason::passkey_place, 409, "passkey_place",
     "Passkeys belong to a name. Open the dashboard at server.public_url, or at localhost."},
    {Reason::passkey_known, 409, "passkey_known",
     "This passkey is enrolled already, or you have as many as there may be. Remove one first."},
    {Reason::key_limit, 409, "key_limit",
     "There are as many content keys, copies or pairings as there may be. End or remove one "
     "first."},
    {Reason::pairing_over, 410, "pairing_over",
     "This pairing was used, has ended or never began. Begin a new one on the other device."},
    {Reason::proposal_limit, 429, "proposal_limit",
     "Too many changes of this server's people wait. Have an owner sign or withdraw some."},
    {Reason::roster_mismatch, 422, "roster_mismatch",
     "The roster is not the one that the server rebuilds. Begin again."},
    {Reason::name_taken, 409, "name_taken", "This name is taken. Choose another."},
    {Reason::already_revoked, 409, "already_revoked", "This was revoked before."},
    {Reason::not_a_party, 403, "not_a_party",
     "The handoff is between others. Only the agents that it names, and the API key that brought "
     "its request, may speak about it."},
    {Reason::handoff_full, 409, "handoff_full",
     "The history of this handoff is as long as it may be. Begin a new one."},
    {Reason::executor_unknown, 422, "executor_unknown",
     "No executor of this project fits the permit that the request asks for. Make one with "
     "`letsping executor add`, or announce permit:<its id>."},
    {Reason::permit_foreign, 403, "permit_foreign",
     "The permit names another executor. Only that one may look at it, claim it or say what "
     "became of it."},
    {Reason::permit_edited, 409, "permit_edited",
     "This is not the token that was issued: it was changed on its way. Run nothing; fetch the"
     " permit again."},
    {Reason::permit_used, 409, "permit_used",
     "The permit was claimed before, with another claim key or nonce, or has its outcome. Run "
     "nothing."},
    {Reason::permit_expired, 409, "permit_expired",
     "The permit was not claimed before its use_by. Run nothing; ask again for approval."},
    {Reason::permit_revoked, 409, "permit_revoked",
     "The permit was revoked: an epoch was raised, or its executor revoked. Run nothing."},
    {Reason::permit_indeterminate, 409, "permit_indeterminate",
     "The lease of the claim is over, without an outcome. Run nothing; a person must look what"
     " happened."},
    {Reason::permit_unclaimed, 409, "permit_unclaimed",
     "The permit was not claimed with this claim key. Claim it, and only then run and report."},
    {Reason::outcome_recorded, 409, "outcome_recorded",
     "Another outcome of this permit stands in the log."},
    {Reason::note_form, 422, "note_form",
     "What is said about an encrypted request is a note that its author's device sealed for it."},
    {Reason::talk_full, 409, "talk_full", "As much is said about this request as may be."},
    {Reason::put_off_too_long, 422, "put_off_too_long",
     "A request is put off until a time within the next 30 days."},
    {Reason::receipt_incomplete, 409, "receipt_incomplete",
     "There is no receipt of this event: what belongs to it is not kept, or not any more."},
    {Reason::receipt_too_large, 409, "receipt_too_large",
     "The receipt would be too long. Ask with ?from_roster=VERSION of a roster that you trust."},
    {Reason::erased, 410, "erased",
     "This was erased. What is left is its place in the log, and who signed the erasure."},
    {Reason::legal_hold, 409, "legal_hold",
     "A legal hold stands over this, so it is not erased. End the hold first, if you may."},
    {Reason::still_listed, 409, "still_listed",
     "This person still counts in a roster. Remove them first, with `letsping member remove`, "
     "which "
     "an owner signs. Whoever set this server up, and the last owner, stay."},
    {Reason::attachments_missing, 409, "attachments_missing",
     "The request cannot be approved before all its attachments are here. Wait for the agent to "
     "upload them, or reject."},
    {Reason::not_decided, 409, "not_decided",
     "The request is open and an agent may wait for it. Decide or cancel it, then erase it."},
    {Reason::policy_invalid, 422, "policy_invalid",
     "The policy does not read. Mend it, and try again."},
    {Reason::policy_unusable, 503, "policy_unusable",
     "The policy in force does not read any more. Put another version into force."},
    {Reason::policy_refused, 422, "policy_refused",
     "This version of the policy cannot come into force. Upload one that can."},
    {Reason::policy_in_force, 409, "policy_in_force",
     "This version of the policy is in force already."},
    {Reason::policy_stale, 409, "policy_stale",
     "Another policy came into force in the meantime. Ask for this activation anew."},
    {Reason::policy_denied, 409, "policy_denied",
     "The policy denies this revision. The request waits as it was."},
    {Reason::channel_limit, 409, "channel_limit",
     "There are as many channels or browsers as there may be. Remove one first."},
    {Reason::channel_off, 409, "channel_off",
     "This server is not set up to send this. For mail its operator sets mail.server and "
     "mail.from, for Web Push push.subject."},
    {Reason::not_serving, 409, "not_serving",
     "Only a running server sends. Start it with `letsping serve`, then try again."},

    {Reason::rate_limited, 429, "rate_limited",
     "This API key asks too often. Wait as long as Retry-After says."},
    {Reason::nonce_limit, 429, "nonce_limit",
     "This agent has signed as many calls in ten minutes as are remembered. Wait as long as "
     "Retry-After says."},
    {Reason::failed_auth_limited, 429, "failed_auth_limited",
     "Too many refused API keys came from your network. Wait as long as Retry-After says."},
    {Reason::signup_limited, 429, "signup_limited",
     "Too many workspaces were asked for from your network. Wait as long as Retry-After says."},
    {Reason::attempts_limited, 429, "attempts_limited",
     "Too many attempts to set up or log in came from your network. Wait as long as Retry-After "
     "says."},
    {Reason::streams_limited, 429, "streams_limited",
     "This device has as many event streams open as it may. Close one, or wait as long as "
     "Retry-After says."},

    {Reason::signup_disabled, 503, "signup_disabled",
     "Sign-up without a person is off on this server. Ask its operator for an API key."},
    {Reason::signup_token_invalid, 403, "signup_token_invalid",
     "The sign-up token is unknown, used or older than an hour. Request a new one."},
    {Reason::overloaded, 503, "overloaded", "The server has too much to do. Try again shortly."},
    {Reason::disk_reserve, 503, "disk_reserve",
     "The server's disk is almost full, so it takes no new requests. Tell its operator."},
    {Reason::log_frozen, 503, "log_frozen",
     "The server's log is not being signed, so nothing new is taken. Tell its operator."},
    {Reason::signer_unavailable, 503, "signer_unavailable",
     "What signs the server's log does not answer, so nothing is taken or decided. Try again as "
     "Retry-After says; what was sent may count all the same, so look before asking anew."},
    {Reason::clock_unsafe, 503, "clock_unsafe",
     "The server's clock has jumped, so nothing is decided. Its operator must run "
     "`letsping clock accept`."},
    {Reason::row_tampered, 503, "row_tampered",
     "The stored state of this request does not match the log, so it is not served. Tell the "
     "operator of the server."},
    {Reason::stopping, 503, "stopping", "The server is stopping. Try again shortly."},
    {Reason::internal, 500, "internal",
     "The server failed. Its operator finds the cause in the log under this id."},
});

constexpr bool in_order() {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (static_cast<std::size_t>(table[i].reason) != i) return false;
  }
  return static_cast<std::size_t>(Reason::internal) + 1 == table.size();
}
static_assert(in_order(), "describe() takes the reason as an index");

}  // namespace

std::span<const ErrorRow> error_table() {
  return table;
}

const ErrorRow& describe(Reason reason) {
  return table[static_cast<std::size_t>(reason)];
}

}  // namespace lp::api
