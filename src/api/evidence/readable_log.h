// Who may read the log of a project, and which of its heads they ask for.

#pragma once

#include <expected>
#include <memory>
#include <string>

#include "api/routes.h"

namespace lp::api {

// The project whose log the call names, when the caller may read it. Foreign and unknown logs are
// refused alike: 404 to a key, 401 to a browser, whose session says nothing about them.
std::expected<const core::ProjectView*, net::Reply> readable_log(Context& context,
                                                                 const Call& call);

// The newest note; with ?cosigned=true the newest that witnesses stand behind, which may be older:
// of a log that grows all the time nobody had time to cosign the newest. Null when there is none.
std::shared_ptr<const std::string> asked_note(const Call& call, const core::LiveLog& live);

}  // namespace lp::api
