// How far a place's clocks are from UTC at an instant, out of the file that the machine has for it
// (TZif, RFC 8536).
//
// A value: read once when a policy is compiled. Ports hand over the file's bytes, so that nothing
// here reads a disk.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace lp::policy {

class Zone {
 public:
  static Zone utc() { return Zone{}; }
  // Nothing for what is no TZif file of version 2 or later.
  static std::optional<Zone> read(std::string_view tzif);

  // East of Greenwich, in seconds.
  [[nodiscard]] std::int64_t offset_s(Instant at) const;

  friend bool operator==(const Zone&, const Zone&) = default;

 private:
  // When a half of the year begins: the `weekday` of that week of that month (5: the last), or a
  // day of the year (`month` 0), at `second` of that day by the clock that ends then.
  struct Turn {
    int month = 0, week = 0, weekday = 0, day = 0;
    bool leap_counts = false;  // of a day: whether 29 February has a number
    std::int64_t second = 7'200;

    friend bool operator==(const Turn&, const Turn&) = default;
  };
  // What holds after the last transition of the file.
  struct Footer {
    std::int64_t standard_s = 0;
    bool has_summer = false;
    std::int64_t summer_s = 0;
    Turn to_summer, to_standard;

    friend bool operator==(const Footer&, const Footer&) = default;
  };
  class FooterReader;

  [[nodiscard]] std::int64_t footer_offset_s(std::int64_t unix_s) const;
  static std::int64_t turn_s(const Turn& turn, std::int64_t year);

  std::vector<std::int64_t> transitions_;  // Unix seconds, ascending
  std::vector<std::int64_t> offsets_;      // from each transition on
  std::int64_t first_offset_s_ = 0;        // before the first transition
  std::optional<Footer> footer_;
};

// The TZif bytes of a zone by its name ("Europe/Berlin"); nothing if the machine has none.
using ZoneSource = std::function<std::optional<std::string>(std::string_view name)>;
// Whether this could be the name of a zone: words of letters, digits, `_`, `+` and `-` between
// slashes. Nothing else may become a path.
[[nodiscard]] bool is_zone_name(std::string_view name);

}  // namespace lp::policy
