// What a monitor finds wrong, or cannot see. The names are stable: scripts wait for them.

#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace lp::monitor {

enum class Alarm : std::uint8_t {
  // What was shown cannot be one honest log: INVALID.
  bad_signature,  // a head, or a cosignature of it, that no pinned key made
  rollback,       // a head smaller than one seen before
  fork,           // two signed heads of which neither extends the other
  inconsistent,   // the leaves or tiles do not lead to the signed root
  wrong_leaf,     // an entry that the tree has not, that is none, or that its issuer did not sign
  wrong_tile,     // a tile that is not of the tree
  split_view,     // the root log has an entry for this log that is no checkpoint of its tree
  evidence_kept,  // of an earlier look, which nobody has taken away
  // Nothing is shown to be wrong, and it cannot be said that all is well: INDETERMINATE.
  unknown_issuer,   // a leaf signed by a key that the trust file does not name
  stale,            // the quorum of the witnesses last stood behind a head too long ago
  witness_missing,  // it never did
  not_anchored,     // the log grew, and the root log has not said so for too long
  withheld,         // the server does not give what its signed head promises
  unreachable,      // no answer
  // Neither: the monitor could not do its work.
  not_kept,     // what it must remember cannot be written
  interrupted,  // by who runs it
};

std::string_view to_string(Alarm alarm);
// Whether no honest log could have caused it.
bool proves_wrong(Alarm alarm);

struct Finding {
  Alarm alarm = Alarm::inconsistent;
  std::string origin;    // of the log
  std::string what;      // a sentence without its stop
  std::string evidence;  // the file that convinces others; "" where there is none
};

template <typename T>
using Found = std::expected<T, Finding>;

}  // namespace lp::monitor
