#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <optional>
#include <system_error>
#include <utility>

namespace lp {
namespace {

IoError failure(int errno_value, std::string_view step, const std::string& path) {
  std::string what(step);
  what += ' ';
  what += path;
  return {errno_value, std::move(what)};
}

// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool open() const { return number_ >= 0; }
  // False when the kernel reports a late write error, which some file systems do only here.
  bool close() { return ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

// Removes a temporary file unless it became the target.
class Temporary {
 public:
  explicit Temporary(std::string path) : path_(std::move(path)) {}
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  void keep() { path_.clear(); }

 private:
  std::string path_;
};

// An errno, or nothing when all is written.
std::optional<int> write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return std::nullopt;
}

// Appends until the end of file, at most `bytes_max` altogether. `bytes` has its final capacity
// before the first byte is read, so that a secret leaves no copies behind in freed memory.
std::optional<int> read_all(int file, std::size_t size_hint, std::size_t bytes_max,
                            std::string& bytes) {
  if (size_hint > bytes_max) return EFBIG;
  bytes.resize(size_hint + 1);  // one more, to see the end, or that the file has grown
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t count = ::read(file, bytes.data() + filled, bytes.size() - filled);
    if (count < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    if (count == 0) {
      bytes.resize(filled);
      return std::nullopt;
    }
    filled += static_cast<std::size_t>(count);
  }
  return EFBIG;  // it grew while being read: not a small settled file
}

std::expected<std::string, IoError> read_checked(const std::string& path, std::size_t bytes_max,
                                                 int open_flags, bool must_be_private) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | open_flags));
  if (!file.open()) return std::unexpected(failure(errno, "open", path));
  struct stat status{};
  if (::fstat(file.number(), &status) != 0) return std::unexpected(failure(errno, "stat", path));
  if (!S_ISREG(status.st_mode)) {
    return std::unexpected(failure(EINVAL, "not a regular file:", path));
  }
  if (must_be_private && (status.st_uid != ::geteuid() || (status.st_mode & 077) != 0)) {
    return std::unexpected(
        failure(EPERM, "a secret must belong to the service user, mode 0400:", path));
  }
  std::string bytes;
  if (const auto error =
          read_all(file.number(), static_cast<std::size_t>(status.st_size), bytes_max, bytes)) {
    wipe(bytes);
    return std::unexpected(failure(*error, "read", path));
  }
  return bytes;
}

enum class Existing { replace, refuse };

std::expected<void, IoError> write_durably(const std::string& path, std::string_view bytes,
                                           mode_t mode, Existing existing) {
  std::string name = path + ".XXXXXX";
  Descriptor file(::mkostemp(name.data(), O_CLOEXEC));  // mode 0600 until fchmod below
  if (!file.open()) return std::unexpected(failure(errno, "create", name));
  Temporary temporary(std::move(name));
  if (const auto error = write_all(file.number(), bytes)) {
    return std::unexpected(failure(*error, "write", temporary.path()));
  }
  if (::fchmod(file.number(), mode) != 0) {
    return std::unexpected(failure(errno, "chmod", temporary.path()));
  }
  if (::fsync(file.number()) != 0) {
    return std::unexpected(failure(errno, "fsync", temporary.path()));
  }
  if (!file.close()) return std::unexpected(failure(errno, "close", temporary.path()));
  if (existing == Existing::replace) {
    if (::rename(temporary.path().c_str(), path.c_str()) != 0) {
      return std::unexpected(failure(errno, "rename to", path));
    }
    temporary.keep();
  } else if (::link(temporary.path().c_str(), path.c_str()) != 0) {
    return std::unexpected(failure(errno, "link", path));
  }
  return sync_directory(parent_directory(path));
}

}  // namespace

std::string to_string(const IoError& error) {
  return error.what + ": " + std::generic_category().message(error.errno_value);
}

std::expected<std::string, IoError> read_file(const std::string& path, std::size_t bytes_max) {
  return read_checked(path, bytes_max, 0, false);
}

std::expected<Secret, IoError> read_secret_file(const std::string& path, std::size_t bytes_max) {
  auto bytes = read_checked(path, bytes_max, O_NOFOLLOW, true);
  if (!bytes) return std::unexpected(std::move(bytes.error()));
  Secret secret(*bytes);
  wipe(*bytes);
  return secret;
}

std::expected<void, IoError> write_file_durably(const std::string& path, std::string_view bytes,
                                                mode_t mode) {
  return write_durably(path, bytes, mode, Existing::replace);
}

std::expected<void, IoError> create_file_durably(const std::string& path, std::string_view bytes,
                                                 mode_t mode) {
  return write_durably(path, bytes, mode, Existing::refuse);
}

std::expected<void, IoError> make_directory(const std::string& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) != 0) {
    if (errno != EEXIST) return std::unexpected(failure(errno, "mkdir", path));
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return std::unexpected(failure(errno, "stat", path));
    if (!S_ISDIR(status.st_mode)) return std::unexpected(failure(ENOTDIR, "mkdir", path));
    // Flushed all the same: the run that created it may have crashed before it came to that.
    return sync_directory(parent_directory(path));
  }
  if (::chmod(path.c_str(), mode) != 0) return std::unexpected(failure(errno, "chmod", path));
  return sync_directory(parent_directory(path));
}

std::expected<void, IoError> sync_directory(const std::string& path) {
  const Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.open()) return std::unexpected(failure(errno, "open", path));
  if (::fsync(directory.number()) != 0) return std::unexpected(failure(errno, "fsync", path));
  return {};
}

std::string parent_directory(const std::string& path) {
  const std::size_t end = path.find_last_not_of('/');  // "dir/" names dir in its parent
  if (end == std::string::npos) return path.empty() ? "." : "/";
  const std::size_t slash = path.rfind('/', end);
  if (slash == std::string::npos) return ".";
  const std::size_t last = path.find_last_not_of('/', slash);
  return last == std::string::npos ? "/" : path.substr(0, last + 1);
}

}  // namespace lp
