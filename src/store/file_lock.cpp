#include "store/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace lp::store {

Result<FileLock> FileLock::take(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) {
    return std::unexpected(IoError{"open " + path + ": " + std::generic_category().message(errno)});
  }
  FileLock lock(file);
  // flock and not a POSIX lock: those vanish when anything in the process closes the file.
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      return std::unexpected(
          IoError{path + " is held by another process: is a server already running?"});
    }
    return std::unexpected(IoError{"lock " + path + ": " + std::generic_category().message(errno)});
  }
  return lock;
}

// The file stays: removing it would let a second process lock a new file of the same name.
FileLock::~FileLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace lp::store
