// Who holds the keys of the logs and the memory of what was signed with them: this process
// (own_notary.h), or another one behind a socket (server/remote_notary.h), so that the process
// which reads what strangers send has no key with which a history could be rewritten.
//
// What it answers is durable in its memory. It may be away for a while; then nothing is signed, and
// whoever asks waits or refuses. lp-core only (and recovery before that thread exists), but for
// earlier().

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "evidence/log_keys.h"
#include "store/lock_store.h"
#include "tlog/note.h"
#include "tlog/tree.h"

namespace lp::core {

class Notary {
 public:
  virtual ~Notary() = default;

  enum class Fault : std::uint8_t {
    away,      // no answer: it may be signed all the same, and to ask again is safe
    refused,   // not what extends the tree that it signed last
    not_kept,  // its memory cannot be written: nobody knows what is on that disk
  };

  // What signs a log: its keys, each for the sizes of its range, and the vkey of one that was made
  // to follow and that no owner has signed for yet, "" when there is none.
  struct LogKeys {
    evidence::LogKeyRanges ranges;
    std::string next;
    friend bool operator==(const LogKeys&, const LogKeys&) = default;
  };

  // One version of a log's roster, as it is stored: the head, and evidence::signatures_text.
  struct SignedRoster {
    std::string head, signatures;
    friend bool operator==(const SignedRoster&, const SignedRoster&) = default;
  };

  // A tree, and how it comes from the one that was signed last.
  struct Growth {
    const tlog::CompactRange& before;
    std::span<const Digest> leaf_hashes;
    tlog::Checkpoint head;
  };

  // What was signed last, by origin, and beside it records whose names hold a line feed, which no
  // log's does: what no copy of the data may bring back.
  virtual store::LockStore& memory() = 0;
  // Nothing while it is away and was not asked before.
  virtual std::optional<LogKeys> keys(std::string_view origin) = 0;
  // Makes the log's next key, in the place of one that waits, and keeps it: its vkey.
  // Fault::refused when it cannot.
  virtual std::expected<std::string, Fault> draft(std::string_view origin) = 0;
  // Shows what the owners of a log have signed since they were last shown, in order. A version that
  // hands over to the key that waits puts it in force; whatever else it says of the log's keys that
  // is not so is refused. Nothing is signed of what rests on a roster before it was shown.
  virtual std::expected<void, Fault> follow(const std::string& origin,
                                            const std::vector<SignedRoster>& versions) = 0;
  // The signed checkpoints, in order: all or nothing.
  virtual std::expected<std::vector<std::string>, Fault> extend(
      const std::vector<Growth>& growths) = 0;
  // The first checkpoint of an origin that it has no memory of: of the empty tree, or, on a
  // person's word, of one that stands.
  virtual std::expected<std::string, Fault> begin(const tlog::Checkpoint& head) = 0;

  // A checkpoint of its own, and the proof that `head` is an earlier one of the same tree.
  struct Earlier {
    std::string_view note;
    tlog::Checkpoint head;
    std::vector<Digest> proof;
  };
  // `head`, signed. Nothing when it does not follow, or while the notary is away. From any thread.
  virtual std::optional<std::string> earlier(const Earlier& wanted) const = 0;

  // Whether it would answer now.
  virtual bool ready() = 0;
  // Whether it is another process, which may be away and come back.
  [[nodiscard]] virtual bool elsewhere() const = 0;
};

}  // namespace lp::core
