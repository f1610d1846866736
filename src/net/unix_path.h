// The address of a Unix socket whose path may be longer than sun_path (108 bytes).
//
// A long path is reached through its directory: the directory is opened O_PATH and the address is
// /proc/self/fd/<n>/<name>. A relative path would do as well, but only by changing the working
// directory of the whole process.

#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <expected>
#include <string>

#include "net/file_descriptor.h"

namespace lp::net {

struct UnixAddress {
  FileDescriptor directory;  // keeps /proc/self/fd/<n> alive; unset for a short path
  sockaddr_un address{};
  socklen_t length = 0;
};

// The errno of what failed: ENOENT for a missing directory, ENAMETOOLONG for a name that is too
// long even so.
std::expected<UnixAddress, int> unix_address(const std::string& path);

}  // namespace lp::net
