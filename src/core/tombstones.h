// What was erased, remembered where no copy of the data reaches: in the signer's memory.
//
// A tombstone says which rows of the database must not come back. It is put up when the erasure is
// true, and at every start the database is held against all of them (core/erasing_again.cpp), so
// that a restored copy gives nothing back. It holds no content: ids and places only.

#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "store/lock_store.h"
#include "store/rows.h"

namespace lp::core {

struct Tombstone {
  store::Erasure erasure;
  std::vector<std::uint64_t> indices;  // of the leaves whose statements are gone
  std::string record;  // the event's evidence: the document and the owners who signed it

  friend bool operator==(const Tombstone&, const Tombstone&) = default;
};

// Of a person: what a copy still says of who they were goes again.
using PersonTombstone = store::EraseMember;

class Tombstones {
 public:
  explicit Tombstones(store::LockStore& locks) : locks_(locks) {}

  // Durable when it returns.
  store::Result<void> keep(const std::vector<Tombstone>& tombstones,
                           const std::vector<PersonTombstone>& people);
  // The error is a sentence for people: one of them cannot be read.
  [[nodiscard]] std::expected<std::vector<Tombstone>, std::string> all() const;
  [[nodiscard]] std::expected<std::vector<PersonTombstone>, std::string> people() const;

 private:
  store::LockStore& locks_;
};

}  // namespace lp::core
