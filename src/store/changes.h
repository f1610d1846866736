// What a batch changes, in order. Every command adds to it, and a variant of fifty kinds of rows costs
// seconds in each file that can move, copy or destroy one: that is compiled once, in changes.cpp.

#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace lp::store {

// The kinds are in change.h.
struct Write;
struct Removal;

template <typename Change>
class Changes {
 public:
  Changes();
  Changes(const Changes& other);
  Changes(Changes&& other) noexcept;
  Changes& operator=(const Changes& other);
  Changes& operator=(Changes&& other) noexcept;
  ~Changes();

  // `Kind` is one of the kinds of `Change`.
  template <typename Kind>
  void emplace_back(Kind change);
  void reserve(std::size_t count);
  [[nodiscard]] bool empty() const;
  // Until the next change is added.
  [[nodiscard]] std::span<const Change> all() const;

 private:
  std::unique_ptr<std::vector<Change>> changes_;  // never null, but after a move
};

}  // namespace lp::store
