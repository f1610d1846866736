#include "store/sqlite/read_rows.h"

#include "json/parse.h"
#include "store/sqlite/state_detail.h"
#include "store/sqlite/write_rows.h"

namespace lp::store {
namespace {

// The value of a name that may be unknown; an unknown one marks the row.
template <typename T>
T known(Row& row, std::optional<T> value, T otherwise) {
  if (!value) row.damage();
  return value.value_or(otherwise);
}

// All but the large columns.
Request read_request(Row& row) {
  Request request;
  request.id = row.bytes(0);
  request.project = row.bytes(1);
  request.api_key = row.bytes(2);
  request.agent_id = row.bytes(3);
  request.agent_owner = row.bytes(4);
  request.strength = row.bytes(5);
  request.candidate = row.bytes(6);
  request.service = row.bytes(7);
  request.action = row.bytes(8);
  request.priority = row.bytes(9);
  request.role = row.bytes(10);
  request.environment = row.bytes(11);
  request.trace_id = row.bytes(12);
  request.parent_request_id = row.bytes(13);
  request.client = row.bytes(14);
  request.payload_kind = row.bytes(15);
  request.request_sha256 = row.digest(16);
  request.created = row.instant(17);
  request.decide_by = row.instant(18);
  request.leaf_index = row.count(19);
  request.dek_wrapped = row.bytes(20);
  return request;
}

// The large columns, which begin at `first`.
void read_large(Row& row, int first, Request& request) {
  request.commit_key_sealed = row.bytes(first);
  request.details_sealed = row.bytes(first + 1);
  request.payload = row.bytes(first + 2);
}

RequestState read_request_state(Row& row, const Request& request) {
  RequestState state;
  state.request = request.id;
  state.project = request.project;
  state.state.id = request.id;
  state.state.state = known(row, approval::state(row.bytes(21)), approval::State::pending);
  state.state.decide_by = row.instant(22);
  state.leaf_index = row.count(23);
  state.statement_sha256 = row.digest(24);
  state.stream_seq = row.count(25);
  state.mac = row.digest(26);
  state.decided = row.optional_instant(27);
  state.actor = row.bytes(28);
  state.actor_kind = row.bytes(29);
  state.method = row.bytes(30);
  if (!read_detail(row.bytes(31), state.state)) row.damage();
  state.reason_sealed = row.bytes(32);
  state.asked_sha256 = row.optional_digest(35);
  state.edited_payload = row.bytes(39);
  return state;
}

}  // namespace

Project read_project(Row& row) {
  Project project;
  project.id = row.bytes(0);
  project.name = row.bytes(1);
  project.origin = row.bytes(2);
  const std::string payloads = row.bytes(3);
  if (payloads != "encrypted" && payloads != "server_sealed") row.damage();
  project.payloads = payloads == "encrypted" ? Payloads::encrypted : Payloads::server_sealed;
  project.single_operator = row.boolean(4);
  project.created = row.instant(5);
  project.roster_version = row.count(6);
  project.roster_sha256 = row.optional_digest(7);
  project.policy_version = row.count(8);
  project.policy_sha256 = row.optional_digest(9);
  return project;
}

LogHead read_log_head(Row& row) {
  LogHead head;
  head.project = row.bytes(0);
  head.size = row.count(1);
  const std::string frontier = row.bytes(2);
  if (frontier.size() % sizeof(Digest) != 0) row.damage();
  for (std::size_t at = 0; at + sizeof(Digest) <= frontier.size(); at += sizeof(Digest)) {
    head.frontier.push_back(*Digest::from_bytes(frontier.substr(at, sizeof(Digest))));
  }
  head.last_time = row.instant(3);
  head.stream_seq = row.count(4);
  head.stream_prev = row.optional_digest(5);
  return head;
}

Leaf read_leaf(Row& row, std::string_view project) {
  Leaf leaf;
  leaf.project = project;
  leaf.index = row.count(0) & ((std::uint64_t{1} << leaf_index_bits) - 1);
  leaf.leaf_hash = row.digest(1);
  leaf.type = known(row, evidence::event_type(row.bytes(2)), evidence::EventType::log_opened);
  leaf.stream = row.bytes(3);
  leaf.leaf = row.bytes(4);
  leaf.evidence = row.bytes(5);
  leaf.statement = row.bytes(6);
  return leaf;
}

Anchor read_anchor(Row& row) {
  return {.index = row.count(0),
          .project = row.bytes(1),
          .size = row.count(2),
          .leaf = row.bytes(4),
          .leaf_hash = row.digest(3)};
}

CosignedHead read_cosigned_head(Row& row) {
  return {.origin = row.bytes(0), .size = row.count(1), .note = row.bytes(2), .mac = row.digest(3)};
}

Member read_member(Row& row) {
  return {row.bytes(0), row.bytes(1), row.instant(2), row.optional_instant(3),
          row.optional_instant(4)};
}

Device read_device(Row& row) {
  return {row.bytes(0), row.bytes(1),   row.bytes(2),
          row.bytes(3), row.instant(4), row.optional_instant(5)};
}

Passkey read_passkey(Row& row) {
  return {.key = row.bytes(0),
          .member = row.bytes(1),
          .purpose = row.bytes(2),
          .credential = row.bytes(3),
          .spki = row.bytes(4),
          .rp_id = row.bytes(5),
          .origin = row.bytes(6),
          .aaguid = row.bytes(7),
          .backup_eligible = row.boolean(8),
          .backed_up = row.boolean(9),
          .counter = row.count(10),
          .created = row.instant(11),
          .removed = row.optional_instant(12),
          .flagged = row.optional_instant(13)};
}

LinkedAccount read_linked_account(Row& row) {
  LinkedAccount account;
  account.id = row.bytes(0);
  account.member = row.bytes(1);
  account.issuer = row.bytes(2);
  account.subject = row.bytes(3);
  const auto groups = json::parse(row.bytes(4));
  if (!groups || !groups->root.is_array()) {
    row.damage();
  } else {
    for (const json::Value& group : groups->root.items()) {
      if (group.is_string()) account.groups.push_back(group.as_string());
    }
  }
  account.created = row.instant(5);
  account.removed = row.optional_instant(6);
  return account;
}

AccountLink read_account_link(Row& row) {
  return {.token = row.digest(0),
          .member = row.bytes(1),
          .made_by = row.bytes(2),
          .created = row.instant(3),
          .expires = row.instant(4)};
}

ApiKey read_api_key(Row& row) {
  ApiKey key;
  key.id = row.bytes(0);
  key.project = row.bytes(1);
  key.role = known(row, identity::key_role(row.bytes(2)), identity::KeyRole::agent);
  key.name = row.bytes(3);
  key.digest = row.digest(4);
  key.made_by = row.bytes(5);
  key.created = row.instant(6);
  key.revoked = row.optional_instant(7);
  return key;
}

Agent read_agent(Row& row) {
  Agent agent;
  agent.id = row.bytes(0);
  agent.project = row.bytes(1);
  agent.handle = row.bytes(2);
  agent.secret_sealed = row.bytes(3);
  agent.public_key = row.bytes(4);
  agent.made_by = row.bytes(5);
  agent.created = row.instant(6);
  agent.revoked = row.optional_instant(7);
  agent.previous_secret_sealed = row.bytes(8);
  agent.previous_public_key = row.bytes(9);
  agent.rotated = row.optional_instant(10);
  agent.previous_until = row.optional_instant(11);
  return agent;
}

AgentNonce read_agent_nonce(Row& row) {
  return {row.bytes(0), row.digest(1), row.instant(2)};
}

ProjectSecret read_project_secret(Row& row) {
  return {row.bytes(0), row.bytes(1), row.bytes(2), row.bytes(3), row.instant(4)};
}

Handoff read_handoff(Row& row) {
  Handoff handoff;
  handoff.id = row.bytes(0);
  handoff.project = row.bytes(1);
  handoff.request = row.bytes(2);
  handoff.upstream = row.bytes(3);
  handoff.upstream_key = row.bytes(4);
  handoff.downstream = row.bytes(5);
  handoff.created = row.instant(6);
  handoff.created_index = row.count(7);
  handoff.stream_seq = row.count(8);
  handoff.leaf_index = row.count(9);
  handoff.statement_sha256 = row.digest(10);
  handoff.mac = row.digest(11);
  handoff.commitment_sealed = row.bytes(12);
  return handoff;
}

HandoffEvent read_handoff_event(Row& row) {
  HandoffEvent event;
  event.handoff = row.bytes(0);
  event.seq = row.count(1);
  event.outcome = row.bytes(2);
  event.by = row.bytes(3);
  event.recorded = row.instant(4);
  event.leaf_index = row.count(5);
  event.statement_sha256 = row.digest(6);
  event.note_sealed = row.bytes(7);
  return event;
}

Session read_session(Row& row) {
  return {.token = row.digest(0),
          .member = row.bytes(1),
          .key = row.bytes(2),
          .created = row.instant(3),
          .expires = row.instant(4),
          .account = row.bytes(5),
          .provider_session = row.bytes(6),
          .authenticated = row.optional_instant(7)};
}

SetupToken read_setup_token(Row& row) {
  return {row.digest(0), row.instant(1), row.instant(2)};
}

RosterProposal read_roster_proposal(Row& row) {
  return {row.bytes(0), known(row, evidence::RosterWish::parse(row.bytes(1)), {}), row.instant(2),
          row.instant(3)};
}

LoginLink read_login_link(Row& row) {
  return {row.digest(0), row.bytes(1), row.bytes(2), row.bytes(3), row.instant(4), row.instant(5)};
}

Webhook read_webhook(Row& row) {
  return {row.bytes(0), row.bytes(1),   row.bytes(2),
          row.bytes(3), row.instant(4), row.optional_instant(5)};
}

Channel read_channel(Row& row) {
  return {row.bytes(0), row.bytes(1), row.bytes(2),   row.bytes(3),   row.bytes(4),
          row.bytes(5), row.bytes(9), row.integer(6), row.integer(7), row.instant(8)};
}

PushSubscription read_push_subscription(Row& row) {
  return {row.bytes(0), row.bytes(1),   row.bytes(2),  row.digest(3),
          row.bytes(6), row.integer(4), row.instant(5)};
}

ReachHealth read_reach_health(Row& row) {
  return {row.bytes(0), row.optional_instant(1), row.optional_instant(2), row.bytes(3),
          row.optional_instant(4)};
}

FullRequest read_full_request(Row& row) {
  FullRequest full;
  full.request = read_request(row);
  read_large(row, 36, full.request);
  full.state = read_request_state(row, full.request);
  if (!row.null(33)) {
    full.delivery = Delivery{full.request.id, row.instant(33), row.bytes(34)};
  }
  if (!row.null(40)) {
    full.assignment = Assignment{full.request.id, row.bytes(40), row.bytes(41), row.instant(42)};
  }
  return full;
}

Request read_original(Row& row) {
  Request request = read_request(row);
  read_large(row, 21, request);
  return request;
}

Revision read_revision(Row& row) {
  Revision revision;
  revision.request = row.bytes(0);
  revision.version = row.count(1);
  revision.request_sha256 = row.digest(2);
  revision.commit_key_sealed = row.bytes(3);
  revision.details_sealed = row.bytes(4);
  revision.payload = row.bytes(5);
  return revision;
}

RowCounts read_row_counts(Row& row) {
  return {.leaves = row.count(0),
          .upper_hashes = row.count(1),
          .rosters = row.count(2),
          .roster_entries = row.count(3),
          .requests = row.count(4),
          .states = row.count(5),
          .revisions = row.count(6),
          .reviews = row.count(7),
          .handoffs = row.count(8),
          .handoff_events = row.count(9),
          .erasures = row.count(10),
          .holds = row.count(11),
          .member_erasures = row.count(12),
          .permits = row.count(13),
          .epochs = row.count(14)};
}

Review read_review(Row& row) {
  Review review;
  review.request = row.bytes(0);
  review.leaf_index = row.count(1);
  review.version = row.count(2);
  review.member = row.bytes(3);
  review.key = row.bytes(4);
  review.nonce = row.bytes(5);
  review.at = row.instant(6);
  review.signature = row.bytes(7);
  review.core = row.bytes(8);
  return review;
}

Snapshot read_snapshot(Row& row) {
  Snapshot snapshot;
  snapshot.request = row.bytes(0);
  snapshot.content_type = row.bytes(1);
  snapshot.blob = row.bytes(2);
  snapshot.sealing = row.bytes(3);
  snapshot.created = row.instant(4);
  snapshot.bytes = row.bytes(5);
  return snapshot;
}

GraphCheckpoint read_graph_checkpoint(Row& row) {
  GraphCheckpoint checkpoint;
  checkpoint.project = row.bytes(0);
  checkpoint.thread_id = row.bytes(1);
  checkpoint.checkpoint_id = row.bytes(2);
  checkpoint.created = row.instant(3);
  checkpoint.sealed = row.bytes(4);
  return checkpoint;
}

OutboxItem read_outbox_item(Row& row) {
  OutboxItem item;
  item.id = row.integer(0);
  item.project = row.bytes(1);
  item.request = row.bytes(2);
  item.event = row.bytes(3);
  item.webhook = row.bytes(4);
  item.leaf_index = row.count(5);
  item.created = row.instant(6);
  item.next_attempt = row.instant(7);
  item.attempts = row.count(8);
  item.state = row.bytes(9);
  item.last_error = row.bytes(10);
  return item;
}

Erasure read_erasure(Row& row) {
  return {row.bytes(0), row.bytes(1), row.count(2), row.instant(3), row.bytes(4)};
}

MemberErasure read_member_erasure(Row& row) {
  return {row.bytes(0), row.bytes(1), row.count(2), row.instant(3)};
}

ErasureProposal read_erasure_proposal(Row& row) {
  return {row.bytes(0), row.bytes(1),   row.bytes(2),  row.bytes(3),
          row.bytes(4), row.instant(5), row.instant(6)};
}

LegalHold read_legal_hold(Row& row) {
  return {row.bytes(0),   row.bytes(1), row.bytes(2), row.bytes(3),
          row.instant(4), row.count(5), row.bytes(6)};
}

Snooze read_snooze(Row& row) {
  return {row.bytes(0), row.bytes(1), row.instant(2)};
}

RequestKey read_request_key(Row& row) {
  return {row.bytes(0), row.bytes(1)};
}

}  // namespace lp::store
