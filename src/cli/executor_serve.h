// `letsping executor serve`: an executor for programs in any language, on this machine. It verifies
// and claims permits and hands the approved bytes over, over HTTP on a loopback address, to whoever
// has its token (docs/guide/executors.md).

#pragma once

#include "cli/commands.h"

namespace lp::cli {

void add_executor_serve(Command& group, Chosen& chosen);

}  // namespace lp::cli
