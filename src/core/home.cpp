#include "core/home.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/ip_address.h"
#include "core/demo.h"
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

std::optional<std::string_view> refuse_public_url(std::string_view text) {
  constexpr std::string_view wrong =
      "must be a scheme and a host, such as https://letsping.example, in lower case and without "
      "a slash at the end";
  const bool secure = text.starts_with("https://");
  if (!secure && !text.starts_with("http://")) return wrong;
  const std::string_view rest = text.substr(text.find("://") + 3);
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("-._:[]").contains(c);
  };
  if (rest.empty() || !std::ranges::all_of(rest, fits)) return wrong;
  if (rest.ends_with(secure ? ":443" : ":80")) return "must not name the scheme's own port";
  return std::nullopt;
}

bool local_address(std::string_view public_url) {
  std::string_view host = host_of(public_url);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (const auto address = IpAddress::parse(host)) return address->unmapped().is_loopback();
  return host.empty() || host == "localhost" || host.ends_with(".localhost");
}

Applied<SetHome> apply(Work& work, SetHome& command) {
  if (!work.directory().set_up) {
    const bool demo = local_address(command.public_url);
    for (auto& [id, project] : work.change_directory().projects) {
      std::erase(project.marks, demo_mark);
      if (demo) project.marks.insert(project.marks.begin(), std::string(demo_mark));
    }
    work.batch.settings.push_back({.name = std::string(demo_setting), .value = demo ? "1" : "0"});
  }
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
