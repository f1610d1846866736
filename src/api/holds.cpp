#include "api/holds.h"

#include "base/assert.h"

namespace lp::api {

namespace {

std::string client_of(std::string_view key, std::string_view address) {
  return std::string(key) + ' ' + std::string(address);
}

std::size_t count(const std::map<std::string, std::size_t, std::less<>>& counts,
                  std::string_view name) {
  const auto found = counts.find(name);
  return found == counts.end() ? 0 : found->second;
}

void drop(std::map<std::string, std::size_t, std::less<>>& counts, std::string_view name) {
  const auto found = counts.find(name);
  LP_ASSERT(found != counts.end());
  if (--found->second == 0) counts.erase(found);
}

}  // namespace

bool Holds::take(std::string_view key, std::string_view address, std::string_view project,
                 const HoldCaps& caps) {
  const std::string client = client_of(key, address);
  std::lock_guard lock(mutex_);
  if (total_ >= caps.total || count(by_client_, client) >= caps.per_key_and_address ||
      count(by_project_, project) >= caps.per_project) {
    return false;
  }
  ++total_;
  ++by_client_[client];
  ++by_project_[std::string(project)];
  return true;
}

void Holds::release(std::string_view key, std::string_view address, std::string_view project) {
  std::lock_guard lock(mutex_);
  LP_ASSERT(total_ > 0);
  --total_;
  drop(by_client_, client_of(key, address));
  drop(by_project_, project);
}

std::size_t Holds::total() const {
  std::lock_guard lock(mutex_);
  return total_;
}

}  // namespace lp::api
