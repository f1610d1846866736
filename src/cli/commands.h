// One function a subcommand: adds it to the parser and says what to run when it was chosen.

#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cli/command_line.h"
#include "server/place.h"

namespace lp::cli {

class KeyPort;

// What was chosen; run after parsing, so that nothing happens before all flags are known.
struct Chosen {
  std::function<int()> command;
  KeyPort* security_keys = nullptr;  // where they are, if not on USB
};

// --data, --signer-state and --signer-socket, which most subcommands have.
struct PlaceFlags {
  server::Place place{.data = "data", .signer_state = {}};
};
void add_place(Command& app, PlaceFlags& flags);

void add_init(Command& app, Chosen& chosen);
void add_serve(Command& app, Chosen& chosen);
void add_setup(Command& app, Chosen& chosen);
void add_setup_link(Command& app, Chosen& chosen);
void add_project(Command& app, Chosen& chosen);
void add_key(Command& app, Chosen& chosen);
void add_agent(Command& app, Chosen& chosen);
void add_executor(Command& app, Chosen& chosen);
void add_stop(Command& app, Chosen& chosen);
void add_webhook(Command& app, Chosen& chosen);
void add_channel(Command& app, Chosen& chosen);
void add_member(Command& app, Chosen& chosen);
void add_device(Command& app, Chosen& chosen);
void add_session(Command& app, Chosen& chosen);
void add_login_link(Command& app, Chosen& chosen);
void add_go_live(Command& app, Chosen& chosen);
void add_sso(Command& app, Chosen& chosen);
void add_roster(Command& app, Chosen& chosen);
void add_policy(Command& app, Chosen& chosen);
void add_policy_of_server(Command& group, Chosen& chosen);
void add_review(Command& app, Chosen& chosen);
void add_log(Command& app, Chosen& chosen);
void add_audit(Command& app, Chosen& chosen);
void add_erase(Command& app, Chosen& chosen);
void add_hold(Command& app, Chosen& chosen);
void add_trust(Command& app, Chosen& chosen);
void add_receipt(Command& app, Chosen& chosen);
void add_verify(Command& app, Chosen& chosen);
void add_clock(Command& app, Chosen& chosen);
void add_signer(Command& app, Chosen& chosen);
void add_witness(Command& app, Chosen& chosen);
void add_monitor(Command& app, Chosen& chosen);
void add_doctor(Command& app, Chosen& chosen);
void add_version(Command& app, Chosen& chosen);

}  // namespace lp::cli
