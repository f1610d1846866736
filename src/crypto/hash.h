// SHA-256, HMAC-SHA-256, HKDF-SHA-256 and constant-time comparison over OpenSSL.
//
// Contexts are kept per thread and reused: OpenSSL 3.0's one-shot calls are several times slower on
// small inputs. All inputs and outputs are raw bytes.

#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/entropy.h"

namespace lp::crypto {

Digest sha256(std::string_view bytes);
// Of the parts one after another, without joining them.
Digest sha256(std::initializer_list<std::string_view> parts);

// Of bytes that come piece by piece. One thread; once asked for the digest it begins anew.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void add(std::string_view bytes);
  Digest take();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

Digest hmac_sha256(std::string_view key, std::string_view message);
Digest hmac_sha256(std::string_view key, std::initializer_list<std::string_view> parts);

// RFC 5869 extract and expand; `length` ≤ 255 × 32.
std::string hkdf_sha256(std::string_view key, std::string_view salt, std::string_view info,
                        std::size_t length = 32);

// True when equal; time depends on the lengths only.
[[nodiscard]] bool equal_constant_time(std::string_view a, std::string_view b);

// The operating system's generator through OpenSSL; aborts if it fails.
class SystemEntropy final : public Entropy {
 public:
  std::string bytes(std::size_t count) override;
};

}  // namespace lp::crypto
