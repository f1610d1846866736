// Number match at level critical: the program that asked shows three digits, and whoever approves
// types them, so that nobody says yes to what they did not follow to where it came from.
//
// Only of a client that announced `number_match` at ingest and waits right now; where it does not,
// the person types a value of the payload instead, which no server sees. A number is good for ten
// minutes at most and for one approval: a second reviewer types another one. A version has three
// tries for all its reviewers together; the third wrong one locks it, and then it can only be
// rejected or revised by its agent.
//
// The digits follow from a secret of the installation and from the request, its version, how many
// of its numbers were used and the ten minutes. What is kept is that a try or a number was used up,
// as digests until the request can no longer be decided.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/apply.h"
#include "core/presence.h"
#include "core/work.h"
#include "store/store.h"

namespace lp::core {

// What a client announces at ingest that shows the number.
inline constexpr std::string_view number_capability = "number_match";
inline constexpr unsigned number_tries_max = 3;
inline constexpr std::int64_t number_life_ms = 600'000;

[[nodiscard]] bool announces_number(const std::vector<std::string>& capabilities);
// Whether an approval of it takes a number when its agent waits.
[[nodiscard]] bool takes_number(const std::vector<std::string>& capabilities,
                                const approval::Request& state);

// What was used up of a version.
struct NumberStanding {
  unsigned tries = 0;  // wrong numbers
  unsigned spent = 0;  // numbers that approved it
  [[nodiscard]] bool locked() const { return tries >= number_tries_max; }
  [[nodiscard]] unsigned tries_left() const { return locked() ? 0 : number_tries_max - tries; }
};
store::Result<NumberStanding> number_standing(store::Reader& rows, const Keys& keys,
                                              const approval::Request& state);

// For the program that asked, and for nobody else.
struct ShownNumber {
  std::string digits;
  Instant until;  // at this time another one is shown
};
ShownNumber shown_number(const Keys& keys, const approval::Request& state,
                         const NumberStanding& standing, Instant now);

// Where Presence keeps the polls of the key that asked: with another key of the project one may
// wait for the decision too, and is not shown the number.
[[nodiscard]] std::string asking_side(std::string_view request);
// Whether it is there to show the number.
[[nodiscard]] bool asking_side_waits(const Presence& presence, std::string_view request,
                                     Instant now);

enum class NumberRefusal : std::uint8_t {
  needed,      // the agent waits and shows one
  wrong,       // and one try less
  superseded,  // it was right until just now; costs no try
  locked,      // three were wrong
  not_asked,   // the agent does not wait any more
};

// A decision, and the number that goes with an approval at critical. A wrong one is no refusal of
// the command: that it was tried is part of the batch.
struct DecideMatched {
  Decide decide;
  std::string number = {};  // three digits; "" when none was typed
  bool side_waits = true;   // asking_side_waits, as the door has seen it
  struct Result {
    bool replay = false;
    std::optional<NumberRefusal> refused;  // then nothing was decided
    unsigned tries_left = 0;               // with it
  };
};
Applied<DecideMatched> apply(Work& work, DecideMatched& command);

// For deciding.cpp: what came with the decision, and what became of it.
struct NumberGiven {
  std::string_view number;
  bool side_waits = true;
  std::optional<NumberRefusal> refused = {};
  unsigned tries_left = 0;
};
// Whether the approval may be recorded. A wrong number is counted, a right one used up.
[[nodiscard]] bool match_number(Work& work, const Work::Open& open, NumberGiven& given);

}  // namespace lp::core
