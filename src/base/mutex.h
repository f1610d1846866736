// std::mutex with the attributes that clang's -Wthread-safety checks: a member declared
// `__attribute__((guarded_by(mutex_)))` is then only touched while its mutex is held, or the build
// fails. Where there are locks, ARCHITECTURE.md lists.

#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace lp {

class [[clang::capability("mutex")]] Mutex {
 public:
  void lock() __attribute__((acquire_capability())) { mutex_.lock(); }
  void unlock() __attribute__((release_capability())) { mutex_.unlock(); }

 private:
  friend class MutexCondition;
  std::mutex mutex_;
};

// Holds a mutex for its scope.
class [[clang::scoped_lockable]] MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) __attribute__((acquire_capability(mutex))) : mutex_(mutex) {
    mutex_.lock();
  }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;
  ~MutexLock() __attribute__((release_capability())) { mutex_.unlock(); }

 private:
  Mutex& mutex_;
};

// A condition variable whose waits need the mutex held, before and after. They
// may return early for no reason: wait in a loop that checks.
class MutexCondition {
 public:
  void notify_one() { ready_.notify_one(); }
  void notify_all() { ready_.notify_all(); }

  // False once `deadline` has passed.
  bool wait_until(Mutex& mutex, std::chrono::steady_clock::time_point deadline)
      __attribute__((requires_capability(mutex))) {
    std::unique_lock lock(mutex.mutex_, std::adopt_lock);
    const bool in_time = ready_.wait_until(lock, deadline) == std::cv_status::no_timeout;
    lock.release();  // the caller's MutexLock unlocks
    return in_time;
  }

 private:
  std::condition_variable ready_;
};

}  // namespace lp
