// A request as the review API shows it (docs/reference/review-api.md): one writer for the dashboard
// and the command line.

#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "api/context.h"
#include "core/directory.h"
#include "core/views.h"
#include "json/value.h"
#include "net/message.h"

namespace lp::api {

// Who looks: a member by one of their keys.
struct Viewer {
  std::string member, key;
  bool only_signs_in = false;  // one that signs in: `key` stands in no roster
};

// {id, name} of a member, or {id, erased} of whom nobody knows any more who they were.
json::Value describe_member(const core::Directory& directory, const std::string& id);

// `put_off`: until when the viewer does not want to see it.
json::Value request_summary(Context& context, const core::Directory& directory,
                            const core::RequestView& view,
                            std::optional<Instant> put_off = std::nullopt);

// The summary, the payload, and for a viewer who may decide an offer while it is pending. What the
// server itself can open of a payload is left out for a viewer who may not read it:
// `payload_withheld` stands in its place. Without a viewer it is for whoever runs the server.
json::Value request_detail(Context& context, const core::Directory& directory,
                           const core::RequestView& view, const std::optional<Viewer>& viewer);

}  // namespace lp::api
