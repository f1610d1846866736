// What one ingest costs the embedded store: acknowledged requests a second and bytes written for
// each, at 1, 32 and 256 requests a commit.
//
//   store_bench [--requests N] [--payload BYTES] [--stored N] [DIRECTORY]
//
// Every commit is flushed before the next begins. Bytes are what this process gave to write calls
// (wchar of /proc/self/io; write_bytes counts whole folios): first up to the acknowledgement, then
// with the copy from the write-ahead log into the main file. `--stored` commits so many requests
// before the clock starts, to show what growth costs. The directory must lie on a disk: on tmpfs
// nothing is written.

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "store/sqlite/sqlite_store.h"
#include "store/testing.h"

namespace {

using lp::store::Batch;
using lp::store::Store;

struct Options {
  std::uint64_t requests = 8'192;
  std::uint64_t stored = 0;
  std::size_t payload_bytes = 2'900;
  std::string directory;
};

std::uint64_t bytes_written() {
  std::ifstream io("/proc/self/io");
  std::string name;
  std::uint64_t value = 0;
  while (io >> name >> value) {
    if (name == "wchar:") return value;
  }
  return 0;
}

Batch ingests(std::uint64_t first, std::uint64_t count, std::size_t payload_bytes) {
  Batch batch;
  for (std::uint64_t index = first; index < first + count; ++index) {
    lp::store::add_ingest(batch, "proj_a", index, payload_bytes);
  }
  batch.writes.emplace_back(lp::store::sample_log_head("proj_a", first + count));
  return batch;
}

void measure(const Options& options, std::uint64_t batch_size) {
  const lp::store::TemporaryDirectory directory;
  auto opened = lp::store::open_sqlite(directory.file("letsping.db"));
  LP_ASSERT(opened.has_value());
  Store& store = **opened;
  Batch project;
  project.writes.emplace_back(lp::store::sample_project());
  LP_ASSERT(store.commit(project).has_value());
  for (std::uint64_t stored = 0; stored < options.stored; stored += 256) {
    LP_ASSERT(store.commit(ingests(stored, 256, options.payload_bytes)).has_value());
  }
  LP_ASSERT(store.checkpoint().has_value());

  // A commit at a time costs a flush each: fewer of them give the same picture.
  const std::uint64_t requests = batch_size == 1 ? options.requests / 4 : options.requests;
  std::vector<double> commit_us;
  const std::uint64_t before = bytes_written();
  for (std::uint64_t done = 0; done < requests; done += batch_size) {
    const Batch batch = ingests(options.stored + done + 256, batch_size, options.payload_bytes);
    const auto start = std::chrono::steady_clock::now();
    LP_ASSERT(store.commit(batch).has_value());
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
    commit_us.push_back(took.count());
  }
  const std::uint64_t acknowledged = bytes_written();
  LP_ASSERT(store.checkpoint().has_value());
  const std::uint64_t copied = bytes_written();

  double total_us = 0;
  for (const double us : commit_us) total_us += us;
  const std::uint64_t count = commit_us.size() * batch_size;
  std::ranges::sort(commit_us);
  std::printf("%6llu %12.0f %10.0f %10.0f %14llu %16llu\n",
              static_cast<unsigned long long>(batch_size),
              static_cast<double>(count) / total_us * 1e6, commit_us[commit_us.size() / 2],
              commit_us[commit_us.size() * 99 / 100],
              static_cast<unsigned long long>((acknowledged - before) / count),
              static_cast<unsigned long long>((copied - before) / count));
}

bool read_number(std::string_view text, std::uint64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

bool read_options(int count, char** arguments, Options& options) {
  for (int index = 1; index < count; ++index) {
    const std::string_view argument = arguments[index];
    if (!argument.starts_with("--")) {
      options.directory = argument;
      continue;
    }
    std::uint64_t value = 0;
    if (++index == count || !read_number(arguments[index], value)) return false;
    if (argument == "--requests")
      options.requests = std::max<std::uint64_t>(value, 1'024);
    else if (argument == "--payload")
      options.payload_bytes = value;
    else if (argument == "--stored")
      options.stored = value;
    else
      return false;
  }
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  Options options;
  if (!read_options(count, arguments, options)) {
    std::fputs("usage: store_bench [--requests N] [--payload BYTES] [--stored N] [DIRECTORY]\n",
               stderr);
    return 2;
  }
  if (!options.directory.empty()) ::setenv("TMPDIR", options.directory.c_str(), 1);
  std::printf("payload %zu B, statement 1280 B, leaf 489 B; %llu stored before\n",
              options.payload_bytes, static_cast<unsigned long long>(options.stored));
  std::printf("%6s %12s %10s %10s %14s %16s\n", "batch", "requests/s", "p50 us", "p99 us",
              "bytes/request", "with checkpoint");
  for (const std::uint64_t batch_size : {1u, 32u, 256u}) measure(options, batch_size);
  return 0;
}
