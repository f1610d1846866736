#include <fmt/core.h>

#include <CLI/CLI.hpp>

#include "cli/administer.h"

namespace lp::cli {
namespace {

struct Flags : AdminFlags {
  std::string member;
  std::string url = "http://localhost:8400";
};

int login_link(const Flags& flags) {
  AdminClient client(flags.place);
  auto body = json::Value::object();
  body.add("member", flags.member);
  const auto answer = client.post("/admin/login-links", body);
  if (!answer) return fail(answer.error());
  if (answer->reason() == "not_found") {
    return fail("There is no such member. `letsping member list` names them.");
  }
  if (!answer->ok()) return fail(*answer);
  const auto base = answer->body().find_string("url").value_or("");
  auto link = json::Value::object();
  link.add("url", fmt::format("{}/login#t={}", base.empty() ? flags.url : std::string(base),
                              answer->body().find_string("token").value_or("")))
      .add("expires_at", answer->body().find_string("expires_at").value_or(""));
  if (flags.json) {
    print_object(link, true);
  } else {
    fmt::print("{}\n", *link.find_string("url"));
  }
  return exit_ok;
}

}  // namespace

void add_login_link(CLI::App& app, Chosen& chosen) {
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand(
      "login-link", "Print a link with which a member brings a browser, once, within 30 minutes");
  add_admin_flags(*command, *flags);
  command->add_option("--member", flags->member, "mem_…")->required();
  command->add_option("--url", flags->url, "Where the server is reached when it cannot tell")
      ->capture_default_str();
  command->callback([flags, &chosen] { chosen.command = [flags] { return login_link(*flags); }; });
}

}  // namespace lp::cli
