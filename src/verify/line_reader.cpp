#include "verify/line_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace lp::verify {

LineReader::LineReader(int descriptor, std::string path, std::size_t bytes_max)
    : descriptor_(descriptor), path_(std::move(path)), bytes_max_(bytes_max) {}

LineReader::LineReader(LineReader&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      bytes_max_(other.bytes_max_),
      end_(other.end_ - other.at_),
      begun_(other.begun_) {
  std::memcpy(block_.data(), other.block_.data() + other.at_, end_);
}

LineReader::~LineReader() {
  if (descriptor_ > STDERR_FILENO) close(descriptor_);
}

std::expected<LineReader, IoError> LineReader::open(const std::string& path,
                                                    std::size_t bytes_max) {
  if (path == "-") return LineReader(STDIN_FILENO, "standard input", bytes_max);
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return std::unexpected(IoError{errno, "open " + path});
  return LineReader(descriptor, path, bytes_max);
}

std::expected<bool, IoError> LineReader::fill() {
  for (;;) {
    const ssize_t count = read(descriptor_, block_.data(), block_.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(IoError{errno, "read " + path_});
    at_ = 0;
    end_ = static_cast<std::size_t>(count);
    return count > 0;
  }
}

bool LineReader::has_line() const {
  return std::memchr(block_.data() + at_, '\n', end_ - at_) != nullptr;
}

std::expected<std::optional<std::string>, IoError> LineReader::next() {
  std::string line;
  bool any = false;
  for (;;) {
    if (at_ == end_) {
      const auto more = fill();
      if (!more) return std::unexpected(more.error());
      if (!*more) {
        const bool last = any || !begun_;
        begun_ = true;
        return last ? std::optional(std::move(line)) : std::nullopt;
      }
    }
    any = begun_ = true;
    const char* const from = block_.data() + at_;
    const auto* const feed = static_cast<const char*>(std::memchr(from, '\n', end_ - at_));
    const std::size_t length = feed != nullptr ? static_cast<std::size_t>(feed - from) : end_ - at_;
    line.append(from, std::min(length, bytes_max_ + 1 - line.size()));
    at_ += length + (feed != nullptr ? 1 : 0);
    if (feed != nullptr) return std::optional(std::move(line));
  }
}

}  // namespace lp::verify
