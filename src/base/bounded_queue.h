// A bounded queue from many producers to one consumer: the door of the core thread.
//
// `push` never waits: a full queue is the caller's 503. `drain` waits until something is there or
// the timeout passes, then takes all of it, so that one batch is whatever arrived during the last
// flush.

#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/wake_later.h"

namespace lp {

// `soon`: nobody waits for it, so it comes with the next that somebody waits for, or a little
// later.
enum class Urgency : bool { now, soon };

template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  // False when full or closed; then `item` is untouched.
  [[nodiscard]] bool push(T&& item, Urgency urgency = Urgency::now) {
    {
      const MutexLock lock(mutex_);
      if (closed_ || items_.size() >= capacity_) return false;
      if (items_.empty()) soon_ = std::chrono::steady_clock::now() + linger;
      if (urgency == Urgency::now) urgent_ = true;
      items_.push_back(std::move(item));
    }
    if (!WakeLater::put_off(ready_)) ready_.notify_one();
    return true;
  }

  // Everything queued, oldest first; empty after `timeout` or once closed and drained.
  std::vector<T> drain(std::chrono::milliseconds timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    const MutexLock lock(mutex_);
    while (!closed_ && !urgent_) {
      const auto until = items_.empty() ? deadline : std::min(deadline, soon_);
      if (!ready_.wait_until(mutex_, until)) break;
    }
    urgent_ = false;
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
  // Long enough for the next of a person's clicks or an agent's calls that follow each other.
  static constexpr std::chrono::milliseconds linger{20};

  const std::size_t capacity_;
  Mutex mutex_;
  MutexCondition ready_;
  std::vector<T> items_ __attribute__((guarded_by(mutex_)));
  bool urgent_ __attribute__((guarded_by(mutex_))) = false;
  bool closed_ __attribute__((guarded_by(mutex_))) = false;
  // When what is not urgent is taken all the same; of no meaning while nothing is queued.
  std::chrono::steady_clock::time_point soon_ __attribute__((guarded_by(mutex_)));
};

}  // namespace lp
