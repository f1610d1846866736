#include "store/changes.h"

#include <tuple>
#include <utility>

#include "store/change.h"

namespace lp::store {

template <typename Change>
Changes<Change>::Changes() : changes_(std::make_unique<std::vector<Change>>()) {}
template <typename Change>
Changes<Change>::Changes(const Changes& other)
    : changes_(std::make_unique<std::vector<Change>>(*other.changes_)) {}
template <typename Change>
Changes<Change>::Changes(Changes&& other) noexcept = default;
template <typename Change>
Changes<Change>& Changes<Change>::operator=(const Changes& other) {
  return *this = Changes(other);
}
template <typename Change>
Changes<Change>& Changes<Change>::operator=(Changes&& other) noexcept = default;
template <typename Change>
Changes<Change>::~Changes() = default;

template <typename Change>
template <typename Kind>
void Changes<Change>::emplace_back(Kind change) {
  changes_->emplace_back(std::in_place_type<Kind>, std::move(change));
}

template <typename Change>
void Changes<Change>::reserve(std::size_t count) {
  changes_->reserve(count);
}

template <typename Change>
bool Changes<Change>::empty() const {
  return changes_->empty();
}

template <typename Change>
std::span<const Change> Changes<Change>::all() const {
  return *changes_;
}

template class Changes<Write>;
template class Changes<Removal>;

namespace {

// For every kind, so that the list of them stands in one place.
template <typename Change, typename... Kinds>
consteval auto adders(const std::variant<Kinds...>*) {
  return std::tuple{&Changes<Change>::template emplace_back<Kinds>...};
}
[[gnu::used]] constinit const auto write_adders =
    adders<Write>(static_cast<const AnyWrite*>(nullptr));
[[gnu::used]] constinit const auto removal_adders =
    adders<Removal>(static_cast<const AnyRemoval*>(nullptr));

}  // namespace
}  // namespace lp::store
