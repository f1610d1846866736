#include "cli/one_time_link.h"

namespace lp::cli {
namespace {

struct LoginLinkFlags : LinkFlags {
  std::string member;
};

int login_link(const LoginLinkFlags& flags) {
  AdminClient client(flags.place);
  const auto answer =
      client.post("/admin/login-links", json::Value::object().add("member", flags.member));
  if (!answer) return fail(answer.error());
  if (answer->reason() == "not_found") {
    return fail(no_such_member);
  }
  if (!answer->ok()) return fail(*answer);
  return print_link(flags, *answer, "login");
}

}  // namespace

void add_login_link(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<LoginLinkFlags>();
  auto* command = app.add_subcommand(
      "login-link", "Print a link with which a member brings a browser, once, within 30 minutes");
  add_link_flags(*command, *flags);
  command->add_option("--member", flags->member, "mem_…")->required();
  command->callback([flags, &chosen] { chosen.command = [flags] { return login_link(*flags); }; });
}

}  // namespace lp::cli
