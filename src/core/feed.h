// What has changed lately, for everybody who watches: one bounded ring for all of them.
//
// The core thread adds what a batch made true, after its checkpoints are signed. A watcher keeps
// nothing but a position, so a slow one costs no memory: it catches up from here, or is told that
// it has missed too much and must look at everything anew. Thread-safe.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "approval/request.h"
#include "base/mutex.h"

namespace lp::core {

// Ids, a version and a state; never content.
struct Notice {
  // Without a request: the project itself changed, its roster above all. Without either: who may
  // see what may have changed (a session ended, a device, a member, a project).
  std::string project, request;
  // None: only its delivery was noted.
  struct Standing {
    std::uint64_t version = 1;
    approval::State state = approval::State::pending;
    friend bool operator==(const Standing&, const Standing&) = default;
  };
  std::optional<Standing> standing;

  [[nodiscard]] bool about_access() const { return project.empty() && request.empty(); }
  friend bool operator==(const Notice&, const Notice&) = default;
};

class Feed {
 public:
  // Announced after each publication.
  static constexpr std::string_view topic = "review";
  static constexpr std::size_t kept_max = 4'096;

  // `run` tells this life of the server from every other: positions begin anew with each.
  explicit Feed(std::string run) : run_(std::move(run)) {}

  [[nodiscard]] const std::string& run() const { return run_; }
  void publish(std::vector<Notice> notices);
  // Behind the newest notice.
  [[nodiscard]] std::uint64_t end() const;
  // The notices from `position` on, oldest first. Nothing when they are no longer kept, when there
  // are more than `max`, or when no such position was ever given out.
  [[nodiscard]] std::optional<std::vector<Notice>> since(std::uint64_t position,
                                                         std::size_t max) const;

 private:
  const std::string run_;
  mutable Mutex mutex_;
  std::uint64_t end_ __attribute__((guarded_by(mutex_))) = 0;
  std::deque<Notice> kept_ __attribute__((guarded_by(mutex_)));
};

}  // namespace lp::core
