// The HTTP side of a witness (c2sp.org/tlog-witness v1.0.0), on our own net stack.
//
//   POST /add-checkpoint                 200, 400, 403, 404, 409 with its size, 422
//   GET /<SHA-256 of origin>/checkpoint  the newest cosigned note
//
// Nothing here is secret: who submits is known by the log's signature, and what is served is meant
// to be seen, so plain HTTP is as good as TLS and every Host is answered.

#pragma once

#include <string>

#include "core/witness.h"
#include "net/server.h"

namespace lp::server {

struct WitnessOptions {
  net::Endpoint listen;
  std::string key_file;
  std::string state;  // a directory
  core::WitnessedLogs logs;
};

// What one request is answered. Calls of one witness must not overlap.
net::Reply answer_as_witness(core::Witness& witness, const net::Request& request);

// Serves until SIGTERM or SIGINT. Prints `listening URL` and `vkey VKEY` on standard output once
// connections are answered. Returns the exit status; what went wrong is a sentence on standard
// error.
int run_witness(const WitnessOptions& options);

}  // namespace lp::server
