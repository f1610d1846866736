#include "evidence/export_manifest.h"

#include "crypto/hash.h"
#include "evidence/members.h"
#include "json/write.h"

namespace lp::evidence {

std::string_view to_string(ExportFormat format) {
  switch (format) {
    case ExportFormat::jsonl:
      return "jsonl";
    case ExportFormat::csv:
      return "csv";
    case ExportFormat::ocsf:
      return "ocsf";
    case ExportFormat::bundle:
      return "bundle";
  }
  return {};
}

std::optional<ExportFormat> export_format(std::string_view name) {
  for (const auto format :
       {ExportFormat::jsonl, ExportFormat::csv, ExportFormat::ocsf, ExportFormat::bundle}) {
    if (to_string(format) == name) return format;
  }
  return std::nullopt;
}

json::Value ExportManifest::to_json() const {
  auto value = json::Value::object();
  value.add("v", 1).add("origin", origin).add("format", to_string(format));
  if (from) value.add("from", lp::to_string(*from));
  if (to) value.add("to", lp::to_string(*to));
  value.add("first", first).add("end", end).add("size", size).add("root", root.hex());
  add_digest(value, "sums", sums);
  return value;
}

Digest ExportManifest::sha256() const {
  return crypto::sha256(json::canonical(to_json()));
}

std::optional<ExportManifest> ExportManifest::from_json(const json::Value& value) {
  Members members(value);
  ExportManifest manifest;
  if (members.integer("v") != 1) return std::nullopt;
  manifest.origin = members.text("origin");
  manifest.format = members.named<ExportFormat>("format", export_format);
  if (members.has("from")) manifest.from = members.instant("from");
  if (members.has("to")) manifest.to = members.instant("to");
  manifest.first = members.integer("first");
  manifest.end = members.integer("end");
  manifest.size = members.integer("size");
  manifest.root = members.digest("root");
  manifest.sums = members.optional_digest("sums");
  const bool in_order = manifest.first <= manifest.end && manifest.end <= manifest.size;
  const bool is_bundle = manifest.format == ExportFormat::bundle;
  if (!members.complete() || !in_order || manifest.sums.has_value() != is_bundle) {
    return std::nullopt;
  }
  return manifest;
}

}  // namespace lp::evidence
