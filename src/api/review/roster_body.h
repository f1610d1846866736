// Rosters and what shall become of them, over the wire: one form for the dashboard and the command
// line. What an owner signs travels as exact texts.

#pragma once

#include <expected>
#include <string>

#include "api/context.h"
#include "core/commands.h"
#include "core/directory.h"
#include "json/value.h"
#include "net/message.h"

namespace lp::api {

// From {changes:[{project, head, entries, signatures}], names:[{member, name}], proposal?}. Form
// only: what it means is the core's to say.
std::expected<core::ChangeRosters, net::Reply> read_roster_change(std::string body);
// {versions:[{project, version, sha256}]}
net::Reply describe_versions(const core::ChangeRosters::Result& result);

// {id, act, member:{id, name}, roles?, groups?, key?, spki?, rp_id?, aaguid?, synced?, created_at,
// expires_at}; of an issuer
// that shall be another {id, act, project:{id, name}, key, spki, previous, from, created_at,
// expires_at}, where `from` is the index from which it could sign now.
std::expected<json::Value, net::Reply> describe_proposal(Context& context,
                                                         const core::Directory& directory,
                                                         const store::RosterProposal& proposal);

// {proposals} that wait for an owner.
net::Reply describe_proposals(Context& context, const core::Directory& directory);

// [{version, head, entries, signatures}] of a project, exact texts, oldest first.
std::expected<json::Value, net::Reply> describe_rosters(Context& context,
                                                        const core::ProjectView& project);
// {id, name, origin, rosters} of a project.
std::expected<json::Value, net::Reply> describe_project(Context& context,
                                                        const core::ProjectView& project);

}  // namespace lp::api
