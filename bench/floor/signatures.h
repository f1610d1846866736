// The signatures and verifications that one request of ours must make, and nothing around them:
// OpenSSL's own calls on contexts that are made once. What the floor pays for evidence.

#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace lp::bench {

using Sha256 = std::array<unsigned char, 32>;

class Signatures {
 public:
  Signatures();
  ~Signatures();
  Signatures(const Signatures&) = delete;
  Signatures& operator=(const Signatures&) = delete;

  Sha256 digest(std::string_view bytes);
  // ECDSA on P-256 over the digest, DER.
  std::string sign(const Sha256& digest);
  // Checks a signature made at the start: each costs what another one would.
  void verify();
  // Ed25519 over `message`: one checkpoint.
  std::string sign_checkpoint(std::string_view message);
  [[nodiscard]] bool verify_checkpoint(std::string_view message, std::string_view signature);

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
};

}  // namespace lp::bench
