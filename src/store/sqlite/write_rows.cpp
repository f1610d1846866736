#include "store/sqlite/write_rows.h"

#include "base/assert.h"
#include "json/text_array.h"
#include "json/write.h"
#include "store/sqlite/state_detail.h"

namespace lp::store {
namespace {

std::string_view to_string(Payloads payloads) {
  switch (payloads) {
    case Payloads::encrypted:
      return "encrypted";
    case Payloads::server_sealed:
      return "server_sealed";
  }
  LP_ASSERT(false);
  return {};
}

}  // namespace

Result<std::int64_t> RowWriter::number_of(std::string_view project) const {
  const auto found = numbers_.find(project);
  if (found == numbers_.end()) {
    return std::unexpected(IoError{"commit: a row names a project that does not exist"});
  }
  return found->second;
}

Result<void> RowWriter::write(const Project& row) {
  auto done = run(Query::put_project, row.id, row.name, row.origin, to_string(row.payloads),
                  row.single_operator, row.created, row.roster_version, row.roster_sha256,
                  row.policy_version, row.policy_sha256);
  if (done && !numbers_.contains(row.id)) numbers_.emplace(row.id, database_.last_row_id());
  return done;
}

Result<void> RowWriter::write(const LogHead& row) {
  auto project = number_of(row.project);
  if (!project) return std::unexpected(std::move(project.error()));
  std::string frontier;
  frontier.reserve(row.frontier.size() * sizeof(Digest));
  for (const Digest& hash : row.frontier) frontier += hash.view();
  return run(Query::put_log_head, *project, row.size, Blob{frontier}, row.last_time, row.stream_seq,
             row.stream_prev);
}

Result<void> RowWriter::write(const Leaf& row) {
  auto project = number_of(row.project);
  if (!project) return std::unexpected(std::move(project.error()));
  LP_ASSERT(row.index < std::uint64_t{1} << leaf_index_bits);
  const std::int64_t position =
      (*project << leaf_index_bits) + static_cast<std::int64_t>(row.index);
  return run(Query::insert_leaf, position, row.leaf_hash, evidence::to_string(row.type), row.stream,
             Blob{row.leaf}, Blob{row.evidence}, Blob{row.statement});
}

Result<void> RowWriter::write(const UpperHash& row) {
  auto project = number_of(row.project);
  if (!project) return std::unexpected(std::move(project.error()));
  return run(Query::insert_upper_hash, *project, std::uint64_t{row.tile_level}, row.position,
             row.hash);
}

Result<void> RowWriter::write(const Anchor& row) {
  return run(Query::insert_anchor, row.index, row.project, row.size, row.leaf_hash, Blob{row.leaf});
}

Result<void> RowWriter::write(const AnchorUpperHash& row) {
  return run(Query::insert_anchor_upper_hash, std::uint64_t{row.tile_level}, row.position,
             row.hash);
}

Result<void> RowWriter::write(const CosignedHead& row) {
  return run(Query::put_cosigned_head, row.origin, row.size, Blob{row.note}, row.mac);
}

Result<void> RowWriter::write(const Member& row) {
  return run(Query::put_member, row.id, row.name, row.created, row.removed, row.erased);
}

Result<void> RowWriter::write(const Device& row) {
  return run(Query::put_device, row.key, row.member, Blob{row.spki}, row.key_class, row.created,
             row.revoked);
}

Result<void> RowWriter::write(const Passkey& row) {
  return run(Query::put_passkey, row.key, row.member, row.purpose, Blob{row.credential},
             Blob{row.spki}, row.rp_id, row.origin, row.aaguid, row.backup_eligible, row.backed_up,
             row.counter, row.created, row.removed, row.flagged);
}

Result<void> RowWriter::write(const LinkedAccount& row) {
  return run(Query::put_linked_account, row.id, row.member, row.issuer, row.subject,
             Blob{json::canonical(json::text_array(row.groups))}, row.created, row.removed);
}

Result<void> RowWriter::write(const AccountLink& row) {
  return run(Query::insert_account_link, row.token, row.member, row.made_by, row.created,
             row.expires);
}

Result<void> RowWriter::write(const UsedToken& row) {
  return run(Query::insert_used_token, row.digest, row.expires);
}

Result<void> RowWriter::write(const Roster& row) {
  auto done = run(Query::insert_roster, row.project, row.version, row.sha256, row.created,
                  Blob{row.head}, Blob{row.signatures});
  for (std::uint64_t position = 0; done && position < row.entries.size(); ++position) {
    done = run(Query::insert_roster_entry, row.project, row.version, position,
               Blob{row.entries[position]});
  }
  return done;
}

Result<void> RowWriter::write(const ApiKey& row) {
  return run(Query::put_api_key, row.id, row.project, identity::to_string(row.role), row.name,
             row.digest, row.made_by, row.created, row.revoked);
}

Result<void> RowWriter::write(const Agent& row) {
  return run(Query::put_agent, row.id, row.project, row.handle, Blob{row.secret_sealed},
             Blob{row.public_key}, row.made_by, row.created, row.revoked,
             Blob{row.previous_secret_sealed}, Blob{row.previous_public_key}, row.rotated,
             row.previous_until);
}

Result<void> RowWriter::write(const AgentNonce& row) {
  return run(Query::insert_agent_nonce, row.agent, row.nonce, row.expires);
}

Result<void> RowWriter::write(const ProjectSecret& row) {
  return run(Query::insert_project_secret, row.id, row.project, row.purpose, Blob{row.sealed},
             row.created);
}

Result<void> RowWriter::write(const Session& row) {
  return run(Query::put_session, row.token, row.member, row.key, row.created, row.expires,
             row.account, row.provider_session, row.authenticated);
}

Result<void> RowWriter::write(const SetupToken& row) {
  return run(Query::insert_setup_token, row.token, row.created, row.expires);
}

Result<void> RowWriter::write(const RosterProposal& row) {
  return run(Query::insert_roster_proposal, row.id, Blob{row.wish.bytes()}, row.created,
             row.expires);
}

Result<void> RowWriter::write(const ErasureProposal& row) {
  return run(Query::insert_erasure_proposal, row.id, row.request, row.subject, row.basis,
             row.operator_name, row.created, row.expires);
}

Result<void> RowWriter::write(const LoginLink& row) {
  return run(Query::put_login_link, row.token, row.member, row.key, row.proposal, row.created,
             row.expires);
}

Result<void> RowWriter::write(const Webhook& row) {
  return run(Query::put_webhook, row.id, row.project, row.url, Blob{row.secret_sealed}, row.created,
             row.removed);
}

Result<void> RowWriter::write(const Channel& row) {
  return run(Query::put_channel, row.id, row.project, row.kind, row.name, row.audience, row.hint,
             row.after_ms, row.repeat_ms, row.created, Blob{row.target_sealed});
}

Result<void> RowWriter::write(const PushSubscription& row) {
  return run(Query::put_push_subscription, row.id, row.member, row.name, row.endpoint, row.after_ms,
             row.created, Blob{row.target_sealed});
}

Result<void> RowWriter::write(const ReachHealth& row) {
  return run(Query::put_reach_health, row.destination, row.succeeded, row.failed, row.last_error,
             row.shown);
}

Result<void> RowWriter::write(const Request& row) {
  auto project = number_of(row.project);
  if (!project) return std::unexpected(std::move(project.error()));
  auto done =
      run(Query::insert_request, row.id, *project, row.api_key, row.agent_id, row.agent_owner,
          row.strength, row.candidate, row.service, row.action, row.priority, row.role,
          row.environment, row.trace_id, row.parent_request_id, row.client, row.payload_kind,
          row.request_sha256, row.created, row.decide_by, row.leaf_index,
          Blob{row.commit_key_sealed}, Blob{row.details_sealed}, Blob{row.payload});
  if (!done) return done;
  return run(Query::insert_request_key, database_.last_row_id(), Blob{row.dek_wrapped});
}

Result<void> RowWriter::write(const RequestState& row) {
  auto project = number_of(row.project);
  if (!project) return std::unexpected(std::move(project.error()));
  LP_ASSERT(row.state.id == row.request);
  const std::string detail = detail_of(row.state);
  return run(Query::put_request_state, *project, row.request, approval::to_string(row.state.state),
             row.state.decide_by, row.leaf_index, row.statement_sha256, row.stream_seq, row.mac,
             row.decided, row.actor, row.actor_kind, row.method, detail, Blob{row.reason_sealed},
             Blob{row.edited_payload}, row.asked_sha256);
}

Result<void> RowWriter::write(const Revision& row) {
  return run(Query::insert_revision, row.request, row.version, row.request_sha256,
             Blob{row.commit_key_sealed}, Blob{row.details_sealed}, Blob{row.payload});
}

Result<void> RowWriter::write(const Review& row) {
  return run(Query::insert_review, row.request, row.leaf_index, row.version, row.member, row.key,
             row.nonce, row.at, Blob{row.signature}, Blob{row.core});
}

Result<void> RowWriter::write(const Delivery& row) {
  return run(Query::insert_delivery, row.request, row.at, row.how);
}

Result<void> RowWriter::write(const Assignment& row) {
  return run(Query::put_assignment, row.request, row.member, row.by, row.at);
}

Result<void> RowWriter::write(const Snooze& row) {
  return run(Query::put_snooze, row.member, row.request, row.until);
}

Result<void> RowWriter::write(const Handoff& row) {
  return run(Query::put_handoff, row.id, row.project, row.request, row.upstream, row.upstream_key,
             row.downstream, row.created, row.created_index, row.stream_seq, row.leaf_index,
             row.statement_sha256, row.mac, Blob{row.commitment_sealed});
}

Result<void> RowWriter::write(const HandoffEvent& row) {
  return run(Query::insert_handoff_event, row.handoff, row.seq, row.outcome, row.by, row.recorded,
             row.leaf_index, row.statement_sha256, Blob{row.note_sealed});
}

Result<void> RowWriter::write(const Idempotency& row) {
  auto project = number_of(row.project);
  if (!project) return std::unexpected(std::move(project.error()));
  return run(Query::insert_idempotency, *project, row.key, row.content, row.request, row.created);
}

Result<void> RowWriter::write(const Snapshot& row) {
  return run(Query::put_snapshot, row.request, row.content_type, row.blob, row.sealing, row.created,
             Blob{row.bytes});
}

Result<void> RowWriter::write(const GraphCheckpoint& row) {
  return run(Query::put_graph_checkpoint, row.project, row.thread_id, row.checkpoint_id,
             row.created, Blob{row.sealed});
}

Result<void> RowWriter::write(const OutboxItem& row) {
  if (row.id == 0) {
    return run(Query::insert_outbox_item, row.project, row.request, row.event, row.webhook,
               row.leaf_index, row.created, row.next_attempt, row.attempts, row.state,
               row.last_error);
  }
  return run(Query::put_outbox_item, row.id, row.project, row.request, row.event, row.webhook,
             row.leaf_index, row.created, row.next_attempt, row.attempts, row.state,
             row.last_error);
}

Result<void> RowWriter::remove(const DeleteSession& removal) {
  return run(Query::delete_session, removal.token);
}

Result<void> RowWriter::remove(const DeleteAccountLink& removal) {
  return run(Query::delete_account_link, removal.token);
}

Result<void> RowWriter::remove(const DeleteSetupTokens&) {
  return run(Query::delete_setup_tokens);
}

Result<void> RowWriter::remove(const DeleteRosterProposal& removal) {
  return run(Query::delete_roster_proposal, removal.id);
}

Result<void> RowWriter::remove(const DeleteErasureProposal& removal) {
  return run(Query::delete_erasure_proposal, removal.id);
}

Result<void> RowWriter::remove(const DeleteExpired& removal) {
  auto done = run(Query::delete_expired_sessions, removal.now);
  if (done) done = run(Query::delete_expired_roster_proposals, removal.now);
  if (done) done = run(Query::delete_expired_erasure_proposals, removal.now);
  if (done) done = run(Query::delete_expired_login_links, removal.now);
  if (done) done = run(Query::delete_expired_agent_nonces, removal.now);
  if (done) done = run(Query::delete_expired_account_links, removal.now);
  if (done) done = run(Query::delete_expired_used_tokens, removal.now);
  if (done) done = run(Query::delete_expired_snoozes, removal.now);
  return done;
}

Result<void> RowWriter::remove(const DeleteGraphThread& removal) {
  return run(Query::delete_graph_thread, removal.project, removal.thread_id);
}

Result<void> RowWriter::remove(const DeleteIdempotencyBefore& removal) {
  return run(Query::delete_idempotency_before, removal.created);
}

Result<void> RowWriter::write(const LegalHold& row) {
  return run(Query::insert_hold, row.id, row.project, row.request, row.reason, row.created,
             row.leaf_index, row.subject);
}

Result<void> RowWriter::write(const RequestKey& row) {
  return run(Query::put_request_key, row.request, Blob{row.wrapped});
}

Result<void> RowWriter::remove(const DeleteHold& removal) {
  return run(Query::delete_hold, removal.id);
}

Result<void> RowWriter::remove(const DeleteChannel& removal) {
  auto done = run(Query::delete_channel, removal.id);
  return done ? run(Query::delete_reach_health, removal.id) : done;
}

Result<void> RowWriter::remove(const DeletePushSubscription& removal) {
  auto done = run(Query::delete_push_subscription, removal.id);
  return done ? run(Query::delete_reach_health, removal.id) : done;
}

Result<void> RowWriter::remove(const EraseRequest& removal) {
  const Erasure& row = removal.erasure;
  auto project = number_of(row.project);
  if (!project) return std::unexpected(std::move(project.error()));
  // First, because it is what the triggers ask for.
  auto done =
      run(Query::insert_erasure, row.request, *project, row.leaf_index, row.at, Blob{row.record});
  for (std::size_t i = 0; done && i < removal.indices.size(); ++i) {
    LP_ASSERT(removal.indices[i] < std::uint64_t{1} << leaf_index_bits);
    const std::int64_t position =
        (*project << leaf_index_bits) + static_cast<std::int64_t>(removal.indices[i]);
    done = run(Query::erase_leaf, position, row.request);
  }
  // Handoffs after their events, and the request last: the others are found through them.
  for (const Query query :
       {Query::delete_permit, Query::delete_handoff_events, Query::delete_handoffs,
        Query::delete_reviews, Query::delete_revisions, Query::delete_delivery,
        Query::delete_idempotency, Query::delete_snapshot, Query::delete_outbox,
        Query::delete_assignment, Query::delete_snoozes_of_request, Query::delete_request_key}) {
    if (done) done = run(query, row.request);
  }
  if (done) done = run(Query::delete_state, row.request, *project);
  if (done) done = run(Query::delete_request, row.request);
  return done;
}

Result<void> RowWriter::remove(const EraseMember& removal) {
  for (const MemberErasure& row : removal.erasures) {
    auto project = number_of(row.project);
    if (!project) return std::unexpected(std::move(project.error()));
    if (auto done = run(Query::insert_member_erasure, row.member, *project, row.leaf_index, row.at);
        !done) {
      return done;
    }
  }
  auto done = run(Query::erase_member, removal.member, removal.at);
  if (done) done = run(Query::revoke_devices_of, removal.member, removal.at);
  if (done) done = run(Query::erase_passkeys_of, removal.member, removal.at);
  if (done) done = run(Query::erase_accounts_of, removal.member, removal.at);
  for (const Query query :
       {Query::delete_sessions_of, Query::delete_login_links_of, Query::delete_roster_proposals_of,
        Query::delete_erasure_proposals_of, Query::delete_account_links_of,
        Query::delete_reach_health_of, Query::delete_push_subscriptions_of,
        Query::delete_channels_of, Query::delete_assignments_of, Query::delete_snoozes_of_member,
        Query::delete_wrap_keys_of, Query::delete_wrapped_keys_of, Query::delete_key_copies_of}) {
    if (done) done = run(query, removal.member);
  }
  return done;
}

Result<void> RowWriter::set(const Setting& setting) {
  return run(Query::put_setting, setting.name, setting.value);
}

}  // namespace lp::store
