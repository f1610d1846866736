// Which head goes to which witness next, and what their answers make of it: the bookkeeping of
// cosigning, without sockets and threads (c2sp.org/tlog-witness).
//
// Never in the decision path: a head is signed and served before any witness hears of it. Each
// witness is asked once a second at most about a log that grows, and every 60 s about one that does
// not, because only the time of a cosignature proves freshness.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "tlog/note.h"
#include "tlog/policy.h"

namespace lp::server {

// The newest signed head of a log.
struct SignedHead {
  std::string origin;
  std::string note;
  std::string cosigned;  // the newest note that witnesses stand behind; "" when none
};

struct CosignedNote {
  std::string origin;
  std::uint64_t size = 0;
  std::string note;
};

class Cosigning {
 public:
  // That the log of `origin` only grew between two sizes; nothing when it cannot be shown.
  using Proof = std::function<std::optional<std::vector<Digest>>(
      const std::string& origin, std::uint64_t old_size, std::uint64_t size)>;

  Cosigning(tlog::Policy policy, Proof proof);

  struct Errand {
    std::int64_t id;
    std::string url;
    std::string body;
  };
  // What to send now. Each errand must be answered by `take`, before its witness gets another one
  // about that log.
  std::vector<Errand> due(const std::vector<SignedHead>& heads, std::int64_t now_ms);

  // A witness that cosigned more of a log than is here, or a tree that is not this one.
  struct Contradiction {
    std::string origin;
    std::string witness;  // its vkey
  };
  // Those found by `due` and `take` since the last call.
  std::vector<Contradiction> contradictions() { return std::exchange(contradictions_, {}); }

  // HTTP status (0: no answer) and body. What to keep from now on, if it changes that.
  std::optional<CosignedNote> take(std::int64_t id, int status, const std::string& body,
                                   std::int64_t now_ms);

 private:
  // One witness's view of one log.
  struct Desk {
    std::uint64_t known_size = 0;  // what it cosigned last, as far as we know
    std::string cosigned_body;
    std::int64_t not_before_ms = 0;
    std::int64_t again_ms = 0;  // with the same head
    bool busy = false;
    bool corrected = false;  // by a 409, since the last cosignature
    int last_status = 200;
  };
  struct Sent {
    std::string origin;
    std::size_t witness;
    std::string body;  // of the note
    std::uint64_t size;
  };
  struct Log {
    std::vector<Desk> desks;  // one a witness
    tlog::Note newest;        // of the head that cosignatures are being collected for
    bool kept_quorum = false;
  };

  Log& log_of(const SignedHead& head, const tlog::Note& note);
  std::optional<std::string> submission(const SignedHead& head, const tlog::Checkpoint& checkpoint,
                                        std::size_t witness, Desk& desk, std::int64_t now_ms);
  std::optional<CosignedNote> cosigned(const Sent& sent, const std::string& body,
                                       std::int64_t now_ms);
  void corrected(const Sent& sent, const std::string& body, std::int64_t now_ms);
  void refused(const Sent& sent, int status, std::int64_t now_ms);
  void tell(const Sent& sent, int status, std::string_view event, std::string_view what);

  const tlog::Policy policy_;
  const Proof proof_;
  std::map<std::string, Log> logs_;
  std::map<std::int64_t, Sent> sent_;
  std::vector<Contradiction> contradictions_;
  std::int64_t last_id_ = 0;
};

}  // namespace lp::server
