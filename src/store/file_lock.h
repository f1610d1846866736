// A lock on a file that only one process can hold; the kernel lets go when the holder ends, however
// it ends.

#pragma once

#include <string>
#include <utility>

#include "store/store.h"

namespace lp::store {

class FileLock {
 public:
  // Creates `path` (0600) when missing and locks it without waiting. Fails when another holder has
  // it, in this process or another.
  static Result<FileLock> take(const std::string& path);
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  FileLock(FileLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int file) : file_(file) {}
  int file_;
};

}  // namespace lp::store
