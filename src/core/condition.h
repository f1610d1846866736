// Whether the installation is as it should be: what alarms tell people and `letsping doctor`
// prints. One look at what is true now; nothing is remembered.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/engine.h"

namespace lp::core {

struct Condition {
  std::string name;     // "deciding", "disk", "log", "witness", "waiting"
  std::string project;  // "": of the whole server
  std::string wrong;    // a sentence that says what, and what to do; "" when all is well
  std::string subject = {};  // what it is about, where there can be several; "" else
};

// So old a witness's newest word may be; they are asked once a minute (server/cosigning.h).
inline constexpr std::int64_t witness_age_ms_max = 15LL * 60'000;

// `waiting_ms_max`: how long a request may wait until it is alarming.
std::vector<Condition> conditions(Engine& engine, Instant now, std::int64_t waiting_ms_max);

}  // namespace lp::core
