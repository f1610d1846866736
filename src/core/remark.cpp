#include "core/remark.h"

#include <algorithm>

#include "base/assert.h"
#include "base/log.h"
#include "base/text.h"
#include "core/request_event.h"
#include "crypto/hash.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::core {
namespace {

using evidence::EventType;

constexpr std::string_view entry_kind = "remark";
constexpr std::size_t salt_bytes = 32;

RemarkKind kind_of(EventType type) {
  if (type == EventType::review_commented) return RemarkKind::comment;
  if (type == EventType::review_changes_requested) return RemarkKind::changes;
  LP_ASSERT(type == EventType::review_edited);
  return RemarkKind::edit;
}

// In whose place no other sealed field of the request opens.
std::string sealing_of(std::string_view id) {
  return "remark " + std::string(id);
}

// Reads the words of one entry into `remark`; false when it is not what this server writes.
bool read_words(const json::Value& entry, const Secret& dek, std::string_view request,
                Remark& remark) {
  const auto id = entry.find_string("id");
  if (!id) return false;
  remark.id = *id;
  if (const json::Value* note = entry.find("note")) {
    remark.note = json::compact(*note);
    return true;
  }
  const auto sealed = from_base64(entry.find_string("sealed").value_or(std::string_view{}));
  if (!sealed) return false;
  auto text = open_field(dek.reveal(), sealing_of(*id), request, *sealed);
  if (!text) return false;
  remark.text = *std::move(text);
  return true;
}

bool is_named(const evidence::Statement& statement, const json::Value& entry) {
  const Digest sha256 = crypto::sha256(json::canonical(entry));
  return std::ranges::any_of(statement.evidence, [&](const auto& named) {
    return named.kind == entry_kind && named.sha256 == sha256;
  });
}

std::optional<Remark> read_remark(const store::Leaf& leaf, const Secret& dek) {
  const auto statement = evidence::read_statement(leaf.statement);
  const auto document = json::parse(leaf.evidence.empty() ? "[]" : leaf.evidence);
  const bool sound = statement && statement->type == leaf.type &&
                     statement->stream.id == leaf.stream && statement->request && document &&
                     document->root.is_array();
  if (!sound) return std::nullopt;
  Remark remark{.kind = kind_of(leaf.type),
                .id = {},
                .version = statement->request->version,
                .member = statement->actor.id,
                .at = statement->time,
                .leaf_index = leaf.index,
                .note = {},
                .text = {}};
  for (const json::Value& entry : document->root.items()) {
    if (entry.find_string("kind") != entry_kind) continue;
    if (!is_named(*statement, entry) || !read_words(entry, dek, leaf.stream, remark)) {
      return std::nullopt;
    }
  }
  if (remark.id.empty() && remark.kind != RemarkKind::edit) return std::nullopt;
  return remark;
}

}  // namespace

std::string_view to_string(RemarkKind kind) {
  switch (kind) {
    case RemarkKind::comment:
      return "comment";
    case RemarkKind::changes:
      return "changes";
    case RemarkKind::edit:
      return "edit";
  }
  LP_ASSERT(false);
  return {};
}

std::expected<std::vector<Remark>, Refused> remarks_of(store::Reader& reader, const Keys& keys,
                                                       const Directory& directory,
                                                       const store::Request& row) {
  const ProjectView* project = directory.project(row.project);
  LP_ASSERT(project != nullptr);
  const auto leaves = reader.talk(row.project, row.id);
  if (!leaves) return refuse(Fault::stopping, row.id);
  std::vector<Remark> remarks;
  if (leaves->empty()) return remarks;
  const auto dek = keys.unwrap(row.dek_wrapped);
  if (!dek) return refuse(Fault::row_tampered, row.id);
  for (const store::Leaf& leaf : *leaves) {
    if (leaf.index >= project->live->signed_size) break;
    auto remark = read_remark(leaf, *dek);
    if (!remark) {
      log::error("remark.tampered", "What was said about a request does not verify.",
                 {{"request_id", row.id}, {"leaf", leaf.index}});
      return refuse(Fault::row_tampered, row.id);
    }
    remarks.push_back(*std::move(remark));
  }
  return remarks;
}

seal::NotePlace place_of(const ProjectView& project, RemarkKind kind,
                         const evidence::DecisionCore& core) {
  return {.kind = std::string(to_string(kind)),
          .id = core.nonce,
          .origin = project.row.origin,
          .request_id = core.request_id,
          .version = core.version,
          .author = core.approver};
}

bool note_fits(const std::string& note, const seal::NotePlace& place) {
  const auto document = json::parse(note);
  return document && seal::is_note_of(document->root, place);
}

std::optional<json::Value> remark_entry(Work& work, const Work::Open& open, const Secret& dek,
                                        const Words& words) {
  if (words.note.empty() && words.text.empty()) return std::nullopt;
  auto entry = json::Value::object();
  entry.add("kind", entry_kind).add("id", words.id);
  if (words.note.empty()) {
    entry.add("sealed", base64(seal_field(dek.reveal(), sealing_of(words.id), open.row.id,
                                          words.text, work.world.entropy)));
  } else {
    const auto note = json::parse(words.note);
    LP_ASSERT(note.has_value());
    entry.add("note", note->root);
  }
  entry.add("salt", base64(work.world.entropy.bytes(salt_bytes)));
  return entry;
}

}  // namespace lp::core
