// How many polls are held at the moment, and for whom (wire.md Decision 9). Thread-safe.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace lp::api {

struct HoldCaps {
  std::size_t per_key_and_address = 64;
  std::size_t per_project = 2'000;
  std::size_t total = 5'000;  // half of all connections
};

class Holds {
 public:
  // False, and nothing taken, over any of the caps.
  bool take(std::string_view key, std::string_view address, std::string_view project,
            const HoldCaps& caps);
  void release(std::string_view key, std::string_view address, std::string_view project);
  [[nodiscard]] std::size_t total() const;

 private:
  mutable std::mutex mutex_;
  std::size_t total_ = 0;
  std::map<std::string, std::size_t, std::less<>> by_client_, by_project_;
};

}  // namespace lp::api
