#include "cli/one_time_link.h"

namespace lp::cli {
namespace {

int setup_link(const LinkFlags& flags) {
  AdminClient client(flags.place);
  const auto answer = client.post("/admin/setup-token", json::Value::object());
  if (!answer) return fail(answer.error());
  if (!answer->ok()) return fail(*answer);
  return print_link(flags, *answer, "setup");
}

}  // namespace

void add_setup_link(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<LinkFlags>();
  auto* command = app.add_subcommand(
      "setup-link", "Print a link that sets this installation up, once, within 30 minutes");
  add_link_flags(*command, *flags);
  command->callback([flags, &chosen] { chosen.command = [flags] { return setup_link(*flags); }; });
}

}  // namespace lp::cli
