// The bytes of the lock store's journal, without a file: what is written and how it is read back.
//
// Sectors of 512 bytes. The first holds the mark of the format. Each record begins at a sector:
//
//   length      4 bytes, big-endian, of the body
//   check       4 bytes, big-endian CRC-32 of the four before
//   SHA-256     of the body
//   body        per checkpoint: origin length (4), origin, note length (4), note
//   zeros       to the end of the sector
//
// After the last record all is zero. A write that a crash cut short leaves zeros where it was not
// yet: at its end, or, when the disk reordered, in whole sectors. That and only that, at the last
// record, is a torn tail.

#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lp::store::lock_journal {

inline constexpr std::size_t sector_bytes = 512;

// The first sector.
std::string head();
// One record, filled up to whole sectors.
std::string record(const std::vector<std::pair<std::string, std::string>>& notes);

struct Contents {
  std::map<std::string, std::string> notes;  // the last of each origin
  std::size_t records = 0;
  std::size_t end = 0;  // where the next record begins
  bool torn = false;    // something unacknowledged stands after `end`
};
// Nothing when the journal is damaged. Missing zeros at the end count as zeros.
std::optional<Contents> read(std::string bytes);

}  // namespace lp::store::lock_journal
