// The rosters of a project as a person's own program reads them: every version checked against the
// one before, and all of them against what this person has seen before (pins). A server can
// neither invent an approver nor bring one back.

#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "evidence/roster_document.h"
#include "json/value.h"

namespace lp::cli {

struct RosterHistory {
  std::string origin;
  std::vector<evidence::RosterVersion> versions;  // oldest first; never empty

  [[nodiscard]] const evidence::RosterVersion& newest() const { return versions.back(); }
};

// One item of `rosters`.
evidence::RosterDocument roster_document(const json::Value& item);

// From an answer {origin, rosters:[{head, entries, signatures}]}. Errors are sentences.
std::expected<RosterHistory, std::string> read_history(const json::Value& answer);

// What a key has seen of the rosters that it counts in, in a file beside it: the first version for
// ever, and that none goes back.
class RosterPins {
 public:
  // No file yet is a beginning.
  static std::expected<RosterPins, std::string> load(const std::string& key_file);

  // Compares, and remembers what is new.
  std::expected<void, std::string> check(const RosterHistory& history);
  std::expected<void, std::string> save(const std::string& key_file) const;

 private:
  struct Pin {
    Digest genesis;
    std::uint64_t version = 1;
    Digest sha256;  // of that version
  };
  std::map<std::string, Pin, std::less<>> pins_;  // by origin
};

// Where the pins of a key file are.
std::string pins_path(const std::string& key_file);

}  // namespace lp::cli
