// Whose word counts: c2sp.org/tlog-policy. A text with a line each for logs, witnesses, groups of
// them, and the quorum that must have cosigned a checkpoint.
//
//   log <vkey> [<url>]
//   witness <name> <vkey> [<url>]
//   group <name> all|any|<k> <name>…
//   quorum <name>|none
//
// Names mean something inside of the text only. Cosigner keys are cosignature/v1; a policy with a
// key of a type that we do not verify is refused as a whole, because its quorum could not be told.

#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tlog/note.h"

namespace lp::tlog {

struct PolicyLog {
  VerifierKey key;
  std::string url;  // "" when none
};

struct PolicyWitness {
  std::string name;
  CosignerKey key;
  std::string url;  // its submission prefix; "" when none
};

struct PolicyFault {
  std::size_t line = 0;  // from 1; 0: the text as a whole
  std::string_view what;
};

// Which witnesses stand behind a note.
struct Witnessed {
  std::vector<std::optional<std::uint64_t>> times_s;  // one a witness of the policy, in its order
  bool quorum = false;
};

class Policy {
 public:
  static std::expected<Policy, PolicyFault> parse(std::string_view text);

  [[nodiscard]] const std::vector<PolicyLog>& logs() const { return logs_; }
  [[nodiscard]] const std::vector<PolicyWitness>& witnesses() const { return witnesses_; }
  // `quorum none`: nobody need cosign.
  [[nodiscard]] bool needs_nobody() const { return !quorum_; }

  // The quorum as "so many of these", for a trust file, which knows no groups; nothing when it is a
  // group of groups, or nobody need cosign.
  struct Threshold {
    std::size_t quorum = 1;
    std::vector<CosignerKey> witnesses;
  };
  [[nodiscard]] std::optional<Threshold> threshold() const;

  // `bad_signature` when a line in a witness's name does not verify; what others signed is left
  // alone. The log's own signature is not looked at.
  [[nodiscard]] std::expected<Witnessed, NoteFault> witnessed(const Note& note) const;

 private:
  friend class PolicyReader;
  struct Group {
    std::size_t threshold = 1;
    std::vector<std::size_t> members;  // nodes
  };
  std::vector<PolicyLog> logs_;
  std::vector<PolicyWitness> witnesses_;
  // Witnesses and groups in the order of their lines, so that members stand before their group.
  struct Node {
    std::optional<std::size_t> witness;  // nothing: a group
    Group group;
  };
  std::vector<Node> nodes_;
  std::optional<std::size_t> quorum_;  // a node
};

}  // namespace lp::tlog
