// A witness: cosigns checkpoints of logs that it was told of, each only when it extends what it
// cosigned before (c2sp.org/tlog-witness v1.0.0, add-checkpoint). Run on another machine than the
// log, by somebody else.
//
// Check and store are one step because one thread does them; what was cosigned is on disk before
// anybody sees the cosignature. The state is a lock store of its own: the newest note of each
// origin, with the log's signature and ours.

#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "base/time.h"
#include "crypto/ed25519.h"
#include "store/lock_store.h"
#include "tlog/note.h"
#include "tlog/proof.h"

namespace lp::core {

// A cosigner's key and name, as one line: "PRIVATE+KEY+<name>+<8 hex key id>+<base64(4 ‖ seed)>",
// the form of Go's note package with the type of cosigners.
struct WitnessKey {
  std::string name;
  crypto::Ed25519Key key;

  static WitnessKey from_seed(std::string_view name, std::string_view seed);
  static std::optional<WitnessKey> parse(std::string_view text);
  static Secret text_of(std::string_view name, std::string_view seed);
  [[nodiscard]] tlog::CosignerKey verifier() const;
};

// The keys that sign for an origin.
using WitnessedLogs = std::map<std::string, std::vector<tlog::VerifierKey>, std::less<>>;

class Witness {
 public:
  // References live as long as the witness.
  Witness(WitnessKey key, WitnessedLogs logs, store::LockStore& state, Clock& clock)
      : key_(std::move(key)), logs_(std::move(logs)), state_(state), clock_(clock) {}

  enum class Fault : std::uint8_t {
    malformed,  // not a submission, or its old size is beyond the checkpoint's
    unknown_origin,
    not_signed,        // by no key that we know for the origin, or badly
    another_size,      // the old size is not what we cosigned last: `size` is
    inconsistent,      // the proof does not lead from there to here
    state_not_written  // nothing more is cosigned
  };
  struct Refused {
    Fault fault;
    std::uint64_t size = 0;
  };
  // The body of an add-checkpoint request; our signature line.
  std::expected<std::string, Refused> add(std::string_view submission);

  // The newest note of the origin with this SHA-256 in hex; nothing when there is none.
  [[nodiscard]] std::optional<std::string> newest(std::string_view origin_sha256) const;

  // Why the state cannot be this witness's, or nothing: a note in it that we did not cosign.
  [[nodiscard]] std::optional<std::string> refuse_state() const;

 private:
  struct Submitted {
    tlog::Submission submission;
    tlog::Note note;
    tlog::Checkpoint checkpoint;
  };
  std::expected<Submitted, Refused> accept(std::string_view text) const;
  [[nodiscard]] std::optional<tlog::Checkpoint> last(const std::string& origin) const;

  WitnessKey key_;
  WitnessedLogs logs_;
  store::LockStore& state_;
  Clock& clock_;
};

}  // namespace lp::core
