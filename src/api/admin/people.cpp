#include "api/admin/people.h"

#include <set>

#include "api/reply.h"
#include "api/review/setup.h"
#include "api/submit.h"
#include "json/text_array.h"
#include "json/write.h"

namespace lp::api {
namespace {

json::Value describe_member(const core::Directory& directory, const store::Member& member) {
  std::set<std::string> roles, keys;
  for (const auto& [id, project] : directory.projects) {
    if (directory.succeeded(id)) continue;
    for (const auto& entry : project.entries) {
      if (entry.member != member.id) continue;
      roles.insert(entry.roles.begin(), entry.roles.end());
      if (entry.has_key()) keys.insert(entry.spki);
    }
  }
  auto value = json::Value::object();
  value.add("id", member.id)
      .add("name", member.name)
      .add("roles", json::text_array(roles))
      .add("devices", keys.size())
      .add("created_at", to_string(member.created));
  if (member.removed) value.add("removed_at", to_string(*member.removed));
  if (member.erased) value.add("erased_at", to_string(*member.erased));
  return value;
}

}  // namespace

net::Outcome finish_setup_here(Context& context, Call& call) {
  auto command = read_setup(std::move(call.request.body));
  if (!command) return std::move(command.error());
  command->with_session = false;
  return submit(context, *std::move(command), [](const core::SetUp::Result& result) {
    auto value = json::Value::object();
    value.add("member", result.member).add("key", result.key);
    return private_reply(json::compact(value));
  });
}

net::Outcome list_members(Context&, Call& call) {
  json::Array members;
  for (const auto& [id, member] : call.directory->members) {
    members.push_back(describe_member(*call.directory, member));
  }
  auto value = json::Value::object();
  value.add("members", json::Value::array(std::move(members)));
  return private_reply(json::compact(value));
}

}  // namespace lp::api
