// One condition of a rule: where it looks, and what it asks of what stands there.
//
// Where it looks decides how far it can be believed (Ground). Service, action and agent are names
// of their own: whatever an agent sends is reached only as facts and payload, and can never stand
// in their place.

#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "policy/matcher.h"
#include "policy/zone.h"

namespace lp::policy {

struct Subject {
  enum class Kind : std::uint8_t {
    service,
    action,
    agent,
    agent_owner,
    agent_proof,
    environment,
    role,
    priority,
    address,
    shield,
    time,
    recent,
    fact,
    payload,
  };
  Kind kind = Kind::service;
  std::string name;  // of a fact; the JSON Pointer into the payload; the window of `recent`

  friend auto operator<=>(const Subject&, const Subject&) = default;
};
// "service", "facts.amount", "payload/amount": as sentences and windows name it.
std::string to_string(const Subject& subject);

// How far the value under a subject can be believed.
enum class Ground : std::uint8_t {
  server,   // the server measures or checks it itself
  named,    // service and action: what the commitment and the executor hold the agent to
  payload,  // plaintext that the server sees
  sourced,  // a fact whose source in the payload the approver's device and the executor recompute
  claimed,  // the agent says so, and nobody can check
};

// Hours of the week at a place. `outside` holds whenever they do not.
struct Hours {
  Zone zone;
  std::array<bool, 7> days{true, true, true, true, true, true, true};  // from Monday on
  int from_minute = 0, to_minute = 24 * 60;  // of the day; from > to goes over midnight
  bool outside = false;

  [[nodiscard]] bool hold(Instant at) const;

  friend bool operator==(const Hours&, const Hours&) = default;
};

// What is counted or added up over a stretch of time, this request included.
struct Window {
  std::int64_t over_ms = 0;
  std::vector<Subject> per;    // requests that agree in all of these belong together
  std::optional<Subject> sum;  // absent: requests are counted

  // The same for two windows that would count the same.
  [[nodiscard]] std::string key() const;
};

struct Condition {
  Subject subject;
  Matcher matcher;             // not of time
  std::optional<Hours> hours;  // of time only
  std::size_t window = 0;      // of recent: position in Document::windows
  Mark at;
  std::string text;  // "facts.amount > 500"

  // Whether both ask the same, wherever they stand and however they are spelled.
  [[nodiscard]] bool asks_same(const Condition& other) const {
    return subject == other.subject && matcher == other.matcher && hours == other.hours &&
           window == other.window;
  }
};

// What reading the conditions of a rule needs and adds to.
struct MatchReading {
  const ZoneSource& zones;
  std::vector<Window>& windows;
  Problems& problems;
};
std::vector<Condition> read_match(const Node& match, const MatchReading& reading);

inline constexpr std::size_t windows_max = 16;
inline constexpr std::int64_t window_days_max = 7;

}  // namespace lp::policy
