#include "core/directory_rows.h"

#include "base/text.h"

namespace lp::core {
namespace {

using Outcome = std::expected<void, std::string>;

template <typename Row>
Outcome fill(store::Result<std::vector<Row>> rows, std::string Row::* id,
             std::map<std::string, Row, std::less<>>& into) {
  if (!rows) return std::unexpected(rows.error().what);
  for (auto& row : *rows) into.insert_or_assign(row.*id, row);
  return {};
}

Outcome fill_settings(store::Reader& reader, Directory& directory) {
  const auto name = reader.setting("log.name");
  if (!name) return std::unexpected(name.error().what);
  directory.log_name = name->value_or("");
  for (const auto& [setting_name, slot] :
       {std::pair{"test", &directory.test}, std::pair{"set_up", &directory.set_up}}) {
    const auto setting = reader.setting(setting_name);
    if (!setting) return std::unexpected(setting.error().what);
    *slot = *setting == "1";
  }
  const auto owner = reader.setting("setup_owner");
  if (!owner) return std::unexpected(owner.error().what);
  directory.setup_owner = *owner;
  for (const auto& [setting_name, slot] : {std::pair{"witness.policy", &directory.witness_policy},
                                           std::pair{"witness.ahead", &directory.witness_ahead}}) {
    const auto setting = reader.setting(setting_name);
    if (!setting) return std::unexpected(setting.error().what);
    *slot = *setting;
  }
  const auto successors = reader.setting("log.successors");
  if (!successors) return std::unexpected(successors.error().what);
  directory.successors = read_pair_lines(successors->value_or(""));
  const auto root_log = reader.setting("root.log");
  if (!root_log) return std::unexpected(root_log.error().what);
  directory.root_log = *root_log;
  return {};
}

}  // namespace

std::expected<Directory, std::string> read_directory(store::Reader& reader) {
  Directory directory;
  if (auto r = fill_settings(reader, directory); !r) return std::unexpected(r.error());
  const auto projects = reader.projects();
  if (!projects) return std::unexpected(projects.error().what);
  for (const auto& row : *projects) directory.projects[row.id].row = row;
  if (auto r = fill(reader.members(), &store::Member::id, directory.members); !r) {
    return std::unexpected(r.error());
  }
  if (auto r = fill(reader.devices(), &store::Device::key, directory.devices); !r) {
    return std::unexpected(r.error());
  }
  if (auto r = fill(reader.passkeys(), &store::Passkey::key, directory.passkeys); !r) {
    return std::unexpected(r.error());
  }
  if (auto r = fill(reader.linked_accounts(), &store::LinkedAccount::id, directory.accounts); !r) {
    return std::unexpected(r.error());
  }
  if (auto r = fill(reader.agents(), &store::Agent::id, directory.agents); !r) {
    return std::unexpected(r.error());
  }
  if (auto r = fill(reader.webhooks(), &store::Webhook::id, directory.webhooks); !r) {
    return std::unexpected(r.error());
  }
  if (auto r = fill(reader.channels(), &store::Channel::id, directory.channels); !r) {
    return std::unexpected(r.error());
  }
  if (auto r =
          fill(reader.push_subscriptions(), &store::PushSubscription::id, directory.subscriptions);
      !r) {
    return std::unexpected(r.error());
  }
  const auto secrets = reader.project_secrets();
  if (!secrets) return std::unexpected(secrets.error().what);
  for (const auto& row : *secrets) {
    directory.secrets.emplace(std::pair(row.project, row.purpose), row);
  }
  const auto keys = reader.api_keys();
  if (!keys) return std::unexpected(keys.error().what);
  for (const auto& key : *keys) directory.keys.emplace(key.digest.view(), key);
  return directory;
}

std::expected<DirectorySeal, std::string> check_seal(store::Reader& reader, const Keys& keys,
                                                     const Directory& directory) {
  const auto stored = reader.setting("directory_mac");
  if (!stored) return std::unexpected(stored.error().what);
  if (!*stored) {
    return keys.directory_was_sealed() ? DirectorySeal::broken : DirectorySeal::missing;
  }
  return **stored == keys.directory_mac(directory).hex() ? DirectorySeal::holds
                                                         : DirectorySeal::broken;
}

}  // namespace lp::core
