// Webhooks on the dashboard: where decisions are sent to, and what became of the newest ones. Only
// who manages a project's people sees and changes them: a webhook tells somebody outside of every
// decision.

#pragma once

#include "api/review/session.h"

namespace lp::api {

// {projects: [{id, webhooks: [{id, to, created_at} and its health]}]}: of the projects that they
// manage. The path of a URL may be a secret: only its origin is shown.
net::Outcome list_project_webhooks(Context& context, Call& call, const Session& session);
net::Outcome add_project_webhook(Context& context, Call& call, const Session& session);
net::Outcome remove_project_webhook(Context& context, Call& call, const Session& session);

}  // namespace lp::api
