// `letsping log show|checkpoint --root`: the root log of the installation.

#pragma once

#include "cli/administer.h"

namespace lp::cli {

int show_root_log(const AdminFlags& flags);
int show_root_checkpoint(const AdminFlags& flags);

}  // namespace lp::cli
