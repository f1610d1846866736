#include "api/admin/rosters.h"

#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/review/roster_body.h"
#include "api/submit.h"
#include "base/text.h"
#include "core/roster_proposals.h"
#include "json/write.h"

namespace lp::api {
namespace {

constexpr std::size_t spki_max = 512;
constexpr std::size_t texts_max = 64;

std::vector<std::string> texts_of(Members& members, std::string_view name) {
  const json::Value* value = members.find(name);
  if (value == nullptr) return {};
  std::vector<std::string> texts;
  for (const auto& item : value->is_array() ? value->items() : json::Array{json::Value()}) {
    if (!item.is_string() || item.as_string().empty() || texts.size() == texts_max) {
      members.refuse(name, "must be an array of texts");
      return {};
    }
    texts.push_back(item.as_string());
  }
  return texts;
}

}  // namespace

std::expected<evidence::RosterWish, net::Reply> read_wish(const core::Directory& directory,
                                                          std::string body) {
  const auto document = read_object(std::move(body));
  if (!document) return std::unexpected(document.error());
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  const auto act = evidence::roster_act(members.text("act", {.required = true}));
  if (!act) members.refuse("act", "must be what the reference lists");
  // A passkey comes from the browser or the security key that made it (review/passkeys.h,
  // admin/security_keys.h).
  if (act == evidence::RosterAct::add_passkey) members.refuse("act", "comes with its registration");
  const bool fresh = act == evidence::RosterAct::add_member;
  const bool rotates = act && evidence::rotates(*act);
  evidence::RosterWish wish;
  wish.act = act.value_or(evidence::RosterAct::add_member);
  wish.member = members.text("member");
  wish.name = members.text("name", {.required = fresh});
  wish.roles = texts_of(members, "roles");
  wish.groups = texts_of(members, "groups");
  auto spki = from_base64(members.text("spki", {.max = spki_max}));
  if (!spki) members.refuse("spki", "must be base64");
  wish.spki = std::move(spki).value_or(std::string());
  const std::string key = members.text("key");
  const std::string project = members.text("project", {.required = rotates});
  if (refusal) return std::unexpected(*std::move(refusal));
  if (const auto device = directory.devices.find(key); device != directory.devices.end()) {
    wish.spki = device->second.spki;
    wish.member = device->second.member;
  }
  if (rotates) {
    // The key is made for it; whoever asks does not choose it.
    const core::ProjectView* named = directory.project_named(project);
    evidence::RosterWish next;
    next.act = wish.act;
    next.project = named == nullptr ? project : named->row.id;
    return next;
  }
  // Only what belongs to the act, so that it is stored in its one form.
  if (fresh) {
    wish.member.clear();
    wish.spki.clear();
  } else {
    const bool changes = wish.act == evidence::RosterAct::change_member;
    wish.name.clear();
    if (!changes) {
      wish.roles.clear();
      wish.groups.clear();
    }
    if (changes || wish.act == evidence::RosterAct::remove_member) wish.spki.clear();
  }
  return wish;
}

net::Outcome show_rosters(Context& context, Call& call) {
  json::Array projects;
  for (const auto& [id, project] : call.directory->projects) {
    if (call.directory->succeeded(id)) continue;
    auto item = describe_project(context, project);
    if (!item) return std::move(item.error());
    projects.push_back(*std::move(item));
  }
  auto value = json::Value::object();
  value.add("log_name", call.directory->log_name)
      .add("url", people_url(context))
      .add("time", to_string(context.engine.clock().now()))
      .add("projects", json::Value::array(std::move(projects)));
  return private_reply(json::compact(value));
}

net::Outcome change_rosters(Context& context, Call& call) {
  auto command = read_roster_change(std::move(call.request.body));
  if (!command) return std::move(command.error());
  return submit(context, *std::move(command), describe_versions);
}

net::Outcome list_waiting(Context& context, Call& call) {
  return describe_proposals(context, *call.directory);
}

net::Outcome propose_here(Context& context, const Call& call, evidence::RosterWish wish) {
  return submit(context, core::ProposeRoster{.wish = std::move(wish)},
                [&context, directory = call.directory](const core::ProposeRoster::Result& result) {
                  auto value = describe_proposal(context, *directory, result.proposal);
                  if (!value) return std::move(value.error());
                  value->add("url", people_url(context));
                  return private_reply(json::compact(*value));
                });
}

net::Outcome propose_roster(Context& context, Call& call) {
  auto wish = read_wish(*call.directory, std::move(call.request.body));
  if (!wish) return std::move(wish.error());
  return propose_here(context, call, *std::move(wish));
}

net::Outcome withdraw_waiting(Context& context, Call& call) {
  return submit(context, core::WithdrawProposal{.id = call.parameter("id")},
                [](const core::WithdrawProposal::Result&) { return private_reply("{}"); });
}

net::Outcome make_login_link(Context& context, Call& call) {
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  core::MakeLoginLink command{
      .member = Members(document->root, "", refusal).text("member", {.required = true})};
  if (refusal) return *std::move(refusal);
  return submit(context, std::move(command), [&context](const core::MakeLoginLink::Result& result) {
    auto value = json::Value::object();
    value.add("token", result.token.reveal())
        .add("url", people_url(context))
        .add("expires_at", to_string(result.expires));
    return private_reply(json::compact(value));
  });
}

}  // namespace lp::api
