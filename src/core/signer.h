// The signer: the only one who signs checkpoints, and only of a tree that extends what it signed
// before (evidence.md 6.3).
//
// It does not take a root on trust: it keeps the compact range of what it signed, appends the leaf
// hashes that were read back from storage after the commit, and has the root signed that comes out.
// The key and the memory are the notary's, which is in this process or another; what it signed is
// in its lock store before anybody sees it. One thread.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/notary.h"
#include "tlog/note.h"
#include "tlog/tree.h"

namespace lp::core {

class Signer {
 public:
  explicit Signer(Notary& notary) : notary_(notary) {}

  // Whether anything could be signed now.
  [[nodiscard]] bool ready() const { return notary_.ready(); }
  // The key with which this log begins; nothing while the notary is away and was not asked before.
  [[nodiscard]] std::optional<tlog::VerifierKey> verifier(std::string_view origin) const;
  // The checkpoint, when the key that signs trees of its size has signed it.
  [[nodiscard]] std::optional<tlog::Checkpoint> opened(std::string_view origin,
                                                       std::string_view note) const;

  // The last checkpoint signed for an origin, verified with the key of its size; nothing when there
  // is none. A note that does not verify counts as none and is reported by `damaged`.
  [[nodiscard]] std::optional<tlog::Checkpoint> last(std::string_view origin) const;
  [[nodiscard]] bool damaged(std::string_view origin) const;
  // Whether it is never signed again.
  [[nodiscard]] bool closed(std::string_view origin) const;
  // Its text; empty when there is none.
  [[nodiscard]] std::string note(std::string_view origin) const;

  // Takes up an origin at its last checkpoint: `range` must have its size and root.
  [[nodiscard]] bool resume(const std::string& origin, tlog::CompactRange range);

  struct Extension {
    std::string origin;
    std::vector<Digest> leaf_hashes;  // of the leaves after the last signed size
    Digest root;                      // that the core computed; another one is refused
  };
  struct Signed {
    std::string origin;
    std::uint64_t size;
    std::string note;
  };
  enum class Fault : std::uint8_t {
    unknown_origin,
    root_differs,
    lock_store,
    away,    // the notary does not answer: to ask the same again is safe
    closed,  // for ever (closed_logs.h)
  };
  // All or nothing; durable in the lock store when it returns. An extension without leaf hashes on
  // an origin that was never signed signs the empty tree.
  std::expected<std::vector<Signed>, Fault> extend(const std::vector<Extension>& extensions);

  // Takes up an origin whose memory was lost, at `range`: signs and stores it as it stands. Only on
  // a person's word (`letsping signer adopt`).
  std::expected<Signed, Fault> adopt(const std::string& origin, tlog::CompactRange range);

  // First contact with a new origin: signs and stores the checkpoint of the empty tree, so that a
  // log without signer state can only mean a lost lock store. Once more is fine while it is empty.
  std::expected<Signed, Fault> open(const std::string& origin);

 private:
  Notary& notary_;
  std::map<std::string, tlog::CompactRange, std::less<>> ranges_;  // of what was signed last
};

}  // namespace lp::core
