#include "api/admin/exports.h"

#include <algorithm>
#include <charconv>

#include "api/admin/things.h"
#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/submit.h"
#include "core/teller.h"
#include "evidence/export.h"
#include "evidence/leaf.h"
#include "json/write.h"
#include "tlog/note.h"
#include "tlog/tree.h"

namespace lp::api {
namespace {

// What one page may hold up: a net thread for a few milliseconds.
constexpr std::uint64_t entries_max = 256;

struct Head {
  std::string note;
  tlog::Checkpoint checkpoint;
};

// The newest checkpoint, which was checked when it was signed or read back at start.
std::optional<Head> head_of(const core::ProjectView& project) {
  const auto text = project.live->checkpoint.load();
  const auto note = text ? tlog::Note::parse(*text) : std::nullopt;
  const auto checkpoint = note ? tlog::Checkpoint::parse_body(note->body) : std::nullopt;
  if (!checkpoint) return std::nullopt;
  return Head{.note = *text, .checkpoint = *checkpoint};
}

// "2026-03-01T12:00:00.000Z", without milliseconds, or the beginning of a day.
std::optional<Instant> time_of(std::string text) {
  if (text.size() == std::string_view("2026-03-01").size()) text += "T00:00:00Z";
  if (text.size() == std::string_view("2026-03-01T12:00:00Z").size() && text.ends_with('Z')) {
    text.insert(text.size() - 1, ".000");
  }
  return parse_instant(text);
}

// A stored leaf as an export may tell it: nothing when its bytes are not those under the tree.
std::optional<evidence::Statement> verified(const store::Leaf& row) {
  const auto leaf = evidence::read_leaf(row.leaf);
  if (!leaf || leaf->statement_sha256 != evidence::statement_sha256(row.statement) ||
      tlog::leaf_hash(row.leaf) != row.leaf_hash) {
    return std::nullopt;
  }
  auto statement = evidence::read_statement(row.statement);
  if (!statement) return std::nullopt;
  return *std::move(statement);
}

store::IoError damaged(std::uint64_t index) {
  return {"entry " + std::to_string(index) + " of the log does not verify"};
}

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
    const auto statement = *leaf ? verified(**leaf) : std::nullopt;
    if (!statement) return std::unexpected(damaged(index));
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
    if (before) {
      low = (*told)->index + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

struct Wish {
  std::optional<net::Reply> refusal;
  const core::ProjectView* project = nullptr;
  evidence::ExportManifest manifest;  // format, from and to
};

Wish read_wish(Call& call) {
  Wish wish;
  const auto document = read_object(std::move(call.request.body));
  if (!document) {
    wish.refusal = document.error();
    return wish;
  }
  Members members(document->root, "", wish.refusal);
  const std::string name = members.text("project", {.required = true});
  const auto format = evidence::export_format(members.text("format", {.required = true}));
  if (!format) members.refuse("format", "must be jsonl or csv");
  wish.manifest.format = format.value_or(evidence::ExportFormat::jsonl);
  for (auto [member, slot] :
       {std::pair{"from", &wish.manifest.from}, std::pair{"to", &wish.manifest.to}}) {
    const std::string text = members.text(member);
    if (text.empty()) continue;
    *slot = time_of(text);
    if (!*slot) members.refuse(member, "must be a UTC time or day: 2026-03-01T12:00:00Z");
  }
  wish.project = project_of(call, name);
  if (wish.project == nullptr && !wish.refusal) wish.refusal = refuse(Reason::not_found);
  return wish;
}

// Which entries they are; an error of the store.
store::Result<void> find_range(store::Reader& reader, const std::string& project,
                               evidence::ExportManifest& manifest) {
  manifest.end = manifest.size;
  for (const auto& [time, slot] :
       {std::pair{manifest.from, &manifest.first}, std::pair{manifest.to, &manifest.end}}) {
    if (!time) continue;
    const auto index = index_at(reader, project, manifest.size, *time);
    if (!index) return std::unexpected(index.error());
    *slot = *index;
  }
  manifest.end = std::max(manifest.first, manifest.end);
  return {};
}

net::Reply describe(const std::string& project, const evidence::ExportManifest& manifest,
                    std::string_view note, std::uint64_t event) {
  auto value = json::Value::object();
  value.add("project", project)
      .add("event", event)
      .add("origin", manifest.origin)
      .add("first", manifest.first)
      .add("end", manifest.end)
      .add("opening", evidence::export_opening(manifest.format))
      .add("closing", evidence::export_closing(manifest, note));
  return private_reply(json::compact(value));
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

// What the event says that was exported; nothing when it is no export, or not true yet.
store::Result<std::optional<evidence::ExportManifest>> manifest_at(store::Reader& reader,
                                                                   const core::ProjectView& project,
                                                                   std::uint64_t index) {
  if (index >= project.live->signed_size) return std::nullopt;
  auto leaf = reader.leaf(project.row.id, index);
  if (!leaf) return std::unexpected(std::move(leaf.error()));
  const auto statement = *leaf ? verified(**leaf) : std::nullopt;
  if (!statement) return std::unexpected(damaged(index));
  if (statement->type != evidence::EventType::export_made) return std::nullopt;
  const auto entries = json::parse((*leaf)->evidence);
  if (!entries || !entries->root.is_array() || entries->root.items().size() != 1) {
    return std::unexpected(damaged(index));
  }
  const json::Value* value = entries->root.items()[0].find("manifest");
  auto manifest = value ? evidence::ExportManifest::from_json(*value) : std::nullopt;
  if (!manifest || manifest->sha256() != statement->document) {
    return std::unexpected(damaged(index));
  }
  return manifest;
}

store::Result<std::string> lines_of(core::Engine& engine, const std::string& project,
                                    evidence::ExportFormat format, std::uint64_t first,
                                    std::uint64_t count) {
  const auto rows = engine.reader().leaves(project, first, count);
  if (!rows) return std::unexpected(rows.error());
  if (rows->size() != count) return std::unexpected(damaged(first + rows->size()));
  core::Teller teller(engine.reader(), engine.keys());
  std::string lines;
  for (const store::Leaf& row : *rows) {
    if (row.erased()) {
      if (tlog::leaf_hash(row.leaf) != row.leaf_hash) return std::unexpected(damaged(row.index));
      lines += evidence::export_erased_line(format, row.index, row.leaf, row.leaf_hash);
      continue;
    }
    const auto statement = verified(row);
    if (!statement) return std::unexpected(damaged(row.index));
    auto asked = teller.tell(*statement);
    if (!asked) return std::unexpected(std::move(asked.error()));
    lines += evidence::export_line(format,
                                   {.index = row.index,
                                    .statement = row.statement,
                                    .leaf = row.leaf,
                                    .evidence = row.evidence,
                                    .leaf_hash = row.leaf_hash,
                                    .asked = *std::move(asked)},
                                   *statement);
  }
  return lines;
}

}  // namespace

net::Outcome begin_export(Context& context, Call& call) {
  Wish wish = read_wish(call);
  if (wish.refusal) return *std::move(wish.refusal);
  const auto head = head_of(*wish.project);
  if (!head) return refuse(Reason::log_frozen);
  const std::string project = wish.project->row.id;
  evidence::ExportManifest manifest = std::move(wish.manifest);
  manifest.origin = head->checkpoint.origin;
  manifest.size = head->checkpoint.size;
  manifest.root = head->checkpoint.root;
  if (const auto found = find_range(context.engine.reader(), project, manifest); !found) {
    return internal_error("export.range", found.error().what);
  }
  core::RecordExport command{.project = project, .manifest = manifest};
  return submit(context, std::move(command),
                [project, manifest, note = head->note](const core::RecordExport::Result& result) {
                  return describe(project, manifest, note, result.index);
                });
}

net::Outcome export_page(Context& context, Call& call) {
  const core::ProjectView* project = project_of(call, call.parameter("project"));
  const auto event = whole_number(call.parameter("event"));
  if (project == nullptr || !event) return refuse(Reason::not_found);
  const auto manifest = manifest_at(context.engine.reader(), *project, *event);
  if (!manifest) return internal_error("export.event", manifest.error().what);
  if (!*manifest) return refuse(Reason::not_found);
  const auto at = whole_number(call.request.query_value("at").value_or(""));
  if (!at || *at < (*manifest)->first || *at > (*manifest)->end) {
    return refuse(Reason::query_invalid, "at: must be an index of the export");
  }
  const std::uint64_t count = std::min(entries_max, (*manifest)->end - *at);
  auto lines = lines_of(context.engine, project->row.id, (*manifest)->format, *at, count);
  if (!lines) return internal_error("export.page", lines.error().what);
  net::Reply reply = private_reply(*std::move(lines));
  reply.content_type = (*manifest)->format == evidence::ExportFormat::csv
                           ? "text/csv; charset=utf-8"
                           : "application/x-ndjson";
  reply.headers.emplace_back("LP-Next", std::to_string(*at + count));
  return reply;
}

}  // namespace lp::api
