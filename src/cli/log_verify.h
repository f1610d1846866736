// `letsping log verify`: everything again, from the database itself.
//
// It does not ask the server, which may be running: it reads the file, the signer's memory and the
// keys. First the log as a third party checks it (LogCheck), then the rows beside it (RowCheck).

#pragma once

#include <string>

#include "server/installation.h"

namespace lp::cli {

struct LogVerification {
  server::Place place;
  std::string project;     // name or id
  std::string trust_file;  // "": the keys of the directory itself, which prove consistency only
  bool allow_test = false;
  bool json = false;
};

// The exit status: 0 VALID, 40 INVALID, 30 INDETERMINATE, 1 when it could not look.
int verify_log(const LogVerification& wanted);
// Of the root log: every entry against the leaves of its project, up to the signed head.
int verify_root_log(const LogVerification& wanted);

}  // namespace lp::cli
