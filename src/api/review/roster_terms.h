// What a device needs to build the first roster of a project, as JSON: the members of the head that
// the server decides. They come from core::first_roster_head, which also checks the answer.

#pragma once

#include <string_view>
#include <vector>

#include "base/time.h"
#include "core/directory.h"
#include "json/value.h"

namespace lp::api {

std::string_view payloads_name(store::Payloads payloads);

// {id, name, origin, payloads, issuer, log}
json::Value roster_project(const core::ProjectView& project);

// Adds member, marks, threshold, time and min. They are the same for all projects of a server.
void add_roster_terms(json::Value& value, const core::ProjectView& project, std::string_view member,
                      Instant now);

}  // namespace lp::api
