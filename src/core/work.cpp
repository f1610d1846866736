#include "core/work.h"

#include <algorithm>

#include "base/assert.h"
#include "base/log.h"
#include "core/disk.h"
#include "core/engine.h"
#include "core/permits.h"
#include "core/recovery.h"
#include "crypto/hash.h"
#include "evidence/leaf.h"
#include "json/write.h"
#include "tlog/tile.h"

namespace lp::core {
namespace {

constexpr std::size_t salt_bytes = 32;
constexpr std::size_t closed_bytes_max = 64 * 1024;  // of a payload that memory keeps for its agent

std::unexpected<Refused> tampered(std::string_view request) {
  log::error("row.tampered", "A stored request does not verify; it is not served.",
             {{"request_id", request}});
  return refuse(Fault::row_tampered, request);
}

// Nothing stored is trusted on its own: the MAC guards the row, and the statement it names must be
// in the log with that hash.
bool verifies(World& world, const store::RequestState& state) {
  if (!crypto::equal_constant_time(world.keys.row_mac(state).view(), state.mac.view()))
    return false;
  const auto leaf = world.rows.leaf(state.project, state.leaf_index);
  return leaf && *leaf && crypto::sha256((*leaf)->statement) == state.statement_sha256;
}

// The same of a handoff's head; and its events are as many as that says.
bool verifies(World& world, const Work::OpenHandoff& open) {
  const store::Handoff& row = open.row;
  if (!crypto::equal_constant_time(world.keys.row_mac(row).view(), row.mac.view())) return false;
  if (open.events.size() != row.stream_seq || open.events.empty()) return false;
  const auto leaf = world.rows.leaf(row.project, row.leaf_index);
  return leaf && *leaf && crypto::sha256((*leaf)->statement) == row.statement_sha256 &&
         open.events.back().statement_sha256 == row.statement_sha256;
}

// The same of a permit; and that its newest event is the newest that the leaves have of it, so that
// an older copy of the row, with its MAC, cannot make a used permit good again.
bool verifies(World& world, const store::Permit& row) {
  const Digest mac = permit_mac(world.keys, row);
  if (!crypto::equal_constant_time(mac.view(), row.mac.view())) return false;
  const auto leaf = world.rows.leaf(row.project, row.leaf_index);
  const auto newest = world.rows.newest_permit_leaf(row.request);
  return leaf && *leaf && crypto::sha256((*leaf)->statement) == row.statement_sha256 && newest &&
         *newest == row.leaf_index;
}

}  // namespace

Work::Work(World& owner) : world(owner), now(owner.clock.now()) {}

std::expected<ProjectLog*, Refused> Work::log(std::string_view project) {
  const auto found = world.logs.find(project);
  if (found == world.logs.end()) return refuse(Fault::unknown);
  if (found->second.frozen) return refuse(Fault::log_frozen);
  return &found->second;
}

ProjectLog& Work::begin_log(const store::Project& row) {
  auto live = std::make_shared<LiveLog>();
  const auto [log, fresh] =
      world.logs.emplace(row.id, ProjectLog{.head = {.project = row.id,
                                                     .size = 0,
                                                     .frontier = {},
                                                     .last_time = {},
                                                     .stream_seq = 0,
                                                     .stream_prev = {}},
                                            .range = {},
                                            .issuer = Issuer(world.keys.issuer_key(row.origin)),
                                            .origin = row.origin,
                                            .live = live});
  LP_ASSERT(fresh);
  batch.writes.emplace_back(row);
  Directory& directory = change_directory();
  directory.projects.insert_or_assign(
      row.id, project_view(world, directory, row, std::nullopt, std::move(live)));
  return log->second;
}

Instant Work::time_of(const ProjectLog& log) const {
  return std::max(log.head.last_time, now);
}

// Whoever verifies a statement that names no roster holds the issuer against the first one, which
// does not know a key that came later.
void Work::name_roster(const ProjectLog& log, evidence::Statement& statement) const {
  if (statement.roster_sha256) return;
  const ProjectView* project = directory().project(log.head.project);
  if (project == nullptr || !project->roster || project->roster->issuer.size() < 2) return;
  statement.roster_sha256 = project->row.roster_sha256;
}

Work::Appended Work::append_at(ProjectLog& log, Event& event, evidence::StreamPosition position) {
  LP_ASSERT(!log.frozen);
  evidence::Statement& statement = event.statement;
  statement.origin = log.origin;
  statement.stream = std::move(position);
  statement.time = time_of(log);
  name_roster(log, statement);
  json::Value entries = json::Value::array();
  for (json::Value& entry : event.evidence) {
    const auto kind = entry.find_string("kind");
    LP_ASSERT(kind.has_value());
    statement.evidence.push_back({std::string(*kind), crypto::sha256(json::canonical(entry))});
    entries.items().push_back(std::move(entry));
  }

  store::Leaf leaf;
  leaf.project = log.head.project;
  leaf.index = log.range.size();
  leaf.type = statement.type;
  leaf.stream = statement.stream.id;
  leaf.statement = statement.bytes(world.entropy.bytes(salt_bytes));
  const Digest statement_sha256 = crypto::sha256(leaf.statement);
  const crypto::P256Key& issuer = log.issuer.at(leaf.index);
  leaf.leaf =
      evidence::may_be_unsigned(statement.type)
          ? evidence::unsigned_leaf(statement_sha256)
          : evidence::signed_leaf(statement_sha256, issuer.sign(leaf.statement), issuer.spki());
  leaf.leaf_hash = tlog::leaf_hash(leaf.leaf);
  if (!entries.items().empty()) leaf.evidence = json::canonical(entries);

  const std::string& project = log.head.project;
  log.range.append(leaf.leaf_hash,
                   [this, &project](unsigned level, std::uint64_t at, const Digest& hash) {
                     if (level == 0 || level % tlog::tile_height != 0) return;
                     batch.writes.emplace_back(store::UpperHash{
                         .project = project,
                         .tile_level = level / tlog::tile_height,
                         .position = at,
                         .hash = hash,
                     });
                   });
  log.head.last_time = statement.time;
  touched_.insert(project);
  const Appended appended{.index = leaf.index, .statement_sha256 = statement_sha256};
  batch.writes.emplace_back(std::move(leaf));
  return appended;
}

Work::Appended Work::append(ProjectLog& log, Event event) {
  const Appended appended = append_at(
      log, event, {.id = "project", .seq = log.head.stream_seq, .prev = log.head.stream_prev});
  ++log.head.stream_seq;
  log.head.stream_prev = appended.statement_sha256;
  return appended;
}

template <typename Row>
Work::Appended Work::continue_stream(ProjectLog& log, const std::string& id, Row& row,
                                     Event event) {
  evidence::StreamPosition position{.id = id, .seq = row.stream_seq, .prev = {}};
  if (row.stream_seq > 0) position.prev = row.statement_sha256;
  const Appended appended = append_at(log, event, std::move(position));
  ++row.stream_seq;
  row.leaf_index = appended.index;
  row.statement_sha256 = appended.statement_sha256;
  return appended;
}

Work::Appended Work::append(ProjectLog& log, store::RequestState& state, Event event) {
  changed_requests_.insert(state.request);
  return continue_stream(log, state.request, state, std::move(event));
}

Work::Appended Work::append(ProjectLog& log, store::Handoff& handoff, Event event) {
  changed_handoffs_.insert(handoff.id);
  return continue_stream(log, handoff.id, handoff, std::move(event));
}

Work::Appended Work::append(ProjectLog& log, store::Permit& permit, Event event) {
  changed_permits_.insert(permit.id);
  return continue_stream(log, permit.request, permit, std::move(event));
}

std::expected<store::Permit*, Refused> Work::permit(std::string_view id, std::string_view project) {
  auto found = permits_.find(id);
  if (found == permits_.end()) {
    auto row = world.rows.permit(id);
    LP_ASSERT(row.has_value());
    if (!*row || (*row)->project != project) return refuse(Fault::unknown);
    if (!verifies(world, **row)) return tampered((*row)->request);
    found = permits_.emplace(std::string(id), **std::move(row)).first;
  }
  if (found->second.project != project) return refuse(Fault::unknown);
  return &found->second;
}

store::Permit& Work::add_permit(store::Permit row) {
  const std::string id = row.id;
  return permits_.emplace(id, std::move(row)).first->second;
}

std::vector<std::string> Work::issued_permits(std::string_view project) {
  const auto stored = world.rows.open_permits(project);
  LP_ASSERT(stored.has_value());
  std::set<std::string> ids;
  for (const store::Permit& row : *stored) {
    if (row.state == "issued") ids.insert(row.id);
  }
  for (const auto& [id, row] : permits_) {
    if (row.project != project) continue;
    if (row.state == "issued") {
      ids.insert(id);
    } else {
      ids.erase(id);
    }
  }
  return {ids.begin(), ids.end()};
}

std::vector<std::string> Work::pending_of(std::string_view project, std::string_view agent) {
  const auto stored = world.rows.requests({.projects = {std::string(project)},
                                           .pending = true,
                                           .service = {},
                                           .action = {},
                                           .environment = {},
                                           .role = {},
                                           .trace_id = {},
                                           .parent_request_id = {},
                                           .before = {},
                                           .limit = world.options.pending_per_project_max});
  LP_ASSERT(stored.has_value());
  std::set<std::string> ids;
  for (const auto& rows : *stored) {
    if (rows.request.agent_id == agent) ids.insert(rows.request.id);
  }
  for (const auto& [id, open] : requests_) {
    if (open.row.project != project || open.row.agent_id != agent) continue;
    if (terminal(open.state.state.state)) {
      ids.erase(id);
    } else {
      ids.insert(id);
    }
  }
  return {ids.begin(), ids.end()};
}

std::expected<Work::OpenHandoff*, Refused> Work::handoff(std::string_view id,
                                                         std::string_view project) {
  auto found = handoffs_.find(id);
  if (found == handoffs_.end()) {
    auto row = world.rows.handoff(id);
    if (!row || !*row || (*row)->project != project) return refuse(Fault::unknown);
    auto events = world.rows.handoff_events(id);
    if (!events) return refuse(Fault::unknown);
    OpenHandoff open{.row = **std::move(row), .events = *std::move(events)};
    if (!verifies(world, open)) return tampered(open.row.request);
    found = handoffs_.emplace(std::string(id), std::move(open)).first;
  }
  if (found->second.row.project != project) return refuse(Fault::unknown);
  return &found->second;
}

Work::OpenHandoff& Work::add_handoff(store::Handoff row) {
  const std::string id = row.id;
  return handoffs_.emplace(id, OpenHandoff{.row = std::move(row), .events = {}}).first->second;
}

std::expected<void, Refused> Work::check_nonce(const AgentProof& proof) const {
  if (!proof.nonce) return {};
  switch (world.nonces.look(proof.agent_id, *proof.nonce, now)) {
    case SeenNonces::Answer::fresh:
      return {};
    case SeenNonces::Answer::used:
      return refuse(Fault::signature_replayed);
    case SeenNonces::Answer::full:
      return refuse(Fault::nonce_limit);
  }
  LP_ASSERT(false);
  return refuse(Fault::nonce_limit);
}

void Work::keep_nonce(const AgentProof& proof) {
  if (!proof.nonce) return;
  const store::AgentNonce row{
      .agent = proof.agent_id, .nonce = *proof.nonce, .expires = proof.nonce_expires};
  // Known at once, to the commands behind it too; if the batch does not become true the process
  // stops, and reads at its next start what did.
  world.nonces.keep(row);
  batch.writes.emplace_back(row);
}

std::expected<Work::Open*, Refused> Work::request(std::string_view id, std::string_view project) {
  auto found = requests_.find(id);
  // The reader shows what was true before this batch.
  if (!tombstones_.empty() && erased(id, project)) return refuse(Fault::erased, id);
  if (found == requests_.end()) {
    auto stored = world.rows.request(id);
    if (!stored) return refuse(Fault::unknown);
    if (!*stored) return refuse(erased(id, project) ? Fault::erased : Fault::unknown, id);
    if (!verifies(world, (*stored)->state)) return tampered(id);
    const auto owner = world.logs.find((*stored)->request.project);
    LP_ASSERT(owner != world.logs.end());
    found = requests_
                .emplace(std::string(id), Open{.row = std::move((*stored)->request),
                                               .state = std::move((*stored)->state),
                                               .log = &owner->second})
                .first;
  }
  Open& open = found->second;
  if (!project.empty() && open.row.project != project) {
    return refuse(Fault::unknown);
  }
  if (open.log->frozen) return refuse(Fault::log_frozen);
  return &open;
}

Work::Open& Work::add_request(Open open) {
  LP_ASSERT(open.log != nullptr);
  const std::string id = open.row.id;
  return requests_.emplace(id, std::move(open)).first->second;
}

std::shared_ptr<const Work::Closed> Work::closed() {
  Closed rows;
  for (const std::string& id : closed_) {
    const auto is_this = [&](const Tombstone& stone) { return stone.erasure.request == id; };
    if (std::ranges::any_of(tombstones_, is_this)) continue;
    auto& [row, state, log] = requests_.find(id)->second;
    if (row.payload.size() + state.edited_payload.size() > closed_bytes_max) continue;
    rows.emplace(id, store::FullRequest{
                         .request = std::move(row), .state = std::move(state), .delivery = {}});
  }
  if (rows.empty()) return nullptr;
  return std::make_shared<const Closed>(std::move(rows));
}

void Work::erase(Tombstone tombstone) {
  batch.removals.emplace_back(
      store::EraseRequest{.erasure = tombstone.erasure, .indices = tombstone.indices});
  tombstones_.push_back(std::move(tombstone));
}

void Work::erase(PersonTombstone tombstone) {
  batch.removals.emplace_back(tombstone);
  gone_people_.push_back(std::move(tombstone));
}

bool Work::erased(std::string_view request, std::string_view project) const {
  const auto theirs = [&](const store::Erasure& erasure) {
    return erasure.request == request && (project.empty() || erasure.project == project);
  };
  if (std::ranges::any_of(tombstones_, theirs, &Tombstone::erasure)) return true;
  const auto stored = world.rows.erasure(request);
  LP_ASSERT(stored.has_value());
  return *stored && theirs(**stored);
}

Directory& Work::change_directory() {
  if (!draft_) draft_ = std::make_shared<Directory>(*world.directory);
  return *draft_;
}

std::shared_ptr<const Directory> Work::changed_directory() {
  return draft_;
}

std::vector<Notice> Work::notices() const {
  std::vector<Notice> answer;
  if (access_changed_ || draft_) answer.emplace_back();
  for (const auto& project : told_projects_) {
    answer.push_back({.project = project, .request = {}, .standing = {}});
  }
  for (const auto& [request, project] : told_) {
    Notice notice{.project = project, .request = request, .standing = {}};
    if (const auto open = requests_.find(request); open != requests_.end()) {
      const approval::Request& state = open->second.state.state;
      notice.standing = Notice::Standing{.version = state.version, .state = state.state};
    }
    answer.push_back(std::move(notice));
  }
  return answer;
}

bool Work::disk_low() {
  if (!disk_low_) disk_low_ = core::disk_low(world.options, world.store);
  return *disk_low_;
}

void Work::finish() {
  for (const std::string& id : changed_requests_) {
    store::RequestState& state = requests_.find(id)->second.state;
    state.mac = world.keys.row_mac(state);
    batch.writes.emplace_back(state);
  }
  for (const std::string& id : changed_handoffs_) {
    store::Handoff& row = handoffs_.find(id)->second.row;
    row.mac = world.keys.row_mac(row);
    batch.writes.emplace_back(row);
  }
  for (const std::string& id : changed_permits_) {
    store::Permit& row = permits_.find(id)->second;
    row.mac = permit_mac(world.keys, row);
    batch.writes.emplace_back(row);
  }
  for (const std::string& project : touched_) {
    ProjectLog& log = world.logs.find(project)->second;
    log.head.size = log.range.size();
    log.head.frontier = log.range.hashes();
    batch.writes.emplace_back(log.head);
  }
  if (draft_) {
    batch.settings.push_back(
        {.name = "directory_mac", .value = world.keys.directory_mac(*draft_).hex()});
  }
}

}  // namespace lp::core
