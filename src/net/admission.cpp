#include "net/admission.h"

#include <arpa/inet.h>

#include <array>
#include <utility>

#include "base/text.h"

namespace lp::net {

std::string admission_key(const std::string& address) {
  std::array<char, sizeof(in6_addr)> bytes{};
  if (address == "::1" || inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return address;
  return hex(std::string_view(bytes.data(), bytes.size() / 2)) + "/64";
}

Admission::Pass::Pass(Admission& admission, std::string key)
    : admission_(&admission), key_(std::move(key)) {}

Admission::Pass::Pass(Pass&& other) noexcept
    : admission_(std::exchange(other.admission_, nullptr)), key_(std::move(other.key_)) {}

Admission::Pass& Admission::Pass::operator=(Pass&& other) noexcept {
  std::swap(admission_, other.admission_);
  std::swap(key_, other.key_);
  return *this;
}

Admission::Pass::~Pass() {
  if (admission_ != nullptr) admission_->leave(key_);
}

std::expected<Admission::Pass, Fault> Admission::admit(const Peer& peer) {
  if (total_.fetch_add(1, std::memory_order_relaxed) >= limits_.connections_max) {
    total_.fetch_sub(1, std::memory_order_relaxed);
    return std::unexpected(Fault::too_many_connections);
  }
  std::string key = peer.unix_socket || peer.proxy ? std::string() : admission_key(peer.address);
  if (!key.empty() && !enter(key)) {
    total_.fetch_sub(1, std::memory_order_relaxed);
    return std::unexpected(Fault::too_many_connections_from_address);
  }
  return Pass(*this, std::move(key));
}

bool Admission::enter(const std::string& key) {
  const std::lock_guard lock(mutex_);
  std::size_t& count = by_address_[key];
  if (count >= limits_.connections_per_address_max) {
    if (count == 0) by_address_.erase(key);
    return false;
  }
  ++count;
  return true;
}

void Admission::leave(const std::string& key) {
  total_.fetch_sub(1, std::memory_order_relaxed);
  if (key.empty()) return;
  const std::lock_guard lock(mutex_);
  const auto found = by_address_.find(key);
  if (found != by_address_.end() && --found->second == 0) by_address_.erase(found);
}

}  // namespace lp::net
