// Where an installation lies: what installation.h opens, and most subcommands are told.

#pragma once

#include <string>

namespace lp::server {

struct Place {
  std::string data;                // the data directory
  std::string signer_state;        // "" = $STATE_DIRECTORY/signer, else DATA.signer
  std::string signer_socket = {};  // "" = signed here; else where a signer answers

  [[nodiscard]] std::string database() const { return data + "/letsping.db"; }
  [[nodiscard]] std::string secrets() const { return data + "/secrets"; }
  [[nodiscard]] std::string blobs() const { return data + "/blobs"; }
  [[nodiscard]] std::string complete() const { return data + "/initialised"; }
  [[nodiscard]] std::string socket() const { return data + "/admin.sock"; }
  [[nodiscard]] std::string test_approver() const { return secrets() + "/test-approver.key"; }
  [[nodiscard]] std::string signer() const;
};

}  // namespace lp::server
