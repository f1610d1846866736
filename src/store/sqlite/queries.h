// Every statement the store runs, by name. The only SQL outside migrations.
//
// A closed list, so that a test can ask SQLite for the plan of each one and refuse a scan
// (queries_test.cpp). Columns are written and read in the order in which they stand here; the rows
// of the two sides are in write_rows.cpp and read_rows.cpp.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lp::store {

enum class Query : std::uint8_t {
  put_setting,
  put_project,
  put_log_head,
  insert_leaf,
  insert_upper_hash,
  insert_anchor,
  insert_anchor_upper_hash,
  put_cosigned_head,
  put_member,
  put_device,
  insert_roster,
  insert_roster_entry,
  put_api_key,
  put_agent,
  insert_agent_nonce,
  insert_project_secret,
  put_session,
  insert_setup_token,
  insert_roster_proposal,
  put_login_link,
  put_webhook,
  insert_request,
  insert_revision,
  put_request_state,
  insert_review,
  insert_delivery,
  put_handoff,
  insert_handoff_event,
  insert_idempotency,
  put_snapshot,
  put_graph_checkpoint,
  insert_outbox_item,
  put_outbox_item,
  delete_session,
  delete_setup_tokens,
  delete_roster_proposal,
  delete_expired_sessions,
  delete_expired_roster_proposals,
  delete_expired_login_links,
  delete_expired_agent_nonces,
  delete_graph_thread,
  delete_idempotency_before,
  setting,
  project_numbers,
  projects,
  log_heads,
  members,
  devices,
  api_keys,
  agents,
  agent_nonces,
  project_secrets,
  webhooks,
  roster,
  roster_entries,
  session,
  setup_tokens,
  roster_proposals,
  login_links,
  request,
  account,
  original,
  revisions,
  row_counts,
  rows_of_nobody,
  revision_details,
  requests,
  requests_pending,
  requests_decided,
  pending_count,
  deadlines,
  reviews,
  review_by_nonce,
  idempotency,
  handoff,
  handoff_events,
  signed_call_count,
  handed_over_count,
  taken_over_count,
  leaf,
  leaves,
  leaf_bodies,
  leaf_hashes,
  upper_hashes,
  anchor_count,
  anchors,
  anchor_hashes,
  anchor_upper_hashes,
  anchored_size,
  cosigned_heads,
  snapshot,
  graph_checkpoint,
  graph_checkpoint_newest,
  outbox_due,
};

inline constexpr std::size_t query_count = static_cast<std::size_t>(Query::outbox_due) + 1;

std::string_view name_of(Query query);
std::string_view sql_of(Query query);

}  // namespace lp::store
