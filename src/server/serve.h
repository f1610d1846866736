// The server, from start to a drained end.

#pragma once

#include <optional>
#include <string>

#include "server/config.h"
#include "server/installation.h"

namespace lp::server {

struct ServeOptions {
  Place place;
  Config config;
  std::string web_directory;  // "" = the dashboard in the binary
  // Closes logs that were rolled back (core/closing.h), for this start only.
  std::optional<core::AcceptedRollback> accept_rollback = {};
  // Another public_url than before may take people's keys from them (home.h), for this start only.
  bool accept_lost_credentials = false;
};

// Initialises the directory when it is new, serves until SIGTERM or SIGINT, drains. Prints
// `listening URL` on standard output once connections are answered. Returns the exit status; what
// went wrong is a sentence on standard error.
int serve(const ServeOptions& options);

}  // namespace lp::server
