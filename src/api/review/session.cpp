#include "api/review/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "api/errors.h"
#include "api/review/erased.h"
#include "api/review/roster_terms.h"
#include "core/accounts.h"
#include "core/passkeys.h"
#include "core/reach.h"
#include "identity/session_token.h"
#include "json/text_array.h"
#include "json/write.h"

namespace lp::api {

namespace {

constexpr std::string_view cookie_name = "__Host-lp";
constexpr std::string_view cookie_attributes = "HttpOnly; Secure; SameSite=Strict; Path=/";

// The passkey that opened it, while it may; null for a session of a device.
const store::Passkey* passkey_of(const core::Directory& directory, const store::Session& row) {
  const auto passkey = directory.passkeys.find(row.key);
  const bool signs_in = passkey != directory.passkeys.end() && !passkey->second.removed &&
                        passkey->second.purpose == core::login_purpose &&
                        passkey->second.member == row.member;
  return signs_in ? &passkey->second : nullptr;
}

// What whoever is not signed in has to do.
Reason signed_out(const Context& context) {
  return sign_on_required(context) ? Reason::sso_required : Reason::no_session;
}

json::Value roles_of(const core::Directory& directory, std::string_view member) {
  std::set<std::string> roles;
  if (directory.setup_owner == member) roles.emplace("owner");
  for (const auto& [id, project] : directory.projects) {
    if (directory.succeeded(id)) continue;
    for (const auto& entry : project.entries) {
      if (entry.member == member) roles.insert(entry.roles.begin(), entry.roles.end());
    }
  }
  return json::text_array(roles);
}

json::Value describe_project(const core::Directory& directory, const core::ProjectView& project,
                             const std::vector<store::ReachHealth>& health) {
  auto value = json::Value::object();
  value.add("id", project.row.id)
      .add("name", project.row.name)
      .add("origin", project.row.origin)
      .add("payloads", payloads_name(project.row.payloads))
      .add("single_operator", project.row.single_operator)
      .add("marks", json::text_array(project.marks));
  if (project.row.roster_sha256) {
    value.add("roster_sha256", project.row.roster_sha256->hex())
        .add("roster_version", project.row.roster_version);
  }
  if (const auto after = directory.successors.find(project.row.id);
      after != directory.successors.end()) {
    value.add("successor", after->second);
  }
  if (project.row.roster_sha256 && !directory.succeeded(project.row.id)) {
    value.add("reachable", core::reachable(directory, project, health));
  }
  value.add("pending",
            directory.succeeded(project.row.id) ? std::uint64_t{0} : project.live->pending.load());
  return value;
}

}  // namespace

bool sign_on_required(const Context& context) {
  return context.identity_provider != nullptr && context.identity_provider->settings().required;
}

std::optional<std::string_view> opener_of(const core::Directory& directory,
                                          const store::Session& row) {
  const auto device = directory.devices.find(row.key);
  const bool by_device = device != directory.devices.end() && !device->second.revoked &&
                         device->second.member == row.member;
  if (!row.account.empty()) {
    const bool there = core::is_account_of(directory, row.account, row.member) &&
                       (by_device || row.key == row.account);
    return there ? std::optional<std::string_view>("account") : std::nullopt;
  }
  if (by_device) return device->second.key_class;
  return passkey_of(directory, row) != nullptr ? std::optional<std::string_view>("passkey")
                                               : std::nullopt;
}

bool account_stale(Context& context, const Session* session) {
  if (!sign_on_required(context)) return false;
  if (session == nullptr || session->account.empty() || !session->authenticated) return true;
  return context.engine.clock().now() - *session->authenticated >
         context.identity_provider->settings().fresh_ms;
}

bool is_live(Context& context, const core::Directory& directory, const store::Session& row) {
  const auto member = directory.members.find(row.member);
  const bool there = context.engine.clock().now() < row.expires &&
                     member != directory.members.end() && !member->second.removed;
  return there && opener_of(directory, row).has_value();
}

std::optional<Session> live_session(Context& context, const core::Directory& directory,
                                    const Digest& token) {
  const auto row = context.engine.session(token);
  if (!row || !*row || !is_live(context, directory, **row)) return std::nullopt;
  const std::string& account = (*row)->account;
  if (sign_on_required(context) && account.empty()) return std::nullopt;
  return Session{.token = token,
                 .member = (*row)->member,
                 .key = (*row)->key,
                 .expires = (*row)->expires,
                 .only_signs_in = passkey_of(directory, **row) != nullptr || (*row)->key == account,
                 .account = account,
                 .authenticated = (*row)->authenticated};
}

std::optional<Session> session_of(Context& context, const core::Directory& directory,
                                  const net::Request& request) {
  const auto token = request.cookie(cookie_name);
  if (!token || !identity::is_session_token(*token)) return std::nullopt;
  auto session = live_session(context, directory, identity::session_token_digest(*token));
  if (session) {
    context.last_use.note(session->token, context.engine.clock().now(), request.peer.address);
  }
  return session;
}

bool session_reads_log(Context& context, const net::Request& request, std::string_view project) {
  const auto directory = context.engine.directory();
  const auto session = session_of(context, *directory, request);
  const core::ProjectView* view = directory->project(project);
  return session && view != nullptr && may(*session, *view, identity::Right::read_log);
}

void set_session_cookie(net::Reply& reply, std::string_view token) {
  reply.headers.emplace_back("Set-Cookie",
                             fmt::format("{}={}; {}", cookie_name, token, cookie_attributes));
}

void clear_session_cookie(net::Reply& reply) {
  reply.headers.emplace_back("Set-Cookie",
                             fmt::format("{}=; Max-Age=0; {}", cookie_name, cookie_attributes));
}

bool may(const Session& session, const core::ProjectView& project, identity::Right right) {
  const auto* entry = project.place_of(session.member, session.key, session.only_signs_in);
  return entry != nullptr && identity::grants(entry->roles, right);
}

bool may_somewhere(const core::Directory& directory, const Session& session,
                   identity::Right right) {
  // A roster that stands still for ever gives no right to do anything new.
  return std::ranges::any_of(directory.projects, [&](const auto& item) {
    return !directory.succeeded(item.first) && may(session, item.second, right);
  });
}

bool sees(const Session& session, const core::ProjectView& project) {
  return may(session, project, identity::Right::see);
}

net::Reply refuse_gone(Context& context, const core::Directory& directory, const Session& session,
                       const core::Refused& refused) {
  if (refused.fault != core::Fault::erased) return refuse(refused);
  const auto erasure = context.engine.reader().erasure(refused.request);
  if (!erasure) return internal_error("store.read_failed", erasure.error().what);
  const core::ProjectView* project = *erasure ? directory.project((*erasure)->project) : nullptr;
  if (project == nullptr || !sees(session, *project)) return refuse(Reason::not_found);
  const auto erased = describe_erased(context, directory, **erasure);
  if (!erased) return erased.error();
  return refuse(Reason::erased, {.erasure = json::compact(*erased)});
}

bool may_sign_first_roster(const core::Directory& directory, const Session& session,
                           const core::ProjectView& project) {
  return !project.row.roster_sha256 && directory.setup_owner == session.member;
}

std::string session_body(Context& context, const core::Directory& directory,
                         const Session& session) {
  // What cannot be read says that nobody is reached: the page then warns.
  const auto health =
      context.engine.reader().reach_health().value_or(std::vector<store::ReachHealth>());
  json::Array projects;
  for (const auto& [id, project] : directory.projects) {
    if (sees(session, project) || may_sign_first_roster(directory, session, project)) {
      auto described = describe_project(directory, project, health);
      described.add("decides", may(session, project, identity::Right::decide))
          .add("takes_part", may(session, project, identity::Right::take_part));
      projects.push_back(std::move(described));
    }
  }
  auto member = json::Value::object();
  member.add("id", session.member)
      .add("name", directory.members.at(session.member).name)
      .add("roles", roles_of(directory, session.member));
  auto value = json::Value::object();
  value.add("member", std::move(member))
      .add("key", session.key)
      .add("log_name", directory.log_name)
      .add("version", LP_VERSION)
      .add("assets_sha256", context.assets.manifest_sha256())
      .add("projects", json::Value::array(std::move(projects)));
  return json::compact(value);
}

evidence::Actor actor_of(const Session& session) {
  return {.id = session.member,
          .kind = evidence::ActorKind::member,
          .method = evidence::ActorMethod::session,
          .key = session.key};
}

net::Outcome with_session(Context& context, Call& call, SessionFunction function) {
  const auto session = session_of(context, *call.directory, call.request);
  if (!session) return refuse(signed_out(context));
  return function(context, call, *session);
}

void note_opened(Context& context, std::string_view token) {
  context.activity.begin(identity::session_token_digest(token),
                         context.engine.clock().monotonic_ms());
}

net::Outcome with_active_session(Context& context, Call& call, SessionFunction function) {
  const auto session = session_of(context, *call.directory, call.request);
  if (!session) return refuse(signed_out(context));
  if (!context.activity.go_on(session->token, context.engine.clock().monotonic_ms())) {
    return refuse(Reason::session_idle);
  }
  return function(context, call, *session);
}

}  // namespace lp::api
