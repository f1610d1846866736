#include "store/sqlite/sqlite_reader.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "store/sqlite/database.h"
#include "store/sqlite/read_rows.h"
#include "store/sqlite/write_rows.h"

namespace lp::store {
namespace {

constexpr std::uint64_t integer_max = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t leaves_max = std::uint64_t{1} << leaf_index_bits;

// Greater than every id (base/id.h: [a-z0-9_] only).
constexpr std::string_view after_all_ids = "~";

constexpr Instant before_all_times{std::numeric_limits<std::int64_t>::min()};

// The end of `count` items from `first`, not beyond `end_max` and without overflow.
std::uint64_t end_of(std::uint64_t first, std::uint64_t count, std::uint64_t end_max) {
  return count > end_max - first ? end_max : first + count;
}

class SqliteReader final : public Reader {
 public:
  explicit SqliteReader(std::shared_ptr<Database> database) : database_(std::move(database)) {}

  Result<std::optional<std::string>> setting(std::string_view name) override {
    return first(Query::setting, [](Row& row) { return row.bytes(0); }, name);
  }

  Result<void> pin() override {
    if (auto begun = database_->execute("BEGIN"); !begun) return begun;
    // The snapshot is taken by the first read.
    auto read = database_->integer("SELECT count(*) FROM project");
    if (!read) return std::unexpected(std::move(read.error()));
    return {};
  }
  Result<std::vector<Project>> projects() override { return all(Query::projects, read_project); }
  Result<std::vector<LogHead>> log_heads() override { return all(Query::log_heads, read_log_head); }
  Result<std::vector<Member>> members() override { return all(Query::members, read_member); }
  Result<std::vector<Device>> devices() override { return all(Query::devices, read_device); }
  Result<std::vector<Passkey>> passkeys() override { return all(Query::passkeys, read_passkey); }
  Result<std::vector<LinkedAccount>> linked_accounts() override {
    return all(Query::linked_accounts, read_linked_account);
  }
  Result<std::optional<AccountLink>> account_link(const Digest& token) override {
    return first(Query::account_link, read_account_link, token);
  }
  Result<std::uint64_t> account_link_count(Instant now) override {
    return number(Query::count_account_links, now);
  }
  Result<bool> token_used(const Digest& digest) override {
    auto found = first(Query::used_token, [](Row& row) { return row.instant(0); }, digest);
    if (!found) return std::unexpected(std::move(found.error()));
    return found->has_value();
  }
  Result<std::vector<ContentKey>> content_keys() override {
    return all(Query::content_keys, read_content_key);
  }
  Result<std::vector<WrapKey>> wrap_keys() override { return all(Query::wrap_keys, read_wrap_key); }
  Result<std::vector<WrappedKey>> wrapped_keys() override {
    return all(Query::wrapped_keys, read_wrapped_key);
  }
  Result<std::vector<KeyCopy>> key_copies(std::string_view member) override {
    return all(Query::key_copies, read_key_copy, member);
  }
  Result<std::optional<PolicyVersion>> policy_version(std::string_view project,
                                                      std::uint64_t version) override {
    return first(Query::policy_version, read_policy_version, project, version);
  }
  Result<std::vector<PolicyVersion>> policy_versions(std::string_view project) override {
    return all(Query::policy_versions, read_policy_version, project);
  }
  Result<std::vector<PolicyActivation>> policy_activations(std::string_view project) override {
    return all(Query::policy_activations, read_policy_activation, project);
  }
  Result<std::vector<std::string>> requests_since(std::string_view project,
                                                  std::string_view first_id) override {
    return all(Query::requests_since, [](Row& row) { return row.bytes(0); }, project, first_id);
  }
  Result<std::vector<ApiKey>> api_keys() override { return all(Query::api_keys, read_api_key); }
  Result<std::vector<Agent>> agents() override { return all(Query::agents, read_agent); }
  Result<std::vector<AgentNonce>> agent_nonces() override {
    return all(Query::agent_nonces, read_agent_nonce);
  }
  Result<std::vector<ProjectSecret>> project_secrets() override {
    return all(Query::project_secrets, read_project_secret);
  }
  Result<std::vector<Webhook>> webhooks() override { return all(Query::webhooks, read_webhook); }
  Result<std::vector<Channel>> channels() override { return all(Query::channels, read_channel); }
  Result<std::vector<PushSubscription>> push_subscriptions() override {
    return all(Query::push_subscriptions, read_push_subscription);
  }
  Result<std::vector<ReachHealth>> reach_health() override {
    return all(Query::reach_health, read_reach_health);
  }
  Result<std::vector<SetupToken>> setup_tokens() override {
    return all(Query::setup_tokens, read_setup_token);
  }
  Result<std::vector<RosterProposal>> roster_proposals() override {
    return all(Query::roster_proposals, read_roster_proposal);
  }
  Result<std::vector<LoginLink>> login_links() override {
    return all(Query::login_links, read_login_link);
  }
  Result<std::optional<Session>> session(const Digest& token) override {
    return first(Query::session, read_session, token);
  }
  Result<std::vector<Session>> sessions() override { return all(Query::sessions, read_session); }
  Result<std::optional<Roster>> roster(std::string_view project, std::uint64_t version) override;

  Result<std::optional<FullRequest>> request(std::string_view id) override {
    return first(Query::request, read_full_request, id);
  }
  Result<std::optional<Place>> request_place(std::string_view id) override {
    return first(
        Query::request_place, [](Row& row) { return Place{row.bytes(0), row.count(1)}; }, id);
  }
  Result<std::optional<Account>> account(std::string_view request) override;
  Result<std::optional<Request>> original(std::string_view id) override {
    return first(Query::original, read_original, id);
  }
  Result<std::vector<Revision>> revisions(std::string_view request) override {
    return all(Query::revisions, read_revision, request);
  }
  Result<std::optional<RowCounts>> row_counts(std::string_view project) override {
    return first(Query::row_counts, read_row_counts, project);
  }
  Result<std::uint64_t> rows_of_nobody() override { return number(Query::rows_of_nobody); }
  Result<std::vector<FullRequest>> requests(const RequestFilter& filter) override;
  Result<std::uint64_t> pending_count(std::string_view project) override {
    return number(Query::pending_count, project);
  }
  Result<std::optional<std::string>> oldest_pending(std::string_view project) override {
    return first(Query::oldest_pending, [](Row& row) { return row.bytes(0); }, project);
  }
  Result<std::vector<Deadline>> deadlines() override {
    return all(Query::deadlines,
               [](Row& row) { return Deadline{row.bytes(0), row.bytes(1), row.instant(2)}; });
  }
  Result<std::vector<Review>> reviews(std::string_view request) override {
    return all(Query::reviews, read_review, request);
  }
  Result<std::vector<Leaf>> talk(std::string_view project, std::string_view request) override {
    return all(Query::talk, [&](Row& row) { return read_leaf(row, project); }, request);
  }
  Result<std::vector<Snooze>> snoozes(std::string_view member) override {
    return all(Query::snoozes, read_snooze, member);
  }
  Result<std::optional<Review>> review_by_nonce(std::string_view nonce) override {
    return first(Query::review_by_nonce, read_review, nonce);
  }
  Result<std::optional<Idempotency>> idempotency(std::string_view project,
                                                 const Digest& key) override;

  Result<std::optional<Permit>> permit(std::string_view id) override {
    return first(Query::permit, read_permit, id);
  }
  Result<std::optional<Permit>> permit_of(std::string_view request) override {
    return first(Query::permit_of, read_permit, request);
  }
  Result<std::optional<std::uint64_t>> newest_permit_leaf(std::string_view request) override {
    const auto index = [](Row& row) { return row.count(0); };
    return first(Query::newest_permit_leaf, index, request);
  }
  Result<std::vector<Permit>> open_permits(std::string_view project) override {
    return all(Query::open_permits, read_permit, project);
  }
  Result<std::vector<Epoch>> epochs() override { return all(Query::epochs, read_epoch); }
  Result<std::optional<Handoff>> handoff(std::string_view id) override {
    return first(Query::handoff, read_handoff, id);
  }
  Result<std::vector<HandoffEvent>> handoff_events(std::string_view handoff) override {
    return all(Query::handoff_events, read_handoff_event, handoff);
  }
  Result<Record> record_of(std::string_view project, std::string_view agent, Instant from,
                           Instant to, std::uint64_t end) override;

  Result<std::optional<Leaf>> leaf(std::string_view project, std::uint64_t index) override;
  Result<std::vector<Leaf>> leaves(std::string_view project, std::uint64_t first,
                                   std::uint64_t count) override;
  Result<std::vector<std::string>> leaf_bodies(std::string_view project, std::uint64_t first,
                                               std::uint64_t count) override;
  Result<std::vector<Digest>> leaf_hashes(std::string_view project, std::uint64_t first,
                                          std::uint64_t count) override;
  Result<std::vector<Digest>> upper_hashes(std::string_view project, unsigned tile_level,
                                           std::uint64_t first, std::uint64_t count) override;

  Result<std::optional<Erasure>> erasure(std::string_view request) override {
    return first(Query::erasure, read_erasure, request);
  }
  Result<std::vector<Erasure>> erasures(std::string_view project, std::string_view before,
                                        std::uint64_t limit) override {
    return all(Query::erasures, read_erasure, project, before.empty() ? after_all_ids : before,
               std::min(limit, integer_max));
  }
  Result<std::optional<MemberErasure>> member_erasure(std::string_view project,
                                                      std::string_view member) override {
    return first(Query::member_erasure, read_member_erasure, project, member);
  }
  Result<std::vector<MemberErasure>> member_erasures() override {
    return all(Query::member_erasures, read_member_erasure);
  }
  Result<std::vector<ErasureProposal>> erasure_proposals() override {
    return all(Query::erasure_proposals, read_erasure_proposal);
  }
  Result<std::vector<LegalHold>> legal_holds() override {
    return all(Query::legal_holds, read_legal_hold);
  }
  Result<std::vector<Handoff>> handoffs_of(std::string_view request) override {
    return all(Query::handoffs_of, read_handoff, request);
  }
  Result<std::vector<std::uint64_t>> leaves_of_stream(std::string_view project,
                                                      std::string_view stream, std::uint64_t first,
                                                      std::uint64_t last) override {
    const auto index = [](Row& row) { return row.count(0) & (leaves_max - 1); };
    return all(Query::leaves_of_stream, index, project, std::min(first, leaves_max),
               std::min(last, leaves_max - 1), stream);
  }
  Result<std::vector<Leaf>> exports(std::string_view project, std::uint64_t first) override {
    return all(
        Query::exports, [&](Row& row) { return read_leaf(row, project); }, project,
        std::min(first, leaves_max));
  }
  Result<std::vector<RequestKey>> request_keys(std::string_view after,
                                               std::uint64_t limit) override {
    return all(Query::request_keys, read_request_key, after, std::min(limit, integer_max));
  }

  Result<std::uint64_t> anchor_count() override { return number(Query::anchor_count); }
  Result<std::vector<Anchor>> anchors(std::uint64_t first, std::uint64_t count) override;
  Result<std::vector<Digest>> anchor_hashes(std::uint64_t first, std::uint64_t count) override;
  Result<std::vector<Digest>> anchor_upper_hashes(unsigned tile_level, std::uint64_t first,
                                                  std::uint64_t count) override;
  Result<std::uint64_t> root_row_count() override { return number(Query::root_row_count); }
  Result<std::uint64_t> anchored_size(std::string_view project) override {
    return number(Query::anchored_size, project);
  }
  Result<std::optional<Anchor>> anchor_of(std::string_view project, std::uint64_t size) override {
    return first(Query::anchor_of, read_anchor, project, size);
  }
  Result<std::optional<Anchor>> newest_anchor(std::string_view project,
                                              std::uint64_t end) override {
    return first(Query::newest_anchor, read_anchor, project, end);
  }
  Result<std::vector<CosignedHead>> cosigned_heads() override {
    return all(Query::cosigned_heads, read_cosigned_head);
  }

  Result<std::optional<Snapshot>> snapshot(std::string_view request) override {
    return first(Query::snapshot, read_snapshot, request);
  }
  Result<std::optional<GraphCheckpoint>> graph_checkpoint(std::string_view project,
                                                          std::string_view thread_id,
                                                          std::string_view checkpoint_id) override;

  Result<std::vector<OutboxItem>> outbox_due(Instant now, std::uint64_t limit,
                                             const OutboxItem* after) override {
    const Instant after_time = after != nullptr ? after->next_attempt : before_all_times;
    const std::int64_t after_id = after != nullptr ? after->id : 0;
    return all(Query::outbox_due, read_outbox_item, now, std::min(limit, integer_max), after_time,
               after_id);
  }

 private:
  // Every row of `query`, through `read`.
  template <typename Read, typename... Values>
  auto all(Query query, Read read, const Values&... values)
      -> Result<std::vector<decltype(read(std::declval<Row&>()))>> {
    auto statement = database_->statement(query);
    if (!statement) return std::unexpected(std::move(statement.error()));
    std::vector<decltype(read(std::declval<Row&>()))> items;
    Rows rows = (*statement)->rows(values...);
    while (true) {
      auto more = rows.next();
      if (!more) return std::unexpected(std::move(more.error()));
      if (!*more) return items;
      Row row = rows.row();
      items.push_back(read(row));
      if (row.damaged()) {
        return std::unexpected(IoError{std::string(name_of(query)) + ": damaged row"});
      }
    }
  }
  // The first row of `query`, if there is one.
  template <typename Read, typename... Values>
  auto first(Query query, Read read, const Values&... values)
      -> Result<std::optional<decltype(read(std::declval<Row&>()))>> {
    auto items = all(query, read, values...);
    if (!items) return std::unexpected(std::move(items.error()));
    if (items->empty()) return std::nullopt;
    return std::move(items->front());
  }
  // The only column of the only row; 0 when there is none.
  template <typename... Values>
  Result<std::uint64_t> number(Query query, const Values&... values) {
    auto found = first(query, [](Row& row) { return row.count(0); }, values...);
    if (!found) return std::unexpected(std::move(found.error()));
    return found->value_or(0);
  }
  Result<std::vector<FullRequest>> requests_of(const std::string& project,
                                               const RequestFilter& filter);

  const std::shared_ptr<Database> database_;
};

Result<std::optional<Roster>> SqliteReader::roster(std::string_view project,
                                                   std::uint64_t version) {
  if (version > integer_max) return std::nullopt;
  // Two statements without a transaction: a roster and its entries come in one commit and never
  // change after it.
  auto found = first(
      Query::roster,
      [&](Row& row) {
        Roster roster;
        roster.project = project;
        roster.version = version;
        roster.sha256 = row.digest(0);
        roster.created = row.instant(1);
        roster.head = row.bytes(2);
        roster.signatures = row.bytes(3);
        return roster;
      },
      project, version);
  if (!found || !*found) return found;
  auto entries =
      all(Query::roster_entries, [](Row& row) { return row.bytes(0); }, project, version);
  if (!entries) return std::unexpected(std::move(entries.error()));
  (*found)->entries = std::move(*entries);
  return found;
}

Result<std::optional<Account>> SqliteReader::account(std::string_view request) {
  // Two statements without a transaction: a revision is only ever added.
  auto found = first(
      Query::account,
      [](Row& row) {
        return Account{.dek_wrapped = row.bytes(0),
                       .reason_sealed = row.bytes(1),
                       .details_sealed = {row.bytes(2)}};
      },
      request);
  if (!found || !*found) return found;
  auto revisions = all(Query::revision_details, [](Row& row) { return row.bytes(0); }, request);
  if (!revisions) return std::unexpected(std::move(revisions.error()));
  std::ranges::move(*revisions, std::back_inserter((*found)->details_sealed));
  return found;
}

Result<std::vector<FullRequest>> SqliteReader::requests_of(const std::string& project,
                                                           const RequestFilter& filter) {
  Query query = Query::requests;
  if (filter.pending) query = *filter.pending ? Query::requests_pending : Query::requests_decided;
  const std::string_view before = filter.before ? std::string_view(*filter.before) : after_all_ids;
  const std::optional<bool> high = filter.high ? std::optional(true) : std::nullopt;
  const auto snoozed = filter.snoozed.value_or(RequestFilter::Snoozed{});
  const auto by = filter.snoozed ? std::optional(snoozed.member) : std::nullopt;
  return all(query, read_full_request, project, before, filter.service, filter.action,
             filter.environment, filter.role, filter.trace_id, filter.parent_request_id,
             std::min(filter.limit, integer_max), filter.assignee, high, by, snoozed.now,
             snoozed.only);
}

Result<std::vector<FullRequest>> SqliteReader::requests(const RequestFilter& filter) {
  std::vector<std::string> projects = filter.projects;
  std::ranges::sort(projects);
  const auto repeated = std::ranges::unique(projects);
  projects.erase(repeated.begin(), repeated.end());
  if (projects.empty()) return std::vector<FullRequest>{};
  if (projects.size() == 1) return requests_of(projects.front(), filter);
  auto transaction = Transaction::begin(*database_, Access::read);
  if (!transaction) return std::unexpected(std::move(transaction.error()));
  // Each project has its own index range: the newest of each, then the newest of all.
  std::vector<FullRequest> found;
  for (const std::string& project : projects) {
    auto some = requests_of(project, filter);
    if (!some) return some;
    std::ranges::move(*some, std::back_inserter(found));
  }
  if (auto done = transaction->commit(); !done) return std::unexpected(std::move(done.error()));
  std::ranges::sort(found, std::ranges::greater{},
                    [](const FullRequest& full) -> const std::string& { return full.request.id; });
  if (found.size() > filter.limit) found.resize(filter.limit);
  return found;
}

Result<std::optional<Idempotency>> SqliteReader::idempotency(std::string_view project,
                                                             const Digest& key) {
  return first(
      Query::idempotency,
      [&](Row& row) {
        return Idempotency{std::string(project), key, row.digest(0), row.bytes(1), row.instant(2)};
      },
      project, key);
}

Result<Reader::Record> SqliteReader::record_of(std::string_view project, std::string_view agent,
                                               Instant from, Instant to, std::uint64_t end) {
  const std::uint64_t before = std::min(end, leaves_max);
  const auto count = [](Row& row) { return row.count(0); };
  const auto calls = first(Query::signed_call_count, count, project, agent, from, to, before);
  if (!calls) return std::unexpected(calls.error());
  // Nobody hands anything to themselves, so nothing is counted twice.
  const auto given = first(Query::handed_over_count, count, project, agent, from, to, before);
  if (!given) return std::unexpected(given.error());
  const auto taken = first(Query::taken_over_count, count, project, agent, from, to, before);
  if (!taken) return std::unexpected(taken.error());
  return Record{.signed_calls = calls->value_or(0),
                .handoffs = given->value_or(0) + taken->value_or(0)};
}

Result<std::optional<Leaf>> SqliteReader::leaf(std::string_view project, std::uint64_t index) {
  if (index >= leaves_max) return std::nullopt;
  return first(Query::leaf, [&](Row& row) { return read_leaf(row, project); }, project, index);
}

Result<std::vector<Leaf>> SqliteReader::leaves(std::string_view project, std::uint64_t first,
                                               std::uint64_t count) {
  if (first >= leaves_max) return std::vector<Leaf>{};
  return all(
      Query::leaves, [&](Row& row) { return read_leaf(row, project); }, project, first,
      end_of(first, count, leaves_max));
}

Result<std::vector<std::string>> SqliteReader::leaf_bodies(std::string_view project,
                                                           std::uint64_t first,
                                                           std::uint64_t count) {
  if (first >= leaves_max) return std::vector<std::string>{};
  return all(
      Query::leaf_bodies, [](Row& row) { return row.bytes(0); }, project, first,
      end_of(first, count, leaves_max));
}

Result<std::vector<Digest>> SqliteReader::leaf_hashes(std::string_view project, std::uint64_t first,
                                                      std::uint64_t count) {
  if (first >= leaves_max) return std::vector<Digest>{};
  return all(
      Query::leaf_hashes, [](Row& row) { return row.digest(0); }, project, first,
      end_of(first, count, leaves_max));
}

Result<std::vector<Digest>> SqliteReader::upper_hashes(std::string_view project,
                                                       unsigned tile_level, std::uint64_t first,
                                                       std::uint64_t count) {
  if (first >= leaves_max) return std::vector<Digest>{};
  return all(
      Query::upper_hashes, [](Row& row) { return row.digest(0); }, project,
      std::uint64_t{tile_level}, first, end_of(first, count, leaves_max));
}

Result<std::vector<Anchor>> SqliteReader::anchors(std::uint64_t first, std::uint64_t count) {
  if (first >= leaves_max) return std::vector<Anchor>{};
  return all(Query::anchors, read_anchor, first, end_of(first, count, leaves_max));
}

Result<std::vector<Digest>> SqliteReader::anchor_hashes(std::uint64_t first, std::uint64_t count) {
  if (first >= leaves_max) return std::vector<Digest>{};
  return all(
      Query::anchor_hashes, [](Row& row) { return row.digest(0); }, first,
      end_of(first, count, leaves_max));
}

Result<std::vector<Digest>> SqliteReader::anchor_upper_hashes(unsigned tile_level,
                                                              std::uint64_t first,
                                                              std::uint64_t count) {
  if (first >= leaves_max) return std::vector<Digest>{};
  return all(
      Query::anchor_upper_hashes, [](Row& row) { return row.digest(0); }, std::uint64_t{tile_level},
      first, end_of(first, count, leaves_max));
}

Result<std::optional<GraphCheckpoint>> SqliteReader::graph_checkpoint(
    std::string_view project, std::string_view thread_id, std::string_view checkpoint_id) {
  if (checkpoint_id.empty()) {
    return first(Query::graph_checkpoint_newest, read_graph_checkpoint, project, thread_id);
  }
  return first(Query::graph_checkpoint, read_graph_checkpoint, project, thread_id, checkpoint_id);
}

}  // namespace

Result<std::unique_ptr<Reader>> open_sqlite_reader(const std::string& path) {
  auto database = Database::open(path, Access::read);
  if (!database) return std::unexpected(std::move(database.error()));
  return std::make_unique<SqliteReader>(std::move(*database));
}

std::unique_ptr<Reader> share_sqlite_reader(std::shared_ptr<Database> database) {
  return std::make_unique<SqliteReader>(std::move(database));
}

}  // namespace lp::store
