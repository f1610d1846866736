#include "net/unix_path.h"

#include <fcntl.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "base/file.h"

namespace lp::net {

std::expected<UnixAddress, int> unix_address(const std::string& path) {
  UnixAddress out;
  out.address.sun_family = AF_UNIX;
  std::string short_path = path;
  if (path.size() >= sizeof(out.address.sun_path)) {
    const std::string directory = parent_directory(path);
    out.directory = FileDescriptor(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!out.directory.open()) return std::unexpected(errno);
    short_path = "/proc/self/fd/" + std::to_string(out.directory.get()) + "/" +
                 path.substr(path.rfind('/') + 1);
  }
  if (short_path.empty()) return std::unexpected(EINVAL);
  if (short_path.size() >= sizeof(out.address.sun_path)) return std::unexpected(ENAMETOOLONG);
  std::memcpy(out.address.sun_path, short_path.c_str(), short_path.size() + 1);
  out.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + short_path.size() + 1);
  return out;
}

}  // namespace lp::net
