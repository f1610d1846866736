// `letsping log reopen`: logs open in the place of those that were closed after a rollback, once an
// owner has seen what is lost and signed for it.

#pragma once

#include "cli/commands.h"

namespace lp::cli {

void add_log_reopen(Command& group, Chosen& chosen);

}  // namespace lp::cli
