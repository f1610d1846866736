#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

#include "base/assert.h"
#include "bounds.h"

namespace lp::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

double seconds_since(SteadyClock::time_point from) {
  return std::chrono::duration<double>(SteadyClock::now() - from).count();
}

// The whole file in order: bytes a second.
double read_rate(int file) {
  std::string block(1u << 20, '\0');
  LP_ASSERT(::lseek(file, 0, SEEK_SET) == 0);
  std::uint64_t bytes = 0;
  const auto begun = SteadyClock::now();
  for (;;) {
    const ssize_t count = ::read(file, block.data(), block.size());
    LP_ASSERT(count >= 0);
    if (count == 0) break;
    bytes += static_cast<std::uint64_t>(count);
  }
  return static_cast<double>(bytes) / seconds_since(begun);
}

}  // namespace

void bound_rows(const Words& words) {
  const std::uint64_t rows = words.number("--rows"), bytes = words.number("--bytes");
  constexpr std::size_t longest = 1u << 14;
  const std::string filling(std::min<std::size_t>(bytes, longest / 2), 'f');
  std::FILE* const out = std::fopen(words["--file"].c_str(), "w");
  LP_ASSERT(out != nullptr);
  std::string row(longest, '\0');
  std::uint64_t written = 0;
  const auto begun = SteadyClock::now();
  for (std::uint64_t i = 0; i < rows; ++i) {
    // The fields of a line of an export that differ from row to row; the rest is as long as there.
    const int head = std::snprintf(
        row.data(), row.size(),
        R"({"index":%llu,"time":"2026-03-01T12:%02llu:%02llu.%03lluZ","type":"delivery.attempted",)"
        R"("actor":{"id":"system","kind":"system","method":"rule"},"leaf_hash":"%032llx%032llx")",
        static_cast<unsigned long long>(i), static_cast<unsigned long long>(i / 60 % 60),
        static_cast<unsigned long long>(i % 60), static_cast<unsigned long long>(i % 1'000),
        static_cast<unsigned long long>(i), static_cast<unsigned long long>(~i));
    LP_ASSERT(head > 0);
    const auto left = std::max<std::int64_t>(static_cast<std::int64_t>(bytes) - head - 20, 0);
    const int tail =
        std::snprintf(row.data() + head, row.size() - static_cast<std::size_t>(head),
                      ",\"statement\":\"%.*s\"}\n", static_cast<int>(left), filling.c_str());
    LP_ASSERT(tail > 0);
    const auto length = static_cast<std::size_t>(head + tail);
    LP_ASSERT(std::fwrite(row.data(), 1, length, out) == length);
    written += length;
  }
  LP_ASSERT(std::fclose(out) == 0);
  const double seconds = seconds_since(begun);
  std::printf("{\"rate\":%.1f,\"bytes_rate\":%.0f}\n", static_cast<double>(rows) / seconds,
              static_cast<double>(written) / seconds);
}

void bound_read(const Words& words) {
  const int file = ::open(words["--file"].c_str(), O_RDONLY | O_CLOEXEC);
  LP_ASSERT(file >= 0);
  // What is not on the disk yet cannot be dropped from the cache.
  LP_ASSERT(::fdatasync(file) == 0);
  LP_ASSERT(::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) == 0);
  const double cold = read_rate(file), warm = read_rate(file);
  std::printf("{\"cold_bytes_rate\":%.0f,\"warm_bytes_rate\":%.0f}\n", cold, warm);
  ::close(file);
}

}  // namespace lp::bench
