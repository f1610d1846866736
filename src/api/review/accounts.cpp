#include "api/review/accounts.h"

#include <utility>

#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/review/sessions.h"
#include "api/submit.h"
#include "core/account_commands.h"
#include "json/text_array.h"
#include "json/write.h"

namespace lp::api {

net::Reply describe_accounts(const core::Directory& directory,
                             const std::function<bool(const std::string& member)>& wanted) {
  json::Array items;
  for (const auto& [id, account] : directory.accounts) {
    if (account.removed || !wanted(account.member)) continue;
    items.push_back(json::Value::object()
                        .add("id", id)
                        .add("member", account.member)
                        .add("issuer", account.issuer)
                        .add("subject", account.subject)
                        .add("groups", json::text_array(account.groups))
                        .add("created_at", to_string(account.created)));
  }
  auto value = json::Value::object();
  value.add("accounts", json::Value::array(std::move(items)));
  return private_reply(json::compact(value));
}

net::Outcome make_account_link(Context& context, std::string member, std::string made_by) {
  if (context.identity_provider == nullptr) return refuse(Reason::sso_off);
  core::MakeAccountLink command{.member = std::move(member), .made_by = std::move(made_by)};
  return submit(context, std::move(command),
                [&context](const core::MakeAccountLink::Result& result) {
                  const std::string url =
                      people_url(context) + "/login#a=" + std::string(result.token.reveal());
                  auto value = json::Value::object();
                  value.add("url", url).add("expires_at", to_string(result.expires));
                  return private_reply(json::compact(value));
                });
}

net::Outcome list_accounts(Context&, Call& call, const Session& session) {
  const auto members = members_in_sight(*call.directory, session);
  return describe_accounts(*call.directory, [&members](const std::string& member) {
    return members.contains(member);
  });
}

net::Outcome create_account_link(Context& context, Call& call, const Session& session) {
  if (!may_somewhere(*call.directory, session, identity::Right::manage_people)) {
    return refuse(Reason::not_permitted);
  }
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  std::string member = Members(document->root, "", refusal).text("member", {.required = true});
  if (refusal) return *std::move(refusal);
  // A member of other projects only is nobody here.
  if (!members_in_sight(*call.directory, session).contains(member)) {
    return refuse(Reason::not_found);
  }
  return make_account_link(context, std::move(member), session.member);
}

net::Outcome unlink_account(Context& context, Call& call, const Session& session) {
  const auto found = call.directory->accounts.find(call.parameter("id"));
  const bool theirs =
      found != call.directory->accounts.end() &&
      members_in_sight(*call.directory, session).contains(found->second.member);
  if (!theirs) return refuse(Reason::not_found);
  core::UnlinkAccount command{.id = found->first,
                              .by = actor_of(session)};
  return submit(context, std::move(command),
                [](const core::UnlinkAccount::Result&) { return private_reply("{}"); });
}

}  // namespace lp::api
