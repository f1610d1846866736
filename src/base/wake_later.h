// Puts off waking other threads to the end of a scope: for an event loop that hands on many things
// in one turn.
//
// Where threads share a processor, whoever is woken comes at once and takes it from the one who
// wakes. A consumer woken by the first of thirty pushes would find one thing to do, and the other
// twenty-nine would be a batch of their own.

#pragma once

#include <array>
#include <cstddef>

#include "base/mutex.h"

namespace lp {

class WakeLater {
 public:
  WakeLater();
  ~WakeLater();
  WakeLater(const WakeLater&) = delete;
  WakeLater& operator=(const WakeLater&) = delete;

  // Notes that one thread that waits on `ready` is to be woken when the scope of this thread ends.
  // False: there is no scope, or it has no room; the caller wakes at once. `ready` must outlive it.
  [[nodiscard]] static bool put_off(MutexCondition& ready);

 private:
  std::array<MutexCondition*, 4> waiting_{};
  std::size_t count_ = 0;
};

}  // namespace lp
