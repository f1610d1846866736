// The entries of a bundle: the tree from its root down to each leaf, and what each leaf stands for.

#include <algorithm>
#include <utility>

#include "crypto/hash.h"
#include "evidence/leaf.h"
#include "evidence/receipt.h"
#include "json/parse.h"
#include "json/write.h"
#include "tlog/note.h"
#include "tlog/tree.h"
#include "verify/bundle_check.h"
#include "verify/side_by_side.h"

namespace lp::verify {
namespace {

using evidence::EventType;
using evidence::Finding;

constexpr std::size_t record_bytes_max = 1 << 24;
// Records that are examined beside each other; at least one.
constexpr std::size_t bytes_at_once = 1 << 20;
constexpr std::size_t leaf_bytes_max = 65'535;

Digest root_over(const std::vector<Digest>& hashes) {
  tlog::CompactRange range;
  for (const Digest& hash : hashes) range.append(hash);
  return range.root();
}

bool names_descriptor(EventType type) {
  return type == EventType::request_created || type == EventType::request_revised;
}

// Whether the entries are those that the statement names, each in its place.
bool is_evidence_of(const evidence::Statement& said, const std::string& text) {
  if (text.empty()) return said.evidence.empty();
  const auto document = json::parse(text);
  if (!document || !document->root.is_array() || json::canonical(document->root) != text) {
    return false;
  }
  const auto& entries = document->root.items();
  return std::ranges::equal(entries, said.evidence, [](const auto& entry, const auto& named) {
    return entry.find_string("kind") == named.kind &&
           crypto::sha256(json::canonical(entry)) == named.sha256;
  });
}

}  // namespace

std::vector<Digest> BundleCheck::hashes_in(std::string_view bytes) const {
  constexpr std::size_t hash_bytes = 32;
  std::vector<Digest> hashes;
  for (std::size_t at = 0; at + hash_bytes <= bytes.size(); at += hash_bytes) {
    hashes.push_back(*Digest::from_bytes(bytes.substr(at, hash_bytes)));
  }
  return hashes;
}

// The partial tiles hold every hash that the root is made of.
Read<void> BundleCheck::edge() {
  for (const tlog::TileAddress& address : plan_.edge()) {
    if (auto in = reader_.enter(tlog::tile_path(address)); !in) return in;
    const auto bytes = reader_.content(address.width * sizeof(Digest::bytes));
    if (!bytes) return std::unexpected(bytes.error());
    edge_[address.level] = hashes_in(*bytes);
    if (bytes->size() != address.width * sizeof(Digest::bytes)) {
      return std::unexpected(wrong("it has not the hashes that its name says"));
    }
    if (auto left = leave_summed(); !left) return left;
  }
  const auto read = tlog::reader_over_tiles(
      [this](unsigned level, std::uint64_t position) -> std::optional<Digest> {
        const auto found = edge_.find(level);
        const std::uint64_t first =
            (plan_.size >> (tlog::tile_height * level)) / tlog::tile_width * tlog::tile_width;
        if (found == edge_.end() || position < first) return std::nullopt;
        if (position - first >= found->second.size()) return std::nullopt;
        return found->second[position - first];
      },
      plan_.size);
  if (tlog::root_of(plan_.size, read) == report_.manifest->root) return {};
  return std::unexpected(wrong("the tiles do not lead to the root of the checkpoint"));
}

std::optional<Digest> BundleCheck::named(const tlog::TileAddress& address) const {
  const unsigned level = address.level + 1;
  const std::uint64_t above = address.number / tlog::tile_width;
  const std::uint64_t within = address.number % tlog::tile_width;
  const bool on_edge = above == (plan_.size >> (tlog::tile_height * level)) / tlog::tile_width;
  const auto& tiles = on_edge ? edge_ : above_;
  const auto found = tiles.find(level);
  if (found == tiles.end() || within >= found->second.size()) return std::nullopt;
  if (!on_edge && above_number_.at(level) != above) return std::nullopt;
  return found->second[within];
}

Read<void> BundleCheck::full_tile(const tlog::TileAddress& address) {
  if (auto in = reader_.enter(tlog::tile_path(address)); !in) return in;
  const auto bytes = reader_.content(tlog::tile_width * sizeof(Digest::bytes));
  if (!bytes) return std::unexpected(bytes.error());
  auto hashes = hashes_in(*bytes);
  if (bytes->size() != tlog::tile_width * sizeof(Digest::bytes) ||
      named(address) != root_over(hashes)) {
    return std::unexpected(wrong("it is not the tile that stands in the tree"));
  }
  above_[address.level] = std::move(hashes);
  above_number_[address.level] = address.number;
  return leave_grouped();
}

Read<void> BundleCheck::tile(std::uint64_t number) {
  for (const tlog::TileAddress& address : plan_.tiles_before(number)) {
    if (auto done = full_tile(address); !done) return done;
  }
  if (auto done = leaves(number); !done) return done;
  if (auto done = statements(number); !done) return done;
  if (auto done = receipts(number); !done) return done;
  if (plan_.ends_group(number)) return group_sums(number);
  return {};
}

// An entry bundle of c2sp.org/tlog-tiles: for each leaf its length in two bytes, then the leaf.
Read<void> BundleCheck::leaves(std::uint64_t number) {
  const tlog::TileAddress address = plan_.entries(number);
  if (auto in = reader_.enter(tlog::tile_path(address)); !in) return in;
  const auto bytes = reader_.content(address.width * (leaf_bytes_max + 2));
  if (!bytes) return std::unexpected(bytes.error());
  const auto& hashes = address.width < tlog::tile_width ? edge_[0] : above_[0];
  leaves_.clear();
  std::string_view rest = *bytes;
  for (const Digest& hash : hashes) {
    const std::uint64_t index = number * tlog::tile_width + leaves_.size();
    if (rest.size() < 2) return std::unexpected(wrong(index, "its leaf is missing"));
    const std::size_t length = static_cast<std::size_t>(static_cast<unsigned char>(rest[0])) << 8 |
                               static_cast<unsigned char>(rest[1]);
    const std::string_view leaf = rest.substr(2, length);
    if (leaf.size() != length || tlog::leaf_hash(leaf) != hash) {
      return std::unexpected(wrong(index, "its leaf is not the one that stands in the tree"));
    }
    leaves_.emplace_back(leaf);
    rest.remove_prefix(2 + length);
  }
  if (!rest.empty()) return std::unexpected(wrong("something follows the last leaf"));
  return leave_grouped();
}

Read<void> BundleCheck::statements(std::uint64_t number) {
  if (auto in = reader_.enter(evidence::statements_member(number)); !in) return in;
  of_people_.clear();
  erased_.clear();
  const std::uint64_t end = plan_.end_in(number);
  for (std::uint64_t index = plan_.begin_in(number); index < end;) {
    std::vector<std::string> lines;
    std::size_t bytes = 0;
    Read<void> read;
    while (index + lines.size() < end && bytes < bytes_at_once) {
      auto line = reader_.line(record_bytes_max);
      if (!line) {
        read = std::unexpected(line.error());
      } else if (!*line) {
        read = std::unexpected(wrong(index + lines.size(), "its record is missing"));
      }
      if (!read) break;
      bytes += (*line)->size();
      lines.push_back(**std::move(line));
    }
    // What came before the end of what can be read is judged first: its fault would be the first.
    if (auto done = judge(index, lines); !done) return done;
    if (!read) return read;
    index += lines.size();
  }
  return leave_grouped();
}

// The records from `first` on: each is examined beside the others, then taken up in order.
Read<void> BundleCheck::judge(std::uint64_t first, const std::vector<std::string>& lines) {
  std::vector<std::optional<Examined>> examined(lines.size());
  side_by_side(lines.size(),
               [&](std::size_t at) { examined[at] = examine(first + at, lines[at]); });
  for (std::size_t at = 0; at < lines.size(); ++at) {
    if (auto done = take_up(first + at, *examined[at]); !done) return done;
    ++report_.entries;
  }
  return {};
}

// What one record is worth alone. Changes nothing.
BundleCheck::Examined BundleCheck::examine(std::uint64_t index, const std::string& line) const {
  auto record = evidence::BundleRecord::parse(line);
  if (!record) return std::unexpected(wrong(index, "its record is malformed"));
  if (record->index != index) {
    return std::unexpected(wrong(index, "its record is missing: that of " +
                                            std::to_string(record->index) + " is in its place"));
  }
  const auto leaf = evidence::read_leaf(leaves_[index % tlog::tile_width]);
  if (!leaf) return std::unexpected(wrong(index, "its leaf is malformed"));
  if (record->statement.empty()) {
    if (!record->evidence.empty() || record->descriptor) {
      return std::unexpected(wrong(index, "its statement is missing"));
    }
    return Entry{.record = *std::move(record), .report = std::nullopt};
  }
  evidence::LoggedStatement logged;
  logged.statement = record->statement;
  logged.leaf = leaves_[index % tlog::tile_width];
  logged.proof.index = index;
  if (leaf->der_signature) {
    logged.issuer = evidence::IssuerSignature{*leaf->issuer_spki, *leaf->der_signature};
  }
  auto report = evidence::verify_entry(
      logged, [this](const std::optional<Digest>& wanted) { return head(wanted); }, trusts_,
      demands_);
  return Entry{.record = *std::move(record), .report = std::move(report)};
}

Read<void> BundleCheck::take_up(std::uint64_t index, const Examined& examined) {
  if (!examined) return std::unexpected(examined.error());
  const auto& report = examined->report;
  if (!report) {
    erased_.push_back(index);
    return {};
  }
  if (report->verdict == Finding::indeterminate) {
    doubt(Finding::indeterminate, index, report->why);
    return {};
  }
  if (report->verdict != Finding::valid) return std::unexpected(wrong(index, report->why));
  return meaning(index, *report->statement, examined->record);
}

// What the statement says, beside the others and what was put beside it.
Read<void> BundleCheck::meaning(std::uint64_t index, const evidence::Statement& said,
                                const evidence::BundleRecord& record) {
  const evidence::ExportManifest& manifest = *report_.manifest;
  if (said.origin != manifest.origin) return std::unexpected(wrong(index, "it is of another log"));
  const bool outside =
      (manifest.from && said.time < *manifest.from) || (manifest.to && said.time >= *manifest.to);
  if (said.time < last_time_ || outside) {
    return std::unexpected(wrong(index, "its time is not one that belongs here"));
  }
  last_time_ = said.time;
  if (auto broken = chains_->follow(said, crypto::sha256(record.statement))) {
    BundleFault fault = wrong(index, *std::move(broken));
    // Nobody knows the stream of an entry that is gone. Whether it was erased shows below.
    if (erased_.empty()) return std::unexpected(std::move(fault));
    if (!broken_) broken_ = std::move(fault);
  }
  if (!is_evidence_of(said, record.evidence)) {
    return std::unexpected(wrong(index, "its evidence is not what the statement names"));
  }
  const bool first_named = said.of_request() && names_descriptor(said.type);
  if (record.descriptor &&
      (!first_named || crypto::sha256(*record.descriptor) != said.request->sha256)) {
    return std::unexpected(wrong(index, "its descriptor is not what the statement names"));
  }
  if (first_named && !record.descriptor) {
    doubt(Finding::indeterminate, index, "what was asked for is not here");
  }
  if (said.policy && !policies_.contains(said.policy->sha256)) {
    return std::unexpected(wrong(index, "it names a policy that is not here"));
  }
  if (said.rule && !rules_.contains(said.rule->sha256)) {
    return std::unexpected(wrong(index, "it names a rule that is not here"));
  }
  if (evidence::is_of_people(said)) of_people_.push_back(index);
  return {};
}

// One for each entry that people signed or that is gone, in their order.
Read<void> BundleCheck::receipts(std::uint64_t number) {
  const auto next = reader_.next();
  if (!next) return std::unexpected(next.error());
  receipts_from_ = plan_.begin_in(number);
  if (*next == evidence::receipts_member(number)) {
    if (auto in = reader_.enter(*next); !in) return in;
    for (;;) {
      const auto line = reader_.line(evidence::receipt_bytes_max + 1);
      if (!line) return std::unexpected(line.error());
      if (!*line) break;
      if (auto done = receipt(**line); !done) return done;
    }
    if (auto left = leave_grouped(); !left) return left;
  }
  if (!erased_.empty()) {
    BundleFault fault =
        wrong(erased_.front(), "its statement is missing, and nobody says it was erased");
    fault.member = evidence::statements_member(number);
    return std::unexpected(std::move(fault));
  }
  if (broken_) return std::unexpected(*broken_);
  for (const std::uint64_t index : of_people_) {
    doubt(Finding::indeterminate, index, "people decided here, and there is no receipt of it");
  }
  return {};
}

Read<void> BundleCheck::receipt(const std::string& line) {
  const auto read = evidence::Receipt::parse(line);
  if (!read) return std::unexpected(wrong("a line of it is no receipt"));
  const std::uint64_t index = read->logged.proof.index;
  const auto report = evidence::verify_receipt(line, trusts_, demands_);
  if (report.verdict == Finding::invalid) return std::unexpected(wrong(index, report.why));
  // Under the same root the same index holds the same leaf, and so the same statement.
  if (read->logged.proof.checkpoint != checkpoint_) {
    return std::unexpected(wrong(index, "its receipt is under another checkpoint"));
  }
  auto& wanted = report.verdict == Finding::erased ? erased_ : of_people_;
  const auto found = std::ranges::find(wanted, index);
  if (found == wanted.end() || index < receipts_from_) {
    return std::unexpected(wrong(index, "its receipt is twice here, out of order or not wanted"));
  }
  receipts_from_ = index + 1;
  wanted.erase(found);
  if (report.verdict == Finding::erased) ++report_.erased;
  if (report.verdict == Finding::indeterminate) doubt(report.verdict, index, report.why);
  ++report_.receipts;
  return {};
}

Read<void> BundleCheck::leave_grouped() {
  const auto sha256 = reader_.leave();
  if (!sha256) return std::unexpected(sha256.error());
  group_ += evidence::sum_line(*sha256, reader_.member());
  return {};
}

Read<void> BundleCheck::group_sums(std::uint64_t number) {
  if (auto in = reader_.enter(evidence::sums_member(number)); !in) return in;
  std::string_view expected = group_;
  for (;;) {
    const auto line = reader_.line(group_.size() + 1);
    if (!line) return std::unexpected(line.error());
    const std::string_view computed = expected.substr(0, expected.find('\n'));
    if (!*line && expected.empty()) break;
    if (!*line || **line != computed) {
      BundleFault fault = wrong("its hash is not the one in " + reader_.member());
      // Names have no blanks; without one the line is about nothing that is here.
      if (!computed.empty()) fault.member = computed.substr(computed.rfind(' ') + 1);
      suspect(std::move(fault));
    }
    if (!*line) break;
    expected.remove_prefix(std::min(expected.size(), computed.size() + 1));
  }
  group_.clear();
  return leave_summed();
}

}  // namespace lp::verify
