#include "journal.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/assert.h"

namespace lp::bench {
namespace {

constexpr std::size_t file_bytes = 128u << 20;

}  // namespace

Journal::Journal(const std::string& path)
    : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
  LP_ASSERT(file_ >= 0);
  const std::string zeros(1u << 20, '\0');
  for (std::size_t at = 0; at < file_bytes; at += zeros.size()) put(zeros, at);
  LP_ASSERT(::fsync(file_) == 0);
}

Journal::~Journal() {
  ::close(file_);
}

void Journal::append(std::string_view bytes) {
  if (end_ + bytes.size() > file_bytes) end_ = 0;
  LP_ASSERT(bytes.size() <= file_bytes);
  put(bytes, end_);
  end_ += bytes.size();
  LP_ASSERT(::fdatasync(file_) == 0);
}

void Journal::put(std::string_view bytes, std::size_t at) const {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(at));
    LP_ASSERT(count > 0);
    bytes.remove_prefix(static_cast<std::size_t>(count));
    at += static_cast<std::size_t>(count);
  }
}

}  // namespace lp::bench
