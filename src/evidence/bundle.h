// What stands in a bundle, and where (spec/export-format.md): the log of a project, or a part of
// it, as one file that is verified without the server.
//
// The names and the order of the members follow from three numbers, so that who writes one and who
// reads one agree without asking, and both hold no more of it in memory than one member.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "evidence/roster_document.h"
#include "tlog/tile.h"

namespace lp::evidence {

namespace member {
inline constexpr std::string_view manifest = "manifest.json", rosters = "rosters.jsonl",
                                  event = "event.json", consistency = "consistency",
                                  sums = "SHA256SUMS", readme = "README.txt", page = "verify.html",
                                  policies = "policies.jsonl", rules = "rules.jsonl",
                                  checkpoint = "checkpoint", anchor = "anchor.json";
}  // namespace member

// Which members there are for the entries first <= index < end of a tree of `size` leaves.
struct BundlePlan {
  std::uint64_t first = 0, end = 0, size = 0;

  // The partial tiles at the right edge of the tree, from the top down: with them its root.
  [[nodiscard]] std::vector<tlog::TileAddress> edge() const;
  // Numbers of the level 0 tiles that hold an entry of it: first_tile() <= number < end_tile().
  [[nodiscard]] std::uint64_t first_tile() const { return first / tlog::tile_width; }
  [[nodiscard]] std::uint64_t end_tile() const;
  // The full tiles that come before the entries of that tile, from the top down, each named by one
  // that came before it.
  [[nodiscard]] std::vector<tlog::TileAddress> tiles_before(std::uint64_t number) const;
  // The entries of the tile that belong to it.
  [[nodiscard]] std::uint64_t begin_in(std::uint64_t number) const;
  [[nodiscard]] std::uint64_t end_in(std::uint64_t number) const;
  // tile/entries/… of the tile.
  [[nodiscard]] tlog::TileAddress entries(std::uint64_t number) const;
  // Whether the sums of a group stand behind that tile.
  [[nodiscard]] bool ends_group(std::uint64_t number) const;
  // How many groups there are.
  [[nodiscard]] std::uint64_t groups() const;
};

std::string statements_member(std::uint64_t number);  // "statements/x001/234.jsonl"
std::string receipts_member(std::uint64_t number);
std::string sums_member(std::uint64_t number);  // of the group that ends with this tile

// "<hex>  <name>\n", as sha256sum reads it.
std::string sum_line(const Digest& sha256, std::string_view name);

// One entry as the bundle tells it, beside its leaf: a line of statements/….
struct BundleRecord {
  std::uint64_t index = 0;
  std::string statement;                  // exact bytes; "" when it was erased
  std::string evidence;                   // exact JSON array of the evidence entries; "" for none
  std::optional<std::string> descriptor;  // where the statement is the first to name it

  [[nodiscard]] std::string line() const;  // JCS and a line feed
  // Of the line without its line feed; nothing for what line() could not have written.
  static std::optional<BundleRecord> parse(std::string_view line);
  friend bool operator==(const BundleRecord&, const BundleRecord&) = default;
};

// A line of rosters.jsonl, and back.
std::string roster_line(const RosterDocument& document);
std::optional<RosterDocument> read_roster_line(std::string_view line);

// A line of policies.jsonl or rules.jsonl: {"document": …}; `document` is JCS.
std::string document_line(std::string_view document);
std::optional<std::string> read_document_line(std::string_view line);

extern const std::string_view bundle_readme;

}  // namespace lp::evidence
