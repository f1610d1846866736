#include "core/work.h"

#include "base/assert.h"
#include "base/log.h"
#include "core/disk.h"
#include "core/engine.h"
#include "crypto/hash.h"
#include "evidence/leaf.h"
#include "json/write.h"
#include "tlog/tile.h"

namespace lp::core {
namespace {

constexpr std::size_t salt_bytes = 32;

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
  const auto leaf = world.reader.leaf(state.project, state.leaf_index);
  return leaf && *leaf && crypto::sha256((*leaf)->statement) == state.statement_sha256;
}

}  // namespace

Work::Work(World& owner) : world(owner), now(owner.clock.now()) {}

std::expected<ProjectLog*, Refused> Work::log(std::string_view project) {
  const auto found = world.logs.find(project);
  if (found == world.logs.end()) return refuse(Fault::unknown);
  if (found->second.frozen) return refuse(Fault::log_frozen);
  return &found->second;
}

Instant Work::time_of(const ProjectLog& log) const {
  return std::max(log.head.last_time, now);
}

Work::Appended Work::append_at(ProjectLog& log, Event& event, evidence::StreamPosition position) {
  LP_ASSERT(!log.frozen);
  evidence::Statement& statement = event.statement;
  statement.origin = log.origin;
  statement.stream = std::move(position);
  statement.time = time_of(log);
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
  leaf.leaf = evidence::may_be_unsigned(statement.type)
                  ? evidence::unsigned_leaf(statement_sha256)
                  : evidence::signed_leaf(statement_sha256, log.issuer.sign(leaf.statement),
                                          log.issuer.spki());
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

Work::Appended Work::append(ProjectLog& log, store::RequestState& state, Event event) {
  evidence::StreamPosition position{.id = state.request, .seq = state.stream_seq, .prev = {}};
  if (state.stream_seq > 0) position.prev = state.statement_sha256;
  const Appended appended = append_at(log, event, std::move(position));
  ++state.stream_seq;
  state.leaf_index = appended.index;
  state.statement_sha256 = appended.statement_sha256;
  changed_requests_.insert(state.request);
  return appended;
}

std::expected<Work::Open*, Refused> Work::request(std::string_view id, std::string_view project) {
  auto found = requests_.find(id);
  if (found == requests_.end()) {
    auto stored = world.reader.request(id);
    if (!stored || !*stored) return refuse(Fault::unknown);
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
  if (!disk_low_) {
    disk_low_ = below_reserve(world.options.data_directory, world.options.disk_reserve_bytes);
  }
  return *disk_low_;
}

void Work::finish() {
  for (const std::string& id : changed_requests_) {
    store::RequestState& state = requests_.find(id)->second.state;
    state.mac = world.keys.row_mac(state);
    batch.writes.emplace_back(state);
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
