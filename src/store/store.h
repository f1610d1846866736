// Where everything is kept: commit(Batch) and named queries. The only place that sees a database.
//
// One writer (the core thread) commits batches; any number of readers ask. A batch is applied
// entirely or not at all, and is on stable storage when commit returns. A failed commit is fatal
// for the process: the caller must stop, restart recovers (architecture.md, Errors).

#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/changes.h"
#include "store/content_key_rows.h"
#include "store/permit_rows.h"
#include "store/policy_rows.h"
#include "store/removals.h"
#include "store/rows.h"
#include "store/turns.h"

namespace lp::store {

struct IoError {
  std::string what;  // for the log: no row content
};

template <typename T>
using Result = std::expected<T, IoError>;

struct Setting {
  std::string name;
  std::string value;
};  // meta: log.name, test, set_up, …

struct Batch {
  Changes<Write> writes;
  Changes<Removal> removals;
  std::vector<Setting> settings;
  [[nodiscard]] bool empty() const {
    return writes.empty() && removals.empty() && settings.empty();
  }
};

struct RequestFilter {
  std::vector<std::string> projects;  // those the caller may see; empty: none
  std::optional<bool> pending;        // true: pending; false: decided; nothing: all
  std::optional<std::string> service, action, environment, role, trace_id, parent_request_id;
  std::optional<std::string> before;  // request id: strictly older
  std::uint64_t limit = 50;
  std::optional<std::string> assignee = {};  // a member; "": nobody
  bool high = false;                         // only level high and above
  // Only what this member snoozes at this time, or only the rest.
  struct Snoozed {
    std::string member;
    Instant now;
    bool only = false;
  };
  std::optional<Snoozed> snoozed = {};
};

struct FullRequest {
  Request request;
  RequestState state;
  std::optional<Delivery> delivery;
  std::optional<Assignment> assignment = {};
};

// How many rows of a project the tables have whose content its log settles.
struct RowCounts {
  std::uint64_t leaves, upper_hashes, rosters, roster_entries, requests, states, revisions, reviews,
      handoffs, handoff_events, erasures, holds, member_erasures, permits, epochs;

  friend bool operator==(const RowCounts&, const RowCounts&) = default;
};

// A snapshot-consistent view for one thread; cheap to keep, not thread-safe. Each call sees the
// newest committed state.
class Reader {
 public:
  virtual ~Reader() = default;

  // From now on every call sees what is committed now. For a reader that is given up after one
  // long look: the write-ahead log cannot be reused before.
  virtual Result<void> pin() = 0;

  virtual Result<std::optional<std::string>> setting(std::string_view name) = 0;

  virtual Result<std::vector<Project>> projects() = 0;
  virtual Result<std::vector<LogHead>> log_heads() = 0;
  virtual Result<std::vector<Member>> members() = 0;
  virtual Result<std::vector<Device>> devices() = 0;
  virtual Result<std::vector<Passkey>> passkeys() = 0;               // removed ones too
  virtual Result<std::vector<LinkedAccount>> linked_accounts() = 0;  // likewise
  virtual Result<std::vector<ApiKey>> api_keys() = 0;                // revoked ones too
  virtual Result<std::vector<Agent>> agents() = 0;
  virtual Result<std::vector<AgentNonce>> agent_nonces() = 0;  // expired ones too
  virtual Result<std::vector<ProjectSecret>> project_secrets() = 0;
  virtual Result<std::vector<Webhook>> webhooks() = 0;  // not removed
  virtual Result<std::vector<Channel>> channels() = 0;
  virtual Result<std::vector<PushSubscription>> push_subscriptions() = 0;
  virtual Result<std::vector<ReachHealth>> reach_health() = 0;
  virtual Result<std::optional<Roster>> roster(std::string_view project, std::uint64_t version) = 0;
  virtual Result<std::optional<Session>> session(const Digest& token) = 0;
  virtual Result<std::vector<Session>> sessions() = 0;  // expired ones too
  virtual Result<std::vector<SetupToken>> setup_tokens() = 0;
  virtual Result<std::optional<AccountLink>> account_link(const Digest& token) = 0;  // or expired
  virtual Result<std::uint64_t> account_link_count(Instant now) = 0;  // not expired at `now`
  virtual Result<bool> token_used(const Digest& digest) = 0;
  virtual Result<std::vector<RosterProposal>> roster_proposals() = 0;    // expired ones too
  virtual Result<std::vector<LoginLink>> login_links() = 0;              // likewise
  virtual Result<std::vector<ErasureProposal>> erasure_proposals() = 0;  // likewise

  virtual Result<std::vector<ContentKey>> content_keys() = 0;  // retired ones too
  virtual Result<std::vector<WrapKey>> wrap_keys() = 0;
  virtual Result<std::vector<WrappedKey>> wrapped_keys() = 0;
  virtual Result<std::vector<KeyCopy>> key_copies(std::string_view member) = 0;

  virtual Result<std::optional<PolicyVersion>> policy_version(std::string_view project,
                                                              std::uint64_t version) = 0;
  // Newest first; documents are left empty.
  virtual Result<std::vector<PolicyVersion>> policy_versions(std::string_view project) = 0;
  virtual Result<std::vector<PolicyActivation>> policy_activations(std::string_view project) = 0;
  // The ids of the project's requests from `first_id` on, oldest first: they begin with their time
  // (base/id.h, first_id).
  virtual Result<std::vector<std::string>> requests_since(std::string_view project,
                                                          std::string_view first_id) = 0;

  // With the bytes of its newest revision, when its agent revised it.
  virtual Result<std::optional<FullRequest>> request(std::string_view id) = 0;
  // Only whose it is and where its leaf stands.
  struct Place {
    std::string project;
    std::uint64_t leaf_index = 0;
  };
  virtual Result<std::optional<Place>> request_place(std::string_view id) = 0;
  virtual Result<std::optional<Account>> account(std::string_view request) = 0;
  // As it was written, without what its revisions put in place.
  virtual Result<std::optional<Request>> original(std::string_view id) = 0;
  virtual Result<std::vector<Revision>> revisions(std::string_view request) = 0;
  virtual Result<std::optional<RowCounts>> row_counts(std::string_view project) = 0;
  // How many such rows belong to no project or to no request, and settings that nobody reads.
  virtual Result<std::uint64_t> rows_of_nobody() = 0;
  // Newest first. Payloads and sealed details are left empty.
  virtual Result<std::vector<FullRequest>> requests(const RequestFilter& filter) = 0;
  virtual Result<std::uint64_t> pending_count(std::string_view project) = 0;
  // The request of the project that has waited longest.
  virtual Result<std::optional<std::string>> oldest_pending(std::string_view project) = 0;
  // (request, decide_by) of everything pending, soonest first: the expiry index at start.
  struct Deadline {
    std::string request;
    std::string project;
    Instant decide_by;
  };
  virtual Result<std::vector<Deadline>> deadlines() = 0;
  virtual Result<std::vector<Review>> reviews(std::string_view request) = 0;
  // What people said about a request, oldest first: its leaves of comments, edits and requests for
  // changes.
  virtual Result<std::vector<Leaf>> talk(std::string_view project, std::string_view request) = 0;
  virtual Result<std::vector<Snooze>> snoozes(std::string_view member) = 0;  // expired ones too
  virtual Result<std::optional<Review>> review_by_nonce(std::string_view nonce) = 0;
  virtual Result<std::optional<Idempotency>> idempotency(std::string_view project,
                                                         const Digest& key) = 0;

  virtual Result<std::optional<Permit>> permit(std::string_view id) = 0;
  virtual Result<std::optional<Permit>> permit_of(std::string_view request) = 0;
  // Where the newest event of the request's permit stands in its log, as the leaves have it.
  virtual Result<std::optional<std::uint64_t>> newest_permit_leaf(std::string_view request) = 0;
  // Issued or claimed, by their ids.
  virtual Result<std::vector<Permit>> open_permits(std::string_view project) = 0;
  virtual Result<std::vector<Epoch>> epochs() = 0;

  virtual Result<std::optional<Handoff>> handoff(std::string_view id) = 0;
  virtual Result<std::vector<HandoffEvent>> handoff_events(std::string_view handoff) = 0;
  // What an agent did in [from, to): as far as its leaves are before `end`.
  struct Record {
    std::uint64_t signed_calls = 0;
    std::uint64_t handoffs = 0;  // on either side
  };
  virtual Result<Record> record_of(std::string_view project, std::string_view agent, Instant from,
                                   Instant to, std::uint64_t end) = 0;

  virtual Result<std::optional<Leaf>> leaf(std::string_view project, std::uint64_t index) = 0;
  virtual Result<std::vector<Leaf>> leaves(std::string_view project, std::uint64_t first,
                                           std::uint64_t count) = 0;
  // Leaf::leaf only: what the hashes that are signed are made of.
  virtual Result<std::vector<std::string>> leaf_bodies(std::string_view project,
                                                       std::uint64_t first,
                                                       std::uint64_t count) = 0;
  // RFC 6962 leaf hashes only: what level-0 tiles are made of.
  virtual Result<std::vector<Digest>> leaf_hashes(std::string_view project, std::uint64_t first,
                                                  std::uint64_t count) = 0;
  virtual Result<std::vector<Digest>> upper_hashes(std::string_view project, unsigned tile_level,
                                                   std::uint64_t first, std::uint64_t count) = 0;

  virtual Result<std::optional<Erasure>> erasure(std::string_view request) = 0;
  // Newest request first, those strictly older than `before`; "" for the newest.
  virtual Result<std::vector<Erasure>> erasures(std::string_view project, std::string_view before,
                                                std::uint64_t limit) = 0;
  // What the project's log says of a member; and all there are, by member.
  virtual Result<std::optional<MemberErasure>> member_erasure(std::string_view project,
                                                              std::string_view member) = 0;
  virtual Result<std::vector<MemberErasure>> member_erasures() = 0;
  virtual Result<std::vector<LegalHold>> legal_holds() = 0;
  virtual Result<std::vector<Handoff>> handoffs_of(std::string_view request) = 0;
  // The indices of a stream's leaves between two of them, ascending.
  virtual Result<std::vector<std::uint64_t>> leaves_of_stream(std::string_view project,
                                                              std::string_view stream,
                                                              std::uint64_t first,
                                                              std::uint64_t last) = 0;
  // The export.made leaves from `first` on.
  virtual Result<std::vector<Leaf>> exports(std::string_view project, std::uint64_t first) = 0;
  // The keys of requests in the order in which they came, behind `after` ("" for the first).
  virtual Result<std::vector<RequestKey>> request_keys(std::string_view after,
                                                       std::uint64_t limit) = 0;

  // The root log: how many entries it has, the entries, their hashes and those of upper tiles.
  virtual Result<std::uint64_t> anchor_count() = 0;
  virtual Result<std::vector<Anchor>> anchors(std::uint64_t first, std::uint64_t count) = 0;
  virtual Result<std::vector<Digest>> anchor_hashes(std::uint64_t first, std::uint64_t count) = 0;
  virtual Result<std::vector<Digest>> anchor_upper_hashes(unsigned tile_level, std::uint64_t first,
                                                          std::uint64_t count) = 0;
  // Of both tables of the root log, wherever they stand.
  virtual Result<std::uint64_t> root_row_count() = 0;
  // The size of the project's newest anchor, 0 when it has none.
  virtual Result<std::uint64_t> anchored_size(std::string_view project) = 0;
  // The entry of the project's checkpoint of that size.
  virtual Result<std::optional<Anchor>> anchor_of(std::string_view project, std::uint64_t size) = 0;
  // The project's newest entry among the first `end` of the root log.
  virtual Result<std::optional<Anchor>> newest_anchor(std::string_view project,
                                                      std::uint64_t end) = 0;
  virtual Result<std::vector<CosignedHead>> cosigned_heads() = 0;

  virtual Result<std::optional<Snapshot>> snapshot(std::string_view request) = 0;
  // By id, or the newest of the thread when `checkpoint_id` is empty.
  virtual Result<std::optional<GraphCheckpoint>> graph_checkpoint(
      std::string_view project, std::string_view thread_id, std::string_view checkpoint_id) = 0;

  // Due at or before `now`, oldest first; behind `after` in that order, when it is given.
  virtual Result<std::vector<OutboxItem>> outbox_due(Instant now, std::uint64_t limit,
                                                     const OutboxItem* after = nullptr) = 0;
};

class Store {
 public:
  virtual ~Store() = default;

  // From here to the commit all that own_reader() reads is one snapshot, opened once. Core thread
  // only; optional.
  virtual Result<void> begin() = 0;
  // Durable when it returns. An empty batch writes nothing; it ends what begin() began, too. Core
  // thread only.
  virtual Result<void> commit(const Batch& batch) = 0;
  // A reader for the calling thread to keep.
  virtual Result<std::unique_ptr<Reader>> reader() = 0;
  // Reads through the connection that commits, whose pages another's commit has not outdated: no
  // file is read for what was written or read here before. Core thread only, not for what must be
  // read back from the file; lives as long as the store.
  virtual Reader& own_reader() = 0;
  // By how much the main file may still grow without any further commit: what stands in the
  // write-ahead log. All there is when nobody can tell. Any thread.
  [[nodiscard]] virtual std::uint64_t backlog_bytes() const = 0;
  // Copies WAL pages back; off the acknowledgement path, called when idle.
  virtual Result<void> checkpoint() = 0;
  // Gives the next commits blocks that exist, because a file that grows flushes slower; off the
  // acknowledgement path, called when nothing is queued. A full disk is no failure here.
  virtual Result<void> make_room() = 0;
  // Empties the write-ahead log, so that no byte of what was deleted is left in it. False when a
  // reader stood on an old snapshot for `patience_ms`: try again later.
  virtual Result<bool> scrub(int patience_ms) = 0;
};

}  // namespace lp::store
