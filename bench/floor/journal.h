// The cheapest durable append that there is: whole blocks that exist are overwritten, from the
// start of a zeroed file to its end and again, and flushed. A file that grows flushes about half as
// fast.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lp::bench {

class Journal {
 public:
  // Makes the file and zeroes all of it.
  explicit Journal(const std::string& path);
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  ~Journal();

  // On stable storage when it returns.
  void append(std::string_view bytes);

 private:
  void put(std::string_view bytes, std::size_t at) const;

  const int file_;
  std::size_t end_ = 0;
};

}  // namespace lp::bench
