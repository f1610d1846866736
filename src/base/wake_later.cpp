#include "base/wake_later.h"

#include <algorithm>

#include "base/assert.h"

namespace lp {
namespace {

thread_local WakeLater* current = nullptr;

}  // namespace

WakeLater::WakeLater() {
  LP_ASSERT(current == nullptr);
  current = this;
}

WakeLater::~WakeLater() {
  current = nullptr;
  for (std::size_t i = 0; i < count_; ++i) waiting_[i]->notify_one();
}

bool WakeLater::put_off(MutexCondition& ready) {
  if (current == nullptr) return false;
  const auto noted = current->waiting_.begin() + static_cast<std::ptrdiff_t>(current->count_);
  if (std::find(current->waiting_.begin(), noted, &ready) != noted) return true;
  if (current->count_ == current->waiting_.size()) return false;
  current->waiting_[current->count_++] = &ready;
  return true;
}

}  // namespace lp
