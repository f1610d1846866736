#include "api/evidence/export_run.h"

#include <algorithm>

#include "api/errors.h"
#include "crypto/hash.h"
#include "evidence/bundle.h"
#include "evidence/tar.h"
#include "json/write.h"
#include "tlog/note.h"
#include "tlog/tree.h"

namespace lp::api {
namespace {

namespace member = evidence::member;
using evidence::ExportFormat;

// What one step may hold up: a net thread for a few milliseconds. A stream rests for about one
// between two steps, so that those shall not be too short either.
constexpr std::uint64_t entries_max = 64;
constexpr std::int64_t step_ms_max = 4;
constexpr std::size_t step_bytes_max = 1u << 20;

// A statement of the log with its index.
struct Placed {
  std::uint64_t index;
  Instant time;
};

// The first statement at `from` or behind it that was not erased; nothing before `end`.
store::Result<std::optional<Placed>> first_told(store::Reader& reader, const std::string& project,
                                                std::uint64_t from, std::uint64_t end) {
  for (std::uint64_t index = from; index < end; ++index) {
    auto leaf = reader.leaf(project, index);
    if (!leaf) return std::unexpected(std::move(leaf.error()));
    if (*leaf && (*leaf)->erased()) continue;
    if (!*leaf) return std::unexpected(core::entry_damaged(index));
    const auto statement = core::statement_of(**leaf);
    if (!statement) return std::unexpected(statement.error());
    return Placed{.index = index, .time = statement->time};
  }
  return std::nullopt;
}

// The first index below `size` whose time is not before `time`: times never go back in a log. An
// erased statement has none; it counts with the one behind it.
store::Result<std::uint64_t> index_at(store::Reader& reader, const std::string& project,
                                      std::uint64_t size, Instant time) {
  std::uint64_t low = 0, high = size;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto told = first_told(reader, project, middle, high);
    if (!told) return std::unexpected(told.error());
    const bool before = *told && (*told)->time < time;
    (before ? low : high) = before ? (*told)->index + 1 : middle;
  }
  return low;
}

// The verifier as one file; "" where this program was built without pages.
std::string verifier_page(const Context& context) {
  auto reply = context.assets.serve(net::Request{}, "/verify.html");
  return reply ? std::move(reply->body) : std::string();
}

std::string packed(const core::BundleMembers& members) {
  std::string bytes;
  for (const core::BundleMember& one : members) {
    bytes += evidence::tar_member(one.name, one.content);
  }
  return bytes;
}

std::string sum_of(const core::BundleMember& one) {
  return evidence::sum_line(crypto::sha256(one.content), one.name);
}

}  // namespace

std::optional<Instant> export_time(std::string text) {
  if (text.size() == std::string_view("2026-03-01").size()) text += "T00:00:00Z";
  if (text.size() == std::string_view("2026-03-01T12:00:00Z").size() && text.ends_with('Z')) {
    text.insert(text.size() - 1, ".000");
  }
  return parse_instant(text);
}

ExportRun::ExportRun(Context& context, core::DirectoryPtr directory,
                     const core::ProjectView& project, evidence::ExportManifest manifest,
                     std::string note, std::optional<evidence::Actor> by)
    : context_(context),
      directory_(std::move(directory)),
      project_(project),
      manifest_(std::move(manifest)),
      note_(std::move(note)),
      by_(std::move(by)) {}

std::expected<std::unique_ptr<ExportRun>, net::Reply> ExportRun::begin(Context& context,
                                                                       const Call& call,
                                                                       const ExportWish& wish) {
  // The newest checkpoint, which was checked when it was signed or read back at start.
  const auto text = wish.project->live->checkpoint.load();
  const auto note = text ? tlog::Note::parse(*text) : std::nullopt;
  const auto checkpoint = note ? tlog::Checkpoint::parse_body(note->body) : std::nullopt;
  if (!checkpoint) return std::unexpected(refuse(Reason::log_frozen));
  std::unique_ptr<ExportRun> run(new ExportRun(context, call.directory, *wish.project,
                                               {.origin = checkpoint->origin,
                                                .format = wish.format,
                                                .from = wish.from,
                                                .to = wish.to,
                                                .size = checkpoint->size,
                                                .root = checkpoint->root,
                                                .sums = {}},
                                               *text, wish.by));
  if (const auto found = run->find_range(); !found) {
    return std::unexpected(internal_error("export.range", found.error().what));
  }
  if (wish.format == ExportFormat::bundle) {
    if (const auto put = run->put_on_ground(); !put) {
      return std::unexpected(internal_error("export.ground", put.error().what));
    }
    run->phase_ = Phase::hashing;
    run->at_ = run->bundle_->plan().first_tile();
  }
  return run;
}

// Which entries they are.
store::Result<void> ExportRun::find_range() {
  store::Reader& reader = context_.engine.reader();
  manifest_.end = manifest_.size;
  for (const auto& [time, slot] :
       {std::pair{manifest_.from, &manifest_.first}, std::pair{manifest_.to, &manifest_.end}}) {
    if (!time) continue;
    const auto index = index_at(reader, project_.row.id, manifest_.size, *time);
    if (!index) return std::unexpected(index.error());
    *slot = *index;
  }
  manifest_.end = std::max(manifest_.first, manifest_.end);
  return {};
}

// A bundle stands on the checkpoint that proves most of those that cover its entries.
store::Result<void> ExportRun::put_on_ground() {
  auto ground = core::bundle_ground(context_.engine.reader(), context_.engine.notary(), *directory_,
                                    project_, manifest_.end);
  if (!ground) return std::unexpected(ground.error());
  const auto note = *ground ? tlog::Note::parse((*ground)->note) : std::nullopt;
  const auto checkpoint = note ? tlog::Checkpoint::parse_body(note->body) : std::nullopt;
  if (!checkpoint || checkpoint->size < manifest_.end) {
    return std::unexpected(store::IoError{"no signed checkpoint covers the entries"});
  }
  manifest_.size = checkpoint->size;
  manifest_.root = checkpoint->root;
  bundle_.emplace(directory_, project_, manifest_, **std::move(ground), verifier_page(context_));
  return {};
}

core::RecordExport ExportRun::command() const {
  return {.project = project_.row.id, .manifest = manifest_, .by = by_};
}

void ExportRun::logged(std::uint64_t event) {
  event_ = event;
  phase_ = Phase::opening;
  at_ = bundle_ ? bundle_->plan().first_tile() : manifest_.first;
  if (manifest_.format == ExportFormat::ocsf) {
    ocsf_.emplace(manifest_.origin + "/" + std::to_string(event));
  }
}

std::uint64_t ExportRun::work() const {
  return (manifest_.end - manifest_.first) * (bundle_ ? 2 : 1);
}

store::Result<ExportRun::Step> ExportRun::step() {
  if (phase_ == Phase::hashing) {
    if (auto hashed = hash_some(); !hashed) return std::unexpected(std::move(hashed.error()));
    return Step{};
  }
  if (phase_ == Phase::opening) {
    auto bytes = opening();
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    phase_ = manifest_.first < manifest_.end ? Phase::entries : Phase::closing;
    return Step{.bytes = *std::move(bytes)};
  }
  if (phase_ == Phase::entries) {
    auto bytes = bundle_ ? tile() : lines();
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    if (at_ == (bundle_ ? bundle_->plan().end_tile() : manifest_.end)) phase_ = Phase::closing;
    return Step{.bytes = *std::move(bytes)};
  }
  auto bytes = closing();
  if (!bytes) return std::unexpected(std::move(bytes.error()));
  return Step{.bytes = *std::move(bytes), .last = true};
}

// The next tile, or at the end what makes the manifest whole.
store::Result<void> ExportRun::hash_some() {
  if (!top_hashed_) {
    auto members = bundle_->top(context_.engine.reader());
    if (!members) return std::unexpected(std::move(members.error()));
    for (const core::BundleMember& one : *members) sums_ += sum_of(one);
    top_hashed_ = true;
  }
  if (at_ < bundle_->plan().end_tile()) {
    auto members = next_tile();
    if (!members) return std::unexpected(std::move(members.error()));
    if (members->back().name.starts_with("sums/")) sums_ += sum_of(members->back());
  }
  if (at_ == bundle_->plan().end_tile()) {
    manifest_.sums = crypto::sha256(sums_);
    phase_ = Phase::logging;
  }
  return {};
}

store::Result<core::BundleMembers> ExportRun::next_tile() {
  auto members = bundle_->tile(context_.engine.reader(), context_.engine.keys(), at_);
  if (!members) return members;
  for (const core::BundleMember& one : *members) group_ += sum_of(one);
  if (bundle_->plan().ends_group(at_)) {
    members->push_back({evidence::sums_member(at_), std::move(group_)});
    group_.clear();
  }
  done_ += bundle_->plan().end_in(at_) - bundle_->plan().begin_in(at_);
  ++at_;
  return members;
}

store::Result<std::string> ExportRun::opening() {
  if (!bundle_) return evidence::export_opening(manifest_.format);
  store::Reader& reader = context_.engine.reader();
  const auto directory = context_.engine.directory();
  const core::ProjectView* const now = directory->project(project_.row.id);
  if (now == nullptr) return std::unexpected(store::IoError{"the project is gone"});
  auto event = bundle_->event(reader, context_.engine.keys(), context_.engine.notary(), *directory,
                              *now, *event_);
  if (!event) return std::unexpected(std::move(event.error()));
  auto top = bundle_->top(reader);
  if (!top) return std::unexpected(std::move(top.error()));
  core::BundleMembers members{
      {std::string(member::manifest), json::canonical(manifest_.to_json()) + "\n"},
      std::move(top->front())};
  std::ranges::move(*event, std::back_inserter(members));
  members.push_back({std::string(member::sums), sums_});
  std::move(top->begin() + 1, top->end(), std::back_inserter(members));
  return packed(members);
}

store::Result<std::string> ExportRun::tile() {
  const auto members = next_tile();
  if (!members) return std::unexpected(members.error());
  const core::BundleMember& last = members->back();
  // What was logged is what is sent, or nothing: an export that ends early is not one.
  if (last.name.starts_with("sums/") && sums_.find(sum_of(last)) == std::string::npos) {
    return std::unexpected(store::IoError{last.name + " is not what it was when it was logged"});
  }
  return packed(*members);
}

store::Result<std::string> ExportRun::lines() {
  Clock& clock = context_.engine.clock();
  const std::int64_t until_ms = clock.monotonic_ms() + step_ms_max;
  core::Teller teller(context_.engine.reader(), context_.engine.keys());
  std::string lines;
  do {
    if (auto added = add_lines(teller, lines); !added) return std::unexpected(added.error());
  } while (at_ < manifest_.end && lines.size() < step_bytes_max && clock.monotonic_ms() < until_ms);
  return lines;
}

store::Result<void> ExportRun::add_lines(core::Teller& teller, std::string& lines) {
  const std::uint64_t count = std::min(entries_max, manifest_.end - at_);
  const auto rows = context_.engine.reader().leaves(project_.row.id, at_, count);
  if (!rows) return std::unexpected(rows.error());
  if (rows->size() != count) return std::unexpected(core::entry_damaged(at_ + rows->size()));
  for (const store::Leaf& row : *rows) {
    auto one = row.erased() ? erased_line(row) : line(teller, row);
    if (!one) return std::unexpected(std::move(one.error()));
    lines += *one;
  }
  at_ += count;
  done_ += count;
  return {};
}

store::Result<std::string> ExportRun::line(core::Teller& teller, const store::Leaf& row) {
  const auto statement = core::statement_of(row);
  if (!statement) return std::unexpected(statement.error());
  auto asked = teller.tell(*statement);
  if (!asked) return std::unexpected(std::move(asked.error()));
  const evidence::ExportEntry entry{.index = row.index,
                                    .statement = row.statement,
                                    .leaf = row.leaf,
                                    .evidence = row.evidence,
                                    .leaf_hash = row.leaf_hash,
                                    .asked = *std::move(asked)};
  return ocsf_ ? ocsf_->line(entry, *statement)
               : evidence::export_line(manifest_.format, entry, *statement);
}

store::Result<std::string> ExportRun::erased_line(const store::Leaf& row) {
  if (tlog::leaf_hash(row.leaf) != row.leaf_hash)
    return std::unexpected(core::entry_damaged(row.index));
  if (!ocsf_) {
    return evidence::export_erased_line(manifest_.format, row.index, row.leaf, row.leaf_hash);
  }
  const auto erasure = context_.engine.reader().erasure(row.stream);
  if (!erasure) return std::unexpected(erasure.error());
  if (!*erasure) return std::unexpected(core::entry_damaged(row.index));
  return ocsf_->erased_line({.origin = manifest_.origin,
                             .index = row.index,
                             .erased = (*erasure)->at,
                             .leaf = row.leaf,
                             .leaf_hash = row.leaf_hash});
}

// What tells a whole export from one that was cut off. Of OCSF the event of the export itself.
store::Result<std::string> ExportRun::closing() {
  if (bundle_) return evidence::tar_end();
  if (!ocsf_) return evidence::export_closing(manifest_, note_);
  const auto row = context_.engine.reader().leaf(project_.row.id, *event_);
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::unexpected(core::entry_damaged(*event_));
  const auto statement = core::statement_of(**row);
  if (!statement) return std::unexpected(statement.error());
  auto more = json::Value::object();
  more.add("checkpoint", note_).add("manifest", manifest_.to_json());
  return ocsf_->line({.index = *event_,
                      .statement = (*row)->statement,
                      .leaf = (*row)->leaf,
                      .evidence = (*row)->evidence,
                      .leaf_hash = (*row)->leaf_hash,
                      .asked = {}},
                     *statement, more);
}

std::string_view ExportRun::content_type() const {
  switch (manifest_.format) {
    case ExportFormat::jsonl:
    case ExportFormat::ocsf:
      return "application/x-ndjson";
    case ExportFormat::csv:
      return "text/csv; charset=utf-8";
    case ExportFormat::bundle:
      return "application/x-tar";
  }
  return {};
}

// "letsping-default-0-1234.tar": which entries, of which project.
std::string ExportRun::file_name() const {
  std::string name = "letsping-" + project_.row.id + "-" + std::to_string(manifest_.first) + "-" +
                     std::to_string(manifest_.end);
  switch (manifest_.format) {
    case ExportFormat::jsonl:
      return name + ".jsonl";
    case ExportFormat::csv:
      return name + ".csv";
    case ExportFormat::ocsf:
      return name + ".ocsf.jsonl";
    case ExportFormat::bundle:
      return name + ".tar";
  }
  return name;
}

}  // namespace lp::api
