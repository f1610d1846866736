// One third party's look at the log of a project: both logs, what they prove together, and what is
// wrong. The looks of one monitor share a memory that never goes back (memory.h).
//
// "No split view" is said up to a size only when a quorum of the policy's witnesses stood behind
// the project's own head, or every entry of the root log in its name was found to be a checkpoint
// of its own tree (evidence.md 9).

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "crypto/p256.h"
#include "evidence/trust.h"
#include "monitor/anchor_walk.h"
#include "monitor/finding.h"
#include "monitor/follower.h"
#include "monitor/memory.h"
#include "monitor/source.h"

namespace lp::monitor {

// Who runs the monitor: keeps its memory, and may be told how far it is.
class Keeper {
 public:
  virtual ~Keeper() = default;
  // Durable when it returns. The error is a sentence.
  virtual std::expected<void, std::string> keep(const Memory& memory) = 0;
  virtual void reached(std::string_view origin, std::uint64_t done, std::uint64_t of) = 0;
};

struct Patience {
  std::int64_t fresh_ms = 300'000;     // how old the newest word of the witnesses may be
  std::int64_t anchored_ms = 300'000;  // how long the root log may not say that the log grew
};

struct Report {
  Instant time;
  std::vector<Finding> findings;
  std::uint64_t leaves = 0;                  // verified, of the project
  std::uint64_t entries = 0;                 // verified, of the root log
  std::uint64_t anchors = 0;                 // of them this project's, each of its own tree
  std::optional<std::uint64_t> one_view;     // no split view up to this size
  std::optional<std::int64_t> witnessed_ms;  // age of the newest word of the quorum
  bool whole = false;                        // whether this look went through to its end

  [[nodiscard]] bool wrong() const;  // INVALID
};

class Monitor {
 public:
  // References live as long as this. `memory` is what parse() gave, or a new one.
  Monitor(evidence::Trust trust, Memory memory, Patience patience, Source& source, Keeper& keeper);

  Report look(Instant now);

  [[nodiscard]] const Memory& memory() const { return memory_; }

 private:
  Found<void> follow(Instant now);
  Found<void> take_heads();
  Found<void> read_project();
  Found<void> read_root(Instant now);
  std::optional<Finding> leaf(std::uint64_t index, const std::string& bytes) const;
  std::optional<Finding> entry(AnchorWalk& walk, std::uint64_t index, const std::string& bytes,
                               std::uint64_t& met);
  Finding split_view(std::uint64_t index, const std::string& bytes);
  Found<void> keep();
  void judge_witnesses(Instant now, Report& report) const;
  void judge_anchors(Instant now, Report& report) const;

  // Of an issuer that the trust file names.
  struct Issuer {
    evidence::IssuerRange range;
    crypto::P256PublicKey key;
  };

  const evidence::Trust trust_;
  std::vector<Issuer> issuers_;
  Memory memory_;
  const Patience patience_;
  Keeper& keeper_;
  LogTiles project_tiles_, root_tiles_;
  Follower project_;
  std::optional<Follower> root_;  // nothing when the trust file names no root log
};

}  // namespace lp::monitor
