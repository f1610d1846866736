// What was erased, as members are told of it: that it was there, when it went, why, and who signed.

#pragma once

#include <expected>
#include <string>

#include "api/context.h"
#include "core/directory.h"
#include "json/value.h"
#include "net/message.h"
#include "store/store.h"

namespace lp::api {

// {id, project, project_name, erased_at, index, by:{id, name?}?, basis?, operator?, complete_by?}.
// What comes from the event is left out where a copy of the data lacks it.
std::expected<json::Value, net::Reply> describe_erased(Context& context,
                                                       const core::Directory& directory,
                                                       const store::Erasure& row);

// Beside a page of a list: newest first, as many as the page may have, those with ids from `last`
// ("" to the end) up to filter.before. Nothing where only what is pending was asked for.
std::expected<json::Value, net::Reply> erased_list(Context& context,
                                                   const core::Directory& directory,
                                                   const store::RequestFilter& filter,
                                                   const std::string& last);

}  // namespace lp::api
