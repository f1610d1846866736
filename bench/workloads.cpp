#include "workloads.h"

#include <fmt/core.h>

#include <cstdio>

namespace lp::bench {

Done measure(const Side& side, Script& script, const Bounds& bounds) {
  const Usage before = usage_of(side.pid);
  Measured measured = drive(side.port, side.connections, script, bounds);
  const Usage after = usage_of(side.pid);
  if (!measured.clean() || measured.latencies.count() == 0) {
    return std::unexpected(fmt::format(
        "{} {}: {}", side.workload, side.subject,
        measured.broken ? "a connection broke" : "refused with " + measured.first_refusal));
  }
  const auto count = static_cast<double>(measured.latencies.count());
  std::string written = "null";
  if (before.written_bytes && after.written_bytes) {
    written = fmt::format(
        "{:.0f}", static_cast<double>(*after.written_bytes - *before.written_bytes) / count);
  }
  fmt::print(
      R"({{"workload":"{}","subject":"{}","connections":{},"pair":{},"rate":{:.1f},)"
      R"("p50_us":{:.1f},"p99_us":{:.1f},"p999_us":{:.1f},"cpu_us":{:.1f},"written_bytes":{}}})"
      "\n",
      side.workload, side.subject, side.connections, side.pair, measured.rate(),
      measured.latencies.quantile(0.5), measured.latencies.quantile(0.99),
      measured.latencies.quantile(0.999), (after.cpu_s - before.cpu_s) * 1e6 / count, written);
  std::fflush(stdout);
  return {};
}

}  // namespace lp::bench
