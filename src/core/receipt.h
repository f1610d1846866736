// The receipt of an entry of a log (spec/receipt-format.md): everything that proves it, put
// together from what is stored. Nothing is decided here and nothing is signed; whether it proves
// anything is for whoever verifies it.
//
// Reads only, under the release rule: no entry beyond the signed size has a receipt. One checkpoint
// serves all proofs of a receipt. Called on net threads; who may have it is the caller's to check.

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "core/directory.h"
#include "core/ground.h"
#include "core/keys.h"
#include "evidence/receipt.h"
#include "json/value.h"
#include "store/store.h"

namespace lp::core {

enum class NoReceipt : std::uint8_t {
  unknown,      // no entry at this index under the signed checkpoint
  incomplete,   // what belongs to it is not to be found, or is not what the log says
  too_large,    // it would be longer than a receipt may be: ask for one from a later roster on
  unavailable,  // the store cannot be read
};

struct ReceiptWish {
  std::uint64_t index = 0;         // of the leaf
  std::uint64_t first_roster = 1;  // version; the verifier must trust a later one by its hash
};

// On the ground that proves most (ground.h).
std::expected<evidence::Receipt, NoReceipt> receipt_of(store::Reader& reader, const Keys& keys,
                                                       const Notary& notary,
                                                       const Directory& directory,
                                                       const ProjectView& project,
                                                       const ReceiptWish& wish);
// On this one, which covers the entry.
std::expected<evidence::Receipt, NoReceipt> receipt_on(Ground ground, store::Reader& reader,
                                                       const Keys& keys, const ProjectView& project,
                                                       const ReceiptWish& wish);

// The same as a value, for answers that carry a receipt among other things: written compactly, it
// is the bytes of the file.
std::expected<json::Value, NoReceipt> receipt_json(store::Reader& reader, const Keys& keys,
                                                   const Notary& notary, const Directory& directory,
                                                   const ProjectView& project,
                                                   const ReceiptWish& wish);

}  // namespace lp::core
