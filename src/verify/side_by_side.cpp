#include "verify/side_by_side.h"

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <vector>

namespace lp::verify {
namespace {

// To start a thread takes about as long as a quarter of a signature check.
constexpr std::size_t items_each_min = 4;
constexpr std::size_t threads_max = 64;

}  // namespace

void side_by_side(std::size_t count, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  const auto take = [&] {
    for (std::size_t item = next++; item < count; item = next++) work(item);
  };
  const std::size_t processors = std::max(std::thread::hardware_concurrency(), 1U);
  const std::size_t threads = std::min({processors, count / items_each_min, threads_max});
  std::vector<std::jthread> others;
  try {
    while (others.size() + 1 < threads) others.emplace_back(take);
  } catch (const std::system_error&) {
    // The system gives no more threads: those that there are do the work.
  }
  take();
}

}  // namespace lp::verify
