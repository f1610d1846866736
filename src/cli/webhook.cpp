#include <CLI/CLI.hpp>

#include "cli/administer.h"

namespace lp::cli {
namespace {

struct Flags : AdminFlags {
  std::string project = "default", url;
};

int add(const Flags& flags) {
  auto body = json::Value::object();
  body.add("project", flags.project).add("url", flags.url);
  return post_and_print(flags, "/admin/webhooks", body);
}

int list(const Flags& flags) {
  return get_and_print(flags, "/admin/webhooks", "webhooks", {"id", "project", "url"});
}

}  // namespace

void add_webhook(CLI::App& app, Chosen& chosen) {
  auto flags = std::make_shared<Flags>();
  auto* group = app.add_subcommand("webhook", "Where decisions are sent");
  group->require_subcommand(1);
  auto* add_command = group->add_subcommand("add", "Add one; its secret is printed this once");
  add_admin_flags(*add_command, *flags);
  add_command->add_option("--project", flags->project, "Project, by name or id")
      ->capture_default_str();
  add_command->add_option("--url", flags->url, "http(s)://…")->required();
  add_command->callback([flags, &chosen] { chosen.command = [flags] { return add(*flags); }; });
  auto* list_command = group->add_subcommand("list", "List them");
  add_admin_flags(*list_command, *flags);
  list_command->callback([flags, &chosen] { chosen.command = [flags] { return list(*flags); }; });
}

}  // namespace lp::cli
