#include "core/disk.h"

#include <sys/statvfs.h>

#include "core/engine.h"

namespace lp::core {

bool disk_low(const EngineOptions& options, const store::Store& store) {
  const std::uint64_t reserve = options.disk_reserve_bytes;
  if (reserve == 0) return false;
  struct statvfs figures{};
  if (statvfs(options.data_directory.c_str(), &figures) != 0) return true;
  const std::uint64_t free = static_cast<std::uint64_t>(figures.f_bavail) * figures.f_frsize;
  return free < reserve || free - reserve < store.backlog_bytes();
}

}  // namespace lp::core
