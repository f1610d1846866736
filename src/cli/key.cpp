#include "cli/administer.h"

namespace lp::cli {
namespace {

struct ApiKeyFlags : AdminFlags {
  std::string project = "default", role = "agent", name, id;
};

int create(const ApiKeyFlags& flags) {
  auto body = json::Value::object();
  body.add("project", flags.project).add("role", flags.role).add("name", flags.name);
  return post_and_print(flags, "/admin/keys", body);
}

int list(const ApiKeyFlags& flags) {
  return get_and_print(flags, "/admin/keys?project=" + query_escaped(flags.project), "keys",
                       {"id", "role", "name", "created_at", "revoked_at"});
}

int revoke(const ApiKeyFlags& flags) {
  auto body = json::Value::object();
  body.add("project", flags.project);
  return post_and_print(flags, "/admin/keys/" + query_escaped(flags.id) + "/revoke", body);
}

}  // namespace

void add_key(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<ApiKeyFlags>();
  auto* group = app.add_subcommand("key", "API keys: shown once, stored as SHA-256");
  group->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, int (*run)(const ApiKeyFlags&)) {
    auto* command = add_admin_command(*group, name, help, flags, chosen, run);
    add_project_flag(*command, flags->project);
    return command;
  };
  auto* create_command = add("create", "Make a key and print it, this once", create);
  create_command->add_option("--role", flags->role, "What it may do; no key ever decides")
      ->check(OneOf{{"agent", "executor", "auditor", "admin"}})
      ->capture_default_str();
  create_command->add_option("--name", flags->name, "What people call it");
  add("list", "List keys", list);
  add("revoke", "End a key now", revoke)->add_option("id", flags->id, "key_…")->required();
}

}  // namespace lp::cli
