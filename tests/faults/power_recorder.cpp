#include "power_recorder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/uio.h>

#include <cerrno>
#include <climits>
#include <cstdlib>

namespace lp::faults {
namespace {

constexpr std::uint64_t journal_bytes_max = 2ULL << 30;

}  // namespace

Recorder::Recorder() {
  const char* journal = std::getenv(journal_variable);
  const char* root = std::getenv(root_variable);
  if (journal == nullptr || root == nullptr) return;
  root_ = root;
  journal_ =
      static_cast<int>(kernel(SYS_openat, AT_FDCWD, journal, O_WRONLY | O_APPEND | O_CLOEXEC, 0));
  if (journal_ < 0) return;
  lock();
  record({.happened = static_cast<std::uint32_t>(Happened::began)});
  unlock();
}

bool Recorder::below(int directory, const char* path, std::string& relative) const {
  std::string whole = path;
  if (!whole.starts_with('/')) {
    const std::string link =
        directory == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/" + std::to_string(directory);
    std::array<char, PATH_MAX> base{};
    if (readlink(link.c_str(), base.data(), base.size() - 1) < 0) return false;
    whole = std::string(base.data()) + '/' + whole;
  }
  while (whole.size() > 1 && whole.ends_with('/')) whole.pop_back();
  if (whole.ends_with("-shm")) return false;
  if (whole == root_) {
    relative.clear();
    return true;
  }
  if (!whole.starts_with(root_) || whole[root_.size()] != '/') return false;
  relative = whole.substr(root_.size() + 1);
  return true;
}

void Recorder::record(RecordHead head, std::string_view first, std::string_view second) {
  const int error = errno;
  head.first_bytes = static_cast<std::uint32_t>(first.size());
  head.second_bytes = static_cast<std::uint32_t>(second.size());
  std::array<iovec, 3> parts{{{&head, sizeof(head)},
                              {const_cast<char*>(first.data()), first.size()},
                              {const_cast<char*>(second.data()), second.size()}}};
  const std::size_t bytes = sizeof(head) + first.size() + second.size();
  written_ += bytes;
  // A journal with a hole would acquit the guilty: better no process than that.
  if (written_ > journal_bytes_max ||
      kernel(SYS_writev, journal_, parts.data(), parts.size()) != static_cast<long>(bytes)) {
    std::abort();
  }
  errno = error;
}

void Recorder::lock() {
  mutex_.lock();
  while (kernel(SYS_flock, journal_, LOCK_EX) != 0 && errno == EINTR) {
  }
}

void Recorder::unlock() {
  const int error = errno;
  kernel(SYS_flock, journal_, LOCK_UN);
  mutex_.unlock();
  errno = error;
}

}  // namespace lp::faults
