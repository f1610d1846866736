// Which content keys there are, who holds them and who lacks them, and a member's own wrapped
// copies (spec/encryption.md §10; docs/reference/review-api.md). Everything that passes here is
// wrapped.

#pragma once

#include "api/review/session.h"

namespace lp::api {

net::Outcome list_content_keys(Context& context, Call& call, const Session& session);
// Of the device that the session is on.
net::Outcome keep_wrap_key(Context& context, Call& call, const Session& session);
net::Outcome hand_over_key(Context& context, Call& call, const Session& session);
net::Outcome drop_content_key(Context& context, Call& call, const Session& session);
net::Outcome retire_content_key(Context& context, Call& call, const Session& session);
net::Outcome note_recovery_sheet(Context& context, Call& call, const Session& session);

net::Outcome list_key_copies(Context& context, Call& call, const Session& session);
net::Outcome keep_key_copy(Context& context, Call& call, const Session& session);
net::Outcome remove_key_copy(Context& context, Call& call, const Session& session);

}  // namespace lp::api
