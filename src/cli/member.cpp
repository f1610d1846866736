#include <CLI/CLI.hpp>

#include "cli/administer.h"

namespace lp::cli {
namespace {

int list(const AdminFlags& flags) {
  return get_and_print(flags, "/admin/members", "members",
                       {"id", "name", "roles", "devices", "created_at", "removed_at"});
}

}  // namespace

void add_member(CLI::App& app, Chosen& chosen) {
  auto flags = std::make_shared<AdminFlags>();
  auto* group = app.add_subcommand("member", "The people of this installation");
  group->require_subcommand(1);
  auto* list_command = group->add_subcommand("list", "List members, removed ones too");
  add_admin_flags(*list_command, *flags);
  list_command->callback([flags, &chosen] { chosen.command = [flags] { return list(*flags); }; });
}

}  // namespace lp::cli
