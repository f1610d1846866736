// What an export was of: which entries of which log, in which form, under which checkpoint.
//
// It is fixed and in the log (export.made, as the document of the statement) before the first byte
// leaves, and the log never changes behind a checkpoint: so it also says what the bytes are. Of a
// bundle, which holds more than the log, it says so by the hash of all its members.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/time.h"
#include "json/value.h"

namespace lp::evidence {

// jsonl is evidence: exact bytes, from which a stranger computes every leaf hash. bundle is that
// and all it takes to judge it (bundle.h). csv and ocsf are views.
enum class ExportFormat : std::uint8_t { jsonl, csv, ocsf, bundle };
std::string_view to_string(ExportFormat format);
std::optional<ExportFormat> export_format(std::string_view name);

struct ExportManifest {
  std::string origin;
  ExportFormat format = ExportFormat::jsonl;
  std::optional<Instant> from, to;   // as asked: from <= time < to
  std::uint64_t first = 0, end = 0;  // first <= index < end
  std::uint64_t size = 0;            // of the checkpoint that covers them
  Digest root;                       // of the same
  std::optional<Digest> sums;        // of SHA256SUMS; of a bundle: always, and of no other

  [[nodiscard]] json::Value to_json() const;
  [[nodiscard]] Digest sha256() const;  // of the JCS bytes
  // Strict: what to_json() could not have given is nothing.
  static std::optional<ExportManifest> from_json(const json::Value& value);
  friend bool operator==(const ExportManifest&, const ExportManifest&) = default;
};

}  // namespace lp::evidence
