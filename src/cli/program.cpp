#include "cli/program.h"

#include <cstdlib>

#include "base/log.h"
#include "cli/commands.h"

namespace lp::cli {

void add_place(Command& app, PlaceFlags& flags) {
  app.add_option("--data", flags.place.data, "The data directory")->capture_default_str();
  app.add_option("--signer-state", flags.place.signer_state,
                 "Where the signer remembers what it signed (default: DATA.signer)");
  // The server's setting by its name in the environment, so that both are told once.
  if (const char* set = std::getenv("LETSPING_SIGNER__SOCKET")) flags.place.signer_socket = set;
  app.add_option("--signer-socket", flags.place.signer_socket,
                 "Where `letsping signer` answers, if it signs instead of this process "
                 "(default: LETSPING_SIGNER__SOCKET)");
}

int run(int argc, char** argv, KeyPort* security_keys) {
  Command app("LetsPing: people decide before agents act.", "letsping");
  app.require_subcommand(1);
  app.footer(
      "Exit status: 0 ok, 1 error, 2 usage, 4 expired,\n"
      "5 not authorised, 6 verification failed, 7 conflict, 130 interrupted.");
  Chosen chosen{.command = {}, .security_keys = security_keys};
  for (const auto add :
       {add_serve,      add_init,    add_setup,   add_setup_link, add_project, add_key,
        add_executor,   add_stop,
        add_agent,      add_webhook, add_channel, add_member,     add_device,  add_session,
        add_login_link, add_go_live, add_sso,     add_roster,     add_policy,  add_review,
        add_log,        add_audit,   add_erase,   add_hold,       add_trust,   add_receipt,
        add_verify,     add_clock,   add_signer,  add_witness,    add_monitor, add_doctor,
        add_version}) {
    add(app, chosen);
  }
  if (const auto ended = app.parse(argc, argv)) return *ended;
  return chosen.command();
}

}  // namespace lp::cli
