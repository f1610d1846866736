#include "cli/administer.h"

namespace lp::cli {

void add_clock(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<AdminFlags>();
  auto* group = app.add_subcommand("clock", "The server's clock");
  group->require_subcommand(1);
  auto* accept = group->add_subcommand(
      "accept", "Decide again after the clock leapt forward by more than an hour");
  add_admin_flags(*accept, *flags);
  accept->callback([flags, &chosen] {
    chosen.command = [flags] {
      return post_and_print(*flags, "/admin/clock/accept", json::Value::object());
    };
  });
}

}  // namespace lp::cli
