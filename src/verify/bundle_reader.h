// The members of a bundle, one after another and piece by piece, in bounded memory: a file of any
// length is read once, from the front.
//
// Every header and every padding is compared with the one form there is (evidence/tar.h), so that
// nothing in the file is left unread.

#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/file.h"
#include "crypto/hash.h"
#include "evidence/tar.h"
#include "evidence/verify_receipt.h"

namespace lp::verify {

// What is wrong, and where.
struct BundleFault {
  std::string why;
  std::string member;                  // "" when it is about the file
  std::optional<std::uint64_t> index;  // of the entry in the log
  evidence::Finding verdict = evidence::Finding::invalid;
  bool unreadable = false;  // the file could not be read: no verdict
};
template <typename T>
using Read = std::expected<T, BundleFault>;

class BundleReader {
 public:
  // "-" is standard input.
  static std::expected<BundleReader, IoError> open(const std::string& path);
  ~BundleReader();
  BundleReader(BundleReader&&) noexcept;
  BundleReader& operator=(BundleReader&&) = delete;

  // The member that comes next; "" at the end of the archive, behind which nothing may follow.
  Read<std::string> next();
  // Begins to read the next member, which must be this one.
  Read<void> enter(std::string_view name);
  // All of it. Fails beyond `bytes_max`.
  Read<std::string> content(std::size_t bytes_max);
  // The next line of it, without its line feed; nothing at its end. Each line has one.
  Read<std::optional<std::string>> line(std::size_t bytes_max);
  // Its SHA-256, once all of it was read.
  Read<Digest> leave();

  [[nodiscard]] const std::string& member() const { return current_.name; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }             // read so far
  [[nodiscard]] std::uint64_t bytes_in_all() const { return file_size_; }  // 0: not known

 private:
  BundleReader(int descriptor, std::uint64_t file_size);
  // Fills `block_`; false at the end of the file.
  Read<bool> fill();
  // The next `count` bytes of the file, however they come.
  Read<std::string> take(std::size_t count);
  [[nodiscard]] BundleFault fault(std::string why) const;

  int descriptor_;
  std::uint64_t file_size_;
  std::uint64_t bytes_ = 0;
  std::string block_;
  std::size_t at_ = 0;
  std::optional<evidence::TarMember> peeked_;
  evidence::TarMember current_;
  std::uint64_t left_ = 0;  // of the current member
  crypto::Sha256 sha256_;
};

}  // namespace lp::verify
