#include "core/directory.h"

#include <algorithm>

#include "base/assert.h"
#include "crypto/hash.h"
#include "identity/api_key.h"

namespace lp::core {

std::shared_ptr<const std::string> newest_note(const LiveLog& log) {
  auto newest = log.checkpoint.load();
  auto cosigned = log.cosigned.load();
  // Lines of witnesses stand behind ours, and ours is the same each time.
  const bool same = newest && cosigned && cosigned->starts_with(*newest);
  return same ? cosigned : newest;
}

std::vector<evidence::IssuerRange> ProjectView::issuers() const {
  if (roster) return roster->issuer;
  return {{.spki = issuer_spki, .from = 0, .to = {}}};
}

std::string ProjectView::issuer_at(std::uint64_t index) const {
  const auto ranges = issuers();
  const auto found = std::ranges::find_if(
      ranges, [index](const evidence::IssuerRange& range) { return range.covers(index); });
  return found == ranges.end() ? issuer_spki : found->spki;
}

std::vector<evidence::LogKeyRange> ProjectView::log_keys() const {
  if (roster) return roster->log;
  return {{.vkey = log_vkey, .from = 0, .to = {}}};
}

std::string ProjectView::log_vkey_at(std::uint64_t size) const {
  const auto ranges = log_keys();
  const auto found = std::ranges::find_if(
      ranges, [size](const evidence::LogKeyRange& range) { return range.covers(size); });
  return found == ranges.end() ? log_vkey : found->vkey;
}

const evidence::RosterEntry* ProjectView::entry_of(std::string_view member,
                                                   std::string_view key) const {
  for (const auto& entry : entries) {
    if (entry.member == member && evidence::key_id(entry.spki) == key) return &entry;
  }
  return nullptr;
}

const evidence::RosterEntry* ProjectView::place_of(std::string_view member, std::string_view key,
                                                   bool only_signs_in) const {
  if (!only_signs_in) return entry_of(member, key);
  const auto place = std::ranges::find_if(entries, [&](const evidence::RosterEntry& entry) {
    return entry.member == member && entry.has_key();
  });
  return place == entries.end() ? nullptr : &*place;
}

const ProjectView* Directory::project(std::string_view id) const {
  const auto found = projects.find(id);
  return found == projects.end() ? nullptr : &found->second;
}

const ProjectView* Directory::project_named(std::string_view id_or_name) const {
  if (const ProjectView* by_id = project(id_or_name)) return by_id;
  for (const auto& [id, view] : projects) {
    if (view.row.name == id_or_name) return &view;
  }
  return nullptr;
}

bool Directory::stands_for(std::string_view id, std::string_view other) const {
  std::string at(other);
  for (auto next = successors.find(at); at != id && next != successors.end();
       next = successors.find(at)) {
    at = next->second;
  }
  return at == id;
}

std::string Directory::founder(std::string_view id) const {
  for (const auto& [before, after] : successors) {
    if (after == id) return founder(before);
  }
  return std::string(id);
}

const ProjectView* Directory::project_of_log(std::string_view hex) const {
  for (const auto& [id, view] : projects) {
    if (id_hex(id) == hex) return &view;
  }
  return nullptr;
}

const store::ProjectSecret& Directory::secret(const std::string& project,
                                              const std::string& purpose) const {
  const auto found = secrets.find({project, purpose});
  LP_ASSERT(found != secrets.end());
  return found->second;
}

const store::Agent* Directory::agent(std::string_view project, std::string_view id) const {
  const auto found = agents.find(id);
  if (found == agents.end() || found->second.revoked || found->second.project != project) {
    return nullptr;
  }
  return &found->second;
}

const store::Agent* Directory::agent_called(std::string_view project,
                                            std::string_view handle) const {
  if (handle.empty()) return nullptr;
  // By id, and so by age: servers before handles were unique may hold one twice.
  for (const auto& [id, agent] : agents) {
    if (agent.handle == handle && agent.project == project && !agent.revoked) return &agent;
  }
  return nullptr;
}

const store::Webhook* Directory::callback_webhook(std::string_view project) const {
  // By id, and so by age.
  for (const auto& [id, webhook] : webhooks) {
    if (webhook.project == project) return &webhook;
  }
  return nullptr;
}

const store::ApiKey* Directory::api_key(std::string_view text) const {
  if (!identity::well_formed(text)) return nullptr;
  const auto found = keys.find(std::string(identity::api_key_digest(text).view()));
  if (found == keys.end() || found->second.revoked) return nullptr;
  return &found->second;
}

std::string setup_member_id(std::string_view setup_key, std::string_view token) {
  return "mem_" + base32(crypto::hmac_sha256(setup_key, token).view().substr(0, 16));
}

}  // namespace lp::core
