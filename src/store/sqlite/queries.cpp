#include "store/sqlite/queries.h"

#include <array>

#include "store/sqlite/anchor_queries.h"
#include "store/sqlite/content_key_schema.h"
#include "store/sqlite/counting_queries.h"
#include "store/sqlite/erasure_queries.h"
#include "store/sqlite/handoff_queries.h"
#include "store/sqlite/identity_schema.h"
#include "store/sqlite/outbox_queries.h"
#include "store/sqlite/passkey_schema.h"
#include "store/sqlite/permit_schema.h"
#include "store/sqlite/policy_schema.h"
#include "store/sqlite/reach_schema.h"
#include "store/sqlite/request_queries.h"
#include "store/sqlite/talk_schema.h"

namespace lp::store {
namespace {

struct Named {
  Query query;
  std::string_view name;
  std::string_view sql;
};

constexpr std::array<Named, query_count> queries{{
    {Query::begin_read, "begin_read", "BEGIN"},
    {Query::begin_write, "begin_write", "BEGIN IMMEDIATE"},
    {Query::commit, "commit", "COMMIT"},
    {Query::put_setting, "put_setting", R"(
INSERT INTO setting (name, value)
VALUES (?1, ?2)
ON CONFLICT (name) DO UPDATE SET value = excluded.value)"},
    {Query::put_project, "put_project", policies::put_project},
    {Query::put_log_head, "put_log_head", R"(
INSERT INTO log_head (project, size, frontier, last_time, stream_seq, stream_prev)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (project) DO UPDATE SET size = excluded.size, frontier = excluded.frontier,
  last_time = excluded.last_time, stream_seq = excluded.stream_seq,
  stream_prev = excluded.stream_prev)"},
    {Query::insert_leaf, "insert_leaf", R"(
INSERT INTO leaf (position, hash, type, stream, leaf, evidence, statement)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7))"},
    {Query::insert_upper_hash, "insert_upper_hash", R"(
INSERT INTO upper_hash (project, tile_level, position, hash)
VALUES (?1, ?2, ?3, ?4))"},
    {Query::insert_anchor, "insert_anchor", anchoring::insert_anchor},
    {Query::insert_anchor_upper_hash, "insert_anchor_upper_hash",
     anchoring::insert_anchor_upper_hash},
    {Query::put_cosigned_head, "put_cosigned_head", anchoring::put_cosigned_head},
    {Query::put_member, "put_member", R"(
INSERT INTO member (id, name, created, removed, erased)
VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, created = excluded.created,
  removed = excluded.removed, erased = excluded.erased)"},
    {Query::put_device, "put_device", R"(
INSERT INTO device (key, member, spki, key_class, created, revoked)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (key) DO UPDATE SET member = excluded.member, spki = excluded.spki,
  key_class = excluded.key_class, created = excluded.created, revoked = excluded.revoked)"},
    {Query::insert_roster, "insert_roster", R"(
INSERT INTO roster (project, version, sha256, created, head, signatures)
VALUES (?1, ?2, ?3, ?4, ?5, ?6))"},
    {Query::insert_roster_entry, "insert_roster_entry", R"(
INSERT INTO roster_entry (project, version, position, entry)
VALUES (?1, ?2, ?3, ?4))"},
    {Query::put_api_key, "put_api_key", R"(
INSERT INTO api_key (id, project, role, name, digest, made_by, created, revoked)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (id) DO UPDATE SET project = excluded.project, role = excluded.role,
  name = excluded.name, digest = excluded.digest, made_by = excluded.made_by,
  created = excluded.created, revoked = excluded.revoked)"},
    {Query::put_agent, "put_agent", R"(
INSERT INTO agent (id, project, handle, secret_sealed, public_key, made_by, created,
  revoked, previous_secret_sealed, previous_public_key, rotated, previous_until)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
ON CONFLICT (id) DO UPDATE SET project = excluded.project, handle = excluded.handle,
  secret_sealed = excluded.secret_sealed, public_key = excluded.public_key,
  made_by = excluded.made_by, created = excluded.created, revoked = excluded.revoked,
  previous_secret_sealed = excluded.previous_secret_sealed,
  previous_public_key = excluded.previous_public_key, rotated = excluded.rotated,
  previous_until = excluded.previous_until)"},
    {Query::insert_agent_nonce, "insert_agent_nonce", R"(
INSERT INTO agent_nonce (agent, nonce, expires)
VALUES (?1, ?2, ?3))"},
    {Query::insert_project_secret, "insert_project_secret", R"(
INSERT INTO project_secret (id, project, purpose, sealed, created)
VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed)"},
    {Query::put_session, "put_session", R"(
INSERT INTO session (token, member, key, created, expires, account, provider_session,
  authenticated)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (token) DO UPDATE SET member = excluded.member, key = excluded.key,
  created = excluded.created, expires = excluded.expires, account = excluded.account,
  provider_session = excluded.provider_session, authenticated = excluded.authenticated)"},
    {Query::insert_setup_token, "insert_setup_token", R"(
INSERT INTO setup_token (token, created, expires)
VALUES (?1, ?2, ?3))"},
    {Query::insert_roster_proposal, "insert_roster_proposal", R"(
INSERT INTO roster_proposal (id, wish, created, expires)
VALUES (?1, ?2, ?3, ?4))"},
    {Query::put_login_link, "put_login_link", R"(
INSERT INTO login_link (token, member, key, proposal, created, expires)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (token) DO UPDATE SET member = excluded.member, key = excluded.key,
  proposal = excluded.proposal, created = excluded.created, expires = excluded.expires)"},
    {Query::put_webhook, "put_webhook", R"(
INSERT INTO webhook (id, project, url, secret_sealed, created, removed)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (id) DO UPDATE SET project = excluded.project, url = excluded.url,
  secret_sealed = excluded.secret_sealed, created = excluded.created,
  removed = excluded.removed)"},
    {Query::insert_request, "insert_request", R"(
INSERT INTO request (id, project, api_key, agent_id, agent_owner, strength, candidate,
  service, action, priority, role, environment, trace_id, parent_request_id, client,
  payload_kind, request_sha256, created, decide_by, leaf_index, commit_key_sealed,
  details_sealed, payload)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
  ?19, ?20, ?21, ?22, ?23))"},
    {Query::insert_revision, "insert_revision", R"(
INSERT INTO revision (request, version, request_sha256, commit_key_sealed, details_sealed,
  payload)
VALUES (?1, ?2, ?3, ?4, ?5, ?6))"},
    {Query::put_request_state, "put_request_state", R"(
INSERT INTO request_state (project, request, state, decide_by, leaf_index,
  statement_sha256, stream_seq, mac, decided, actor, actor_kind, method, detail,
  reason_sealed, edited_payload, asked_sha256)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
ON CONFLICT (project, request) DO UPDATE SET state = excluded.state,
  decide_by = excluded.decide_by, leaf_index = excluded.leaf_index,
  statement_sha256 = excluded.statement_sha256, stream_seq = excluded.stream_seq,
  mac = excluded.mac,
  decided = excluded.decided, actor = excluded.actor, actor_kind = excluded.actor_kind,
  method = excluded.method, detail = excluded.detail, reason_sealed = excluded.reason_sealed,
  edited_payload = excluded.edited_payload, asked_sha256 = excluded.asked_sha256)"},
    {Query::insert_review, "insert_review", R"(
INSERT INTO review (request, leaf_index, version, member, key, nonce, at, signature, core)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9))"},
    {Query::insert_delivery, "insert_delivery", R"(
INSERT INTO delivery (request, at, how)
VALUES (?1, ?2, ?3)
ON CONFLICT (request) DO NOTHING)"},
    {Query::put_handoff, "put_handoff", handing::put_handoff},
    {Query::insert_handoff_event, "insert_handoff_event", handing::insert_handoff_event},
    {Query::insert_idempotency, "insert_idempotency", R"(
INSERT INTO idempotency (project, key, content, request, created)
VALUES (?1, ?2, ?3, ?4, ?5))"},
    {Query::put_snapshot, "put_snapshot", R"(
INSERT INTO snapshot (request, content_type, blob, sealing, created, bytes)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (request) DO UPDATE SET content_type = excluded.content_type,
  blob = excluded.blob, sealing = excluded.sealing, created = excluded.created,
  bytes = excluded.bytes)"},
    {Query::put_graph_checkpoint, "put_graph_checkpoint", R"(
INSERT INTO graph_checkpoint (project, thread_id, checkpoint_id, created, sealed)
VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (project, thread_id, checkpoint_id) DO UPDATE SET created = excluded.created,
  sealed = excluded.sealed)"},
    {Query::insert_outbox_item, "insert_outbox_item", outbox::insert_outbox_item},
    {Query::put_outbox_item, "put_outbox_item", outbox::put_outbox_item},
    {Query::delete_session, "delete_session", R"(
DELETE FROM session WHERE token = ?1)"},
    {Query::delete_setup_tokens, "delete_setup_tokens", R"(
DELETE FROM setup_token)"},
    {Query::delete_roster_proposal, "delete_roster_proposal", R"(
DELETE FROM roster_proposal WHERE id = ?1)"},
    {Query::delete_expired_sessions, "delete_expired_sessions", R"(
DELETE FROM session WHERE expires <= ?1)"},
    {Query::delete_expired_roster_proposals, "delete_expired_roster_proposals", R"(
DELETE FROM roster_proposal WHERE expires <= ?1)"},
    {Query::delete_expired_login_links, "delete_expired_login_links", R"(
DELETE FROM login_link WHERE expires <= ?1)"},
    {Query::delete_expired_agent_nonces, "delete_expired_agent_nonces", R"(
DELETE FROM agent_nonce WHERE expires <= ?1)"},
    {Query::delete_graph_thread, "delete_graph_thread", R"(
DELETE FROM graph_checkpoint WHERE project = ?1 AND thread_id = ?2)"},
    {Query::delete_idempotency_before, "delete_idempotency_before", R"(
DELETE FROM idempotency WHERE created < ?1)"},
    {Query::setting, "setting", R"(
SELECT value FROM setting WHERE name = ?1)"},
    {Query::project_numbers, "project_numbers", R"(
SELECT number, id FROM project)"},
    {Query::projects, "projects", policies::projects},
    {Query::log_heads, "log_heads", R"(
SELECT p.id, h.size, h.frontier, h.last_time, h.stream_seq, h.stream_prev
FROM log_head h JOIN project p ON p.number = h.project
ORDER BY h.project)"},
    {Query::members, "members", R"(
SELECT id, name, created, removed, erased FROM member ORDER BY id)"},
    {Query::devices, "devices", R"(
SELECT key, member, spki, key_class, created, revoked FROM device ORDER BY key)"},
    {Query::api_keys, "api_keys", R"(
SELECT id, project, role, name, digest, made_by, created, revoked
FROM api_key
ORDER BY id)"},
    {Query::agents, "agents", R"(
SELECT id, project, handle, secret_sealed, public_key, made_by, created, revoked,
  previous_secret_sealed, previous_public_key, rotated, previous_until
FROM agent
ORDER BY id)"},
    {Query::agent_nonces, "agent_nonces", R"(
SELECT agent, nonce, expires FROM agent_nonce ORDER BY agent, nonce)"},
    {Query::project_secrets, "project_secrets", R"(
SELECT id, project, purpose, sealed, created FROM project_secret ORDER BY id)"},
    {Query::webhooks, "webhooks", R"(
SELECT id, project, url, secret_sealed, created, removed
FROM webhook
WHERE removed IS NULL
ORDER BY id)"},
    {Query::roster, "roster", R"(
SELECT sha256, created, head, signatures
FROM roster
WHERE project = ?1 AND version = ?2)"},
    {Query::roster_entries, "roster_entries", R"(
SELECT entry FROM roster_entry WHERE project = ?1 AND version = ?2 ORDER BY position)"},
    {Query::session, "session", R"(
SELECT token, member, key, created, expires, account, provider_session, authenticated
FROM session WHERE token = ?1)"},
    {Query::sessions, "sessions", R"(
SELECT token, member, key, created, expires, account, provider_session, authenticated
FROM session ORDER BY token)"},
    {Query::setup_tokens, "setup_tokens", R"(
SELECT token, created, expires FROM setup_token ORDER BY token)"},
    {Query::roster_proposals, "roster_proposals", R"(
SELECT id, wish, created, expires FROM roster_proposal ORDER BY id)"},
    {Query::login_links, "login_links", R"(
SELECT token, member, key, proposal, created, expires FROM login_link ORDER BY token)"},
    {Query::request, "request", one_request},
    {Query::request_place, "request_place", R"(
SELECT p.id, r.leaf_index
FROM request r JOIN project p ON p.number = r.project
WHERE r.id = ?1)"},
    {Query::account, "account", R"(
SELECT (SELECT wrapped FROM request_key WHERE request = r.number), s.reason_sealed, r.details_sealed
FROM request r JOIN request_state s ON s.project = r.project AND s.request = r.id
WHERE r.id = ?1)"},
    {Query::original, "original", R"(
SELECT r.id, p.id, r.api_key, r.agent_id, r.agent_owner, r.strength, r.candidate, r.service,
  r.action, r.priority, r.role, r.environment, r.trace_id, r.parent_request_id, r.client,
  r.payload_kind, r.request_sha256, r.created, r.decide_by, r.leaf_index,
  (SELECT wrapped FROM request_key WHERE request = r.number),
  r.commit_key_sealed, r.details_sealed, r.payload
FROM request r JOIN project p ON p.number = r.project
WHERE r.id = ?1)"},
    {Query::revisions, "revisions", R"(
SELECT request, version, request_sha256, commit_key_sealed, details_sealed, payload
FROM revision
WHERE request = ?1
ORDER BY version)"},
    {Query::row_counts, "row_counts", counting::row_counts},
    {Query::rows_of_nobody, "rows_of_nobody", counting::rows_of_nobody},
    {Query::revision_details, "revision_details", R"(
SELECT details_sealed FROM revision WHERE request = ?1 ORDER BY version)"},
    {Query::requests, "requests", all_requests},
    {Query::requests_pending, "requests_pending", pending_requests},
    {Query::requests_decided, "requests_decided", decided_requests},
    {Query::pending_count, "pending_count", R"(
SELECT count(*)
FROM request_state INDEXED BY request_pending
WHERE project = (SELECT number FROM project WHERE id = ?1) AND state = 'pending')"},
    {Query::deadlines, "deadlines", R"(
SELECT s.request, p.id, s.decide_by
FROM request_state s INDEXED BY request_pending CROSS JOIN project p ON p.number =
  s.project
WHERE s.state = 'pending'
ORDER BY s.decide_by, s.request)"},
    {Query::reviews, "reviews", R"(
SELECT request, leaf_index, version, member, key, nonce, at, signature, core
FROM review
WHERE request = ?1
ORDER BY leaf_index)"},
    {Query::review_by_nonce, "review_by_nonce", R"(
SELECT request, leaf_index, version, member, key, nonce, at, signature, core
FROM review
WHERE nonce = ?1)"},
    {Query::idempotency, "idempotency", R"(
SELECT content, request, created
FROM idempotency
WHERE project = (SELECT number FROM project WHERE id = ?1) AND key = ?2)"},
    {Query::handoff, "handoff", handing::handoff},
    {Query::handoff_events, "handoff_events", handing::handoff_events},
    {Query::signed_call_count, "signed_call_count", R"(
SELECT count(*)
FROM request INDEXED BY request_signed
WHERE project = (SELECT number FROM project WHERE id = ?1) AND agent_id = ?2
  AND created >= ?3 AND created < ?4 AND leaf_index < ?5 AND strength <> 'none')"},
    {Query::handed_over_count, "handed_over_count", R"(
SELECT count(*)
FROM handoff INDEXED BY handoff_upstream
WHERE project = ?1 AND upstream = ?2 AND created >= ?3 AND created < ?4
  AND created_index < ?5)"},
    {Query::taken_over_count, "taken_over_count", R"(
SELECT count(*)
FROM handoff INDEXED BY handoff_downstream
WHERE project = ?1 AND downstream = ?2 AND created >= ?3 AND created < ?4
  AND created_index < ?5)"},
    {Query::leaf, "leaf", R"(
SELECT position, hash, type, stream, leaf, evidence, statement
FROM leaf
WHERE position = (SELECT number << 40 FROM project WHERE id = ?1) + ?2)"},
    {Query::leaves, "leaves", R"(
SELECT position, hash, type, stream, leaf, evidence, statement
FROM leaf
WHERE position >= (SELECT number << 40 FROM project WHERE id = ?1) + ?2 AND position <
  (SELECT number << 40 FROM project WHERE id = ?1) + ?3
ORDER BY position)"},
    {Query::leaf_bodies, "leaf_bodies", R"(
SELECT leaf
FROM leaf
WHERE position >= (SELECT number << 40 FROM project WHERE id = ?1) + ?2 AND position <
  (SELECT number << 40 FROM project WHERE id = ?1) + ?3
ORDER BY position)"},
    {Query::leaf_hashes, "leaf_hashes", R"(
SELECT hash
FROM leaf
WHERE position >= (SELECT number << 40 FROM project WHERE id = ?1) + ?2 AND position <
  (SELECT number << 40 FROM project WHERE id = ?1) + ?3
ORDER BY position)"},
    {Query::upper_hashes, "upper_hashes", R"(
SELECT hash
FROM upper_hash
WHERE project = (SELECT number FROM project WHERE id = ?1) AND tile_level = ?2 AND
  position >= ?3 AND position < ?4
ORDER BY position)"},
    {Query::anchor_count, "anchor_count", anchoring::anchor_count},
    {Query::anchors, "anchors", anchoring::anchors},
    {Query::anchor_hashes, "anchor_hashes", anchoring::anchor_hashes},
    {Query::anchor_upper_hashes, "anchor_upper_hashes", anchoring::anchor_upper_hashes},
    {Query::anchored_size, "anchored_size", anchoring::anchored_size},
    {Query::anchor_of, "anchor_of", anchoring::anchor_of},
    {Query::root_row_count, "root_row_count", R"(
SELECT (SELECT count(*) FROM anchor WHERE position >=
  (SELECT coalesce(max(CAST(value AS INTEGER)), 0) << 32 FROM setting WHERE name = 'root.log')) +
  (SELECT count(*) FROM anchor_upper_hash WHERE position >= (
  (SELECT coalesce(max(CAST(value AS INTEGER)), 0) << 32 FROM setting WHERE name = 'root.log')
  >> (8 * tile_level))))"},
    {Query::newest_anchor, "newest_anchor", anchoring::newest_anchor},
    {Query::cosigned_heads, "cosigned_heads", anchoring::cosigned_heads},
    {Query::snapshot, "snapshot", R"(
SELECT request, content_type, blob, sealing, created, bytes
FROM snapshot
WHERE request = ?1)"},
    {Query::graph_checkpoint, "graph_checkpoint", R"(
SELECT project, thread_id, checkpoint_id, created, sealed
FROM graph_checkpoint
WHERE project = ?1 AND thread_id = ?2 AND checkpoint_id = ?3)"},
    {Query::graph_checkpoint_newest, "graph_checkpoint_newest", R"(
SELECT project, thread_id, checkpoint_id, created, sealed
FROM graph_checkpoint
WHERE project = ?1 AND thread_id = ?2
ORDER BY created DESC, checkpoint_id DESC LIMIT 1)"},
    {Query::outbox_due, "outbox_due", outbox::outbox_due},
    {Query::insert_request_key, "insert_request_key", erasing::insert_request_key},
    {Query::put_request_key, "put_request_key", erasing::put_request_key},
    {Query::insert_erasure, "insert_erasure", erasing::insert_erasure},
    {Query::erase_leaf, "erase_leaf", erasing::erase_leaf},
    {Query::delete_handoff_events, "delete_handoff_events", erasing::delete_handoff_events},
    {Query::delete_handoffs, "delete_handoffs", erasing::delete_handoffs},
    {Query::delete_reviews, "delete_reviews", erasing::delete_reviews},
    {Query::delete_revisions, "delete_revisions", erasing::delete_revisions},
    {Query::delete_delivery, "delete_delivery", erasing::delete_delivery},
    {Query::delete_idempotency, "delete_idempotency", erasing::delete_idempotency},
    {Query::delete_snapshot, "delete_snapshot", erasing::delete_snapshot},
    {Query::delete_outbox, "delete_outbox", erasing::delete_outbox},
    {Query::delete_state, "delete_state", erasing::delete_state},
    {Query::delete_request_key, "delete_request_key", erasing::delete_request_key},
    {Query::delete_request, "delete_request", erasing::delete_request},
    {Query::insert_hold, "insert_hold", erasing::insert_hold},
    {Query::delete_hold, "delete_hold", erasing::delete_hold},
    {Query::erasure, "erasure", erasing::erasure},
    {Query::erasures, "erasures", erasing::erasures},
    {Query::legal_holds, "legal_holds", erasing::legal_holds},
    {Query::handoffs_of, "handoffs_of", erasing::handoffs_of},
    {Query::leaves_of_stream, "leaves_of_stream", erasing::leaves_of_stream},
    {Query::exports, "exports", erasing::exports},
    {Query::request_keys, "request_keys", erasing::request_keys},
    {Query::insert_member_erasure, "insert_member_erasure", erasing::insert_member_erasure},
    {Query::erase_member, "erase_member", erasing::erase_member},
    {Query::revoke_devices_of, "revoke_devices_of", erasing::revoke_devices_of},
    {Query::delete_sessions_of, "delete_sessions_of", erasing::delete_sessions_of},
    {Query::delete_login_links_of, "delete_login_links_of", erasing::delete_login_links_of},
    {Query::delete_roster_proposals_of, "delete_roster_proposals_of",
     erasing::delete_roster_proposals_of},
    {Query::delete_erasure_proposals_of, "delete_erasure_proposals_of",
     erasing::delete_erasure_proposals_of},
    {Query::insert_erasure_proposal, "insert_erasure_proposal", erasing::insert_erasure_proposal},
    {Query::delete_erasure_proposal, "delete_erasure_proposal", erasing::delete_erasure_proposal},
    {Query::delete_expired_erasure_proposals, "delete_expired_erasure_proposals",
     erasing::delete_expired_erasure_proposals},
    {Query::member_erasure, "member_erasure", erasing::member_erasure},
    {Query::member_erasures, "member_erasures", erasing::member_erasures},
    {Query::erasure_proposals, "erasure_proposals", erasing::erasure_proposals},
    {Query::put_passkey, "put_passkey", passkeys::put_passkey},
    {Query::passkeys, "passkeys", passkeys::passkeys},
    {Query::erase_passkeys_of, "erase_passkeys_of", passkeys::erase_passkeys_of},
    {Query::put_linked_account, "put_linked_account", accounts::put_linked_account},
    {Query::linked_accounts, "linked_accounts", accounts::linked_accounts},
    {Query::erase_accounts_of, "erase_accounts_of", accounts::erase_accounts_of},
    {Query::insert_account_link, "insert_account_link", accounts::insert_account_link},
    {Query::account_link, "account_link", accounts::account_link},
    {Query::count_account_links, "count_account_links", accounts::count_account_links},
    {Query::delete_account_link, "delete_account_link", accounts::delete_account_link},
    {Query::delete_account_links_of, "delete_account_links_of", accounts::delete_account_links_of},
    {Query::delete_expired_account_links, "delete_expired_account_links",
     accounts::delete_expired_account_links},
    {Query::insert_used_token, "insert_used_token", accounts::insert_used_token},
    {Query::used_token, "used_token", accounts::used_token},
    {Query::delete_expired_used_tokens, "delete_expired_used_tokens",
     accounts::delete_expired_used_tokens},
    {Query::put_channel, "put_channel", reaching::put_channel},
    {Query::delete_channel, "delete_channel", reaching::delete_channel},
    {Query::channels, "channels", reaching::channels},
    {Query::put_push_subscription, "put_push_subscription", reaching::put_push_subscription},
    {Query::delete_push_subscription, "delete_push_subscription",
     reaching::delete_push_subscription},
    {Query::push_subscriptions, "push_subscriptions", reaching::push_subscriptions},
    {Query::put_reach_health, "put_reach_health", reaching::put_reach_health},
    {Query::delete_reach_health, "delete_reach_health", reaching::delete_reach_health},
    {Query::reach_health, "reach_health", reaching::reach_health},
    {Query::delete_reach_health_of, "delete_reach_health_of", reaching::delete_reach_health_of},
    {Query::delete_push_subscriptions_of, "delete_push_subscriptions_of",
     reaching::delete_push_subscriptions_of},
    {Query::delete_channels_of, "delete_channels_of", reaching::delete_channels_of},
    {Query::put_assignment, "put_assignment", talking::put_assignment},
    {Query::delete_assignment, "delete_assignment", talking::delete_assignment},
    {Query::delete_assignments_of, "delete_assignments_of", talking::delete_assignments_of},
    {Query::put_snooze, "put_snooze", talking::put_snooze},
    {Query::delete_snoozes_of_request, "delete_snoozes_of_request",
     talking::delete_snoozes_of_request},
    {Query::delete_snoozes_of_member, "delete_snoozes_of_member",
     talking::delete_snoozes_of_member},
    {Query::delete_expired_snoozes, "delete_expired_snoozes", talking::delete_expired_snoozes},
    {Query::snoozes, "snoozes", talking::snoozes},
    {Query::talk, "talk", talking::talk},
    {Query::put_content_key, "put_content_key", content_keys::put_content_key},
    {Query::content_keys, "content_keys", content_keys::content_keys},
    {Query::put_wrap_key, "put_wrap_key", content_keys::put_wrap_key},
    {Query::wrap_keys, "wrap_keys", content_keys::wrap_keys},
    {Query::put_wrapped_key, "put_wrapped_key", content_keys::put_wrapped_key},
    {Query::wrapped_keys, "wrapped_keys", content_keys::wrapped_keys},
    {Query::put_key_copy, "put_key_copy", content_keys::put_key_copy},
    {Query::key_copies, "key_copies", content_keys::key_copies},
    {Query::delete_key_copy, "delete_key_copy", content_keys::delete_key_copy},
    {Query::delete_wrap_key, "delete_wrap_key", content_keys::delete_wrap_key},
    {Query::delete_wrapped_key, "delete_wrapped_key", content_keys::delete_wrapped_key},
    {Query::delete_wrapped_keys, "delete_wrapped_keys", content_keys::delete_wrapped_keys},
    {Query::delete_wrap_keys_of, "delete_wrap_keys_of", content_keys::delete_wrap_keys_of},
    {Query::delete_wrapped_keys_of, "delete_wrapped_keys_of", content_keys::delete_wrapped_keys_of},
    {Query::delete_key_copies_of, "delete_key_copies_of", content_keys::delete_key_copies_of},
    {Query::put_policy_version, "put_policy_version", policies::put_policy_version},
    {Query::policy_version, "policy_version", policies::policy_version},
    {Query::policy_versions, "policy_versions", policies::policy_versions},
    {Query::put_policy_activation, "put_policy_activation", policies::put_policy_activation},
    {Query::policy_activations, "policy_activations", policies::policy_activations},
    {Query::requests_since, "requests_since", policies::requests_since},
    {Query::oldest_pending, "oldest_pending", reaching::oldest_pending},
    {Query::put_permit, "put_permit", permits::put_permit},
    {Query::permit, "permit", permits::permit},
    {Query::permit_of, "permit_of", permits::permit_of},
    {Query::open_permits, "open_permits", permits::open_permits},
    {Query::newest_permit_leaf, "newest_permit_leaf", permits::newest_permit_leaf},
    {Query::delete_permit, "delete_permit", permits::delete_permit},
    {Query::put_epoch, "put_epoch", permits::put_epoch},
    {Query::epochs, "epochs", permits::epochs},
}};

// A statement is found by its place.
constexpr bool in_order() {
  for (std::size_t index = 0; index < queries.size(); ++index) {
    if (queries[index].query != static_cast<Query>(index)) return false;
  }
  return true;
}
static_assert(in_order());

}  // namespace

std::string_view name_of(Query query) {
  return queries[static_cast<std::size_t>(query)].name;
}

std::string_view sql_of(Query query) {
  return queries[static_cast<std::size_t>(query)].sql;
}

}  // namespace lp::store
