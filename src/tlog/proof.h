// Texts that carry a proof beside a checkpoint: what one verifies offline (c2sp.org/tlog-proof),
// and what a log sends to a witness (c2sp.org/tlog-witness, add-checkpoint).

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "tlog/note.h"

namespace lp::tlog {

// That an entry is in a log:
//
//   c2sp.org/tlog-proof@v1
//   extra <base64>               only when there is something extra, which nobody signs
//   index <decimal>
//   <base64 hash>                of the inclusion path, from the leaf's sibling upwards
//                                an empty line
//   <checkpoint>                 with its signature lines, verbatim
struct Proof {
  std::optional<std::string> extra;  // decoded
  std::uint64_t index = 0;
  std::vector<Digest> path;
  std::string checkpoint;

  // Well-formed only; the checkpoint is a note whose body is a checkpoint (of any log).
  static std::optional<Proof> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;
  friend bool operator==(const Proof&, const Proof&) = default;
};

enum class ProofFault : std::uint8_t {
  malformed_checkpoint,
  unknown_key,
  bad_signature,
  wrong_origin,
  not_included,  // the path does not lead from the leaf to the root
};

// The checkpoint of `log` under which the leaf verifiably stands at the proof's index. Witnesses
// are another question (policy.h).
std::expected<Checkpoint, ProofFault> open_proof(const Proof& proof, const Digest& leaf_hash,
                                                 const VerifierKey& log);

// The body of an add-checkpoint request: "old <size>", the consistency proof's hashes a line each,
// an empty line, the checkpoint.
struct Submission {
  std::uint64_t old_size = 0;
  std::vector<Digest> proof;
  std::string checkpoint;

  static std::optional<Submission> parse(std::string_view text);  // well-formed, as above
  [[nodiscard]] std::string to_string() const;
  friend bool operator==(const Submission&, const Submission&) = default;
};

}  // namespace lp::tlog
