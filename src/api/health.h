// /livez: the process answers. /readyz and /healthz: it can take asks and decide them; 503 names
// what is in the way. Open to anybody, so nothing else is said.

#pragma once

#include "api/routes.h"

namespace lp::api {

net::Outcome livez(Context& context, Call& call);
net::Outcome readyz(Context& context, Call& call);

// POST /api/csp-report: counted and thrown away. What browsers send there is anybody's text.
net::Outcome csp_report(Context& context, Call& call);

}  // namespace lp::api
