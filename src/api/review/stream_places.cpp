#include "api/review/stream_places.h"

#include <utility>

#include "base/assert.h"

namespace lp::api {

StreamPlaces::Place::Place(Place&& other) noexcept
    : places_(std::exchange(other.places_, nullptr)), device_(std::move(other.device_)) {}

StreamPlaces::Place::~Place() {
  if (places_ != nullptr) places_->release(device_);
}

std::expected<StreamPlaces::Place, StreamPlaces::Full> StreamPlaces::take(std::string_view device,
                                                                          const StreamCaps& caps) {
  const MutexLock lock(mutex_);
  const auto held = by_device_.find(device);
  if (held != by_device_.end() && held->second >= caps.per_device) {
    return std::unexpected(Full::device);
  }
  if (total_ >= caps.total) return std::unexpected(Full::total);
  ++total_;
  ++by_device_[std::string(device)];
  return Place(*this, std::string(device));
}

void StreamPlaces::release(const std::string& device) {
  const MutexLock lock(mutex_);
  const auto held = by_device_.find(device);
  LP_ASSERT(total_ > 0 && held != by_device_.end());
  --total_;
  if (--held->second == 0) by_device_.erase(held);
}

std::size_t StreamPlaces::total() const {
  const MutexLock lock(mutex_);
  return total_;
}

}  // namespace lp::api
