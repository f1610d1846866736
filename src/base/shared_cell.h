// A pointer to something immutable that some threads replace and others read.
//
// Instead of std::atomic<std::shared_ptr>: that of libstdc++ 12 lets go of its lock bit in load()
// with relaxed order, so that a reader's look at the pointer is not ordered before the next store.
// The lock here is held for a copy of the pointer and never while anything is freed.

#pragma once

#include <memory>
#include <utility>

#include "base/mutex.h"

namespace lp {

template <typename T>
class SharedCell {
 public:
  using Pointer = std::shared_ptr<const T>;

  SharedCell() = default;
  SharedCell(const SharedCell&) = delete;
  SharedCell& operator=(const SharedCell&) = delete;

  // Null before the first store.
  [[nodiscard]] Pointer load() const {
    const MutexLock lock(mutex_);
    return held_;
  }
  void store(Pointer next) {
    const MutexLock lock(mutex_);
    held_.swap(next);
  }  // what was held is freed with the parameter, behind the lock

 private:
  mutable Mutex mutex_;
  Pointer held_ __attribute__((guarded_by(mutex_)));
};

}  // namespace lp
