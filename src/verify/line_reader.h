// The lines of a file of any length, one at a time, in bounded memory.

#pragma once

#include <array>
#include <cstddef>
#include <expected>
#include <optional>
#include <string>

#include "base/file.h"

namespace lp::verify {

class LineReader {
 public:
  // "-" is standard input. Longer lines are cut to `bytes_max` + 1 bytes, so that who judges them
  // sees that they are too long.
  static std::expected<LineReader, IoError> open(const std::string& path, std::size_t bytes_max);
  LineReader(LineReader&& other) noexcept;
  LineReader& operator=(LineReader&&) = delete;
  ~LineReader();

  // Without its line feed; nothing at the end. An empty file has one line, which is empty.
  std::expected<std::optional<std::string>, IoError> next();
  // Whether a whole line can be had without waiting for more of the file.
  [[nodiscard]] bool has_line() const;

 private:
  LineReader(int descriptor, std::string path, std::size_t bytes_max);
  // False at the end of the file.
  std::expected<bool, IoError> fill();

  int descriptor_;
  std::string path_;
  std::size_t bytes_max_;
  std::array<char, 1 << 18> block_{};
  std::size_t at_ = 0, end_ = 0;
  bool begun_ = false;
};

}  // namespace lp::verify
