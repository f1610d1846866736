// How people are told that something waits (docs/reference/notifications.md): the channels of their
// projects, and their own browsers.

#pragma once

#include "api/review/session.h"

namespace lp::api {

// {push_key, kinds, projects: [{id, name, manages, reachable, groups, channels}], browsers}: what
// is theirs to see.
net::Outcome list_channels(Context& context, Call& call, const Session& session);
// Owners and admins for their project; everybody for themselves.
net::Outcome add_channel(Context& context, Call& call, const Session& session);
net::Outcome remove_channel(Context& context, Call& call, const Session& session);
net::Outcome test_channel(Context& context, Call& call, const Session& session);
net::Outcome preview_channel(Context& context, Call& call, const Session& session);

// Their own.
net::Outcome add_browser(Context& context, Call& call, const Session& session);
net::Outcome remove_browser(Context& context, Call& call, const Session& session);
net::Outcome test_browser(Context& context, Call& call, const Session& session);
net::Outcome preview_browser(Context& context, Call& call, const Session& session);
// By the service worker, once a notification is on the screen.
net::Outcome note_shown(Context& context, Call& call, const Session& session);

}  // namespace lp::api
