#include "server/serve.h"

#include "cli/account.h"
#include "cli/commands.h"
#include "cli/output.h"

namespace lp::cli {
namespace {

constexpr std::size_t reason_bytes_max = 500;

struct ServeFlags : PlaceFlags {
  std::string config, listen, web_directory, accept_rollback;
  bool accept_lost_credentials = false;
};

int serve(const ServeFlags& flags) {
  auto config = server::load_config(flags.config);
  if (!config) return fail(config.error(), exit_usage);
  if (!flags.listen.empty()) {
    auto endpoint = server::parse_endpoint(flags.listen);
    if (!endpoint) return fail("--listen " + endpoint.error(), exit_usage);
    config->listen = *std::move(endpoint);
  }
  server::Place place = flags.place;
  if (place.signer_socket.empty()) place.signer_socket = config->signer_socket;
  server::ServeOptions options{.place = std::move(place),
                               .config = *std::move(config),
                               .web_directory = flags.web_directory,
                               .accept_lost_credentials = flags.accept_lost_credentials};
  if (!flags.accept_rollback.empty()) {
    options.accept_rollback =
        core::AcceptedRollback{.reason = flags.accept_rollback, .operator_name = account_name()};
  }
  return server::serve(options);
}

}  // namespace

void add_serve(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<ServeFlags>();
  auto* command = app.add_subcommand("serve", "Run the server; makes the data directory when new");
  add_place(*command, *flags);
  command->add_option("--listen", flags->listen, "ADDRESS:PORT (default 127.0.0.1:8400)");
  command->add_option("--config", flags->config, "Settings file (TOML)")->check(ExistingFile{});
  command->add_option("--web-dir", flags->web_directory,
                      "Serve the dashboard from here instead of from the program");
  command
      ->add_option("--accept-rollback", flags->accept_rollback,
                   "Once: close logs that were rolled back, for ever; the reason is logged")
      ->type_name("REASON")
      ->check([](const std::string& reason) {
        return reason.empty() || reason.size() > reason_bytes_max
                   ? std::string("the reason has 1 to 500 bytes")
                   : std::string();
      });
  command->add_flag("--accept-lost-credentials", flags->accept_lost_credentials,
                    "Once: start under another public_url, and lose the keys that browsers made");
  command->callback([flags, &chosen] { chosen.command = [flags] { return serve(*flags); }; });
}

}  // namespace lp::cli
