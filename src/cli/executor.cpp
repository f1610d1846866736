#include "cli/administer.h"
#include "cli/executor_serve.h"

namespace lp::cli {
namespace {

struct ExecutorFlags : AdminFlags {
  std::string project = "default", name, id;
};

int add(const ExecutorFlags& flags) {
  auto body = json::Value::object();
  body.add("project", flags.project).add("role", "executor").add("name", flags.name);
  return post_and_print(flags, "/admin/keys", body);
}

int list(const ExecutorFlags& flags) {
  return get_and_print(flags, "/admin/keys?role=executor&project=" + query_escaped(flags.project),
                       "keys", {"id", "name", "created_at", "revoked_at"});
}

int revoke(const ExecutorFlags& flags) {
  auto body = json::Value::object();
  body.add("project", flags.project);
  return post_and_print(flags, "/admin/keys/" + query_escaped(flags.id) + "/revoke", body);
}

struct StopFlags : AdminFlags {
  std::string project = "default", agent, service, action, reason;
};

int stop(const StopFlags& flags) {
  auto body = json::Value::object();
  body.add("project", flags.project).add("reason", flags.reason);
  return post_and_print(flags, "/admin/agents/" + query_escaped(flags.agent) + "/stop", body);
}

int raise(const StopFlags& flags) {
  auto body = json::Value::object();
  body.add("project", flags.project).add("reason", flags.reason);
  if (!flags.agent.empty()) body.add("agent", flags.agent);
  if (!flags.service.empty()) body.add("service", flags.service);
  if (!flags.action.empty()) body.add("action", flags.action);
  return post_and_print(flags, "/admin/epochs", body);
}

}  // namespace

void add_executor(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<ExecutorFlags>();
  auto* group = app.add_subcommand("executor", "Who executes what was approved, with permits");
  group->require_subcommand(1);
  const auto sub = [&](const char* name, const char* help, int (*run)(const ExecutorFlags&)) {
    auto* command = add_admin_command(*group, name, help, flags, chosen, run);
    add_project_flag(*command, flags->project);
    return command;
  };
  sub("add", "Register one and print its API key, this once", add)
      ->add_option("name", flags->name, "What people call it")
      ->required();
  sub("list", "List them", list);
  sub("revoke", "End one now, and its open permits with it", revoke)
      ->add_option("id", flags->id, "key_…")
      ->required();
  add_executor_serve(*group, chosen);
}

void add_stop(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<StopFlags>();
  auto* group = app.add_subcommand("stop", "Kill switches: agents, and permits nobody claimed yet");
  group->require_subcommand(1);
  const auto sub = [&](const char* name, const char* help, int (*run)(const StopFlags&)) {
    auto* command = add_admin_command(*group, name, help, flags, chosen, run);
    add_project_flag(*command, flags->project);
    command->add_option("--reason", flags->reason, "Why; it stands in the log");
    return command;
  };
  sub("agent", "Revoke an agent and its permits, and cancel what it asked", stop)
      ->add_option("id", flags->agent, "agent_… or key_…")
      ->required();
  auto* permits = sub("permits", "Revoke open permits of a project, an agent or a tool", raise);
  permits->add_option("--agent", flags->agent, "Only of this agent");
  permits->add_option("--service", flags->service, "Only of this tool, with --action");
  permits->add_option("--action", flags->action, "Only of this tool, with --service");
}

}  // namespace lp::cli
