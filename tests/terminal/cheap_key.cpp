// cheap_key FILE: seals a device key again under the passphrase on standard input, at a cost that a
// test can pay at each signature.

#include <fstream>
#include <iostream>
#include <string>

#include "base/entropy.h"
#include "cli/device_key.h"
#include "crypto/hash.h"

int main(int count, char** words) {
  if (count != 2) return 2;
  std::string passphrase;
  std::getline(std::cin, passphrase);
  const auto file = lp::cli::read_key_file(words[1]);
  const auto key = file ? lp::cli::open_device_key(*file, passphrase) : std::nullopt;
  if (!key) return 1;
  lp::crypto::SystemEntropy entropy;
  std::ofstream(words[1], std::ios::trunc) << lp::cli::seal_device_key(
      *key, file->log_name, passphrase, entropy, {.n = 16, .r = 1, .p = 1}).bytes();
  return 0;
}
