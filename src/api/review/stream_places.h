// How many event streams are open at the moment, and on which device. Thread-safe.
//
// One browser opens one stream for all its tabs; a few more are let in for the moments in which a
// tab takes over from another.

#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <string_view>

#include "base/mutex.h"

namespace lp::api {

struct StreamCaps {
  std::size_t per_device = 5;
  std::size_t total = 2'500;  // a quarter of all connections
};

class StreamPlaces {
 public:
  // Given back when it is destroyed. Must not outlive the places.
  class Place {
   public:
    Place(Place&& other) noexcept;
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    Place& operator=(Place&&) = delete;
    ~Place();

   private:
    friend class StreamPlaces;
    Place(StreamPlaces& places, std::string device)
        : places_(&places), device_(std::move(device)) {}

    StreamPlaces* places_;
    std::string device_;
  };

  enum class Full : std::uint8_t { device, total };

  std::expected<Place, Full> take(std::string_view device, const StreamCaps& caps);
  [[nodiscard]] std::size_t total() const;

 private:
  void release(const std::string& device);

  mutable Mutex mutex_;
  std::size_t total_ __attribute__((guarded_by(mutex_))) = 0;
  std::map<std::string, std::size_t, std::less<>> by_device_ __attribute__((guarded_by(mutex_)));
};

}  // namespace lp::api
