// Values by service and action, in open addressing: a look-up reads one slot and one key.

#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace lp::policy {

template <typename Value>
class PairTable {
 public:
  // For at most so many pairs.
  explicit PairTable(std::size_t pairs = 0) : slots_(std::bit_ceil(2 * pairs + 1)) {}

  // A pair that is not in it yet; all of them have less than 4 GiB of text.
  void add(std::string_view service, std::string_view action, Value value) {
    std::size_t at = first_slot(service, action);
    while (slots_[at].key != empty) at = next(at);
    slots_[at] = {.key = static_cast<std::uint32_t>(keys_.size()),
                  .service_bytes = static_cast<std::uint32_t>(service.size()),
                  .action_bytes = static_cast<std::uint32_t>(action.size()),
                  .value = std::move(value)};
    keys_.append(service).append(action);
  }
  // Null if it is not there.
  [[nodiscard]] const Value* find(std::string_view service, std::string_view action) const
      [[clang::lifetimebound]] {
    for (std::size_t at = first_slot(service, action); slots_[at].key != empty; at = next(at)) {
      const Slot& slot = slots_[at];
      if (slot.service_bytes != service.size() || slot.action_bytes != action.size()) continue;
      const auto key = std::string_view(keys_).substr(slot.key, service.size() + action.size());
      if (key.starts_with(service) && key.ends_with(action)) return &slot.value;
    }
    return nullptr;
  }

 private:
  static constexpr std::uint32_t empty = ~std::uint32_t{0};
  struct Slot {
    std::uint32_t key = empty;  // where it begins in `keys_`
    std::uint32_t service_bytes = 0, action_bytes = 0;
    Value value;
  };

  [[nodiscard]] std::size_t first_slot(std::string_view service, std::string_view action) const {
    const std::hash<std::string_view> hash;
    // Times an odd number: service and action do not weigh the same, and nothing is lost.
    return (hash(service) * 0x9e3779b97f4a7c15u + hash(action)) & (slots_.size() - 1);
  }
  [[nodiscard]] std::size_t next(std::size_t at) const { return (at + 1) & (slots_.size() - 1); }

  std::vector<Slot> slots_;  // a power of two, at most half of them taken
  std::string keys_;         // service and action of each, one behind the other
};

}  // namespace lp::policy
