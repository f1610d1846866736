#include "api/review/rosters.h"

#include <algorithm>
#include <set>

#include "api/admin/rosters.h"
#include "api/errors.h"
#include "api/reply.h"
#include "api/review/roster_body.h"
#include "api/submit.h"
#include "base/assert.h"
#include "core/roster_proposals.h"
#include "json/write.h"

namespace lp::api {
namespace {

json::Value names_in(const core::Directory& directory, const std::set<std::string>& ids) {
  json::Array members;
  for (const auto& id : ids) {
    const auto row = directory.members.find(id);
    if (row == directory.members.end()) continue;
    auto member = json::Value::object();
    member.add("id", id).add("name", row->second.name);
    members.push_back(std::move(member));
  }
  return json::Value::array(std::move(members));
}

// A change is one of all rosters, so whoever has to do with it manages people in all of them.
// A passkey that signs in signs no roster, and a session of one asks for no change either.
bool manages_rosters(const core::Directory& directory, const Session& session) {
  if (session.only_signs_in) return false;
  bool in_one = false;
  for (const auto& [id, project] : directory.projects) {
    if (!project.roster || directory.succeeded(id)) continue;
    if (!may(session, project, identity::Right::manage_people)) return false;
    in_one = true;
  }
  return in_one;
}

bool is_owner(const core::Directory& directory, std::string_view member) {
  return std::ranges::any_of(directory.projects, [&](const auto& item) {
    return !directory.succeeded(item.first) &&
           std::ranges::any_of(item.second.entries, [&](const auto& entry) {
             return entry.member == member && entry.has_role("owner");
           });
  });
}

bool may_ask_for(const core::Directory& directory, const Session& session,
                 const evidence::RosterWish& wish) {
  const bool concerns_owner = std::ranges::find(wish.roles, "owner") != wish.roles.end() ||
                              is_owner(directory, wish.member);
  switch (wish.act) {
    case evidence::RosterAct::add_member:
    case evidence::RosterAct::change_member:
    case evidence::RosterAct::remove_member:
    case evidence::RosterAct::revoke_device:
      return !concerns_owner || owns_rosters(directory, session);
    case evidence::RosterAct::add_device:   // who has the key asks, by a login link
    case evidence::RosterAct::add_passkey:  // likewise, by POST /api/review/passkeys
    case evidence::RosterAct::rotate_issuer:
    case evidence::RosterAct::rotate_log_key:  // who runs the server asks
      return false;
  }
  LP_ASSERT(false);
  return false;
}

net::Outcome sign(Context& context, Call& call, const Session& session, std::string proposal) {
  if (!owns_rosters(*call.directory, session)) return refuse(Reason::not_permitted);
  auto command = read_roster_change(std::move(call.request.body));
  if (!command) return std::move(command.error());
  command->proposal = std::move(proposal);
  return submit(context, *std::move(command), describe_versions);
}

}  // namespace

bool owns_rosters(const core::Directory& directory, const Session& session) {
  const auto device = directory.devices.find(session.key);
  return device != directory.devices.end() &&
         std::ranges::all_of(directory.projects, [&](const auto& item) {
           const auto& roster = item.second.roster;
           return !roster || directory.succeeded(item.first) ||
                  std::ranges::find(roster->owners, device->second.spki) != roster->owners.end();
         });
}

net::Outcome list_rosters(Context& context, Call& call, const Session& session) {
  json::Array projects;
  std::set<std::string> members;
  for (const auto& [id, project] : call.directory->projects) {
    // A roster that stands still for ever is nobody's to follow or change.
    if (!sees(session, project) || call.directory->succeeded(id)) continue;
    auto item = describe_project(context, project);
    if (!item) return std::move(item.error());
    for (const auto& entry : project.entries) members.insert(entry.member);
    projects.push_back(*std::move(item));
  }
  auto value = json::Value::object();
  value.add("time", to_string(context.engine.clock().now()))
      .add("projects", json::Value::array(std::move(projects)))
      .add("members", names_in(*call.directory, members));
  return private_reply(json::compact(value));
}

net::Outcome list_proposals(Context& context, Call& call, const Session& session) {
  if (!manages_rosters(*call.directory, session)) return refuse(Reason::not_permitted);
  return describe_proposals(context, *call.directory);
}

net::Outcome show_proposal(Context& context, Call& call, const Session& session) {
  if (!manages_rosters(*call.directory, session)) return refuse(Reason::not_permitted);
  const auto proposal = core::waiting_proposal(context.engine.reader(), call.parameter("id"),
                                               context.engine.clock().now());
  if (!proposal) return internal_error("store.read_failed", proposal.error().what);
  if (!*proposal) return refuse(Reason::not_found);
  const auto shown = describe_proposal(context, *call.directory, **proposal);
  return shown ? private_reply(json::compact(*shown)) : shown.error();
}

net::Outcome sign_rosters(Context& context, Call& call, const Session& session) {
  return sign(context, call, session, {});
}

net::Outcome sign_proposal(Context& context, Call& call, const Session& session) {
  return sign(context, call, session, call.parameter("id"));
}

net::Outcome withdraw_proposal(Context& context, Call& call, const Session& session) {
  if (!manages_rosters(*call.directory, session)) return refuse(Reason::not_permitted);
  return submit(context, core::WithdrawProposal{.id = call.parameter("id")},
                [](const core::WithdrawProposal::Result&) { return private_reply("{}"); });
}

net::Outcome propose_change(Context& context, Call& call, const Session& session) {
  if (!manages_rosters(*call.directory, session)) return refuse(Reason::not_permitted);
  auto wish = read_wish(*call.directory, std::move(call.request.body));
  if (!wish) return std::move(wish.error());
  if (!may_ask_for(*call.directory, session, *wish)) return refuse(Reason::not_permitted);
  return submit(context, core::ProposeRoster{.wish = *std::move(wish)},
                [&context, directory = call.directory](const core::ProposeRoster::Result& result) {
                  const auto value = describe_proposal(context, *directory, result.proposal);
                  return value ? private_reply(json::compact(*value)) : value.error();
                });
}

}  // namespace lp::api
