// W8: a log as a file, over HTTP: how many entries a second, from which moment on, and what memory
// the server takes for it. Beside it what formatting alone costs, and reading from the disk.

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "asks.h"
#include "bounds_runner.h"
#include "download.h"
#include "log_builder.h"
#include "sample.h"
#include "workloads.h"

namespace lp::bench {
namespace {

constexpr std::uint64_t fill_batch = 4'096, once_from = 500'000;
constexpr std::string_view formats[] = {"jsonl", "csv", "ocsf", "bundle"};
// An export that was cut off has none at its end, or no end of an archive.
constexpr std::string_view end_mark = "checkpoint";

struct Log {
  std::size_t project;
  std::string_view entries;  // what they are of
  std::uint64_t count;
};

bool whole(std::string_view format, const Download& taken) {
  if (format == "bundle") return taken.tail.ends_with(std::string(1'024, '\0'));
  return format == "ocsf" || taken.tail.contains(end_mark);
}

struct Taken {
  Download download;
  std::uint64_t resident_before = 0, resident_most = 0;
  double cpu_s = 0;
};

std::expected<Taken, std::string> take(const Subject& subject, const Log& log,
                                       std::string_view format) {
  Taken taken;
  const Usage before = usage_of(subject.pid());
  taken.resident_before = taken.resident_most = before.resident_bytes;
  auto done = download(subject.port(),
                       request_bytes("GET", "/api/audit/export?format=" + std::string(format),
                                     subject.port(), subject.auditor_fields(log.project)),
                       {.bytes = {}, .meanwhile = [&] {
                          taken.resident_most =
                              std::max(taken.resident_most, usage_of(subject.pid()).resident_bytes);
                        }});
  if (!done) return std::unexpected(fmt::format("w8 {}: {}", format, done.error()));
  if (!whole(format, *done)) return std::unexpected(fmt::format("w8 {}: cut off", format));
  taken.download = *std::move(done);
  taken.cpu_s = usage_of(subject.pid()).cpu_s - before.cpu_s;
  return taken;
}

Done export_rows(const Options& options, const Subject& subject, const Log& log, int pair) {
  for (const std::string_view format : formats) {
    // The long ones of these take minutes, and say no more than once.
    const bool slow = format == "ocsf" || format == "bundle";
    if (slow && pair > 0 && log.count > once_from) continue;
    const auto taken = take(subject, log, format);
    if (!taken) return std::unexpected(taken.error());
    const auto count = static_cast<double>(log.count);
    Sample("w8", "export", format)
        .add("entries", log.entries)
        .add("count", log.count)
        .add("pair", pair)
        .add("rate", count / taken->download.seconds)
        .add("bytes_each", static_cast<double>(taken->download.bytes) / count)
        .add("first_byte_ms", taken->download.first_byte_ms)
        .add("cpu_us", taken->cpu_s * 1e6 / count)
        .add("grown_bytes", static_cast<std::int64_t>(taken->resident_most) -
                                static_cast<std::int64_t>(taken->resident_before))
        .print();
    if (format != "jsonl") continue;
    const auto bound = measure_bound(
        options,
        {"rows", "--file", "/dev/null", "--bytes",
         fmt::format("{:.0f}", static_cast<double>(taken->download.bytes) / count), "--rows",
         std::to_string(std::clamp<std::uint64_t>(log.count, 200'000, 1'000'000))});
    if (!bound) return std::unexpected(bound.error());
    Sample("w8", "export", "snprintf")
        .add("entries", log.entries)
        .add("count", log.count)
        .add("pair", pair)
        .add(*bound)
        .print();
  }
  return {};
}

// How quickly an ask is answered while an export is under way, and while none is.
Done beside(const Options& options, const Subject& subject, const Log& log, int pair) {
  const double seconds = options.quick ? 0.5 : 1.5;
  for (const bool exporting : {false, true}) {
    std::atomic<bool> over = false;
    std::thread reading([&] {
      while (exporting && !over) static_cast<void>(take(subject, log, "jsonl"));
    });
    BigAsks script(subject.port(), subject.agent_fields(2), 100 + static_cast<unsigned>(pair));
    Measured measured = drive(subject.port(), 1, script, {.seconds = seconds});
    over = true;
    reading.join();
    if (!measured.clean()) return std::unexpected("w8: " + measured.first_refusal);
    Sample("w8", "beside", exporting ? "during an export" : "alone")
        .add("pair", pair)
        .add("rate", measured.rate())
        .add(measured.latencies)
        .print();
  }
  return {};
}

Done fill(const Subject& subject, const Log& log) {
  auto builder = LogBuilder::open(subject.place(), subject.projects()[log.project].id);
  if (!builder) return std::unexpected(builder.error());
  return (*builder)->append(log.count, fill_batch, Entries::told);
}

Done disk_row(const Options& options, const Subject& subject, int pair) {
  const auto bound = measure_bound(options, {"read", "--file", subject.place().database()});
  if (!bound) return std::unexpected(bound.error());
  Sample("w8", "disk", "read").add("pair", pair).add(*bound).print();
  return {};
}

}  // namespace

// Three projects: a short log and a long one of entries that say nothing of a request, and one of
// asks, whose words are opened for the export. Who asks beside an export asks in the third.
Done export_log(const Options& options) {
  const std::uint64_t long_count = options.quick ? 100'000 : 1'000'000;
  const std::uint64_t asks = options.quick ? 3'000 : 30'000;
  Log shorter{.project = 0, .entries = "deliveries", .count = long_count / 20};
  Log longer{.project = 1, .entries = "deliveries", .count = long_count};
  Log asked{.project = 2, .entries = "asks", .count = asks};
  auto subject = Subject::make(options, 3);
  if (!subject) return std::unexpected(subject.error());
  for (const Log& log : {shorter, longer}) {
    if (auto filled = fill(**subject, log); !filled) return filled;
  }
  if (auto started = (*subject)->start(); !started) return started;
  if (const auto ids = make_asks(**subject, asks, 2); !ids) return std::unexpected(ids.error());
  for (int pair = 0; pair < options.pairs; ++pair) {
    for (const Log& log : {shorter, asked, longer}) {
      if (auto done = export_rows(options, **subject, log, pair); !done) return done;
    }
    if (auto done = disk_row(options, **subject, pair); !done) return done;
  }
  for (int pair = 0; pair < options.pairs; ++pair) {
    if (auto done = beside(options, **subject, longer, pair); !done) return done;
  }
  return {};
}

}  // namespace lp::bench
