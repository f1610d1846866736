#include "cli/own_security_key.h"

#include <fmt/core.h>

#include <charconv>

#include "base/text.h"
#include "base/visible.h"
#include "json/write.h"

namespace lp::cli {

void add_security_key(Command& app, SecurityKeyFlags& flags, const Chosen& chosen,
                      const std::string& help) {
  flags.port = chosen.security_keys;
  app.add_flag("--fido2", flags.fido2, help);
}

std::optional<std::size_t> choose(Terminal& terminal, std::string_view what,
                                  const std::vector<std::string>& names) {
  if (names.size() == 1) return 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    terminal.say(fmt::format("{}  {}\n", i + 1, visible(names[i])));
  }
  const auto typed = terminal.ask(fmt::format("Which {}? type its number: ", what));
  if (!typed) return std::nullopt;
  std::size_t number = 0;
  const char* const end = typed->data() + typed->size();
  const auto [rest, fault] = std::from_chars(typed->data(), end, number);
  if (fault != std::errc() || rest != end || number < 1 || number > names.size()) {
    return std::nullopt;
  }
  return number - 1;
}

std::expected<SecurityKey, std::string> choose_security_key(Terminal& terminal, KeyPort* port) {
  const auto keys = SecurityKey::plugged_in(port);
  if (!keys) return std::unexpected(describe(keys.error()));
  if (keys->empty()) {
    return std::unexpected(std::string("There is no security key here: plug it in first."));
  }
  std::vector<std::string> names;
  for (const auto& key : *keys) names.push_back(fmt::format("{}, {}", key.name, key.path));
  const auto number = choose(terminal, "security key", names);
  if (!number) return std::unexpected(std::string("Given up; nothing was signed."));
  auto opened = SecurityKey::open((*keys)[*number], port);
  if (!opened) return std::unexpected(describe(opened.error()));
  return *std::move(opened);
}

std::string terminal_client_data(std::string_view type, const Digest& challenge,
                                 std::string_view place) {
  auto said = json::Value::object();
  said.add("type", type)
      .add("challenge", base64url(challenge.view()))
      .add("origin", place)
      .add("crossOrigin", false);
  return json::compact(said);
}

}  // namespace lp::cli
