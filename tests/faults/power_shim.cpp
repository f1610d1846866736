// Preloaded into the server: writes what it does to files under POWER_ROOT, and what it sends, to
// the journal POWER_JOURNAL (power_journal.h), each call and its record as one step.
//
// Every call goes on to the kernel by its number. Not seen are mappings: SQLite maps its -shm file,
// which is nothing that a start relies on, so that file is left out altogether. What else might be
// missed is noticed, because the rig compares the files that the journal tells of with the files
// that are there.

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstring>
#include <mutex>
#include <string>
#include <string_view>

#include "power_recorder.h"

namespace lp::faults {
namespace {

constexpr std::size_t sent_bytes_max = 64 << 10;

// --- files --------------------------------------------------------------------------------------

std::uint32_t mode_of(int file) {
  struct stat status{};
  return fstat(file, &status) == 0 ? status.st_mode & 07777 : 0;
}

int open_recorded(int directory, const char* path, int flags, mode_t mode) {
  Recorder& recorder = Recorder::instance();
  std::string relative;
  if (!recorder.on() || !recorder.below(directory, path, relative)) {
    return static_cast<int>(kernel(SYS_openat, directory, path, flags, mode));
  }
  const std::lock_guard guard(recorder);
  struct stat before{};
  const bool existed = fstatat(directory, path, &before, 0) == 0;
  const int file = static_cast<int>(kernel(SYS_openat, directory, path, flags, mode));
  if (file < 0) return file;
  std::uint64_t how = existed ? opened_only : opened_created;
  if (existed && (flags & O_TRUNC) != 0) how = opened_truncated;
  const std::uint32_t handle = recorder.new_handle();
  recorder.record(head_of(Happened::opened, handle, how, mode_of(file)), relative);
  recorder.bind(file, handle);
  return file;
}

// At most as many tries as anybody's mkstemp takes; the names need not be unpredictable here.
int make_temporary(char* name, int flags) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  const std::size_t length = std::strlen(name);
  for (unsigned tries = 0; length >= 6 && tries < 1'000; ++tries) {
    std::array<unsigned char, 6> random{};
    if (kernel(SYS_getrandom, random.data(), random.size(), 0) != 6) return -1;
    for (std::size_t i = 0; i < 6; ++i) name[length - 6 + i] = letters[random[i] % letters.size()];
    const int file = open_recorded(AT_FDCWD, name, flags | O_RDWR | O_CREAT | O_EXCL, 0600);
    if (file >= 0 || errno != EEXIST) return file;
  }
  errno = EINVAL;
  return -1;
}

ssize_t written(int file, std::uint32_t handle, std::int64_t offset, const iovec* parts,
                int count) {
  Recorder& recorder = Recorder::instance();
  const std::lock_guard guard(recorder);
  const long done = offset >= 0
                        ? kernel(SYS_pwritev, file, parts, count, static_cast<long>(offset), 0L)
                        : kernel(SYS_writev, file, parts, count);
  if (done <= 0) return done;
  if (offset < 0) offset = kernel(SYS_lseek, file, 0, SEEK_CUR) - done;
  std::string bytes;
  for (int i = 0; i < count; ++i) {
    bytes.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  }
  bytes.resize(static_cast<std::size_t>(done));
  recorder.record(head_of(Happened::written, handle, static_cast<std::uint64_t>(offset)), bytes);
  return done;
}

int resized(int file, std::uint32_t handle, std::int64_t size) {
  Recorder& recorder = Recorder::instance();
  const std::lock_guard guard(recorder);
  const auto done = static_cast<int>(kernel(SYS_ftruncate, file, size));
  if (done == 0) {
    recorder.record(head_of(Happened::resized, handle, static_cast<std::uint64_t>(size)));
  }
  return done;
}

int allocated(int file, std::uint32_t handle, int mode, std::int64_t offset, std::int64_t bytes) {
  Recorder& recorder = Recorder::instance();
  const std::lock_guard guard(recorder);
  const auto done = static_cast<int>(kernel(SYS_fallocate, file, mode, offset, bytes));
  struct stat status{};
  if (done != 0) return done;
  if ((mode & ~FALLOC_FL_KEEP_SIZE) != 0 || fstat(file, &status) != 0) {
    recorder.broken("fallocate that changes content");
  } else {
    recorder.record(head_of(Happened::resized, handle, static_cast<std::uint64_t>(status.st_size)));
  }
  return done;
}

int synced(int file, long number) {
  Recorder& recorder = Recorder::instance();
  const std::uint32_t handle = recorder.handle(file);
  if (handle == 0) return static_cast<int>(kernel(number, file));
  const std::lock_guard guard(recorder);
  const auto done = static_cast<int>(kernel(number, file));
  if (done == 0) recorder.record(head_of(Happened::synced, handle));
  return done;
}

// --- names --------------------------------------------------------------------------------------

// `call` on a path, recorded as `what` when it succeeds.
template <typename Call>
int on_path(Happened what, int directory, const char* path, mode_t mode, Call call) {
  Recorder& recorder = Recorder::instance();
  std::string relative;
  if (!recorder.on() || !recorder.below(directory, path, relative)) {
    return static_cast<int>(call());
  }
  const std::lock_guard guard(recorder);
  const auto done = static_cast<int>(call());
  struct stat status{};
  if (done != 0) return done;
  if (what == Happened::made_directory && fstatat(directory, path, &status, 0) == 0) {
    mode = status.st_mode & 07777;
  }
  recorder.record(head_of(what, 0, 0, mode), relative);
  return done;
}

template <typename Call>
int on_paths(Happened what, int old_directory, const char* old_path, int new_directory,
             const char* new_path, Call call) {
  Recorder& recorder = Recorder::instance();
  std::string from, to;
  const bool old_below = recorder.on() && recorder.below(old_directory, old_path, from);
  const bool new_below = recorder.on() && recorder.below(new_directory, new_path, to);
  if (!old_below && !new_below) return static_cast<int>(call());
  const std::lock_guard guard(recorder);
  const auto done = static_cast<int>(call());
  if (done != 0) return done;
  if (old_below && new_below) {
    recorder.record(head_of(what), from, to);
  } else {
    recorder.broken("a name that comes from or goes elsewhere");
  }
  return done;
}

int closed(int file) {
  Recorder& recorder = Recorder::instance();
  // Before the number is free for another thread.
  if (recorder.handle(file) != 0) recorder.bind(file, 0);
  return static_cast<int>(kernel(SYS_close, file));
}

ssize_t wrote(int file, std::int64_t offset, const iovec* parts, int count, long otherwise) {
  const std::uint32_t handle = Recorder::instance().handle(file);
  if (handle != 0) return written(file, handle, offset, parts, count);
  return otherwise == SYS_writev
             ? kernel(SYS_writev, file, parts, count)
             : kernel(SYS_pwritev, file, parts, count, static_cast<long>(offset), 0L);
}

// --- what peers are told ------------------------------------------------------------------------

template <typename Call>
ssize_t told(const iovec* parts, std::size_t count, Call call) {
  Recorder& recorder = Recorder::instance();
  if (!recorder.on()) return call();
  const std::lock_guard guard(recorder);
  const ssize_t done = call();
  if (done <= 0) return done;
  const std::size_t bytes_max = std::min(static_cast<std::size_t>(done), sent_bytes_max);
  std::string bytes;
  for (std::size_t i = 0; i < count && bytes.size() < bytes_max; ++i) {
    bytes.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  }
  bytes.resize(std::min(bytes.size(), bytes_max));
  recorder.record(head_of(Happened::sent), bytes);
  return done;
}

}  // namespace
}  // namespace lp::faults

// --- the names under which the C library has them -----------------------------------------------
// Declared under names of our own, so that nothing depends on how its headers declare theirs.

using namespace lp::faults;  // the entry points belong to no namespace
using File64 = std::int64_t;

extern "C" {

int power_open(const char* path, int flags, ...) __asm__("open");
int power_open64(const char* path, int flags, ...) __asm__("open64");
int power_openat(int directory, const char* path, int flags, ...) __asm__("openat");
int power_openat64(int directory, const char* path, int flags, ...) __asm__("openat64");
int power_open_2(const char* path, int flags) __asm__("__open_2");
int power_open64_2(const char* path, int flags) __asm__("__open64_2");
int power_creat(const char* path, mode_t mode) __asm__("creat");
int power_mkstemp(char* name) __asm__("mkstemp");
int power_mkostemp(char* name, int flags) __asm__("mkostemp");
int power_close(int file) __asm__("close");
ssize_t power_write(int file, const void* bytes, size_t count) __asm__("write");
ssize_t power_pwrite(int file, const void* bytes, size_t count, File64 at) __asm__("pwrite");
ssize_t power_pwrite64(int file, const void* bytes, size_t count, File64 at) __asm__("pwrite64");
ssize_t power_writev(int file, const iovec* parts, int count) __asm__("writev");
ssize_t power_pwritev(int file, const iovec* parts, int count, File64 at) __asm__("pwritev");
ssize_t power_pwritev64(int file, const iovec* parts, int count, File64 at) __asm__("pwritev64");
int power_ftruncate(int file, File64 size) __asm__("ftruncate");
int power_ftruncate64(int file, File64 size) __asm__("ftruncate64");
int power_fallocate(int file, int mode, File64 at, File64 bytes) __asm__("fallocate");
int power_fallocate64(int file, int mode, File64 at, File64 bytes) __asm__("fallocate64");
int power_posix_fallocate(int file, File64 at, File64 bytes) __asm__("posix_fallocate");
int power_posix_fallocate64(int file, File64 at, File64 bytes) __asm__("posix_fallocate64");
int power_fsync(int file) __asm__("fsync");
int power_fdatasync(int file) __asm__("fdatasync");
int power_rename(const char* from, const char* to) __asm__("rename");
int power_renameat(int from_at, const char* from, int to_at, const char* to) __asm__("renameat");
int power_link(const char* from, const char* to) __asm__("link");
int power_linkat(int from_at, const char* from, int to_at, const char* to,
                 int flags) __asm__("linkat");
int power_unlink(const char* path) __asm__("unlink");
int power_unlinkat(int directory, const char* path, int flags) __asm__("unlinkat");
int power_mkdir(const char* path, mode_t mode) __asm__("mkdir");
int power_mkdirat(int directory, const char* path, mode_t mode) __asm__("mkdirat");
int power_rmdir(const char* path) __asm__("rmdir");
int power_chmod(const char* path, mode_t mode) __asm__("chmod");
int power_fchmod(int file, mode_t mode) __asm__("fchmod");
ssize_t power_send(int socket, const void* bytes, size_t count, int flags) __asm__("send");
ssize_t power_sendmsg(int socket, const msghdr* message, int flags) __asm__("sendmsg");

// The mode is there only when a file may be created.
mode_t mode_argument(int flags, va_list arguments) {
  const bool creates = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  return creates ? static_cast<mode_t>(va_arg(arguments, unsigned)) : 0;
}

int power_open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_argument(flags, arguments);
  va_end(arguments);
  return open_recorded(AT_FDCWD, path, flags, mode);
}
int power_open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_argument(flags, arguments);
  va_end(arguments);
  return open_recorded(AT_FDCWD, path, flags, mode);
}
int power_openat(int directory, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_argument(flags, arguments);
  va_end(arguments);
  return open_recorded(directory, path, flags, mode);
}
int power_openat64(int directory, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_argument(flags, arguments);
  va_end(arguments);
  return open_recorded(directory, path, flags, mode);
}
int power_open_2(const char* path, int flags) {
  return open_recorded(AT_FDCWD, path, flags, 0);
}
int power_open64_2(const char* path, int flags) {
  return open_recorded(AT_FDCWD, path, flags, 0);
}
int power_creat(const char* path, mode_t mode) {
  return open_recorded(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}
int power_mkstemp(char* name) {
  return make_temporary(name, 0);
}
int power_mkostemp(char* name, int flags) {
  return make_temporary(name, flags);
}
int power_close(int file) {
  return closed(file);
}
ssize_t power_write(int file, const void* bytes, size_t count) {
  const iovec part{const_cast<void*>(bytes), count};
  return wrote(file, -1, &part, 1, SYS_writev);
}
ssize_t power_pwrite(int file, const void* bytes, size_t count, File64 at) {
  const iovec part{const_cast<void*>(bytes), count};
  return wrote(file, at, &part, 1, SYS_pwritev);
}
ssize_t power_pwrite64(int file, const void* bytes, size_t count, File64 at) {
  return power_pwrite(file, bytes, count, at);
}
ssize_t power_writev(int file, const iovec* parts, int count) {
  return wrote(file, -1, parts, count, SYS_writev);
}
ssize_t power_pwritev(int file, const iovec* parts, int count, File64 at) {
  return wrote(file, at, parts, count, SYS_pwritev);
}
ssize_t power_pwritev64(int file, const iovec* parts, int count, File64 at) {
  return wrote(file, at, parts, count, SYS_pwritev);
}
int power_ftruncate(int file, File64 size) {
  const std::uint32_t handle = Recorder::instance().handle(file);
  return handle != 0 ? resized(file, handle, size)
                     : static_cast<int>(kernel(SYS_ftruncate, file, size));
}
int power_ftruncate64(int file, File64 size) {
  return power_ftruncate(file, size);
}
int power_fallocate(int file, int mode, File64 at, File64 bytes) {
  const std::uint32_t handle = Recorder::instance().handle(file);
  return handle != 0 ? allocated(file, handle, mode, at, bytes)
                     : static_cast<int>(kernel(SYS_fallocate, file, mode, at, bytes));
}
int power_fallocate64(int file, int mode, File64 at, File64 bytes) {
  return power_fallocate(file, mode, at, bytes);
}
int power_posix_fallocate(int file, File64 at, File64 bytes) {
  return power_fallocate(file, 0, at, bytes) == 0 ? 0 : errno;
}
int power_posix_fallocate64(int file, File64 at, File64 bytes) {
  return power_posix_fallocate(file, at, bytes);
}
int power_fsync(int file) {
  return synced(file, SYS_fsync);
}
int power_fdatasync(int file) {
  return synced(file, SYS_fdatasync);
}
int power_rename(const char* from, const char* to) {
  return power_renameat(AT_FDCWD, from, AT_FDCWD, to);
}
int power_renameat(int from_at, const char* from, int to_at, const char* to) {
  return on_paths(Happened::renamed, from_at, from, to_at, to,
                  [&] { return kernel(SYS_renameat, from_at, from, to_at, to); });
}
int power_link(const char* from, const char* to) {
  return power_linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}
int power_linkat(int from_at, const char* from, int to_at, const char* to, int flags) {
  return on_paths(Happened::linked, from_at, from, to_at, to,
                  [&] { return kernel(SYS_linkat, from_at, from, to_at, to, flags); });
}
int power_unlink(const char* path) {
  return power_unlinkat(AT_FDCWD, path, 0);
}
int power_unlinkat(int directory, const char* path, int flags) {
  return on_path(Happened::unlinked, directory, path, 0,
                 [&] { return kernel(SYS_unlinkat, directory, path, flags); });
}
int power_mkdir(const char* path, mode_t mode) {
  return power_mkdirat(AT_FDCWD, path, mode);
}
int power_mkdirat(int directory, const char* path, mode_t mode) {
  return on_path(Happened::made_directory, directory, path, mode,
                 [&] { return kernel(SYS_mkdirat, directory, path, mode); });
}
int power_rmdir(const char* path) {
  return power_unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}
int power_chmod(const char* path, mode_t mode) {
  return on_path(Happened::mode_set, AT_FDCWD, path, mode,
                 [&] { return kernel(SYS_fchmodat, AT_FDCWD, path, mode); });
}
int power_fchmod(int file, mode_t mode) {
  const auto done = static_cast<int>(kernel(SYS_fchmod, file, mode));
  Recorder& recorder = Recorder::instance();
  const std::uint32_t handle = recorder.handle(file);
  if (done != 0 || handle == 0) return done;
  const std::lock_guard guard(recorder);
  recorder.record(head_of(Happened::mode_set, handle, 0, mode & 07777));
  return done;
}
ssize_t power_send(int socket, const void* bytes, size_t count, int flags) {
  const iovec part{const_cast<void*>(bytes), count};
  return told(&part, 1,
              [&] { return kernel(SYS_sendto, socket, bytes, count, flags, nullptr, 0); });
}
ssize_t power_sendmsg(int socket, const msghdr* message, int flags) {
  return told(message->msg_iov, message->msg_iovlen,
              [&] { return kernel(SYS_sendmsg, socket, message, flags); });
}

}  // extern "C"
