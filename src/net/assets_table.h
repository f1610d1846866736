// The files that a build embedded (cmake/assets.cmake, tools/embed_assets.py).

#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "net/assets.h"

namespace lp::net {

struct EmbeddedFile {
  std::string_view path;  // "/index.html"
  std::string_view mime;
  std::string_view sha256;  // of the identity bytes, hex
  std::string_view identity;
  std::string_view brotli;  // empty where it would not be smaller
};

// What is left when the dashboard was not built: no files, no hash.
struct EmbeddedTable {
  std::span<const EmbeddedFile> files;  // by path
  std::string_view import_map_hash;
};

// The table of this program; its definition is generated.
EmbeddedTable embedded_table();

// `table` refers to memory that outlives the assets.
std::unique_ptr<Assets> table_assets(EmbeddedTable table);

}  // namespace lp::net
