// The leaves of a project's log with the statements behind them, page by page.

#pragma once

#include <cstdint>

#include "api/routes.h"

namespace lp::api {

enum class Evidence : std::uint8_t { with, without };

// ?first=&count= (at most 256, and as many when absent): {size, leaves: [{index, type, stream,
// statement, leaf, evidence?, erased?}]}, only what a signed checkpoint covers, whose size is
// `size`; statement and leaf in base64, the statement empty where it was erased. 400 for what is no
// number.
net::Outcome leaves_reply(Context& context, const net::Request& request,
                          const core::ProjectView& project, Evidence evidence);

// GET /log/{log}/statements: the same without evidence, for whom the tiles are there.
net::Outcome log_statements(Context& context, Call& call);

}  // namespace lp::api
