// The files beside a request, for those who read its payload: how much of each is here, and its
// pieces as they were uploaded. A device opens them itself and compares them with what the payload
// says.

#pragma once

#include "api/review/session.h"
#include "api/routes.h"
#include "core/views.h"

namespace lp::api {

// Adds `attachments`: [{id, size, pieces, missing}], and `origin` and `client_nonce`, to which they
// are bound; nothing for a request without any.
void add_attachments(json::Value& detail, Context& context, const core::ProjectView& project,
                     const core::RequestView& view);

// GET …/attachments/{attachment}/{piece} → its bytes.
net::Outcome show_attachment(Context& context, Call& call, const Session& session);
// The same for whoever runs the server.
net::Outcome show_attachment_here(Context& context, Call& call);

}  // namespace lp::api
