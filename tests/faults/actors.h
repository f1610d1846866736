// An agent that asks and polls over HTTP, and the test approver who decides over the admin socket.
// Both tell the History what they were told, and nothing when they were told nothing. An actor
// serves one thread.

#pragma once

#include <cstdint>
#include <expected>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/hash.h"
#include "crypto/p256.h"
#include "history.h"
#include "http.h"
#include "json/value.h"
#include "server.h"

namespace lp::faults {

// A request's `state` as the wire names it.
Shown shown_of(std::string_view state);

// An ask that can be repeated byte for byte. `keyed`: with its name as Idempotency-Key.
struct Ask {
  std::string name, body;
  bool keyed = false;
};
// An encrypted v1 envelope around a payload with `filler` bytes of text.
Ask make_ask(std::string name, bool keyed, Entropy& entropy, std::size_t filler = 64);

struct Told {
  int status = 0;
  std::string id;          // of a 200
  std::string upload_url;  // of a 200: where its snapshot goes
  std::string reason;      // machine code of a refusal
  bool retry_after = false;
};

class Agent {
 public:
  Agent(const Server& server, History& history);

  // Nothing: no answer came.
  std::optional<Told> ask(const Ask& ask);
  // Reads the status; `wait_s` is the longest that the server may hold the answer.
  std::optional<Shown> look(const std::string& id, unsigned wait_s = 0);

 private:
  History& history_;
  HttpClient http_;
  std::string credential_;
};

// A checkpoint that came with a decision: from then on the log must contain it. Any thread.
class Promises {
 public:
  struct Promise {
    std::string note;
    std::uint64_t index = 0;  // of the leaf that it was to cover
  };
  void add(Promise promise);
  std::vector<Promise> take();

 private:
  std::mutex mutex_;
  std::vector<Promise> promises_;
};

// What was signed for a request; the same bytes again are a retry.
struct Signed {
  History::Wish wish = 0;
  std::string id, body;
};

class Approver {
 public:
  static std::expected<Approver, std::string> open(const Server& server, History& history,
                                                   Promises& promises);

  // Offer, decryption, signature. Nothing: closed already, or gone().
  std::optional<Signed> consider(const std::string& id, Verdict verdict);
  // Whether the last call got no answer.
  [[nodiscard]] bool gone() const { return gone_; }

  enum class Heard : std::uint8_t { granted, beaten, nothing };
  Heard decide(const Signed& decision);

 private:
  Approver(const Server& server, History& history, Promises& promises, crypto::P256Key key,
           std::string member);
  void take_answer(const Signed& decision, const json::Value& detail);

  std::string socket_;
  History* history_;
  Promises* promises_;
  crypto::P256Key key_;
  std::string member_;
  bool gone_ = false;
};

}  // namespace lp::faults
