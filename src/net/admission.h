// How many connections there are, in all and from one address, over all net threads.
//
// A Pass is one admitted connection; giving it up makes room. The lock is taken once when a
// connection comes and once when it goes, never for a request: counting per thread instead would
// let one address have the limit as many times as there are threads, or refuse it too early,
// depending on how the kernel deals the connections out.

#pragma once

#include <atomic>
#include <cstddef>
#include <expected>
#include <mutex>
#include <string>
#include <unordered_map>

#include "net/fault.h"
#include "net/message.h"
#include "net/server.h"

namespace lp::net {

// What one customer is counted under: the address, or the /64 of an IPv6 address, since a single
// host has a whole one to itself.
std::string admission_key(const std::string& address);

class Admission {
 public:
  class Pass {
   public:
    Pass() = default;
    Pass(Pass&& other) noexcept;
    Pass& operator=(Pass&& other) noexcept;
    ~Pass();
    [[nodiscard]] bool counted() const { return admission_ != nullptr; }

   private:
    friend class Admission;
    Pass(Admission& admission, std::string key);
    Admission* admission_ = nullptr;
    std::string key_;  // empty: not counted by address
  };

  // `limits` and the Admission outlive every Pass.
  explicit Admission(const Limits& limits) : limits_(limits) {}

  // The Unix socket and trusted proxies count towards the total only: a proxy is many clients.
  std::expected<Pass, Fault> admit(const Peer& peer);
  [[nodiscard]] std::size_t connections() const { return total_.load(std::memory_order_relaxed); }

 private:
  bool enter(const std::string& key);
  void leave(const std::string& key);

  const Limits& limits_;
  std::atomic<std::size_t> total_ = 0;
  std::mutex mutex_;
  std::unordered_map<std::string, std::size_t> by_address_;  // under mutex_
};

}  // namespace lp::net
