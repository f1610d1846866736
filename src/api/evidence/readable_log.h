// Who may read the log of a project.

#pragma once

#include <expected>

#include "api/routes.h"

namespace lp::api {

// The project whose log the call names, when the caller may read it. Foreign and unknown logs are
// refused alike: 404 to a key, 401 to a browser, whose session says nothing about them.
std::expected<const core::ProjectView*, net::Reply> readable_log(Context& context,
                                                                 const Call& call);

}  // namespace lp::api
