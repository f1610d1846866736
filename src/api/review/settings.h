// What the server was set to, as far as it concerns the people of the dashboard, and how far each
// project is from being relied on (docs/operations): facts, and nothing that is secret.

#pragma once

#include "api/review/session.h"

namespace lp::api {

// {reached_at, asking, rotation_overlap_s, backup_horizon_s, sign_on?, push, witnessed, projects:
// [{id, owners, reviewers, sheet_checked, webhooks_work}]}: of the projects that they see. Nothing
// here can be changed on the network: settings are the operator's.
net::Outcome show_settings(Context& context, Call& call, const Session& session);

}  // namespace lp::api
