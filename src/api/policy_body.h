// Policies on the wire, for both doors: the command line's socket and the dashboard.

#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "api/context.h"
#include "core/policies.h"
#include "core/replay.h"
#include "json/value.h"
#include "net/message.h"

namespace lp::api {

// {version, sha256, author, created_at, in_force}; the author of the command line is "operator".
json::Value describe_version(const store::PolicyVersion& row, const store::Project& project);
// The versions, newest first, with activated_at and activated_by where they were in force.
std::expected<json::Value, net::Reply> list_versions(Context& context,
                                                     const core::ProjectView& project);
// `in-force` or a number; 0, which is none, for what is no version.
std::uint64_t version_of(std::string_view text, const store::Project& project);

// What compiles and could come into force; else policy_invalid with line and column, or
// policy_refused with the reason.
std::expected<policy::Policy, net::Reply> read_policy(std::string_view document,
                                                      const core::ProjectView& project);
net::Outcome submit_version(Context& context, core::PushPolicy command,
                            const core::ProjectView& project);
net::Outcome submit_activation(Context& context, core::ActivatePolicy command);

// {project, document, days?}: what the draft would have said of the last `days` (30), as
// {examined, unread, left_off, shifts: {SHIFT: count}, requests: [{request, service, action,
// asked_at, state, then, now: {effect, level, people, rule}, shift}]}. What stays the same is only
// counted.
struct DraftBody {
  std::string project, document;
  std::int64_t days = 30;
};
std::expected<DraftBody, net::Reply> read_draft(std::string body);
net::Outcome replay_draft(Context& context, const DraftBody& draft,
                          const core::ProjectView& project);

}  // namespace lp::api
