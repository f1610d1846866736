// What a server and its signer say to each other, when that is a process of its own: the bodies of
// the frames (net/framed_socket.h), byte for byte as spec/signer-protocol.md has them.
//
// Reading is strict: a body that is not exactly one message, within its bounds, is none.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/digest.h"
#include "core/notary.h"
#include "tlog/note.h"

namespace lp::core::signer_message {

inline constexpr std::size_t body_bytes_max = 1u << 20;
inline constexpr std::size_t heads_max = 256;              // of one Extend
inline constexpr std::size_t proof_hashes_max = 128;       // twice the height of any tree
inline constexpr std::size_t name_bytes_max = 1'024;       // of origins and records
inline constexpr std::size_t text_bytes_max = 512u << 10;  // of notes and records
inline constexpr std::size_t records_max = 4'096;
inline constexpr std::size_t turns_max = 1'024;    // of one log's keys
inline constexpr std::size_t rosters_max = 1'024;  // of one Follow

using Records = std::vector<std::pair<std::string, std::string>>;  // name, text

// --- asked ---

struct Ping {
  friend bool operator==(const Ping&, const Ping&) = default;
};
// What is remembered under names after this one, in order; "" for all.
struct Recall {
  std::string after;
  friend bool operator==(const Recall&, const Recall&) = default;
};
// The keys of a log.
struct AskKeys {
  std::string origin;
  friend bool operator==(const AskKeys&, const AskKeys&) = default;
};
// A tree, and the RFC 6962 proof that it extends the one of `old_size`.
struct Step {
  tlog::Checkpoint head;
  std::uint64_t old_size = 0;
  std::vector<Digest> proof;
  friend bool operator==(const Step&, const Step&) = default;
};
struct Extend {
  std::vector<Step> steps;
  friend bool operator==(const Extend&, const Extend&) = default;
};
// The first checkpoint of a log that nothing is remembered of.
struct Begin {
  tlog::Checkpoint head;
  friend bool operator==(const Begin&, const Begin&) = default;
};
// An earlier checkpoint than that of `note`.
struct Earlier {
  std::string note;
  tlog::Checkpoint head;
  std::vector<Digest> proof;
  friend bool operator==(const Earlier&, const Earlier&) = default;
};
struct Keep {
  Records records;
  friend bool operator==(const Keep&, const Keep&) = default;
};
// To speak for the server, which is one, until the connection ends.
struct Hold {
  friend bool operator==(const Hold&, const Hold&) = default;
};
// A new key for a log, in the place of one that waits.
struct Draft {
  std::string origin;
  friend bool operator==(const Draft&, const Draft&) = default;
};
// What the owners of a log have signed since they were last shown.
struct Follow {
  std::string origin;
  std::vector<Notary::SignedRoster> versions;
  friend bool operator==(const Follow&, const Follow&) = default;
};
using Request =
    std::variant<Ping, Recall, AskKeys, Extend, Begin, Earlier, Keep, Hold, Draft, Follow>;

// --- answered ---

struct Done {
  friend bool operator==(const Done&, const Done&) = default;
};
struct Remembered {
  bool all = false;  // nothing comes after these
  Records records;
  friend bool operator==(const Remembered&, const Remembered&) = default;
};
struct Keys {
  struct Turn {
    std::string vkey;
    std::uint64_t from = 0;  // until the next
    friend bool operator==(const Turn&, const Turn&) = default;
  };
  std::vector<Turn> turns;  // at least one
  std::string next;         // that waits to be signed for; "" for none
  friend bool operator==(const Keys&, const Keys&) = default;
};
struct Signed {
  std::vector<std::string> notes;  // as many as were asked for, in that order
  friend bool operator==(const Signed&, const Signed&) = default;
};
enum class Refusal : std::uint8_t {
  malformed = 1,       // not a message, or not one of these bounds
  unknown_origin = 2,  // nothing is remembered of this log
  not_an_extension = 3,
  closed = 4,       // this log is never signed again
  not_allowed = 5,  // to begin a log that is not empty, without the operator's leave
  not_kept = 6,     // the memory cannot be written; the signer ends
  not_holder = 7,   // another connection speaks for the server, or this one did not ask to
  not_owners = 8,   // not the next rosters of the log's owners, or they name another key
};
std::string_view to_string(Refusal refusal);  // as spec/signer-protocol.md names it
using Answer = std::variant<Done, Remembered, Keys, Signed, Refusal>;

std::string to_bytes(const Request& request);
std::string to_bytes(const Answer& answer);
std::optional<Request> read_request(std::string_view body);
std::optional<Answer> read_answer(std::string_view body);

}  // namespace lp::core::signer_message
