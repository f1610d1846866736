#include "api/admin/accounts.h"

#include <utility>

#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/review/accounts.h"
#include "api/submit.h"
#include "core/account_commands.h"

namespace lp::api {

net::Outcome list_all_accounts(Context&, Call& call) {
  const auto wanted = call.request.query_value("member");
  return describe_accounts(*call.directory, [&wanted](const std::string& member) {
    return !wanted || *wanted == member;
  });
}

net::Outcome link_account(Context& context, Call& call) {
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  std::string member = Members(document->root, "", refusal).text("member", {.required = true});
  if (refusal) return *std::move(refusal);
  return make_account_link(context, std::move(member), "local_operator");
}

net::Outcome unlink_any_account(Context& context, Call& call) {
  core::UnlinkAccount command{.id = call.parameter("id"),
                              .by = {.id = "local_operator",
                                     .kind = evidence::ActorKind::system,
                                     .method = evidence::ActorMethod::session,
                                     .key = {}}};
  return submit(context, std::move(command),
                [](const core::UnlinkAccount::Result&) { return private_reply("{}"); });
}

}  // namespace lp::api
