// A bounded queue from many producers to one consumer: the door of the core thread.
//
// `push` never waits: a full queue is the caller's 503. `drain` waits until something is there or
// the timeout passes, then takes all of it, so that one batch is whatever arrived during the last
// flush.

#pragma once

#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/wake_later.h"

namespace lp {

template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  // False when full or closed; then `item` is untouched.
  [[nodiscard]] bool push(T&& item) {
    {
      const MutexLock lock(mutex_);
      if (closed_ || items_.size() >= capacity_) return false;
      items_.push_back(std::move(item));
    }
    if (!WakeLater::put_off(ready_)) ready_.notify_one();
    return true;
  }

  // Everything queued, oldest first; empty after `timeout` or once closed and drained.
  std::vector<T> drain(std::chrono::milliseconds timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    const MutexLock lock(mutex_);
    while (!closed_ && items_.empty()) {
      if (!ready_.wait_until(mutex_, deadline)) break;
    }
    return std::exchange(items_, {});
  }

  // Refuses further items and wakes the consumer.
  void close() {
    {
      const MutexLock lock(mutex_);
      closed_ = true;
    }
    ready_.notify_all();
  }

  [[nodiscard]] bool closed() {
    const MutexLock lock(mutex_);
    return closed_;
  }

  [[nodiscard]] std::size_t size() {
    const MutexLock lock(mutex_);
    return items_.size();
  }

 private:
  const std::size_t capacity_;
  Mutex mutex_;
  MutexCondition ready_;
  std::vector<T> items_ __attribute__((guarded_by(mutex_)));
  bool closed_ __attribute__((guarded_by(mutex_))) = false;
};

}  // namespace lp
