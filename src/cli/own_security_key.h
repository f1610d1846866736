// The security key of the person at the terminal: which of those plugged in, its PIN, its touch,
// and what it signs that there is no browser to say: clientDataJSON (WebAuthn Level 3 §5.8.1).
// Errors are sentences for people.

#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "cli/commands.h"
#include "cli/security_key.h"
#include "cli/terminal.h"

namespace lp::cli {

// --fido2: a security key instead of a sealed file.
struct SecurityKeyFlags {
  bool fido2 = false;
  KeyPort* port = nullptr;
};
void add_security_key(Command& app, SecurityKeyFlags& flags, const Chosen& chosen,
                      const std::string& help);

// One of several, by its number; the first without a question when there is no other. Nothing when
// the person names none of them.
std::optional<std::size_t> choose(Terminal& terminal, std::string_view what,
                                  const std::vector<std::string>& names);

// The one that is plugged in, or the one of several that the person names.
std::expected<SecurityKey, std::string> choose_security_key(Terminal& terminal, KeyPort* port);

// What a client says of itself where there is no page: `place` is that of the installation.
std::string terminal_client_data(std::string_view type, const Digest& challenge,
                                 std::string_view place);

// Does `act` with the PIN, which the person has three tries for, or without one where the key knows
// its person by itself. Says when to touch it.
template <typename T>
std::expected<T, std::string> with_verification(
    Terminal& terminal, const SecurityKey& key,
    const std::function<SecurityKey::Result<T>(const std::optional<Secret>&)>& act) {
  constexpr int tries_max = 3;
  bool by_pin = !key.verifies_alone();
  std::string why;
  for (int i = 0; i < tries_max; ++i) {
    std::optional<Secret> pin;
    if (by_pin) {
      pin = terminal.ask_secret("PIN of the security key: ");
      if (!pin) return std::unexpected(std::string("Given up; nothing was signed."));
    }
    terminal.say("Touch the security key when it blinks.\n");
    auto done = act(pin);
    if (done) return *std::move(done);
    const SecurityKeyError& error = done.error();
    const bool again = error.fault == SecurityKeyFault::wrong_pin ||
                       (error.fault == SecurityKeyFault::not_verified && key.has_pin());
    why = describe(error);
    if (!again) break;
    if (error.fault == SecurityKeyFault::not_verified) by_pin = true;
    if (i + 1 < tries_max) terminal.say(why + "\n");
  }
  return std::unexpected(why + " Nothing was signed.");
}

}  // namespace lp::cli
