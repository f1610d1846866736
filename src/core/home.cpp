#include "core/home.h"

#include <map>
#include <utility>

#include "core/work.h"
#include "identity/terminal_place.h"

namespace lp::core {
namespace {

constexpr std::string_view setting = "public_url";

std::string_view host_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  const std::size_t colon = url.rfind(':');
  const bool port = colon != std::string_view::npos && url.find(']', colon) == url.npos;
  return port ? url.substr(0, colon) : url;
}

}  // namespace

Applied<SetHome> apply(Work& work, SetHome& command) {
  work.batch.settings.push_back(
      {.name = std::string(setting), .value = std::move(command.public_url)});
  return SetHome::Result{};
}

store::Result<std::optional<std::string>> home_of(store::Reader& reader) {
  return reader.setting(setting);
}

std::vector<LostCredentials> lost_under(const Directory& directory, std::string_view public_url) {
  std::map<std::string, LostCredentials> lost;
  const auto of = [&](const std::string& member) -> LostCredentials* {
    const auto found = directory.members.find(member);
    if (found == directory.members.end() || found->second.removed) return nullptr;
    auto& entry = lost[member];
    entry.member = member;
    entry.name = found->second.name;
    return &entry;
  };
  for (const auto& [key, device] : directory.devices) {
    if (device.revoked || device.key_class != "device") continue;
    if (auto* entry = of(device.member)) ++entry->devices;
  }
  for (const auto& [key, passkey] : directory.passkeys) {
    const bool stays = passkey.rp_id == "localhost" || passkey.rp_id == host_of(public_url) ||
                       identity::is_terminal_place(passkey.rp_id);
    if (passkey.removed || stays) continue;
    if (auto* entry = of(passkey.member)) {
      entry->passkeys.push_back(passkey.rp_id + " (" + passkey.purpose + ")");
    }
  }
  std::vector<LostCredentials> rows;
  for (auto& [member, entry] : lost) rows.push_back(std::move(entry));
  return rows;
}

}  // namespace lp::core
