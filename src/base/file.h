// Small files that must survive a power cut: secrets, lock store, published notes.
//
// A written file is there completely and durably once the call returns, or not changed at all: the
// bytes go to a temporary file in the same directory, are flushed, renamed over the target, and the
// directory is flushed too. A crash in between may leave `<path>.XXXXXX` behind, which nobody
// reads. Blocking calls; never from a net thread.

#pragma once

#include <sys/types.h>

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace lp {

// The world failed. `what` names the step and the path, for the log.
struct IoError {
  int errno_value;
  std::string what;
};

// "open /data/x: No such file or directory".
std::string to_string(const IoError& error);

// All of a regular file; EFBIG beyond `bytes_max`, EINVAL for what is no regular file.
std::expected<std::string, IoError> read_file(const std::string& path, std::size_t bytes_max);

// The same for a secret, which must be a regular file (no link) of the effective user that group
// and others cannot touch; EPERM otherwise (security.md D-57).
std::expected<Secret, IoError> read_secret_file(const std::string& path, std::size_t bytes_max);

// Creates or replaces. `mode` is exact: the umask does not apply.
std::expected<void, IoError> write_file_durably(const std::string& path, std::string_view bytes,
                                                mode_t mode);

// Creates only; EEXIST if anything is there, and that stays as it was.
std::expected<void, IoError> create_file_durably(const std::string& path, std::string_view bytes,
                                                 mode_t mode);

// Creates one directory durably with exactly `mode`. An existing directory is fine and keeps its
// mode; ENOTDIR if something else is there. Parents must exist.
std::expected<void, IoError> make_directory(const std::string& path, mode_t mode);

// Flushes a directory, so that files created, renamed or removed in it stay so.
std::expected<void, IoError> sync_directory(const std::string& path);

// The part before the last slash; "." without one, "/" for a file of the root.
std::string parent_directory(const std::string& path);

}  // namespace lp
