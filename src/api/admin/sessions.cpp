#include "api/admin/sessions.h"

#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/review/sessions.h"
#include "api/submit.h"
#include "json/write.h"

namespace lp::api {
namespace {

std::expected<std::vector<ListedSession>, net::Reply> all_sessions(Context& context,
                                                                   const Call& call) {
  return live_sessions(context, *call.directory, [](const std::string&) { return true; });
}

}  // namespace

net::Outcome list_all_sessions(Context& context, Call& call) {
  const auto sessions = all_sessions(context, call);
  if (!sessions) return sessions.error();
  json::Array items;
  for (const auto& session : *sessions) items.push_back(describe_session(context, session));
  auto value = json::Value::object();
  value.add("sessions", json::Value::array(std::move(items)));
  return private_reply(json::compact(value));
}

net::Outcome end_sessions_of(Context& context, Call& call) {
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  core::EndSessions command{
      .member = Members(document->root, "", refusal).text("member", {.required = true})};
  if (refusal) return *std::move(refusal);
  if (!call.directory->members.contains(command.member)) return refuse(Reason::not_found);
  return submit(context, std::move(command), describe_ended);
}

net::Outcome end_any_session(Context& context, Call& call) {
  const auto sessions = all_sessions(context, call);
  return sessions ? end_one(context, *sessions, call.parameter("id")) : sessions.error();
}

}  // namespace lp::api
