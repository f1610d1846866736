#include "evidence/remembered.h"

#include <algorithm>
#include <array>
#include <string>

#include "crypto/ed25519.h"
#include "crypto/p256.h"

namespace lp::evidence {
namespace {

struct Held {
  std::string key, message, signature;
};

// The last few of a kind.
class Memory {
 public:
  [[nodiscard]] bool knows(std::string_view key, std::string_view message,
                           std::string_view signature) const {
    return std::ranges::any_of(held_, [&](const Held& one) {
      return one.signature == signature && one.message == message && one.key == key;
    });
  }
  void keep(std::string_view key, std::string_view message, std::string_view signature) {
    held_[next_++ % held_.size()] = {std::string(key), std::string(message),
                                     std::string(signature)};
  }

 private:
  std::array<Held, 8> held_;
  std::size_t next_ = 0;
};

}  // namespace

bool remembered_ed25519(std::string_view public_key, std::string_view message,
                        std::string_view signature) {
  thread_local Memory memory;
  // An empty place of the memory is a signature of no bytes, which never holds.
  if (!signature.empty() && memory.knows(public_key, message, signature)) return true;
  if (!crypto::ed25519_verify(public_key, message, signature)) return false;
  memory.keep(public_key, message, signature);
  return true;
}

bool remembered_p256(std::string_view spki, std::string_view message, std::string_view signature) {
  thread_local Memory memory;
  if (!signature.empty() && memory.knows(spki, message, signature)) return true;
  if (!crypto::p256_verify(spki, message, signature)) return false;
  memory.keep(spki, message, signature);
  return true;
}

}  // namespace lp::evidence
