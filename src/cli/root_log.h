// `letsping log show|checkpoint|verify --root`: the root log of the installation.

#pragma once

#include <string>

#include "cli/administer.h"

namespace lp::cli {

struct RootLogFlags {
  const AdminFlags& admin;
  std::string trust_file;  // its `root_vkey` is pinned; "" = take the server's
};

int show_root_log(const AdminFlags& flags);
int show_root_checkpoint(const AdminFlags& flags);
// Every entry's hash, up to the signed head. Exit status as `log verify`.
int verify_root_log(const RootLogFlags& flags);

}  // namespace lp::cli
