#include "cli/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "base/file.h"

namespace lp::cli {
namespace {

using Problem = OutputFile::Problem;

std::unexpected<Problem> failure(const std::string& path, int error) {
  return std::unexpected(Problem{path + ": " + std::generic_category().message(error) + "."});
}

std::unexpected<Problem> exists(const std::string& path) {
  return std::unexpected(Problem{path + " exists; --force replaces it.", true});
}

}  // namespace

std::expected<OutputFile, Problem> OutputFile::open(const std::string& path, Existing existing) {
  OutputFile made;
  if (path == "-") return made;
  struct stat there{};
  if (::lstat(path.c_str(), &there) == 0) {
    if (!S_ISREG(there.st_mode)) {
      return std::unexpected(
          Problem{path + " is no regular file; --output - writes to standard output."});
    }
    if (existing == Existing::refuse) return exists(path);
  }
  made.path_ = path;
  made.existing_ = existing;
  std::string name = path + ".XXXXXX";
  made.file_ = net::FileDescriptor(::mkostemp(name.data(), O_CLOEXEC));  // mode 0600
  if (!made.file_.open()) return failure(path, errno);
  made.temporary_ = std::move(name);
  return made;
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})),
      existing_(other.existing_),
      file_(std::move(other.file_)) {}

OutputFile::~OutputFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

std::expected<void, Problem> OutputFile::write(std::string_view bytes) {
  const int out = is_standard_output() ? STDOUT_FILENO : file_.get();
  while (!bytes.empty()) {
    const ssize_t count = ::write(out, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure(is_standard_output() ? "standard output" : path_, errno);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

std::expected<void, Problem> OutputFile::finish() {
  if (is_standard_output()) return {};
  if (::fsync(file_.get()) != 0) return failure(path_, errno);
  if (existing_ == Existing::refuse) {
    if (auto put = put_if_free(); !put) return put;
  } else if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
    return failure(path_, errno);
  }
  temporary_.clear();
  if (const auto kept = sync_directory(parent_directory(path_)); !kept) {
    return std::unexpected(Problem{to_string(kept.error()) + "."});
  }
  return {};
}

std::expected<void, Problem> OutputFile::put_if_free() {
  if (::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) == 0) {
    return {};
  }
  // Some file systems know no such rename, but links, which refuse by themselves.
  if (errno == EINVAL && ::link(temporary_.c_str(), path_.c_str()) == 0) {
    ::unlink(temporary_.c_str());
    return {};
  }
  return errno == EEXIST ? exists(path_) : failure(path_, errno);
}

}  // namespace lp::cli
