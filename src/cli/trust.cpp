#include <CLI/CLI.hpp>

#include "cli/administer.h"

namespace lp::cli {
namespace {

struct Flags : AdminFlags {
  std::string project;
};

int export_trust(Flags flags) {
  const std::string target = flags.project.empty()
                                 ? "/admin/trust"
                                 : "/admin/trust?project=" + query_escaped(flags.project);
  AdminClient client(flags.place);
  const auto answer = client.get(target);
  if (!answer) return fail(answer.error());
  if (!answer->ok()) return fail(*answer);
  print_object(answer->body(), true);
  return exit_ok;
}

}  // namespace

void add_trust(CLI::App& app, Chosen& chosen) {
  auto flags = std::make_shared<Flags>();
  auto* group = app.add_subcommand("trust", "What a verifier pins");
  group->require_subcommand(1);
  auto* command = group->add_subcommand("export", "Print the trust file of a project (JSON)");
  add_place(*command, *flags);
  command->add_option("--project", flags->project, "Project, by name or id (if there are several)");
  command->callback(
      [flags, &chosen] { chosen.command = [flags] { return export_trust(*flags); }; });
}

}  // namespace lp::cli
