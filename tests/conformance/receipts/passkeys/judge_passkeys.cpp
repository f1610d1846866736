// Judges registrations and uses of passkeys as the server does, a line each, for passkeys.test.mjs
// to hold against another implementation. Fields are base64, separated by blanks; "-" is empty.
//
//   create CHALLENGE CLIENT_DATA ATTESTATION             → ok SPKI | no a sentence
//   get CHALLENGE CLIENT_DATA AUTHENTICATOR SIGNATURE SPKI → ok       | no a sentence
//
// Relying party letsping.example, page https://letsping.example.

#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/text.h"
#include "identity/passkey_registration.h"
#include "identity/passkey_use.h"

namespace {

constexpr const char* rp_id = "letsping.example";
constexpr const char* page = "https://letsping.example";

void say(const std::string& line) {
  std::printf("%s\n", line.c_str());
}

void judge_creation(const std::vector<std::string>& parts, const lp::Digest& challenge) {
  const auto registration = lp::identity::check_registration({.client_data = parts[1],
                                                              .attestation = parts[2],
                                                              .challenge = challenge,
                                                              .rp_id = rp_id,
                                                              .origin = page});
  say(registration ? "ok " + lp::base64(registration->spki) : "no " + registration.error().text);
}

void judge_use(const std::vector<std::string>& parts, const lp::Digest& challenge) {
  const auto use = lp::identity::check_passkey_use(
      {.authenticator_data = parts[2], .client_data = parts[1], .signature = parts[3]}, challenge,
      {.spki = parts[4], .rp_id = rp_id, .backup_eligible = false, .counter = 0}, {page});
  say(use ? "ok" : "no " + use.error());
}

bool judge(const std::string& line) {
  std::istringstream words(line);
  std::string what;
  words >> what;
  std::vector<std::string> parts;
  for (std::string word; words >> word;) {
    const auto bytes = lp::from_base64(word == "-" ? "" : word);
    if (!bytes) return false;
    parts.push_back(*bytes);
  }
  const auto challenge =
      parts.empty() ? std::nullopt : lp::Digest::from_bytes(std::string_view(parts.front()));
  if (!challenge) return false;
  if (what == "create" && parts.size() == 3) {
    judge_creation(parts, *challenge);
    return true;
  }
  if (what != "get" || parts.size() != 5) return false;
  judge_use(parts, *challenge);
  return true;
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    if (!judge(line)) {
      std::fputs("judge_passkeys: a line is not of its form\n", stderr);
      return 2;
    }
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
}
