// What an export tells of requests beside the log: who was asked for what, in words, and why it was
// decided as it was. The log holds only hashes of these.
//
// Nothing is told that the statement at hand does not vouch for: service and action come from the
// descriptor whose hash is in the statement, never from a row. Reads under the release rule are the
// caller's duty: it tells of statements that a signed checkpoint covers. One call, one thread.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/keys.h"
#include "evidence/export.h"
#include "evidence/statement.h"
#include "store/store.h"

namespace lp::core {

// The entry at `index` is not what the tree says.
store::IoError entry_damaged(std::uint64_t index);
// The statement of a row whose bytes are those under the tree; entry_damaged of another.
store::Result<evidence::Statement> statement_of(const store::Leaf& row);

class Teller {
 public:
  Teller(store::Reader& reader, const Keys& keys) : reader_(reader), keys_(keys) {}

  // Nothing inside for a statement about no request, and for a request whose words are gone or are
  // not those of the statement. Each request is read once.
  store::Result<std::optional<evidence::Asked>> tell(const evidence::Statement& said);
  // The descriptor of that hash, for a statement that names it outside of the request's own stream;
  // nothing when the request has or had no such words.
  store::Result<std::optional<std::string>> descriptor(const std::string& request,
                                                       const Digest& sha256);

 private:
  struct Known {
    std::map<Digest, evidence::Asked> asked;  // by request.sha256
    std::string reason;
  };
  store::Result<const Known*> known(const std::string& request);
  store::Result<Known> read(const std::string& request);

  store::Reader& reader_;
  const Keys& keys_;
  std::map<std::string, Known> known_;
};

}  // namespace lp::core
