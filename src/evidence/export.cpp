#include "evidence/export.h"

#include <array>
#include <initializer_list>

#include "base/assert.h"
#include "base/text.h"
#include "base/visible.h"
#include "crypto/hash.h"
#include "evidence/members.h"
#include "json/write.h"

namespace lp::evidence {
namespace {

constexpr std::string_view columns =
    "index,time,type,actor,actor_kind,actor_method,request,version,level,service,action,object,"
    "outcome,reason,leaf_hash,note\r\n";
constexpr std::string_view banner =
    "This file is a view, not evidence: cells are altered so that spreadsheets run nothing. The "
    "JSON Lines export can be verified.";

// What starts a formula in some spreadsheet: also in full width, as input methods write them.
bool begins_formula(char32_t c) {
  return c == U'=' || c == U'+' || c == U'-' || c == U'@' || c == 0xff1d || c == 0xff0b ||
         c == 0xff0d || c == 0xff20;
}

// Behind it a reader with another separator or quote sees a new cell begin.
bool may_separate(char32_t c) {
  return c == U',' || c == U';' || c == U'|' || c == U'"' || c == U'\'';
}

bool is_blank(char32_t c) {
  return c == U' ' || c == 0xa0 || c == 0x3000;
}

// "approved" of decision.approved: how it went, where the event is an outcome.
std::string_view outcome_of(const Statement& said) {
  constexpr std::array<std::string_view, 4> outcomes{"review.", "decision.", "handoff.", "login."};
  const std::string_view type = to_string(said.type);
  for (const std::string_view prefix : outcomes) {
    if (type.starts_with(prefix)) return type.substr(prefix.size());
  }
  return {};
}

// "api_key key_…" of the evidence entries that the statement vouches for: what an event is about
// that is not about a request.
std::string object_of(const ExportEntry& entry, const Statement& said) {
  const auto entries = read_json(entry.evidence);
  if (!entries || !entries->is_array() || entries->items().size() != said.evidence.size())
    return {};
  std::string object;
  for (std::size_t i = 0; i < said.evidence.size(); ++i) {
    const json::Value& item = entries->items()[i];
    if (crypto::sha256(json::canonical(item)) != said.evidence[i].sha256) return {};
    object += object.empty() ? "" : ", ";
    object += said.evidence[i].kind;
    if (const auto id = item.find_string("id")) object.append(" ").append(*id);
  }
  return object;
}

std::string_view request_of(const Statement& said) {
  return said.of_request() ? std::string_view(said.stream.id) : std::string_view();
}

void add_text(std::string& line, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  line.append(",\"").append(name).append("\":").append(json::quote(text));
}

// Written by hand: a value tree a line would cost more than everything else.
std::string jsonl_line(const ExportEntry& entry, const Statement& said) {
  std::string line = "{\"index\":" + std::to_string(entry.index);
  line.reserve(entry.statement.size() + entry.leaf.size() + entry.evidence.size() + 1'024);
  add_text(line, "time", to_string(said.time));
  add_text(line, "type", to_string(said.type));
  line += ",\"actor\":{\"id\":" + json::quote(said.actor.id);
  add_text(line, "kind", to_string(said.actor.kind));
  add_text(line, "method", to_string(said.actor.method));
  add_text(line, "key", said.actor.key);
  line += '}';
  add_text(line, "request", request_of(said));
  if (said.request) {
    line += ",\"version\":" + std::to_string(said.request->version);
    add_text(line, "level", to_string(said.request->level));
  }
  if (entry.asked) {
    line += ",\"service\":" + json::quote(entry.asked->service);
    line += ",\"action\":" + json::quote(entry.asked->action);
  }
  if (!said.request) add_text(line, "object", object_of(entry, said));
  add_text(line, "outcome", outcome_of(said));
  if (entry.asked && entry.asked->reason) {
    line += ",\"reason\":" + json::quote(*entry.asked->reason);
  }
  add_text(line, "leaf_hash", entry.leaf_hash.hex());
  add_text(line, "statement", entry.statement);
  add_text(line, "leaf", entry.leaf);
  add_text(line, "evidence", entry.evidence);
  // Once for each version of what was asked: the statements after it name its hash.
  const bool first_named =
      said.type == EventType::request_created || said.type == EventType::request_revised;
  if (entry.asked && first_named) add_text(line, "descriptor", entry.asked->descriptor);
  return line += "}\n";
}

void append_cells(std::string& record, std::initializer_list<std::string_view> texts) {
  for (const std::string_view text : texts) {
    record += ',';
    if (!text.empty()) record += csv_cell(text);
  }
}

std::string csv_record(const ExportEntry& entry, const Statement& said) {
  std::string record = std::to_string(entry.index);
  append_cells(record,
               {to_string(said.time), to_string(said.type), said.actor.id,
                to_string(said.actor.kind), to_string(said.actor.method), request_of(said)});
  record += ',';
  if (said.request) record += std::to_string(said.request->version);
  append_cells(record, {said.request ? to_string(said.request->level) : std::string_view()});
  const Asked asked = entry.asked.value_or(Asked{});
  append_cells(record,
               {asked.service, asked.action, said.request ? std::string() : object_of(entry, said),
                outcome_of(said), asked.reason.value_or(std::string()), entry.leaf_hash.hex(), ""});
  return record += "\r\n";
}

// A record that is no entry: its type has no dot.
std::string csv_note(std::string_view type, std::string_view note) {
  return ",," + csv_cell(type) + ",,,,,,,,,,,,," + csv_cell(note) + "\r\n";
}

}  // namespace

std::string csv_cell(std::string_view text) {
  const std::string seen = visible(text);
  std::string_view rest = seen;
  std::string cell(1, '"');
  bool fresh = true;  // a reader may see the beginning of a cell here
  while (const auto point = first_code_point(rest)) {
    if (fresh && begins_formula(point->value)) cell += '\'';
    fresh = may_separate(point->value) || (fresh && is_blank(point->value));
    if (point->value == U'"') cell += '"';
    cell += rest.substr(0, point->bytes);
    rest.remove_prefix(point->bytes);
  }
  LP_ASSERT(rest.empty());  // what visible() gives is text to its end
  return cell += '"';
}

std::string export_opening(ExportFormat format) {
  if (format != ExportFormat::csv) return {};
  return std::string(columns) + csv_note("view", banner);
}

std::string export_line(ExportFormat format, const ExportEntry& entry, const Statement& said) {
  return format == ExportFormat::jsonl ? jsonl_line(entry, said) : csv_record(entry, said);
}

std::string export_erased_line(ExportFormat format, std::uint64_t index, std::string_view leaf,
                               const Digest& leaf_hash) {
  if (format == ExportFormat::csv) {
    std::string record = std::to_string(index);
    append_cells(record,
                 {"", "erased", "", "", "", "", "", "", "", "", "", "", "", leaf_hash.hex(), ""});
    return record += "\r\n";
  }
  std::string line = "{\"index\":" + std::to_string(index) + ",\"erased\":true";
  add_text(line, "leaf_hash", leaf_hash.hex());
  add_text(line, "leaf", leaf);
  return line += "}\n";
}

std::string export_closing(const ExportManifest& manifest, std::string_view note) {
  if (manifest.format == ExportFormat::csv) return csv_note("checkpoint", note);
  return "{\"manifest\":" + json::canonical(manifest.to_json()) +
         ",\"checkpoint\":" + json::quote(note) + "}\n";
}

}  // namespace lp::evidence
