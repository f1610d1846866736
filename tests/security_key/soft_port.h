// Keys in software where the command line looks for security keys.

#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "authenticator.h"
#include "cli/security_key.h"

namespace lp::soft_key {

// By the path under which each is plugged in.
class SoftPort final : public cli::KeyPort {
 public:
  std::map<std::string, Authenticator> keys;

  std::vector<cli::PluggedKey> plugged_in() override;
  std::unique_ptr<cli::KeyLine> open(const std::string& path) override;
};

// What a key is between two runs of a program: JSON of all that a test may set, and of what is on
// it. The error says what is wrong.
std::string write_key(const Authenticator& key);
Authenticator read_key(const std::string& text);  // LP_ASSERTs what write_key or a test wrote

}  // namespace lp::soft_key
