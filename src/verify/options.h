// The command line of letsping-verify.

#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/verify_receipt.h"

namespace lp::verify {

struct Options {
  std::vector<std::string> files;  // "-" is standard input
  std::vector<std::string> trust_files;
  evidence::Demands demands;
  bool bundle = false;  // the files are bundles, not receipts
  bool json = false;
  bool help = false;
  bool version = false;
};

// The words after the program's name. The error is a sentence.
std::expected<Options, std::string> read_options(const std::vector<std::string_view>& words);

extern const std::string_view help_text;

}  // namespace lp::verify
