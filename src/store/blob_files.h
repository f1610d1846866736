// Files in blobs/ beside the database: snapshots of 1 MiB and more, where rows would make the
// database grow by pages nobody reads again, and the pieces of attachments, which have no row: that
// one was uploaded is that its file is there.
//
// A file is written completely and durably before the row that names it is committed, so a row
// never names a missing file; a crash in between leaves a file without a row, which is harmless.
// Names are ours, never from a wire: [a-z0-9_]+.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "store/store.h"

namespace lp::store {

// Above this the bytes of a snapshot belong into a file.
inline constexpr std::size_t blob_file_bytes_min = 1u << 20;

[[nodiscard]] bool is_blob_name(std::string_view name);

class BlobFiles {
 public:
  // Creates `directory` (0700) when missing; its parent must exist.
  static Result<BlobFiles> open(std::string directory);

  // Each fails for a name that is no blob name. write() creates or replaces.
  [[nodiscard]] Result<void> write(std::string_view name, std::string_view bytes) const;
  // Fails beyond `bytes_max` and when the file is missing.
  [[nodiscard]] Result<std::string> read(std::string_view name, std::size_t bytes_max) const;
  // Whether it is there; a file is there completely or not at all.
  [[nodiscard]] Result<bool> holds(std::string_view name) const;
  // Durable when it returns; a missing file is fine.
  [[nodiscard]] Result<void> remove(std::string_view name) const;
  // The same of all files of an owner: those whose names are its id, an underscore and more. Also
  // of those that a crash or a later upload left without a row.
  [[nodiscard]] Result<void> remove_of(std::string_view owner) const;

 private:
  explicit BlobFiles(std::string directory) : directory_(std::move(directory)) {}
  [[nodiscard]] Result<std::string> path_of(std::string_view name) const;
  std::string directory_;
};

}  // namespace lp::store
