// W11: from exec to the first 200, on an empty directory and on one with many requests; what the
// binary weighs and what an idle server keeps in memory.

#include <fmt/core.h>

#include <chrono>
#include <cstdio>
#include <filesystem>

#include "asks.h"
#include "connection.h"
#include "workloads.h"

namespace lp::bench {
namespace {

constexpr int patience_ms = 30'000;

std::expected<double, std::string> first_answer_ms(Subject& subject) {
  const auto begun = std::chrono::steady_clock::now();
  if (auto started = subject.start(); !started) return std::unexpected(started.error());
  Connection client(subject.port());
  const auto answer = client.send(request_bytes("GET", "/readyz", subject.port(), ""))
                          ? client.wait(patience_ms)
                          : std::nullopt;
  if (!answer || answer->status != 200) return std::unexpected("w11: /readyz does not say 200");
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
  return took.count();
}

Done starts(Subject& subject, std::uint64_t stored, int times) {
  for (int i = 0; i < times; ++i) {
    const auto ms = first_answer_ms(subject);
    if (!ms) return std::unexpected(ms.error());
    fmt::print(R"({{"workload":"w11","stored":{},"pair":{},"ms":{:.2f},"resident_bytes":{}}})"
               "\n",
               stored, i, *ms, usage_of(subject.pid()).resident_bytes);
    std::fflush(stdout);
    subject.kill();
  }
  return {};
}

}  // namespace

Done start(const Options& options) {
  auto subject = Subject::make(options);
  if (!subject) return std::unexpected(subject.error());
  const int times = options.quick ? 3 : 10;
  if (auto done = starts(**subject, 0, times); !done) return done;

  const std::uint64_t stored = options.quick ? 5'000 : 100'000;
  if (auto started = (*subject)->start(); !started) return started;
  BigAsks script((*subject)->port(), (*subject)->agent_fields(), 7);
  const auto asked = drive((*subject)->port(), 64, script, {.seconds = 120, .requests = stored});
  if (!asked.clean()) return std::unexpected("w11: asking failed: " + asked.first_refusal);
  (*subject)->kill();
  // The first start after a kill also brings the write-ahead log home.
  if (auto done = starts(**subject, asked.latencies.count(), times); !done) return done;

  std::error_code fault;
  const auto bytes = std::filesystem::file_size(options.letsping, fault);
  if (fault) return std::unexpected("w11: " + fault.message());
  fmt::print(R"({{"workload":"w11","binary_bytes":{}}})"
             "\n",
             bytes);
  return {};
}

}  // namespace lp::bench
