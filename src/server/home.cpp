#include "server/home.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/log.h"
#include "core/home.h"
#include "core/work.h"

namespace lp::server {
namespace {

std::string refusal(const std::string& before, const std::string& now,
                    const std::vector<core::LostCredentials>& lost) {
  std::string text = fmt::format(
      "The people of this directory made their keys at {}, and server.public_url is {} now. These "
      "would be lost, because browsers bind keys to an address:\n",
      before, now.empty() ? "not set" : now);
  for (const core::LostCredentials& entry : lost) {
    text += fmt::format("  {} ({}): ", entry.name, entry.member);
    if (entry.devices > 0) {
      text += fmt::format("{} device {}{}", entry.devices, entry.devices == 1 ? "key" : "keys",
                          entry.passkeys.empty() ? "" : "; ");
    }
    if (!entry.passkeys.empty()) {
      text += fmt::format("passkeys of {}", fmt::join(entry.passkeys, ", "));
    }
    text += '\n';
  }
  return text +
         "Keys that a terminal keeps in a file stay. Set server.public_url back, or start once "
         "with "
         "--accept-lost-credentials and have everybody enrol again (`letsping login-link`).";
}

}  // namespace

std::expected<void, std::string> settle_home(core::Engine& engine, const std::string& public_url,
                                             bool accepted) {
  const auto before = core::home_of(engine.reader());
  if (!before) return std::unexpected(before.error().what);
  const auto directory = engine.directory();
  // Until somebody has set it up, what it is follows from the address.
  if (*before == public_url && directory->set_up) return {};
  const bool lived = directory->set_up && *before && !(*before)->empty();
  const auto lost =
      lived ? core::lost_under(*directory, public_url) : std::vector<core::LostCredentials>();
  if (!lost.empty() && !accepted) return std::unexpected(refusal(**before, public_url, lost));
  if (!lost.empty()) {
    log::warning("server.address_changed",
                 "The address has changed, and the keys that browsers made at the one before are "
                 "lost, as was accepted.",
                 {{"before", **before}, {"members", lost.size()}});
  }
  const auto set = engine.run(core::SetHome{.public_url = public_url});
  if (!set) return std::unexpected(std::string(core::to_string(set.error().fault)));
  return {};
}

}  // namespace lp::server
