#include "cli/administer.h"

namespace lp::cli {
namespace {

struct SsoFlags : AdminFlags {
  std::string id, member;
};

int list(const SsoFlags& flags) {
  return get_and_print(flags, "/admin/accounts", "accounts",
                       {"id", "member", "issuer", "subject", "groups", "created_at"});
}

int link(const SsoFlags& flags) {
  return post_and_print(flags, "/admin/account-links",
                        json::Value::object().add("member", flags.member));
}

int unlink(const SsoFlags& flags) {
  return post_and_print(flags, "/admin/accounts/" + query_escaped(flags.id) + "/unlink",
                        json::Value::object());
}

}  // namespace

void add_sso(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<SsoFlags>();
  auto* group = app.add_subcommand("sso", "Accounts of the identity provider that sign people in");
  group->require_subcommand(1);
  add_admin_command(*group, "list", "List the accounts and whose they are", flags, chosen, list);
  auto* link_command = add_admin_command(
      *group, "link",
      "Print a link with which a member brings their account, once, within 30 minutes", flags,
      chosen, link);
  link_command->add_option("--member", flags->member, "mem_…")->required();
  auto* unlink_command = add_admin_command(
      *group, "unlink", "Sign nobody in by this account any more; its sessions end", flags, chosen,
      unlink);
  unlink_command->add_option("id", flags->id, "acc_…")->required();
}

}  // namespace lp::cli
