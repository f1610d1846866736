#include "store/blob_files.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/file.h"

namespace lp::store {
namespace {

constexpr std::size_t name_bytes_max = 128;

std::unexpected<IoError> failure(const lp::IoError& error) {
  return std::unexpected(IoError{to_string(error)});
}

}  // namespace

bool is_blob_name(std::string_view name) {
  return !name.empty() && name.size() <= name_bytes_max && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

Result<BlobFiles> BlobFiles::open(std::string directory) {
  if (auto made = make_directory(directory, 0700); !made) return failure(made.error());
  return BlobFiles(std::move(directory));
}

Result<std::string> BlobFiles::path_of(std::string_view name) const {
  if (!is_blob_name(name)) return std::unexpected(IoError{"blob: not a blob name"});
  return directory_ + '/' + std::string(name);
}

Result<void> BlobFiles::write(std::string_view name, std::string_view bytes) const {
  auto path = path_of(name);
  if (!path) return std::unexpected(std::move(path.error()));
  if (auto done = write_file_durably(*path, bytes, 0600); !done) return failure(done.error());
  return {};
}

Result<std::string> BlobFiles::read(std::string_view name, std::size_t bytes_max) const {
  auto path = path_of(name);
  if (!path) return path;
  auto bytes = read_file(*path, bytes_max);
  if (!bytes) return failure(bytes.error());
  return std::move(*bytes);
}

Result<bool> BlobFiles::holds(std::string_view name) const {
  auto path = path_of(name);
  if (!path) return std::unexpected(std::move(path.error()));
  std::error_code failed;
  const bool there = std::filesystem::is_regular_file(*path, failed);
  if (failed && failed != std::errc::no_such_file_or_directory) {
    return std::unexpected(IoError{"look at " + *path + ": " + failed.message()});
  }
  return there;
}

Result<void> BlobFiles::remove(std::string_view name) const {
  auto path = path_of(name);
  if (!path) return std::unexpected(std::move(path.error()));
  if (::unlink(path->c_str()) != 0 && errno != ENOENT) {
    return std::unexpected(
        IoError{"remove " + *path + ": " + std::generic_category().message(errno)});
  }
  if (auto done = sync_directory(directory_); !done) return failure(done.error());
  return {};
}

Result<void> BlobFiles::remove_of(std::string_view owner) const {
  if (!is_blob_name(owner)) return std::unexpected(IoError{"blob: not an owner's id"});
  const std::string prefix = std::string(owner) + '_';
  std::error_code failed;
  std::filesystem::directory_iterator at(directory_, failed);
  for (; !failed && at != std::filesystem::directory_iterator(); at.increment(failed)) {
    if (!at->path().filename().string().starts_with(prefix)) continue;
    if (!std::filesystem::remove(at->path(), failed) || failed) break;
  }
  if (failed)
    return std::unexpected(IoError{"remove from " + directory_ + ": " + failed.message()});
  if (auto done = sync_directory(directory_); !done) return failure(done.error());
  return {};
}

}  // namespace lp::store
