// Each row type out of its table: one function a type, columns in the order of queries.cpp.
//
// A function marks the row as damaged when a column holds what the store never writes; the caller
// checks once per row.

#pragma once

#include "store/sqlite/database.h"
#include "store/store.h"

namespace lp::store {

Project read_project(Row& row);
LogHead read_log_head(Row& row);
// `project` is what was asked for: the key holds only its number.
Leaf read_leaf(Row& row, std::string_view project);
Anchor read_anchor(Row& row);
CosignedHead read_cosigned_head(Row& row);
Member read_member(Row& row);
Device read_device(Row& row);
Passkey read_passkey(Row& row);
LinkedAccount read_linked_account(Row& row);
AccountLink read_account_link(Row& row);
ContentKey read_content_key(Row& row);
PolicyVersion read_policy_version(Row& row);
PolicyActivation read_policy_activation(Row& row);
WrapKey read_wrap_key(Row& row);
WrappedKey read_wrapped_key(Row& row);
KeyCopy read_key_copy(Row& row);
ApiKey read_api_key(Row& row);
Agent read_agent(Row& row);
AgentNonce read_agent_nonce(Row& row);
ProjectSecret read_project_secret(Row& row);
Permit read_permit(Row& row);
Epoch read_epoch(Row& row);
Handoff read_handoff(Row& row);
HandoffEvent read_handoff_event(Row& row);
Session read_session(Row& row);
SetupToken read_setup_token(Row& row);
RosterProposal read_roster_proposal(Row& row);
LoginLink read_login_link(Row& row);
Webhook read_webhook(Row& row);
Channel read_channel(Row& row);
PushSubscription read_push_subscription(Row& row);
ReachHealth read_reach_health(Row& row);
FullRequest read_full_request(Row& row);
Request read_original(Row& row);
Revision read_revision(Row& row);
RowCounts read_row_counts(Row& row);
Review read_review(Row& row);
Snapshot read_snapshot(Row& row);
GraphCheckpoint read_graph_checkpoint(Row& row);
OutboxItem read_outbox_item(Row& row);
Erasure read_erasure(Row& row);
MemberErasure read_member_erasure(Row& row);
ErasureProposal read_erasure_proposal(Row& row);
LegalHold read_legal_hold(Row& row);
Snooze read_snooze(Row& row);
RequestKey read_request_key(Row& row);

}  // namespace lp::store
