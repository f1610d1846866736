#include "monitor/monitor.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "crypto/hash.h"
#include "evidence/anchor.h"
#include "evidence/leaf.h"
#include "monitor/contradiction.h"
#include "monitor/freshness.h"

namespace lp::monitor {
namespace {

// How much is read again after a crash, at most.
constexpr std::uint64_t leaves_between_keeps = 16'384;
constexpr std::int64_t ms_per_s = 1'000;
// Of the root log, which has one key.
const std::optional<evidence::LogKeyRanges> no_ranges;
// The clock of a witness may be ahead of ours by this much.
constexpr std::int64_t ahead_ms_max = 300'000;

// "<log.name>/p/<32 hex>" is served under its last part.
std::string path_of(const std::string& origin) {
  return "/log/" + origin.substr(origin.rfind('/') + 1) + "/";
}

std::string origin_of(const std::optional<evidence::RootLog>& root) {
  return root ? root->origin : std::string();
}

}  // namespace

bool Report::wrong() const {
  return std::ranges::any_of(findings,
                             [](const Finding& finding) { return proves_wrong(finding.alarm); });
}

Monitor::Monitor(evidence::Trust trust, Memory memory, Patience patience, Source& source,
                 Keeper& keeper)
    : trust_(std::move(trust)),
      memory_(std::move(memory)),
      patience_(patience),
      keeper_(keeper),
      project_tiles_(source, path_of(trust_.origin), trust_.origin),
      root_tiles_(source, "/log/root/", origin_of(trust_.root)),
      project_(project_tiles_, trust_.log_vkeys, trust_.log, memory_.project) {
  if (trust_.root) root_.emplace(root_tiles_, trust_.root->log_vkeys, no_ranges, memory_.root);
  for (const evidence::IssuerRange& range :
       trust_.issuer.value_or(std::vector<evidence::IssuerRange>{})) {
    // One that is no key signs nothing, and so its leaves are of nobody who is named.
    auto key = crypto::P256PublicKey::from_spki(range.spki);
    if (key) issuers_.push_back({range, *std::move(key)});
  }
}

Report Monitor::look(Instant now) {
  Report report;
  report.time = now;
  project_tiles_.forget();
  root_tiles_.forget();
  const auto followed = follow(now);
  if (!followed) report.findings.push_back(followed.error());
  report.whole = followed.has_value();
  report.leaves = memory_.project.verified.size();
  report.entries = memory_.root.verified.size();
  report.anchors = memory_.anchors;
  judge_witnesses(now, report);
  judge_anchors(now, report);
  return report;
}

Found<void> Monitor::follow(Instant now) {
  const auto heads = take_heads();
  // What was seen is remembered, also when the next thing is refused.
  if (auto kept = keep(); !kept) return kept;
  if (!heads) return heads;
  if (auto read = read_project(); !read) return read;
  if (auto read = read_root(now); !read) return read;
  return keep();
}

// All of the root log first: whatever it anchors by then is in the project's head that is asked for
// after. The other way round an honest log that grows would look like a split view.
Found<void> Monitor::take_heads() {
  std::vector<Follower*> followers;
  if (root_) followers.push_back(&*root_);
  followers.push_back(&project_);
  for (Follower* const follower : followers) {
    if (auto taken = follower->look(); !taken) return taken;
    if (!trust_.witnesses) continue;
    if (auto found = follower->look_for_cosigned(*trust_.witnesses); !found) return found;
  }
  return {};
}

Found<void> Monitor::keep() {
  if (const auto kept = keeper_.keep(memory_); !kept) {
    return std::unexpected(project_tiles_.finding(Alarm::not_kept, kept.error()));
  }
  return {};
}

Found<void> Monitor::read_project() {
  const auto visit = [this](std::uint64_t index, const std::string& bytes) {
    return leaf(index, bytes);
  };
  const auto pause = [this]() -> Found<void> {
    const std::uint64_t done = memory_.project.read.size();
    keeper_.reached(trust_.origin, done, project_.head().size);
    return done % leaves_between_keeps == 0 ? keep() : Found<void>();
  };
  auto read = project_.read(visit, pause);
  if (read) project_.accept();
  return read;
}

std::optional<Finding> Monitor::leaf(std::uint64_t index, const std::string& bytes) const {
  const auto read = evidence::read_leaf(bytes);
  if (!read) {
    return project_tiles_.finding(Alarm::wrong_leaf,
                                  fmt::format("entry {} is not of the form of entries", index));
  }
  if (!read->issuer_spki || !trust_.issuer) return std::nullopt;
  const auto issuer = std::ranges::find_if(issuers_, [&](const Issuer& one) {
    return one.range.spki == *read->issuer_spki && one.range.covers(index);
  });
  if (issuer == issuers_.end()) {
    return project_tiles_.finding(
        Alarm::unknown_issuer,
        fmt::format("entry {} is signed by a key that the trust file does not name for it: the key "
                    "was changed and a newer trust file says so, or it is forged",
                    index));
  }
  if (issuer->key.verify_digest(read->statement_sha256, *read->der_signature, false)) {
    return std::nullopt;
  }
  return project_tiles_.finding(
      Alarm::wrong_leaf, fmt::format("the issuer's signature in entry {} does not verify", index));
}

Found<void> Monitor::read_root(Instant now) {
  if (!root_) return {};
  AnchorWalk walk(project_tiles_, memory_.anchored_met, project_.head());
  std::uint64_t met = memory_.anchors_met;
  const std::uint64_t met_before = memory_.anchors;
  const auto pause = [&]() -> Found<void> {
    memory_.anchored_met = walk.met();
    memory_.anchors_met = met;
    const std::uint64_t done = memory_.root.read.size();
    keeper_.reached(trust_.root->origin, done, root_->head().size);
    return done % leaves_between_keeps == 0 ? keep() : Found<void>();
  };
  auto read = root_->read(
      [&](std::uint64_t index, const std::string& bytes) { return entry(walk, index, bytes, met); },
      pause);
  // A walk over tiles that were not those of the tree has met nothing.
  if (read && met != met_before) read = walk.finish();
  if (!read) {
    const Alarm alarm = read.error().alarm;
    if (proves_wrong(alarm)) {
      root_->reject();
      memory_.anchored_met = memory_.anchored;
      memory_.anchors_met = memory_.anchors;
    }
    return read;
  }
  root_->accept();
  memory_.anchored = memory_.anchored_met;
  memory_.anchors = memory_.anchors_met;
  const bool behind = memory_.anchored.size() < project_.head().size;
  if (!behind) memory_.unanchored_since.reset();
  // As long as it goes forward it is only a little late.
  if (behind && (met != met_before || !memory_.unanchored_since)) memory_.unanchored_since = now;
  return {};
}

std::optional<Finding> Monitor::entry(AnchorWalk& walk, std::uint64_t index,
                                      const std::string& bytes, std::uint64_t& met) {
  const auto anchor = evidence::read_anchor(bytes);
  if (!anchor) {
    return root_tiles_.finding(Alarm::wrong_leaf,
                               fmt::format("entry {} is not of the form of entries", index));
  }
  if (anchor->origin_sha256 != crypto::sha256(trust_.origin)) return std::nullopt;
  const auto found = walk.meet(anchor->body_sha256);
  if (!found) return found.error();
  if (*found) {
    ++met;
    return std::nullopt;
  }
  // Only when the walk went over the tree itself does it say anything that the entry is not there.
  if (const auto whole = walk.finish(); !whole) return whole.error();
  return split_view(index, bytes);
}

Finding Monitor::split_view(std::uint64_t index, const std::string& bytes) {
  const tlog::Checkpoint& head = root_->head();
  auto path = tlog::inclusion_proof(index, head.size, root_tiles_.tree(head.size));
  if (!path) return root_tiles_.why_not();
  return project_tiles_.finding(
      Alarm::split_view,
      fmt::format("entry {} of the root log is of no checkpoint of this tree of {} leaves: "
                  "somebody is shown another one",
                  index, project_.head().size),
      split_view_evidence({.head = memory_.project.note,
                           .root_head = memory_.root.note,
                           .index = index,
                           .entry = bytes,
                           .path = *std::move(path)}));
}

void Monitor::judge_witnesses(Instant now, Report& report) const {
  if (!trust_.witnesses) return;
  const auto quorum_s = [&](const LogMemory& log) -> std::uint64_t {
    const auto known = cosigned(log.cosigned, *trust_.witnesses);
    return known ? known->quorum_s.value_or(0) : 0;
  };
  const std::uint64_t newest_s = std::max(quorum_s(memory_.project), quorum_s(memory_.root));
  if (newest_s == 0) {
    report.findings.push_back(project_tiles_.finding(
        Alarm::witness_missing,
        "the witnesses of the policy have not stood behind any checkpoint, so how old they are "
        "cannot be said"));
    return;
  }
  // A time that no clock shows, which a witness may sign all the same, is of the last day there is.
  constexpr std::uint64_t seconds_max = std::numeric_limits<std::int64_t>::max() / ms_per_s;
  const auto newest_ms = static_cast<std::int64_t>(std::min(newest_s, seconds_max)) * ms_per_s;
  const std::int64_t age_ms = now.ms - newest_ms;
  report.witnessed_ms = age_ms;
  if (age_ms > patience_.fresh_ms) {
    report.findings.push_back(project_tiles_.finding(
        Alarm::stale,
        fmt::format("the witnesses last stood behind a checkpoint {} s ago", age_ms / ms_per_s)));
  } else if (age_ms < -ahead_ms_max) {
    report.findings.push_back(project_tiles_.finding(
        Alarm::stale,
        fmt::format("the witnesses signed {} s from now: a clock is wrong", -age_ms / ms_per_s)));
  }
}

void Monitor::judge_anchors(Instant now, Report& report) const {
  std::uint64_t one_view = root_ ? memory_.anchored.size() : 0;
  if (trust_.witnesses) {
    const auto head = open_signed(memory_.project.cosigned, trust_.log_vkeys);
    if (head) one_view = std::max(one_view, head->size);
  }
  if (one_view > 0) report.one_view = one_view;
  if (!root_ || !memory_.unanchored_since) return;
  const std::int64_t late_ms = now - *memory_.unanchored_since;
  if (late_ms <= patience_.anchored_ms) return;
  report.findings.push_back(project_tiles_.finding(
      Alarm::not_anchored,
      fmt::format("the root log has not named a checkpoint beyond {} leaves for {} s, and the log "
                  "has {}",
                  memory_.anchored.size(), late_ms / ms_per_s, project_.head().size)));
}

}  // namespace lp::monitor
