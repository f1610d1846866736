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

int secret(const Flags& flags) {
  AdminClient client(flags.place);
  const auto answer =
      client.get("/admin/webhooks/callback-secret?project=" + query_escaped(flags.project));
  if (!answer) return fail(answer.error());
  if (!answer->ok()) return fail(*answer);
  if (const auto webhook = answer->body().find_string("webhook")) {
    return fail("Callbacks are signed with the secret of " + std::string(*webhook) +
                    ", which was printed when it was added.",
                exit_conflict);
  }
  print_object(answer->body(), flags.json);
  return exit_ok;
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
  auto* secret_command = group->add_subcommand(
      "secret", "Print what signs the callbacks of a project that has no webhook");
  add_admin_flags(*secret_command, *flags);
  secret_command->add_option("--project", flags->project, "Project, by name or id")
      ->capture_default_str();
  secret_command->callback(
      [flags, &chosen] { chosen.command = [flags] { return secret(*flags); }; });
  auto* list_command = group->add_subcommand("list", "List them");
  add_admin_flags(*list_command, *flags);
  list_command->callback([flags, &chosen] { chosen.command = [flags] { return list(*flags); }; });
}

}  // namespace lp::cli
