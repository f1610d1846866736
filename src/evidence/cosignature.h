// What a second owner says of a roster entry: that this key is this member's, in these roles. It
// stands in the entry's `cosigned` (spec/log-format.md §5), for one log and one entry.
//
// Form and signature can be seen in the entry alone (roster.cpp demands both of every version);
// whose key it is shows in the versions of the roster up to that one.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/roster.h"

namespace lp::evidence {

struct Cosignature {
  std::string member;     // pseudonym of the owner who signed
  std::string spki;       // DER, of their device
  std::string signature;  // DER, low-S, over cosignature_bytes

  [[nodiscard]] json::Value to_json() const;
};

inline constexpr std::size_t cosignatures_max = 16;

// The member `cosigned` of an entry, ascending by key. Nothing unless each has exactly its members,
// each key stands once, and none is the entry's own, or its member's.
std::optional<std::vector<Cosignature>> read_cosignatures(const RosterEntry& entry);

// What `cosigner` signs: "lp-cosign/1\0" ‖ JCS{cosigner, entry, origin}, the entry without what was
// cosigned before.
std::string cosignature_bytes(std::string_view origin, const RosterEntry& entry,
                              std::string_view cosigner);

// Adds one at its place among the others.
void add_cosignature(RosterEntry& entry, const Cosignature& cosignature);
// The same entries, cosigned by nobody: as they stand in another log.
std::vector<RosterEntry> without_cosignatures(std::vector<RosterEntry> entries);

// Whether every cosignature of the entry has its form and verifies for this log.
[[nodiscard]] bool cosignatures_hold(const RosterEntry& entry, std::string_view origin);

// Whose device keys owned the versions of one roster, in their order.
class Owners {
 public:
  // Takes the next version in. False when somebody cosigned in it who owned neither it nor any
  // before, or in another's name.
  [[nodiscard]] bool follow(const RosterHead& head, const std::vector<RosterEntry>& entries);

 private:
  std::map<std::string, std::string, std::less<>> member_of_;  // by key
};

}  // namespace lp::evidence
