// What a bundle is worth (spec/export-format.md §5): a log, or a part of one, judged on a machine
// that has never seen the server, by what the verifier brings along.
//
// One pass over the file, holding no more than a tile of hashes a level, one tile of leaves, a
// megabyte of lines, or one, and where each stream stands. What is wrong is named by member and
// index; the first thing ends the judging.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "evidence/bundle.h"
#include "evidence/cosignature.h"
#include "evidence/export_manifest.h"
#include "evidence/roster.h"
#include "evidence/trust.h"
#include "evidence/verify_receipt.h"
#include "verify/bundle_reader.h"
#include "verify/stream_chains.h"

namespace lp::verify {

struct BundleReport {
  evidence::Finding verdict = evidence::Finding::invalid;
  std::optional<BundleFault> fault;  // what keeps it from being VALID
  std::optional<evidence::ExportManifest> manifest;
  std::uint64_t entries = 0;   // that were judged
  std::uint64_t receipts = 0;  // of people, likewise
  std::uint64_t erased = 0;
  std::optional<std::uint64_t> event;                 // index of export.made
  evidence::LogLevel log = evidence::LogLevel::none;  // as far as it was established

  [[nodiscard]] json::Value to_json() const;
  // For people. No line feed at the end.
  [[nodiscard]] std::string text() const;
};

class BundleCheck {
 public:
  // Told of the bytes read, now and then.
  using Progress = std::function<void(std::uint64_t done, std::uint64_t of)>;

  BundleCheck(BundleReader& reader, const std::vector<evidence::Trust>& trusts,
              const evidence::Demands& demands, Progress progress);

  BundleReport run();

 private:
  Read<void> all();
  // What stands before the entries.
  Read<void> manifest();
  Read<void> rosters();
  Read<void> choose_trust();
  Read<void> event();
  Read<void> consistency(const std::string& note);
  Read<void> sums();
  Read<void> texts();
  Read<void> documents(std::string_view name, std::set<Digest>& known);
  Read<void> checkpoint();
  Read<void> anchor();
  Read<void> standing(const std::optional<evidence::AnchorProof>& anchor);
  Read<void> level();
  Read<void> edge();
  // The entries, tile by tile.
  Read<void> tile(std::uint64_t number);
  Read<void> full_tile(const tlog::TileAddress& address);
  Read<void> leaves(std::uint64_t number);
  Read<void> statements(std::uint64_t number);
  // A record that can be read, and what its entry is worth alone; no report where it was erased.
  struct Entry {
    evidence::BundleRecord record;
    std::optional<evidence::ReceiptReport> report;
  };
  using Examined = Read<Entry>;
  Read<void> judge(std::uint64_t first, const std::vector<std::string>& lines);
  [[nodiscard]] Examined examine(std::uint64_t index, const std::string& line) const;
  Read<void> take_up(std::uint64_t index, const Examined& examined);
  Read<void> meaning(std::uint64_t index, const evidence::Statement& said,
                     const evidence::BundleRecord& record);
  Read<void> receipts(std::uint64_t number);
  Read<void> receipt(const std::string& line);
  Read<void> group_sums(std::uint64_t number);

  // Leaves the member and compares its hash with the next line of SHA256SUMS.
  Read<void> leave_summed();
  // Leaves a member that the sums of its group name.
  Read<void> leave_grouped();
  void compare_sum(std::string_view name, const Digest& sha256);
  std::vector<Digest> hashes_in(std::string_view bytes) const;
  // The hash of that tile in the tile above, when that has been read.
  [[nodiscard]] std::optional<Digest> named(const tlog::TileAddress& address) const;
  [[nodiscard]] const evidence::RosterHead* head(const std::optional<Digest>& named) const;
  // A hash is not the one that was committed to. It cannot be VALID any more; judging goes on to
  // find what exactly was changed, for who changes a record also writes the sums again.
  void suspect(BundleFault fault);
  // Something is missing that is needed to say VALID, or was erased: judging goes on.
  void doubt(evidence::Finding verdict, std::uint64_t index, std::string why);
  [[nodiscard]] BundleFault wrong(std::string why) const;
  [[nodiscard]] BundleFault wrong(std::uint64_t index, std::string why) const;

  BundleReader& reader_;
  const std::vector<evidence::Trust>& given_;
  // Of each receipt. How far the log proves itself is judged once, of the whole (`level`).
  evidence::Demands demands_;
  evidence::LogLevel wanted_;
  Progress progress_;

  BundleReport report_;
  std::string manifest_text_;
  std::vector<evidence::RosterHead> heads_;  // checked, ascending
  evidence::Owners owners_;                  // of those
  std::map<Digest, std::size_t> head_at_;
  std::vector<evidence::Trust> trusts_;  // the one of this log, which knows all of heads_
  bool confirmed_ = false;               // it was brought along
  std::optional<BundleFault> suspicion_, doubt_;
  std::string checkpoint_;            // the note
  std::optional<Instant> witnessed_;  // the first witness's time on it
  std::optional<StreamChains> chains_;
  std::optional<BundleFault> broken_;  // the first chain that is, in the tile at hand
  std::vector<std::pair<std::string, Digest>> before_sums_;
  std::vector<std::string> sums_;  // lines of SHA256SUMS
  std::size_t summed_ = 0;         // of them, met
  std::string group_;              // what the next sums/… must be
  std::set<Digest> policies_, rules_;

  evidence::BundlePlan plan_;
  std::map<unsigned, std::vector<Digest>> edge_, above_;  // by level; above_: the newest full ones
  std::map<unsigned, std::uint64_t> above_number_;
  std::vector<std::string> leaves_;       // of the tile at hand
  std::vector<std::uint64_t> of_people_;  // indices that want a receipt, in the tile at hand
  std::vector<std::uint64_t> erased_;     // likewise, whose statement is gone
  std::uint64_t receipts_from_ = 0;       // the least index that the next receipt may have
  Instant last_time_;
};

}  // namespace lp::verify
