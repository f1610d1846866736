#include "cli/administer.h"

namespace lp::cli {
namespace {

struct ProjectFlags : AdminFlags {
  std::string name, payloads = "encrypted", project = "default", purpose;
};

int create(const ProjectFlags& flags) {
  auto body = json::Value::object();
  body.add("name", flags.name).add("payloads", flags.payloads);
  return post_and_print(flags, "/admin/projects", body);
}

int list(const ProjectFlags& flags) {
  return get_and_print(flags, "/admin/projects", "projects",
                       {"id", "name", "payloads", "pending", "log_size", "origin"});
}

int secret(const ProjectFlags& flags) {
  AdminClient client(flags.place);
  const auto answer = client.get("/admin/project-secrets?project=" + query_escaped(flags.project) +
                                 "&purpose=" + query_escaped(flags.purpose));
  if (!answer) return fail(answer.error());
  if (!answer->ok()) return fail(*answer);
  print_object(answer->body(), flags.json);
  return exit_ok;
}

}  // namespace

void add_project(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<ProjectFlags>();
  auto* group = app.add_subcommand("project", "Projects: each has its own log, keys and roster");
  group->require_subcommand(1);
  auto* create_command =
      add_admin_command(*group, "create", "Make a project", flags, chosen, create);
  create_command->add_option("--name", flags->name, "Its name")->required();
  create_command
      ->add_option("--payloads", flags->payloads,
                   "encrypted: clients hold the keys; server_sealed: the server can read payloads")
      ->check(OneOf{{"encrypted", "server_sealed"}})
      ->capture_default_str();
  auto* secret_command = add_admin_command(
      *group, "secret", "Print what the compatible HMACs of claims or of escrow are made with",
      flags, chosen, secret);
  secret_command->add_option("--project", flags->project, "Project, by name or id")
      ->capture_default_str();
  secret_command->add_option("--purpose", flags->purpose, "claims or escrow")
      ->check(OneOf{{"claims", "escrow"}})
      ->required();
  add_admin_command(*group, "list", "List projects", flags, chosen, list);
}

}  // namespace lp::cli
