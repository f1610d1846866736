#include "cli/administer.h"

namespace lp::cli {
namespace {

struct WebhookFlags : AdminFlags {
  std::string project = "default", url;
};

int add(const WebhookFlags& flags) {
  auto body = json::Value::object();
  body.add("project", flags.project).add("url", flags.url);
  return post_and_print(flags, "/admin/webhooks", body);
}

int list(const WebhookFlags& flags) {
  return get_and_print(flags, "/admin/webhooks", "webhooks", {"id", "project", "url"});
}

int secret(const WebhookFlags& flags) {
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

void add_webhook(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<WebhookFlags>();
  auto* group = app.add_subcommand("webhook", "Where decisions are sent");
  group->require_subcommand(1);
  auto* add_command = add_admin_command(*group, "add", "Add one; its secret is printed this once",
                                        flags, chosen, add);
  add_project_flag(*add_command, flags->project);
  add_command->add_option("--url", flags->url, "http(s)://…")->required();
  auto* secret_command = add_admin_command(
      *group, "secret", "Print what signs the callbacks of a project that has no webhook", flags,
      chosen, secret);
  add_project_flag(*secret_command, flags->project);
  add_admin_command(*group, "list", "List them", flags, chosen, list);
}

}  // namespace lp::cli
