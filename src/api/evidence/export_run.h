// One export under way, whichever door asked for it: first it is hashed where its manifest must
// know what it holds (a bundle), then it goes into the log, then its bytes come out, piece by
// piece.
//
// No byte is given before the log has the export, and however long it takes it is the log as of one
// checkpoint: entries behind a checkpoint never change. What it holds between two steps does not
// grow with the log. One caller at a time.

#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/routes.h"
#include "core/bundle.h"
#include "core/teller.h"
#include "evidence/export.h"
#include "evidence/export_manifest.h"
#include "evidence/ocsf.h"
#include "store/store.h"

namespace lp::api {

struct ExportWish {
  const core::ProjectView* project = nullptr;
  evidence::ExportFormat format = evidence::ExportFormat::jsonl;
  std::optional<Instant> from, to;
  std::optional<evidence::Actor> by;  // the local operator without it
};

// A time of an export's bounds: "2026-03-01T12:00:00.000Z", without milliseconds, or a UTC day.
std::optional<Instant> export_time(std::string text);

class ExportRun {
 public:
  struct Step {
    std::string bytes;  // may be empty
    bool last = false;
  };

  // The refusal, or the run. `call` is the one that asks.
  static std::expected<std::unique_ptr<ExportRun>, net::Reply> begin(Context& context,
                                                                     const Call& call,
                                                                     const ExportWish& wish);

  // What comes next. While must_log() it must not be called. An error ends the run.
  store::Result<Step> step();
  // Whether it is time for command(), whose result goes to logged().
  [[nodiscard]] bool must_log() const { return phase_ == Phase::logging; }
  [[nodiscard]] core::RecordExport command() const;
  void logged(std::uint64_t event);

  [[nodiscard]] const evidence::ExportManifest& manifest() const { return manifest_; }
  [[nodiscard]] std::optional<std::uint64_t> event() const { return event_; }
  // Of done() ≤ work() the entries that were gone through; a bundle goes through them twice.
  [[nodiscard]] std::uint64_t done() const { return done_; }
  [[nodiscard]] std::uint64_t work() const;
  [[nodiscard]] std::string_view content_type() const;
  [[nodiscard]] std::string file_name() const;

 private:
  enum class Phase : std::uint8_t { hashing, logging, opening, entries, closing };

  ExportRun(Context& context, core::DirectoryPtr directory, const core::ProjectView& project,
            evidence::ExportManifest manifest, std::string note, std::optional<evidence::Actor> by);
  store::Result<void> find_range();
  store::Result<void> put_on_ground();
  store::Result<void> hash_some();
  store::Result<std::string> opening();
  store::Result<std::string> lines();
  store::Result<void> add_lines(core::Teller& teller, std::string& lines);
  store::Result<std::string> line(core::Teller& teller, const store::Leaf& row);
  store::Result<std::string> erased_line(const store::Leaf& row);
  store::Result<std::string> tile();
  store::Result<std::string> closing();
  // The members of the next tile, with the sums that they add to their group.
  store::Result<core::BundleMembers> next_tile();

  Context& context_;
  core::DirectoryPtr directory_;  // holds project_
  const core::ProjectView& project_;
  evidence::ExportManifest manifest_;
  const std::string note_;
  const std::optional<evidence::Actor> by_;
  Phase phase_ = Phase::logging;
  std::optional<std::uint64_t> event_;
  std::uint64_t at_ = 0;  // entry, or tile of a bundle, that comes next
  std::uint64_t done_ = 0;
  // Of a bundle.
  std::optional<core::BundleMaker> bundle_;
  bool top_hashed_ = false;
  std::string sums_;   // SHA256SUMS
  std::string group_;  // of the group at hand
  std::optional<evidence::OcsfWriter> ocsf_;
};

}  // namespace lp::api
