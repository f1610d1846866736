// What is kept of a project's policies: every version that was uploaded, and when which came into
// force. Which is in force stands in the project's own row, under the seal of the directory.

#pragma once

#include <cstdint>
#include <string>

#include "base/digest.h"
#include "base/time.h"

namespace lp::store {

struct PolicyVersion {
  std::string project;
  std::uint64_t version = 1;
  std::string document;  // as it was uploaded: YAML or JSON
  Digest sha256;         // of its canonical JSON (policy/document.h)
  std::string author;    // a member; "": the operator, at the command line
  Instant created;
  std::uint64_t leaf_index = 0;

  friend bool operator==(const PolicyVersion&, const PolicyVersion&) = default;
};

// One version came into force.
struct PolicyActivation {
  std::string project;
  std::uint64_t leaf_index = 0;  // of policy.changed
  std::uint64_t version = 1;
  std::string request;  // that asked for it
  std::string member;   // whose approval made it so
  Instant at;

  friend bool operator==(const PolicyActivation&, const PolicyActivation&) = default;
};

}  // namespace lp::store
