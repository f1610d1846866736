#include "cli/administer.h"

namespace lp::cli {
namespace {

struct TrustFlags : AdminFlags {
  std::string project;
};

// The only project there is; the error is a sentence that names those to choose from.
std::expected<std::string, std::string> only_project(const Answer& projects) {
  const json::Value* rows = projects.body().find("projects");
  json::Array items = rows == nullptr ? json::Array{} : rows->items();
  // The file of the project that is open names the logs before it.
  std::erase_if(items, [](const auto& item) { return item.find("successor") != nullptr; });
  if (items.size() == 1) return std::string(items[0].find_string("id").value_or(""));
  if (items.empty()) return std::unexpected("There is no project yet.");
  std::string names;
  for (const auto& item : items) {
    names += (names.empty() ? "" : ", ") + visible(item.find_string("name").value_or(""));
  }
  return std::unexpected("There are several projects: choose one with --project: " + names + ".");
}

int export_trust(const TrustFlags& flags) {
  AdminClient client(flags.place);
  std::string project = flags.project;
  if (project.empty()) {
    const auto projects = client.get("/admin/projects");
    if (!projects) return fail(projects.error());
    if (!projects->ok()) return fail(*projects);
    auto only = only_project(*projects);
    if (!only) return fail(only.error(), exit_usage);
    project = *std::move(only);
  }
  const auto answer = client.get("/admin/trust?project=" + query_escaped(project));
  if (!answer) return fail(answer.error());
  if (!answer->ok()) return fail(*answer);
  if (answer->body().find("roster_genesis_sha256") == nullptr) {
    return fail("Nobody has signed a roster of this project yet, so there is nothing to trust.");
  }
  print_object(answer->body(), true);
  return exit_ok;
}

}  // namespace

void add_trust(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<TrustFlags>();
  auto* group = app.add_subcommand("trust", "What a verifier pins");
  group->require_subcommand(1);
  auto* command = group->add_subcommand("export", "Print the trust file of a project (JSON)");
  command->footer(
      "Give it to whoever verifies on a way that this server does not control: on paper, by a\n"
      "signed mail, in the verifier's own configuration. Taken from the server under test, it "
      "proves\n"
      "that the server agrees with itself and no more.");
  add_place(*command, *flags);
  command->add_option("--project", flags->project, "Project, by name or id (if there are several)");
  command->callback(
      [flags, &chosen] { chosen.command = [flags] { return export_trust(*flags); }; });
}

}  // namespace lp::cli
