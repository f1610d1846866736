// One function a subcommand: adds it to the parser and says what to run when it was chosen.

#pragma once

#include <functional>
#include <memory>
#include <string>

#include "server/installation.h"

namespace CLI {
class App;
}

namespace lp::cli {

// What was chosen; run after parsing, so that nothing happens before all flags are known.
struct Chosen {
  std::function<int()> command;
};

// --data, --signer-state and --signer-socket, which most subcommands have.
struct PlaceFlags {
  server::Place place{.data = "data", .signer_state = {}};
};
void add_place(CLI::App& app, PlaceFlags& flags);

void add_init(CLI::App& app, Chosen& chosen);
void add_serve(CLI::App& app, Chosen& chosen);
void add_setup(CLI::App& app, Chosen& chosen);
void add_setup_link(CLI::App& app, Chosen& chosen);
void add_project(CLI::App& app, Chosen& chosen);
void add_key(CLI::App& app, Chosen& chosen);
void add_agent(CLI::App& app, Chosen& chosen);
void add_webhook(CLI::App& app, Chosen& chosen);
void add_member(CLI::App& app, Chosen& chosen);
void add_device(CLI::App& app, Chosen& chosen);
void add_login_link(CLI::App& app, Chosen& chosen);
void add_roster(CLI::App& app, Chosen& chosen);
void add_review(CLI::App& app, Chosen& chosen);
void add_log(CLI::App& app, Chosen& chosen);
void add_audit(CLI::App& app, Chosen& chosen);
void add_erase(CLI::App& app, Chosen& chosen);
void add_hold(CLI::App& app, Chosen& chosen);
void add_trust(CLI::App& app, Chosen& chosen);
void add_receipt(CLI::App& app, Chosen& chosen);
void add_verify(CLI::App& app, Chosen& chosen);
void add_clock(CLI::App& app, Chosen& chosen);
void add_signer(CLI::App& app, Chosen& chosen);
void add_witness(CLI::App& app, Chosen& chosen);
void add_version(CLI::App& app, Chosen& chosen);

}  // namespace lp::cli
