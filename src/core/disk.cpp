#include "core/disk.h"

#include <sys/statvfs.h>

namespace lp::core {

bool below_reserve(const std::string& directory, std::uint64_t reserve_bytes) {
  struct statvfs figures{};
  if (statvfs(directory.c_str(), &figures) != 0) return true;
  return static_cast<std::uint64_t>(figures.f_bavail) * figures.f_frsize < reserve_bytes;
}

}  // namespace lp::core
