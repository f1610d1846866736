// The lines of an export (security.md D-82).
//
// JSON Lines is the evidence: each line carries the exact statement and leaf, so that a stranger
// computes the leaf hashes and the tree from the file alone, and the last line is the checkpoint
// over them. CSV is a view for people and their spreadsheets: no cell of it can become a formula,
// and nothing in it is invisible. docs/reference/export.md describes both.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "evidence/export_manifest.h"
#include "evidence/statement.h"

namespace lp::evidence {

// What is told of an entry beside its statement; nothing of it stands in the log in clear.
struct Asked {
  std::string service, action;
  std::string descriptor;             // exact bytes, whose hash is the statement's request.sha256
  std::optional<std::string> reason;  // what the person or agent wrote when it was decided
};

struct ExportEntry {
  std::uint64_t index = 0;
  std::string_view statement, leaf, evidence;  // exact; evidence "" when there is none
  Digest leaf_hash;
  std::optional<Asked> asked;  // of a request; nothing when it cannot be told
};

// Of JSON Lines and CSV; the others have writers of their own (ocsf.h, bundle.h).
// Before the first entry; "" for JSON Lines.
std::string export_opening(ExportFormat format);
// `said` is what entry.statement reads as.
std::string export_line(ExportFormat format, const ExportEntry& entry, const Statement& said);
// An entry whose statement was erased: nothing but its place.
std::string export_erased_line(ExportFormat format, std::uint64_t index, std::string_view leaf,
                               const Digest& leaf_hash);
// After the last: the manifest and the checkpoint that covers it all.
std::string export_closing(const ExportManifest& manifest, std::string_view note);

// A cell that no spreadsheet takes for anything but text: quoted, invisible characters spelt out,
// and an apostrophe before each sign that would begin a formula, at the front or behind anything
// that another locale might take for a separator.
std::string csv_cell(std::string_view text);

}  // namespace lp::evidence
