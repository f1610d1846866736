// Where people are told that something waits, as rows.h has the other tables.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/digest.h"
#include "base/time.h"

namespace lp::store {

// A place where people are told that something waits for them (core/reach.h).
struct Channel {
  std::string id;  // chn_…
  std::string project;
  std::string kind;            // "mail" | "slack" | "teams" | "webhook" | "ntfy"
  std::string name;            // as people call it
  std::string audience;        // "": all of the project; "group:…"; "member:mem_…"
  std::string hint;            // what may be shown of where it goes
  std::string target_sealed;   // where it goes, and with which secret
  std::int64_t after_ms = 0;   // its rung of the ladder: so long after the request came
  std::int64_t repeat_ms = 0;  // and so often again while it waits; 0: never
  Instant created;

  friend bool operator==(const Channel&, const Channel&) = default;
};

// A browser that its member is told through (RFC 8030).
struct PushSubscription {
  std::string id;  // sub_…
  std::string member;
  std::string name;           // "Firefox on Linux"
  Digest endpoint;            // SHA-256 of its URL: a browser subscribes once
  std::string target_sealed;  // its URL and keys
  std::int64_t after_ms = 0;  // as of Channel
  Instant created;

  friend bool operator==(const PushSubscription&, const PushSubscription&) = default;
};

// What became of the newest things sent to a channel or a subscription. What is not set when it is
// written stays as it was.
struct ReachHealth {
  std::string destination;           // chn_… or sub_…
  std::optional<Instant> succeeded;  // when one was last taken at the other end
  std::optional<Instant> failed;     // when one was last refused
  std::string last_error;            // why; of `failed`
  std::optional<Instant> shown;      // when a browser last said that it showed one

  // Whether it is known to work.
  [[nodiscard]] bool works() const { return succeeded && (!failed || *failed < *succeeded); }
  friend bool operator==(const ReachHealth&, const ReachHealth&) = default;
};

}  // namespace lp::store
