// The signer's memory: the last checkpoint signed for each origin, kept outside the data directory
// so that no copy of the data carries it (evidence.md 6).
//
// A journal `checkpoints` of records {length, SHA-256, (origin, note)…}, one record and one
// fdatasync a put. It is zero-filled in advance and records begin at sectors, so that a put
// overwrites blocks that exist (a growing file flushes about twice as slowly) and never a sector
// that holds another record. At open a torn last record (never acknowledged) is dropped; anything
// else that does not verify is refused. Rewritten compactly at open and when its 4 MiB are full.
// Owned by one process: file lock.

#pragma once

#include <expected>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/store.h"

namespace lp::store {

class LockStore {
 public:
  virtual ~LockStore() = default;
  // The last signed note of each origin.
  [[nodiscard]] virtual const std::map<std::string, std::string>& notes() const = 0;
  // Durable when it returns. Each pair is (origin, note).
  virtual Result<void> put(const std::vector<std::pair<std::string, std::string>>& notes) = 0;
};

// The notes as they stand on disk, without taking the lock: for somebody who only looks, while the
// signer may be writing.
Result<std::map<std::string, std::string>> read_lock_store(const std::string& directory);

// Creates `directory` (0700) when missing. Fails when another process holds it.
Result<std::unique_ptr<LockStore>> open_lock_store(const std::string& directory);

}  // namespace lp::store
