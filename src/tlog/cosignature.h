// What a witness adds to a checkpoint: c2sp.org/tlog-cosignature, cosignature/v1 (Ed25519, type
// 0x04). It says that at the time in it this was the largest consistent tree the witness knew of
// that origin.
//
// A signature line whose bytes after the key id are the time (64 bits, big-endian, POSIX seconds)
// and an Ed25519 signature over "cosignature/v1\ntime <time>\n" and the body of the note.

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/ed25519.h"
#include "tlog/note.h"

namespace lp::tlog {

// `time_s` is in 1..2^63−1 (LP_ASSERT): 0 would mean that the witness says nothing about time.
SignatureLine cosign(std::string_view body, std::string_view name, const crypto::Ed25519Key& key,
                     std::uint64_t time_s);

// The newest time at which `key` cosigned the note. `bad_signature` when any line in its name does
// not verify: such a note is malformed (signed-note).
std::expected<std::uint64_t, NoteFault> open_cosignature(const Note& note, const CosignerKey& key);

}  // namespace lp::tlog
