// Bytes read from a socket and not yet used up.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace lp::net {

class ReadBuffer {
 public:
  ReadBuffer() = default;
  explicit ReadBuffer(std::string_view unread) { append(unread); }

  [[nodiscard]] std::string_view unread() const [[clang::lifetimebound]] {
    return {bytes_.data() + begin_, end_ - begin_};
  }
  [[nodiscard]] bool empty() const { return begin_ == end_; }

  void consume(std::size_t count) {
    begin_ += count;
    if (empty()) begin_ = end_ = 0;
  }

  // Room for at least `count` bytes behind what is unread; `commit` says how many were written.
  std::span<char> space(std::size_t count) [[clang::lifetimebound]] {
    if (bytes_.size() - end_ < count) {
      std::copy(bytes_.begin() + static_cast<std::ptrdiff_t>(begin_),
                bytes_.begin() + static_cast<std::ptrdiff_t>(end_), bytes_.begin());
      end_ -= begin_;
      begin_ = 0;
      if (bytes_.size() - end_ < count) bytes_.resize(end_ + count);
    }
    return std::span(bytes_).subspan(end_);
  }
  void commit(std::size_t count) { end_ += count; }

  void append(std::string_view more) {
    std::ranges::copy(more, space(more.size()).begin());
    commit(more.size());
  }

  // Gives the memory back when it is empty and has grown beyond `bytes_kept`.
  void trim(std::size_t bytes_kept) {
    if (empty() && bytes_.size() > bytes_kept) bytes_ = {};
  }

 private:
  std::vector<char> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace lp::net
