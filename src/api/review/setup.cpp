#include "api/review/setup.h"

#include <utility>

#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/review/attempts.h"
#include "api/review/roster_terms.h"
#include "api/submit.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "identity/setup_token.h"
#include "json/write.h"

namespace lp::api {

namespace {

constexpr std::size_t rosters_max = 1'000;
constexpr std::size_t document_max = 16 * 1'024;
constexpr std::size_t base64_max = 512;

// Why the token opens nothing. Once somebody has set the server up every token is a used one.
std::optional<net::Reply> refuse_token(Context& context, const core::Directory& directory,
                                       const std::string& token) {
  if (!identity::is_setup_token(token)) return refuse(Reason::setup_token_invalid);
  if (directory.set_up) return refuse(Reason::setup_token_expired);
  const auto rows = context.engine.reader().setup_tokens();
  if (!rows) return internal_error("store.read_failed", rows.error().what);
  const Digest digest = identity::setup_token_digest(token);
  for (const auto& row : *rows) {
    if (!crypto::equal_constant_time(row.token.view(), digest.view())) continue;
    if (context.engine.clock().now() < row.expires) return std::nullopt;
    return refuse(Reason::setup_token_expired);
  }
  return refuse(Reason::setup_token_invalid);
}

core::SetUp::SignedRoster read_roster(Members& members) {
  core::SetUp::SignedRoster roster;
  roster.project = members.text("project", {.required = true});
  roster.entry = members.text("entry", {.required = true, .max = document_max});
  roster.head = members.text("head", {.required = true, .max = document_max});
  auto signature = from_base64(members.text("signature", {.required = true, .max = base64_max}));
  if (!signature) members.refuse("signature", "must be base64");
  roster.signature = std::move(signature).value_or(std::string());
  return roster;
}

// The project of a call about rosters, as far as this member may know of it.
std::expected<const core::ProjectView*, net::Reply> project_to_sign(const Call& call,
                                                                    const Session& session,
                                                                    const std::string& id) {
  const core::ProjectView* project = call.directory->project(id);
  if (project == nullptr) return std::unexpected(refuse(Reason::not_found));
  if (sees(session, *project)) return std::unexpected(refuse(Reason::already_set_up));
  if (!may_sign_first_roster(*call.directory, session, *project)) {
    return std::unexpected(refuse(Reason::not_found));
  }
  return project;
}

}  // namespace

std::expected<core::SetUp, net::Reply> read_setup(std::string body) {
  const auto document = read_object(std::move(body));
  if (!document) return std::unexpected(document.error());
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  core::SetUp command;
  command.token = members.text("token", {.required = true});
  command.name = members.text("name", {.required = true});
  auto spki = from_base64(members.text("spki", {.required = true, .max = base64_max}));
  if (!spki) members.refuse("spki", "must be base64");
  command.spki = std::move(spki).value_or(std::string());
  const json::Value* rosters = members.find("rosters");
  if (rosters == nullptr || !rosters->is_array() || rosters->items().size() > rosters_max) {
    members.refuse("rosters", "must be an array with one roster for each project");
  } else {
    for (std::size_t i = 0; i < rosters->items().size() && !refusal; ++i) {
      const json::Value& item = rosters->items()[i];
      if (!item.is_object()) {
        members.refuse("rosters", "must hold objects");
        break;
      }
      Members roster(item, "/rosters/" + std::to_string(i), refusal);
      command.rosters.push_back(read_roster(roster));
    }
  }
  if (refusal) return std::unexpected(*std::move(refusal));
  if (!identity::is_setup_token(command.token)) {
    return std::unexpected(refuse(Reason::setup_token_invalid));
  }
  return command;
}

net::Outcome begin_setup(Context& context, Call& call) {
  if (auto limited = limit_attempts(context, call.request)) return *std::move(limited);
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  const std::string token = Members(document->root, "", refusal).text("token", {.required = true});
  if (refusal) return *std::move(refusal);
  if (auto refused = refuse_token(context, *call.directory, token)) return *std::move(refused);

  const std::string member =
      core::setup_member_id(context.engine.keys().purpose("lp-setup/1").reveal(), token);
  auto value = json::Value::object();
  json::Array projects;
  for (const auto& [id, project] : call.directory->projects) {
    if (projects.empty()) add_roster_terms(value, project, member, context.engine.clock().now());
    projects.push_back(roster_project(project));
  }
  if (projects.empty()) return refuse(Reason::roster_mismatch, "there is no project to sign for");
  value.add("projects", json::Value::array(std::move(projects)));
  return private_reply(json::compact(value));
}

net::Outcome finish_setup(Context& context, Call& call) {
  if (auto limited = limit_attempts(context, call.request)) return *std::move(limited);
  auto command = read_setup(std::move(call.request.body));
  if (!command) return std::move(command.error());
  std::string name = command->name;
  return submit(context, *std::move(command),
                [&context, name = std::move(name)](const core::SetUp::Result& result) {
                  auto member = json::Value::object();
                  member.add("id", result.member).add("name", name);
                  auto value = json::Value::object();
                  value.add("member", std::move(member)).add("key", result.key);
                  net::Reply reply = private_reply(json::compact(value));
                  set_session_cookie(reply, result.session.reveal());
                  note_opened(context, result.session.reveal());
                  return reply;
                });
}

net::Outcome begin_roster(Context& context, Call& call, const Session& session) {
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  const std::string id = Members(document->root, "", refusal).text("project", {.required = true});
  if (refusal) return *std::move(refusal);
  const auto project = project_to_sign(call, session, id);
  if (!project) return project.error();
  auto value = json::Value::object();
  value.add("project", roster_project(**project));
  add_roster_terms(value, **project, session.member, context.engine.clock().now());
  return private_reply(json::compact(value));
}

net::Outcome finish_roster(Context& context, Call& call, const Session& session) {
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  Members body(document->root, "", refusal);
  core::SetUp::SignedRoster roster = read_roster(body);
  if (refusal) return *std::move(refusal);
  const auto project = project_to_sign(call, session, roster.project);
  if (!project) return project.error();
  core::SignRoster command{.project = std::move(roster.project),
                           .member = session.member,
                           .key = session.key,
                           .entry = std::move(roster.entry),
                           .head = std::move(roster.head),
                           .signature = std::move(roster.signature)};
  return submit(context, std::move(command), [](const core::SignRoster::Result& result) {
    auto value = json::Value::object();
    value.add("roster_sha256", result.sha256.hex()).add("roster_version", result.version);
    return private_reply(json::compact(value));
  });
}

}  // namespace lp::api
