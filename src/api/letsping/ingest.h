// POST /api/ingest: an agent asks. From wire to command; raw slices are kept as they were sent.

#pragma once

#include "api/routes.h"

namespace lp::api {

net::Outcome ingest(Context& context, Call& call);

}  // namespace lp::api
