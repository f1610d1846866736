#include "api/admin/erasures.h"

#include "api/admin/things.h"
#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/review/erasure_body.h"
#include "api/submit.h"
#include "json/write.h"

namespace lp::api {
namespace {

constexpr std::size_t words_max = 500;

json::Value describe_hold(const store::LegalHold& hold) {
  auto value = json::Value::object();
  value.add("id", hold.id).add("project", hold.project);
  if (!hold.request.empty()) value.add("request", hold.request);
  if (!hold.subject.empty()) value.add("subject", hold.subject);
  value.add("reason", hold.reason)
      .add("created_at", to_string(hold.created))
      .add("index", hold.leaf_index);
  return value;
}

}  // namespace

net::Outcome begin_erasure(Context& context, Call& call) {
  const auto ask = read_erasure_ask(std::move(call.request.body));
  if (!ask) return ask.error();
  const auto offer = describe_erasure(context, *call.directory, *ask);
  if (!offer) return offer.error();
  return private_reply(json::compact(*offer));
}

net::Outcome perform_erasure(Context& context, Call& call) {
  return submit_erasure(context, std::move(call.request.body), {});
}

net::Outcome propose_erasure(Context& context, Call& call) {
  const auto ask = read_erasure_ask(std::move(call.request.body));
  if (!ask) return ask.error();
  // What no owner could sign is refused here, with the reason, and no link is made.
  if (const auto offer = describe_erasure(context, *call.directory, *ask); !offer) {
    return offer.error();
  }
  core::ProposeErasure command{.request = ask->request,
                               .subject = ask->subject,
                               .basis = ask->basis,
                               .operator_name = ask->operator_name};
  return submit(context, std::move(command),
                [&context](const core::ProposeErasure::Result& result) {
                  auto value = json::Value::object();
                  value.add("id", result.proposal.id)
                      .add("expires_at", to_string(result.proposal.expires))
                      .add("url", people_url(context));
                  return private_reply(json::compact(value));
                });
}

net::Outcome list_holds(Context& context, Call&) {
  const auto holds = context.engine.reader().legal_holds();
  if (!holds) return internal_error("store.read_failed", holds.error().what);
  json::Array items;
  for (const store::LegalHold& hold : *holds) items.push_back(describe_hold(hold));
  auto value = json::Value::object();
  value.add("holds", json::Value::array(std::move(items)));
  return private_reply(json::compact(value));
}

net::Outcome add_hold(Context& context, Call& call) {
  const auto body = read_object(std::move(call.request.body));
  if (!body) return body.error();
  std::optional<net::Reply> refusal;
  Members members(body->root, "", refusal);
  core::AddHold command;
  const core::ProjectView* project = project_of(call, members.text("project", {.required = true}));
  command.request = members.text("request");
  command.subject = members.text("subject");
  if (!command.request.empty() && !command.subject.empty()) {
    members.refuse("subject", "and request must not both be there");
  }
  command.reason = members.text("reason", {.required = true, .max = words_max});
  if (refusal) return *std::move(refusal);
  if (project == nullptr) return refuse(Reason::not_found);
  command.project = project->row.id;
  return submit(context, std::move(command), [](const core::AddHold::Result& result) {
    return private_reply(json::compact(describe_hold(result.hold)));
  });
}

net::Outcome end_hold(Context& context, Call& call) {
  const auto body = read_object(std::move(call.request.body));
  if (!body) return body.error();
  std::optional<net::Reply> refusal;
  Members members(body->root, "", refusal);
  core::EndHold command{.id = call.parameter("id"),
                        .reason = members.text("reason", {.required = true, .max = words_max})};
  if (refusal) return *std::move(refusal);
  return submit(context, std::move(command),
                [](const core::EndHold::Result&) { return private_reply("{}"); });
}

}  // namespace lp::api
