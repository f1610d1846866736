#include "cli/administer.h"

namespace lp::cli {
namespace {

struct Flags : AdminFlags {
  std::string reason;
};

int adopt(const Flags& flags) {
  auto body = json::Value::object();
  body.add("reason", flags.reason);
  return post_and_print(flags, "/admin/signer/adopt", body);
}

}  // namespace

void add_signer(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<Flags>();
  auto* group = app.add_subcommand("signer", "What signs checkpoints");
  group->require_subcommand(1);
  auto* command = group->add_subcommand(
      "adopt", "Go on with logs whose signer state is lost for good; the reason is logged");
  add_admin_flags(*command, *flags);
  command->add_option("--reason", flags->reason, "Why, for the log")->required();
  command->callback([flags, &chosen] { chosen.command = [flags] { return adopt(*flags); }; });
}

}  // namespace lp::cli
