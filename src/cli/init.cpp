#include <fmt/core.h>

#include "cli/commands.h"
#include "cli/output.h"
#include "server/installation.h"

namespace lp::cli {
namespace {

struct InitFlags : PlaceFlags {
  server::Initial initial;
  bool json = false;
};

int init(const InitFlags& flags) {
  const bool before = server::initialised(flags.place);
  if (auto made = server::initialise(flags.place, flags.initial); !made) return fail(made.error());
  const bool elsewhere = !flags.place.signer_socket.empty();
  auto object = json::Value::object();
  object.add("data", flags.place.data)
      .add(elsewhere ? "signer_socket" : "signer_state",
           elsewhere ? flags.place.signer_socket : flags.place.signer())
      .add("test", flags.initial.test)
      .add("existed", before);
  print_object(object, flags.json);
  return exit_ok;
}

}  // namespace

void add_init(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<InitFlags>();
  auto* command = app.add_subcommand("init", "Make a data directory with the project `default`");
  add_place(*command, *flags);
  command->add_flag("--test", flags->initial.test,
                    "For tests only: a test approver owns it, and every statement says `test`");
  command->add_option("--log-name", flags->initial.log_name,
                      "Name in the origin of its logs, chosen once (default: random)");
  command->add_flag("--json", flags->json, "Print JSON");
  command->callback([flags, &chosen] { chosen.command = [flags] { return init(*flags); }; });
}

}  // namespace lp::cli
