// Logs of any length behind a server that does not run, made by the product's own store, tree and
// signer: each commit is flushed, read back and put under a signed checkpoint before the next one,
// as the server does it (core/sequencer.cpp). What is left out is what decides: there is no queue,
// no command and no policy.

#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "core/keys.h"
#include "core/own_notary.h"
#include "core/signer.h"
#include "crypto/hash.h"
#include "latencies.h"
#include "server/installation.h"
#include "store/lock_store.h"
#include "store/store.h"

namespace lp::bench {

enum class Entries : std::uint8_t {
  // 64 bytes where the statement would be and a leaf of 134: for what asks hashes only.
  compact,
  // Statements of unsigned events as the server writes them, in one stream: for what reads them.
  told,
};

class LogBuilder {
 public:
  // Takes up the log of `project` in the directory. The error is a sentence.
  static std::expected<std::unique_ptr<LogBuilder>, std::string> open(const server::Place& place,
                                                                      const std::string& project);

  // `count` entries, `batch` to a commit. What each commit took, from the first hash to the
  // checkpoint in the lock store, is added to `took`.
  std::expected<void, std::string> append(std::uint64_t count, std::uint64_t batch, Entries entries,
                                          Latencies* took = nullptr);

  [[nodiscard]] std::uint64_t size() const { return range_.size(); }
  // Given to commits for each entry, leaf and statement together: the mean of the last append().
  [[nodiscard]] double entry_bytes() const { return entry_bytes_; }
  // The newest checkpoint.
  [[nodiscard]] std::string note() const { return signer_->note(origin_); }
  // Reads what stands there through a connection of its own.
  [[nodiscard]] store::Reader& reader() { return *reader_; }

 private:
  LogBuilder() = default;
  std::expected<void, std::string> take_up(const std::string& project);
  std::expected<void, std::string> commit(std::uint64_t count, Entries entries);
  store::Leaf make(Entries entries);

  crypto::SystemEntropy entropy_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<store::Reader> reader_;
  std::unique_ptr<store::LockStore> locks_;
  std::unique_ptr<core::Keys> keys_;
  std::unique_ptr<core::OwnNotary> notary_;
  std::unique_ptr<core::Signer> signer_;
  std::string origin_;
  store::LogHead head_;
  tlog::CompactRange range_;
  double entry_bytes_ = 0;
};

}  // namespace lp::bench
