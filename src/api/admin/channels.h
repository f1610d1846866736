// Channels and checks for whoever operates the server.

#pragma once

#include "api/routes.h"

namespace lp::api {

net::Outcome list_all_channels(Context& context, Call& call);
net::Outcome add_any_channel(Context& context, Call& call);
net::Outcome remove_any_channel(Context& context, Call& call);
net::Outcome test_any_channel(Context& context, Call& call);
// {checks: [{name, project, ok, detail}]}: what `letsping doctor` prints.
net::Outcome show_checks(Context& context, Call& call);

}  // namespace lp::api
