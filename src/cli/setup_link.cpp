#include <fmt/core.h>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/output.h"

namespace lp::cli {
namespace {

struct Flags : PlaceFlags {
  bool json = false;
  std::string url = "http://localhost:8400";
};

int setup_link(const Flags& flags) {
  AdminClient client(flags.place);
  const auto answer = client.post("/admin/setup-token", json::Value::object());
  if (!answer) return fail(answer.error());
  if (!answer->ok()) return fail(*answer);
  const auto base = answer->body().find_string("url").value_or("");
  auto link = json::Value::object();
  link.add("url", fmt::format("{}/setup#t={}", base.empty() ? flags.url : std::string(base),
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

void add_setup_link(CLI::App& app, Chosen& chosen) {
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand(
      "setup-link", "Print a link that sets this installation up, once, within 30 minutes");
  add_place(*command, *flags);
  command->add_option("--url", flags->url, "Where the server is reached when it cannot tell")
      ->capture_default_str();
  command->add_flag("--json", flags->json, "Print JSON {url, expires_at}");
  command->callback([flags, &chosen] { chosen.command = [flags] { return setup_link(*flags); }; });
}

}  // namespace lp::cli
