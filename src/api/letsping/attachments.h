// PUT /api/attachments/{id}/{attachment}: the bytes of a file that an ask has announced, a piece a
// call. The URL carries the permission (signed_url.h); Authorization is not looked at.

#pragma once

#include <string>
#include <string_view>

#include "api/routes.h"
#include "core/attachments.h"
#include "json/value.h"

namespace lp::api {

// `?piece=N`, 0 when absent → {missing}: how many pieces are still to come. The same piece again is
// taken again; what has another length or hash than was announced never is.
net::Outcome put_attachment(Context& context, Call& call);

// [{id, uploadUrl}] for the reply to the ask; `base` is the server's own address.
json::Value attachment_uploads(Context& context, std::string_view base,
                               const std::string& request_id,
                               const std::vector<seal::DeclaredAttachment>& declared);

}  // namespace lp::api
