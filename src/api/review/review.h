// The review door: what the dashboard calls (docs/reference/review-api.md).

#pragma once

#include <vector>

#include "api/routes.h"

namespace lp::api {

// Every POST stands behind the walls of walls.h, every route but those of setup, login
// and its links needs a session, and no GET changes anything.
std::vector<Route> review_routes();

}  // namespace lp::api
