// `letsping log rotate-issuer` and `log rotate-key`: another key of the server signs the statements
// of a project, or the checkpoints of its log.

#pragma once

#include "cli/commands.h"

namespace lp::cli {

void add_log_rotate_issuer(Command& group, Chosen& chosen);
void add_log_rotate_key(Command& group, Chosen& chosen);

}  // namespace lp::cli
