#include <dlfcn.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>

#include "base/assert.h"
#include "bounds.h"
#include "signatures.h"

namespace lp::bench {
namespace {

// As long as the body of a checkpoint.
constexpr std::size_t message_bytes = 130;
constexpr std::size_t public_key_bytes = 32, secret_key_bytes = 64, signature_bytes = 64;

// How long one call takes, in µs.
double each_us(double seconds, const std::function<void()>& call) {
  using SteadyClock = std::chrono::steady_clock;
  const auto begun = SteadyClock::now();
  std::uint64_t count = 0;
  std::chrono::duration<double> passed{};
  do {
    for (int i = 0; i < 64; ++i) call();
    count += 64;
    passed = SteadyClock::now() - begun;
  } while (passed.count() < seconds);
  return passed.count() * 1e6 / static_cast<double>(count);
}

// Ed25519 of libsodium, where the machine has it: bound at run time, because nothing else here
// needs it. Negative when it is not there.
double sodium_us(double seconds) {
  void* const library = ::dlopen("libsodium.so.23", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return -1;
  const auto init = reinterpret_cast<int (*)()>(::dlsym(library, "sodium_init"));
  const auto pair = reinterpret_cast<int (*)(unsigned char*, unsigned char*)>(
      ::dlsym(library, "crypto_sign_keypair"));
  const auto sign =
      reinterpret_cast<int (*)(unsigned char*, unsigned long long*, const unsigned char*,
                               unsigned long long, const unsigned char*)>(
          ::dlsym(library, "crypto_sign_detached"));
  const auto verify = reinterpret_cast<int (*)(const unsigned char*, const unsigned char*,
                                               unsigned long long, const unsigned char*)>(
      ::dlsym(library, "crypto_sign_verify_detached"));
  LP_ASSERT(init != nullptr && pair != nullptr && sign != nullptr && verify != nullptr);
  LP_ASSERT(init() >= 0);
  std::array<unsigned char, public_key_bytes> key{};
  std::array<unsigned char, secret_key_bytes> secret{};
  std::array<unsigned char, signature_bytes> signature{};
  const std::array<unsigned char, message_bytes> message{};
  LP_ASSERT(pair(key.data(), secret.data()) == 0);
  LP_ASSERT(sign(signature.data(), nullptr, message.data(), message.size(), secret.data()) == 0);
  return each_us(seconds, [&] {
    LP_ASSERT(verify(signature.data(), message.data(), message.size(), key.data()) == 0);
  });
}

}  // namespace

void bound_verify(const Words& words) {
  const double seconds = static_cast<double>(words.number("--seconds")) / 4;
  Signatures signatures;
  const std::string note(message_bytes, 'n');
  const std::string signed_note = signatures.sign_checkpoint(note);
  const std::string statement(1'024, 's');
  const double p256 = each_us(seconds, [&] { signatures.verify(); });
  const double ed25519 =
      each_us(seconds, [&] { LP_ASSERT(signatures.verify_checkpoint(note, signed_note)); });
  const double hash = each_us(seconds, [&] { signatures.digest(statement); });
  const double sodium = sodium_us(seconds);
  std::printf("{\"p256_us\":%.2f,\"ed25519_us\":%.2f,\"sha256_1k_us\":%.3f,\"sodium_ed25519_us\":",
              p256, ed25519, hash);
  if (sodium < 0) {
    std::printf("null}\n");
  } else {
    std::printf("%.2f}\n", sodium);
  }
}

}  // namespace lp::bench
