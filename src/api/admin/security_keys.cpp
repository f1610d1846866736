#include "api/admin/security_keys.h"

#include "api/admin/rosters.h"
#include "api/errors.h"
#include "api/reply.h"
#include "api/review/passkey_making.h"
#include "core/passkeys.h"
#include "identity/terminal_place.h"
#include "json/write.h"

namespace lp::api {
namespace {

PasskeyPlace terminal_of(const core::Directory& directory) {
  const std::string place = identity::terminal_place(directory.log_name);
  return {.rp_id = place, .origin = place};
}

bool is_there(const core::Directory& directory, const std::string& member) {
  const auto found = directory.members.find(member);
  return found != directory.members.end() && !found->second.removed;
}

}  // namespace

net::Outcome begin_security_key(Context& context, Call& call) {
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  const std::string member = members.text("member", {.required = true});
  if (refusal) return *std::move(refusal);
  if (!is_there(*call.directory, member)) return refuse(Reason::not_found);
  return private_reply(json::compact(passkey_terms(context, *call.directory, member,
                                                   core::decision_purpose,
                                                   terminal_of(*call.directory))));
}

net::Outcome add_security_key(Context& context, Call& call) {
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  const std::string member = members.text("member", {.required = true});
  const MadePasskey made = read_made_passkey(members);
  if (refusal) return *std::move(refusal);
  if (!is_there(*call.directory, member)) return refuse(Reason::not_found);
  const PasskeyPlace place = terminal_of(*call.directory);
  auto registration = check_made(context, made, place);
  if (!registration) return std::move(registration.error());
  return propose_here(context, call, passkey_wish(member, place, *std::move(registration)));
}

}  // namespace lp::api
