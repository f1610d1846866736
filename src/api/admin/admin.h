// The administration door: what the command line asks for, over the Unix socket of the data
// directory (mode 0600: whoever can open it is the operator) or inside its own process when no
// server runs.
//
// It never decides by itself: a decision that comes in here carries a person's signature like any
// other. After set-up nothing here adds people but a roster that owners have signed.

#pragma once

#include <vector>

#include "api/routes.h"

namespace lp::api {

std::vector<Route> admin_routes();

}  // namespace lp::api
