#include "core/passkeys.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/assert.h"
#include "base/log.h"
#include "base/text.h"
#include "core/accounts.h"
#include "core/apply.h"
#include "core/rosters.h"
#include "crypto/p256.h"

namespace lp::core {
namespace {

using evidence::EventType;

constexpr std::size_t login_passkeys_max = 20;  // of one member

// In the log of every project that the member stands in.
void record_key(Work& work, EventType type, const evidence::Actor& actor, std::string_view key) {
  std::vector<std::string> projects;
  for (const auto& [id, project] : work.directory().projects) {
    const bool stands = std::ranges::any_of(
        project.entries, [&](const auto& entry) { return entry.member == actor.id; });
    if (stands && !work.directory().succeeded(id)) projects.push_back(id);
  }
  for (const auto& id : projects) {
    auto log = work.log(id);
    if (!log) continue;  // a frozen log takes nothing, and this decides nothing
    auto entry = json::Value::object();
    entry.add("kind", "login_passkey")
        .add("member", actor.id)
        .add("key", key)
        .add("salt", base64(work.world.entropy.bytes(32)));
    Work::Event event;
    event.statement.type = type;
    event.statement.actor = actor;
    event.statement.marks = work.directory().project(id)->marks;
    event.evidence.push_back(std::move(entry));
    work.append(**log, std::move(event));
  }
}

bool known_credential(const Directory& directory, std::string_view credential) {
  return std::ranges::any_of(
      directory.passkeys, [&](const auto& item) { return item.second.credential == credential; });
}

}  // namespace

std::vector<const store::Passkey*> decision_passkeys(const Directory& directory,
                                                     const ProjectView& project,
                                                     std::string_view member) {
  std::vector<const store::Passkey*> found;
  for (const auto& [key, row] : directory.passkeys) {
    const bool counts = !row.removed && row.purpose == decision_purpose && row.member == member;
    if (counts && project.entry_of(member, key) != nullptr) found.push_back(&row);
  }
  return found;
}

std::vector<std::string> passkey_origins(const Directory& directory, std::string_view rp_id) {
  std::vector<std::string> origins;
  for (const auto& [key, row] : directory.passkeys) {
    if (row.removed || row.purpose != decision_purpose || row.rp_id != rp_id) continue;
    if (std::ranges::find(origins, row.origin) == origins.end()) origins.push_back(row.origin);
  }
  return origins;
}

std::vector<RelyingParty> relying_parties(const Directory& directory) {
  std::map<std::string, std::set<std::string>> pages;
  for (const auto& [key, row] : directory.passkeys) {
    if (row.purpose == decision_purpose) pages[row.rp_id].insert(row.origin);
  }
  std::vector<RelyingParty> parties;
  for (const auto& [rp_id, origins] : pages) {
    parties.push_back({.rp_id = rp_id, .origins = {origins.begin(), origins.end()}});
  }
  return parties;
}

const store::Passkey* login_passkey(const Directory& directory, std::string_view credential) {
  if (credential.empty()) return nullptr;
  for (const auto& [key, row] : directory.passkeys) {
    if (row.removed || row.purpose != login_purpose || row.credential != credential) continue;
    const auto member = directory.members.find(row.member);
    const bool there = member != directory.members.end() && !member->second.removed;
    return there ? &row : nullptr;
  }
  return nullptr;
}

bool shows(const Directory& directory, const ProjectView& project, std::string_view member,
           std::string_view key) {
  if (project.entry_of(member, key) != nullptr) return true;
  const auto passkey = directory.passkeys.find(key);
  const bool signs_in = passkey != directory.passkeys.end() && !passkey->second.removed &&
                        passkey->second.purpose == login_purpose &&
                        passkey->second.member == member;
  const bool opens = signs_in || is_account_of(directory, key, member);
  return opens && std::ranges::any_of(project.entries, [&](const auto& entry) {
           return entry.member == member && entry.has_key();
         });
}

identity::EnrolledPasskey enrolled(const store::Passkey& row) {
  return {.spki = row.spki,
          .rp_id = row.rp_id,
          .backup_eligible = row.backup_eligible,
          .counter = static_cast<std::uint32_t>(row.counter)};
}

void note_use(Work& work, const std::string& key, const identity::PasskeyUse& use) {
  const auto& known = work.directory().passkeys.find(key)->second;
  const bool flag = use.counter_regressed && !known.flagged;
  if (use.counter_regressed) {
    log::warning("passkey.counter_regressed",
                 "The counter of a passkey went back: its key may be in two places.",
                 {{"key", key}, {"member", known.member}});
  }
  if (known.counter == use.counter && known.backed_up == use.backed_up && !flag) return;
  store::Passkey& row = work.change_directory().passkeys.find(key)->second;
  row.counter = use.counter;
  row.backed_up = use.backed_up;
  if (flag) row.flagged = work.now;
  work.batch.writes.emplace_back(row);
}

store::Passkey passkey_row(const evidence::RosterWish& wish, Instant now) {
  LP_ASSERT(wish.passkey.has_value());
  return {.key = evidence::key_id(wish.spki),
          .member = wish.member,
          .purpose = std::string(decision_purpose),
          .credential = wish.passkey->credential,
          .spki = wish.spki,
          .rp_id = wish.passkey->rp_id,
          .origin = wish.passkey->origin,
          .aaguid = wish.passkey->aaguid,
          .backup_eligible = wish.passkey->backup_eligible,
          .backed_up = wish.passkey->backed_up,
          .counter = wish.passkey->counter,
          .created = now,
          .removed = {},
          .flagged = {}};
}

Applied<AddLoginPasskey> apply(Work& work, AddLoginPasskey& command) {
  const Directory& directory = work.directory();
  const std::string key = evidence::key_id(command.passkey.spki);
  const auto member = directory.members.find(command.passkey.member);
  if (member == directory.members.end() || member->second.removed) return refuse(Fault::unknown);
  if (directory.passkeys.contains(key) || directory.devices.contains(key) ||
      known_credential(directory, command.passkey.credential)) {
    return refuse(Fault::passkey_known);
  }
  const auto held = std::ranges::count_if(directory.passkeys, [&](const auto& item) {
    return item.second.member == command.passkey.member && !item.second.removed &&
           item.second.purpose == login_purpose;
  });
  if (std::cmp_greater_equal(held, login_passkeys_max)) return refuse(Fault::passkey_known);
  command.passkey.key = key;
  command.passkey.purpose = login_purpose;
  command.passkey.created = work.now;
  work.change_directory().passkeys.insert_or_assign(key, command.passkey);
  work.batch.writes.emplace_back(command.passkey);
  record_key(work, EventType::key_added,
             member_actor(command.passkey.member, command.by, evidence::ActorMethod::device_key),
             key);
  return AddLoginPasskey::Result{.key = key};
}

Applied<RemoveLoginPasskey> apply(Work& work, RemoveLoginPasskey& command) {
  const auto found = work.directory().passkeys.find(command.key);
  if (found == work.directory().passkeys.end() || found->second.member != command.member ||
      found->second.purpose != login_purpose) {
    return refuse(Fault::unknown);
  }
  if (found->second.removed) return refuse(Fault::already_revoked);
  store::Passkey& row = work.change_directory().passkeys.find(command.key)->second;
  row.removed = work.now;
  work.batch.writes.emplace_back(row);
  record_key(work, EventType::key_revoked,
             member_actor(command.member, command.by, evidence::ActorMethod::session), command.key);
  work.tell_access();
  return RemoveLoginPasskey::Result{};
}

}  // namespace lp::core
