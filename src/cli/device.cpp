#include <CLI/CLI.hpp>

#include "cli/administer.h"

namespace lp::cli {
namespace {

int list(const AdminFlags& flags) {
  return get_and_print(flags, "/admin/devices", "devices",
                       {"id", "member", "class", "created_at", "revoked_at"});
}

}  // namespace

void add_device(CLI::App& app, Chosen& chosen) {
  auto flags = std::make_shared<AdminFlags>();
  auto* group = app.add_subcommand("device", "The devices that people decide with");
  group->require_subcommand(1);
  auto* list_command = group->add_subcommand("list", "List devices, revoked ones too");
  add_admin_flags(*list_command, *flags);
  list_command->callback([flags, &chosen] { chosen.command = [flags] { return list(*flags); }; });
}

}  // namespace lp::cli
