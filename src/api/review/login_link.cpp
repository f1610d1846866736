#include "api/review/login_link.h"

#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/review/attempts.h"
#include "api/submit.h"
#include "base/assert.h"
#include "base/text.h"
#include "core/roster_proposals.h"
#include "identity/setup_token.h"
#include "json/write.h"

namespace lp::api {
namespace {

constexpr std::size_t spki_max = 512;

std::string_view to_string(core::LinkState state) {
  switch (state) {
    case core::LinkState::fresh:
      return "fresh";
    case core::LinkState::waiting:
      return "waiting";
    case core::LinkState::counted:
      return "counted";
    case core::LinkState::refused:
      return "refused";
  }
  LP_ASSERT(false);
  return {};
}

}  // namespace

net::Outcome show_login_link(Context& context, Call& call) {
  if (auto limited = limit_attempts(context, call.request)) return *std::move(limited);
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  const std::string token = Members(document->root, "", refusal).text("token", {.required = true});
  if (refusal) return *std::move(refusal);
  if (!identity::is_setup_token(token)) return refuse(Reason::login_link_invalid);
  const auto found = core::find_login_link(context.engine.reader(), *call.directory, token,
                                           context.engine.clock().now());
  if (!found) return internal_error("store.read_failed", found.error().what);
  if (!*found) return refuse(reason_of(found->error()));
  const core::LinkView& link = **found;
  const auto row = call.directory->members.find(link.row.member);
  if (row == call.directory->members.end() || row->second.removed) {
    return refuse(Reason::login_link_expired);
  }
  auto member = json::Value::object();
  member.add("id", link.row.member).add("name", row->second.name);
  auto value = json::Value::object();
  value.add("member", std::move(member))
      .add("log_name", call.directory->log_name)
      .add("state", to_string(link.state));
  if (!link.row.key.empty()) value.add("key", link.row.key);
  value.add("expires_at", lp::to_string(link.row.expires));
  return private_reply(json::compact(value));
}

net::Outcome use_login_link(Context& context, Call& call) {
  if (auto limited = limit_attempts(context, call.request)) return *std::move(limited);
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  core::UseLoginLink command;
  command.token = members.text("token", {.required = true});
  auto spki = from_base64(members.text("spki", {.required = true, .max = spki_max}));
  if (!spki) members.refuse("spki", "must be base64");
  if (refusal) return *std::move(refusal);
  if (!identity::is_setup_token(command.token)) return refuse(Reason::login_link_invalid);
  command.spki = *std::move(spki);
  const std::string key = evidence::key_id(command.spki);
  return submit(context, std::move(command), [key](const core::UseLoginLink::Result& result) {
    auto value = json::Value::object();
    value.add("proposal", result.proposal)
        .add("key", key)
        .add("expires_at", lp::to_string(result.expires));
    return private_reply(json::compact(value));
  });
}

}  // namespace lp::api
