#include "cli/progress.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace lp::cli {
namespace {

constexpr std::int64_t draw_every_ms = 100;
constexpr std::size_t bar_columns = 20;
constexpr std::size_t columns_otherwise = 80;

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::size_t terminal_columns() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return columns_otherwise;
  return size.ws_col;
}

}  // namespace

std::string progress_line(std::uint64_t done, std::uint64_t total, std::int64_t elapsed_ms,
                          std::size_t columns) {
  const std::uint64_t whole = std::max<std::uint64_t>(total, 1);
  const std::size_t filled = std::min<std::uint64_t>(done * bar_columns / whole, bar_columns);
  std::string line = fmt::format("[{}{}]  {} of {} entries  {}%", std::string(filled, '#'),
                                 std::string(bar_columns - filled, '-'), grouped(done),
                                 grouped(total), total == 0 ? 100 : done * 100 / whole);
  if (elapsed_ms > 0 && done > 0) {
    const std::uint64_t rate =
        std::max<std::uint64_t>(done * 1'000 / static_cast<std::uint64_t>(elapsed_ms), 1);
    const std::uint64_t left_s = (total - std::min(done, total)) / rate;
    line += fmt::format("  {}/s  {}:{:02} left", grouped(rate), left_s / 60, left_s % 60);
  }
  // A longer line would wrap, and then not be drawn over.
  if (columns > 0 && line.size() >= columns) line.resize(columns - 1);
  return line;
}

Progress::Progress(std::uint64_t total)
    : shown_(isatty(STDERR_FILENO) == 1), total_(total), began_ms_(clock_.monotonic_ms()) {
  reach(0);
}

Progress::~Progress() {
  if (shown_) fmt::print(stderr, "\r\033[K");
}

void Progress::reach(std::uint64_t done) {
  if (!shown_) return;
  const std::int64_t now_ms = clock_.monotonic_ms();
  if (drawn_ms_ && now_ms - *drawn_ms_ < draw_every_ms && done < total_) return;
  drawn_ms_ = now_ms;
  fmt::print(stderr, "\r{}\033[K",
             progress_line(done, total_, now_ms - began_ms_, terminal_columns()));
}

}  // namespace lp::cli
