// What agents ask in the workloads: bodies that no compression helps with, each one different.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "closed_loop.h"
#include "rig.h"

namespace lp::bench {

// Random base64, quickly: the text of ciphertext that nobody will open.
class Noise {
 public:
  explicit Noise(std::uint64_t seed) : state_(seed) {}
  void append_base64(std::string& text, std::size_t characters);

 private:
  std::uint64_t next();
  std::uint64_t state_;
};

// Asks with 2.9 KB of `_lp_enc` payload, as 2.0 KB of plaintext make. For the server and the floor.
class BigAsks final : public Script {
 public:
  BigAsks(std::uint16_t port, std::string fields, std::uint64_t seed);
  std::int64_t next(std::string& request) override;
  void answered(std::int64_t, std::string_view) override {}

 private:
  const std::string head_;
  Noise noise_;
  std::string body_;
  std::int64_t asked_ = 0;
};

// Small asks whose payload can be opened with `content_key`; keeps the ids of what was accepted.
class SmallAsks final : public Script {
 public:
  SmallAsks(std::uint16_t port, std::string fields);
  std::int64_t next(std::string& request) override;
  void answered(std::int64_t number, std::string_view body) override;
  [[nodiscard]] const std::vector<std::string>& ids() const { return ids_; }

 private:
  const std::uint16_t port_;
  const std::string fields_;
  std::int64_t asked_ = 0;
  std::vector<std::string> ids_;
};

// Protects nothing.
inline constexpr std::string_view content_key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

// `count` small asks, accepted; the error is a sentence.
std::expected<std::vector<std::string>, std::string> make_asks(const Subject& subject,
                                                               std::uint64_t count,
                                                               std::size_t project = 0);

}  // namespace lp::bench
