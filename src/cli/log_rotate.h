// `letsping log rotate-issuer`: another key signs the statements of a project.

#pragma once

#include "cli/commands.h"

namespace lp::cli {

void add_log_rotate_issuer(Command& group, Chosen& chosen);

}  // namespace lp::cli
