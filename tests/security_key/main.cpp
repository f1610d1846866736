// The command line as it is, with security keys in software plugged in: each file *.json of the
// folder that SOFT_KEYS names is one (soft_port.h), and keeps what happened to it.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "cli/program.h"
#include "soft_port.h"

int main(int argc, char** argv) {
  const char* const folder = std::getenv("SOFT_KEYS");
  if (folder == nullptr) {
    std::cerr << "SOFT_KEYS names the folder of the keys\n";
    return 2;
  }
  lp::soft_key::SoftPort port;
  for (const auto& item : std::filesystem::directory_iterator(folder)) {
    if (item.path().extension() != ".json") continue;
    std::ifstream file(item.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    port.keys.emplace(item.path().string(), lp::soft_key::read_key(text));
  }
  const int status = lp::cli::run(argc, argv, &port);
  for (const auto& [path, key] : port.keys) {
    std::ofstream file(path, std::ios::trunc);
    file << lp::soft_key::write_key(key);
  }
  return status;
}
