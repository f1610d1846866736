#include "evidence/bundle.h"

#include <algorithm>

#include "evidence/members.h"
#include "json/text_array.h"
#include "json/write.h"

namespace lp::evidence {
namespace {

constexpr unsigned levels = 8;  // 2^64 leaves

std::uint64_t hashes_at(std::uint64_t size, unsigned level) {
  return size >> (tlog::tile_height * level);
}

// "x001/234", as tiles are numbered.
std::string number_path(std::uint64_t number) {
  constexpr std::string_view prefix = "tile/entries/";
  return tlog::tile_path({.entries = true, .number = number}).substr(prefix.size());
}

}  // namespace

std::vector<tlog::TileAddress> BundlePlan::edge() const {
  std::vector<tlog::TileAddress> tiles;
  for (unsigned level = levels; level-- > 0;) {
    const std::uint64_t hashes = hashes_at(size, level);
    const auto width = static_cast<unsigned>(hashes % tlog::tile_width);
    if (width == 0) continue;
    tiles.push_back({.level = level, .number = hashes / tlog::tile_width, .width = width});
  }
  return tiles;
}

std::uint64_t BundlePlan::end_tile() const {
  if (first >= end) return first_tile();
  return (end - 1) / tlog::tile_width + 1;
}

std::vector<tlog::TileAddress> BundlePlan::tiles_before(std::uint64_t number) const {
  std::vector<tlog::TileAddress> tiles;
  for (unsigned level = levels; level-- > 0;) {
    const unsigned shift = tlog::tile_height * level;
    const std::uint64_t at = number >> shift;
    if (number != first_tile() && at << shift != number) continue;
    if ((at + 1) * tlog::tile_width > hashes_at(size, level)) continue;
    tiles.push_back({.level = level, .number = at});
  }
  return tiles;
}

std::uint64_t BundlePlan::begin_in(std::uint64_t number) const {
  return std::max(first, number * tlog::tile_width);
}

std::uint64_t BundlePlan::end_in(std::uint64_t number) const {
  return std::min(end, (number + 1) * tlog::tile_width);
}

tlog::TileAddress BundlePlan::entries(std::uint64_t number) const {
  const std::uint64_t left = size - number * tlog::tile_width;
  return {.entries = true,
          .number = number,
          .width = static_cast<unsigned>(std::min<std::uint64_t>(left, tlog::tile_width))};
}

bool BundlePlan::ends_group(std::uint64_t number) const {
  return number + 1 == end_tile() || (number + 1) % tlog::tile_width == 0;
}

std::uint64_t BundlePlan::groups() const {
  if (first >= end) return 0;
  return (end_tile() - 1) / tlog::tile_width - first_tile() / tlog::tile_width + 1;
}

std::string statements_member(std::uint64_t number) {
  return "statements/" + number_path(number) + ".jsonl";
}

std::string receipts_member(std::uint64_t number) {
  return "receipts/" + number_path(number) + ".jsonl";
}

std::string sums_member(std::uint64_t number) {
  return "sums/" + number_path(number / tlog::tile_width);
}

std::string sum_line(const Digest& sha256, std::string_view name) {
  return sha256.hex().append("  ").append(name).append("\n");
}

std::string BundleRecord::line() const {
  std::string text = "{";
  if (descriptor) text.append("\"descriptor\":").append(json::quote(*descriptor)).append(",");
  if (!evidence.empty()) text.append("\"evidence\":").append(json::quote(evidence)).append(",");
  text.append("\"index\":").append(std::to_string(index));
  if (!statement.empty()) text.append(",\"statement\":").append(json::quote(statement));
  return text += "}\n";
}

std::optional<BundleRecord> BundleRecord::parse(std::string_view line) {
  const auto value = read_json(line);
  if (!value) return std::nullopt;
  Members members(*value);
  BundleRecord record;
  record.index = members.integer("index");
  record.statement = members.optional_text("statement").value_or("");
  record.evidence = members.optional_text("evidence").value_or("");
  record.descriptor = members.optional_text("descriptor");
  if (!members.complete()) return std::nullopt;
  std::string again = record.line();
  again.pop_back();
  if (again != line) return std::nullopt;
  return record;
}

std::string roster_line(const RosterDocument& document) {
  auto value = json::Value::object();
  value.add("head", document.head).add("entries", json::text_array(document.entries));
  value.add("signatures", document.signatures);
  return json::canonical(value) + "\n";
}

std::optional<RosterDocument> read_roster_line(std::string_view line) {
  const auto value = read_json(line);
  if (!value) return std::nullopt;
  Members members(*value);
  RosterDocument document;
  document.head = members.text("head");
  document.entries = members.texts("entries");
  document.signatures = members.text("signatures");
  if (!members.complete() || json::canonical(*value) != line) return std::nullopt;
  return document;
}

std::string document_line(std::string_view document) {
  return json::canonical(json::Value::object().add("document", document)) + "\n";
}

std::optional<std::string> read_document_line(std::string_view line) {
  const auto value = read_json(line);
  if (!value) return std::nullopt;
  Members members(*value);
  std::string document = members.text("document");
  if (!members.complete() || json::canonical(*value) != line) return std::nullopt;
  return document;
}

const std::string_view bundle_readme =
    R"(The log of a project, or a part of it, with everything that proves it.

To check it, on any machine, without the server that made it:

    letsping-verify --bundle FILE.tar --trust trust.json

The trust file (`letsping trust export`) says whose keys count. It must have reached you on another
way than this file. Without one the best verdict is INDETERMINATE.

  manifest.json       which entries of which log these are; event.json proves that the export was
                      written into the log before its first byte left
  SHA256SUMS          of every member, with sums/: cat SHA256SUMS sums/* sums/*/* | sha256sum -c
  rosters.jsonl       whose keys count, signed by the owners
  checkpoint, tile/   the log as c2sp.org/tlog-tiles; anchor.json: the checkpoint in the root log
  statements/         what happened, in the exact bytes that the log holds the hash of
  receipts/           one receipt a line for each review and decision by people; verify.html, which
                      sends nothing anywhere, checks one of them in a browser
  policies.jsonl, rules.jsonl   the documents that the statements name

spec/export-format.md of LetsPing describes every byte.
)";

}  // namespace lp::evidence
