#include "base/id.h"
#include "cli/administer.h"

namespace lp::cli {
namespace {

struct HoldFlags : AdminFlags {
  std::string project = "default", request, subject, id, reason;
};

int add(const HoldFlags& flags) {
  auto body = json::Value::object();
  body.add("project", flags.project).add("reason", flags.reason);
  if (!flags.request.empty()) body.add("request", flags.request);
  if (!flags.subject.empty()) body.add("subject", flags.subject);
  return post_and_print(flags, "/admin/holds", body);
}

int remove(const HoldFlags& flags) {
  auto body = json::Value::object();
  body.add("reason", flags.reason);
  return post_and_print(flags, "/admin/holds/" + flags.id + "/end", body);
}

int list(const HoldFlags& flags) {
  return get_and_print(flags, "/admin/holds", "holds",
                       {"id", "project", "request", "subject", "created_at", "reason"});
}

}  // namespace

void add_hold(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<HoldFlags>();
  auto* group = app.add_subcommand("hold", "Legal holds: what must not be erased");
  group->require_subcommand(1);
  auto* add_command = add_admin_command(
      *group, "add", "Hold a request, a person, or all of a project, until it is removed", flags,
      chosen, add);
  add_project_flag(*add_command, flags->project);
  add_command->add_option("--request", flags->request, "req_… of that project (default: all of it)")
      ->check([](const std::string& id) {
        return is_id("req", id) ? std::string() : "no id of a request: " + id;
      });
  add_command->add_option("--subject", flags->subject, "mem_…, who is then not erased")
      ->check([](const std::string& id) {
        return is_id("mem", id) ? std::string() : "no id of a member: " + id;
      })
      ->excludes("--request");
  add_command->add_option("--reason", flags->reason, "Why, for the log")->required();
  auto* remove_command =
      add_admin_command(*group, "remove", "End a hold; the log keeps both", flags, chosen, remove);
  remove_command->add_option("id", flags->id, "hold_…")
      ->required()
      ->check([](const std::string& id) {
        return is_id("hold", id) ? std::string() : "no id of a hold: " + id;
      });
  remove_command->add_option("--reason", flags->reason, "Why, for the log")->required();
  add_admin_command(*group, "list", "List the holds that stand", flags, chosen, list);
}

}  // namespace lp::cli
