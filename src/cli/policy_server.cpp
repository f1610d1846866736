// The policies that a server has: `policy push`, `list`, `pull` and `activate`.

#include <fmt/core.h>

#include <string>

#include "base/file.h"
#include "cli/admin_client.h"
#include "cli/administer.h"
#include "policy/node.h"

namespace lp::cli {
namespace {

struct Flags : AdminFlags {
  std::string project = "default", file, version;
};

int push(const Flags& flags) {
  auto text = read_file(flags.file, policy::text_bytes_max);
  if (!text) return fail(to_string(text.error()));
  auto body = json::Value::object();
  body.add("project", flags.project).add("document", *std::move(text));
  return post_and_print(flags, "/admin/policies", body);
}

std::string project_query(const Flags& flags) {
  return "?project=" + query_escaped(flags.project);
}

int list(const Flags& flags) {
  return get_and_print(flags, "/admin/policies" + project_query(flags), "policies",
                       {"version", "in_force", "activated_at", "author", "created_at", "sha256"});
}

int pull(const Flags& flags) {
  AdminClient client(flags.place);
  const auto answer =
      client.get("/admin/policies/" + query_escaped(flags.version) + project_query(flags));
  if (!answer) return fail(answer.error());
  if (!answer->ok()) return fail(*answer);
  if (flags.json) {
    print_object(answer->body(), true);
  } else {
    // As it was uploaded, to the byte: it goes into a file.
    fmt::print("{}", answer->body().find_string("document").value_or(""));
  }
  return exit_ok;
}

int activate(const Flags& flags) {
  auto body = json::Value::object();
  body.add("project", flags.project);
  return post_and_print(flags, "/admin/policies/" + query_escaped(flags.version) + "/activate",
                        body);
}

}  // namespace

void add_policy_of_server(Command& group, Chosen& chosen) {
  auto flags = std::make_shared<Flags>();
  flags->version = "in-force";
  auto* pushing =
      add_admin_command(group, "push", "Upload a version; it is not in force yet", flags, chosen,
                        push);
  pushing->add_option("FILE", flags->file, "The policy, YAML or JSON")->required();
  add_project_flag(*pushing, flags->project);
  auto* listing = add_admin_command(group, "list", "List the versions of a project", flags, chosen,
                                    list);
  add_project_flag(*listing, flags->project);
  auto* pulling = add_admin_command(group, "pull", "Print a version as it was uploaded", flags,
                                    chosen, pull);
  pulling->add_option("VERSION", flags->version, "A number (default: the one in force)");
  add_project_flag(*pulling, flags->project);
  auto* activating = add_admin_command(
      group, "activate", "Ask people to put a version into force, an earlier one too", flags,
      chosen, activate);
  activating->add_option("VERSION", flags->version, "A number of `policy list`")->required();
  add_project_flag(*activating, flags->project);
}

}  // namespace lp::cli
