// When witnesses last stood behind a head. Only the time in a cosignature says how old a head is:
// the log's own signature has none (evidence.md 10).

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "evidence/trust.h"
#include "tlog/note.h"

namespace lp::monitor {

struct Cosigned {
  std::size_t witnesses = 0;              // of the policy, on this note
  std::optional<std::uint64_t> quorum_s;  // POSIX seconds at which as many as it takes had signed
};

// `bad_signature` when a line in a witness's name does not verify; `malformed` for what is no note.
std::expected<Cosigned, tlog::NoteFault> cosigned(std::string_view note,
                                                  const evidence::WitnessPolicy& policy);

}  // namespace lp::monitor
