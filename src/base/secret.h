// Bytes that must not outlive their use or be printed.
//
// Wiped on destruction and on assignment. It has no stream or format operator on purpose: the only
// way to the bytes is `reveal()`, which greps well.

#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace lp {

// Overwrites in a way that the optimiser may not remove.
void wipe(std::string& bytes);

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string bytes) : bytes_(std::move(bytes)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_); }
  Secret& operator=(const Secret& other) {
    if (this != &other) {
      wipe(bytes_);
      bytes_ = other.bytes_;
    }
    return *this;
  }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      wipe(bytes_);
      bytes_ = other.bytes_;
      wipe(other.bytes_);
    }
    return *this;
  }
  ~Secret() { wipe(bytes_); }

  [[nodiscard]] std::string_view reveal() const [[clang::lifetimebound]] { return bytes_; }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }

 private:
  std::string bytes_;
};

}  // namespace lp
