// The roster changes: who is on it, with which keys, and who signed that.

#include "core/rosters.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/assert.h"
#include "base/id.h"
#include "base/text.h"
#include "core/apply.h"
#include "core/log_rotation.h"
#include "core/new_keys.h"
#include "core/passkeys.h"
#include "core/roster_offer.h"
#include "core/roster_proposals.h"
#include "core/rotation.h"
#include "crypto/p256.h"
#include "evidence/cosignature.h"
#include "json/text_array.h"
#include "json/write.h"

namespace lp::core {
namespace {

using evidence::EventType;
using evidence::RosterEntry;
using Entries = std::vector<RosterEntry>;

// What a project's roster says of one member.
struct Membership {
  std::set<std::string> roles, groups, keys;

  [[nodiscard]] bool same_place(const Membership& other) const {
    return roles == other.roles && groups == other.groups;
  }
};
using Memberships = std::map<std::string, Membership, std::less<>>;

Memberships memberships_of(const Entries& entries) {
  Memberships memberships;
  for (const RosterEntry& entry : entries) {
    Membership& membership = memberships[entry.member];
    membership.roles.insert(entry.roles.begin(), entry.roles.end());
    membership.groups.insert(entry.groups.begin(), entry.groups.end());
    if (entry.has_key()) membership.keys.insert(evidence::key_id(entry.spki));
  }
  return memberships;
}

// Appends the events of one version, all by the same person and over the same roster.
class Recorder {
 public:
  Recorder(Work& work, ProjectLog& log, evidence::Actor actor, const Digest& roster_sha256,
           std::vector<std::string> marks)
      : work_(work),
        log_(log),
        actor_(std::move(actor)),
        roster_sha256_(roster_sha256),
        marks_(std::move(marks)) {}

  void member(EventType type, const std::string& id, const Membership& membership) {
    auto entry = json::Value::object();
    entry.add("kind", "member")
        .add("id", id)
        .add("roles", json::text_array(membership.roles))
        .add("groups", json::text_array(membership.groups))
        .add("keys", json::text_array(membership.keys));
    append(type, std::move(entry));
  }
  void key(EventType type, const std::string& member, const std::string& key) {
    auto entry = json::Value::object();
    entry.add("kind", "device").add("member", member).add("key", key);
    append(type, std::move(entry));
  }
  // From the last of these ranges to the one after it.
  void issuer(const evidence::IssuerRange& before, const evidence::IssuerRange& after) {
    auto entry = json::Value::object();
    entry.add("kind", "issuer")
        .add("key", evidence::key_id(after.spki))
        .add("previous", evidence::key_id(before.spki))
        .add("from", after.from);
    append(EventType::key_rotated, std::move(entry));
  }
  void log_key(const evidence::LogKeyRange& before, const evidence::LogKeyRange& after) {
    auto entry = json::Value::object();
    entry.add("kind", "log_key")
        .add("key", after.vkey)
        .add("previous", before.vkey)
        .add("from", after.from);
    append(EventType::key_rotated, std::move(entry));
  }

 private:
  void append(EventType type, json::Value entry) {
    entry.add("salt", base64(work_.world.entropy.bytes(32)));
    Work::Event event;
    event.statement.type = type;
    event.statement.actor = actor_;
    event.statement.roster_sha256 = roster_sha256_;
    event.statement.marks = marks_;
    event.evidence.push_back(std::move(entry));
    work_.append(log_, std::move(event));
  }

  Work& work_;
  ProjectLog& log_;
  evidence::Actor actor_;
  Digest roster_sha256_;
  std::vector<std::string> marks_;
};

// A key that comes or goes with its member is named in the member's event and has none of its own.
void record_keys(Recorder& recorder, const std::string& member, const Membership& before,
                 const Membership& after) {
  for (const auto& key : after.keys) {
    if (!before.keys.contains(key)) recorder.key(EventType::key_added, member, key);
  }
  for (const auto& key : before.keys) {
    if (!after.keys.contains(key)) recorder.key(EventType::key_revoked, member, key);
  }
}

void record_difference(Recorder& recorder, const Memberships& before, const Memberships& after) {
  for (const auto& [member, membership] : after) {
    const auto was = before.find(member);
    if (was == before.end()) {
      recorder.member(EventType::member_added, member, membership);
      continue;
    }
    if (!was->second.same_place(membership)) {
      recorder.member(EventType::member_changed, member, membership);
    }
    record_keys(recorder, member, was->second, membership);
  }
  for (const auto& [member, membership] : before) {
    if (!after.contains(member)) recorder.member(EventType::member_removed, member, membership);
  }
}

void record_roster(Work& work, ProjectLog& log, const evidence::RosterDocument& document,
                   const evidence::RosterVersion& version, const evidence::Actor& actor) {
  const Digest sha256 = version.head.sha256();
  auto entry = json::Value::object();
  entry.add("kind", "roster")
      .add("head", base64(document.head))
      .add("signatures", base64(document.signatures))
      .add("salt", base64(work.world.entropy.bytes(32)));
  Work::Event changed;
  changed.statement.type = EventType::roster_changed;
  changed.statement.actor = actor;
  changed.statement.roster_sha256 = sha256;
  changed.statement.document = sha256;
  changed.statement.marks = version.head.marks;
  changed.evidence.push_back(std::move(entry));
  work.append(log, std::move(changed));
}

// --- what may change --------------------------------------------------------------------------

std::unexpected<Refused> mismatch(const ProjectView& project, std::string_view what) {
  return refuse(Fault::roster_mismatch, {}, project.row.name + ": " + std::string(what));
}

using Wish = std::optional<evidence::RosterWish>;

// A passkey's entry is that of the registration which this server has checked: the one that the
// proposal holds, or one that a roster brought before.
bool registered(const Directory& directory, const RosterEntry& entry, const Wish& wish) {
  if (wish && wish->passkey && wish->spki == entry.spki && wish->member == entry.member) {
    return wish->passkey->rp_id == entry.rp_id && wish->passkey->aaguid == entry.aaguid;
  }
  const auto known = directory.passkeys.find(evidence::key_id(entry.spki));
  return known != directory.passkeys.end() && known->second.purpose == decision_purpose &&
         known->second.rp_id == entry.rp_id && known->second.aaguid == entry.aaguid;
}

// Whether an entry that was not there before may come in.
std::optional<std::string_view> refuse_new(const Directory& directory, const RosterEntry& entry,
                                           const Wish& wish) {
  const auto member = directory.members.find(entry.member);
  if (member != directory.members.end() && member->second.removed) {
    return "a member who was removed does not come back; add them anew";
  }
  for (const auto& role : entry.roles) {
    if (!evidence::known_role(role)) return "there is no such role";
  }
  if (!entry.has_key()) return std::nullopt;
  if (!crypto::P256PublicKey::from_spki(entry.spki)) return "a device key is a P-256 key";
  if (entry.key_class == "passkey" && !registered(directory, entry, wish)) {
    return "a passkey comes as its member has registered it";
  }
  const auto device = directory.devices.find(evidence::key_id(entry.spki));
  if (device == directory.devices.end()) return std::nullopt;
  if (device->second.key_class != entry.key_class) return "this key is of another kind";
  if (device->second.revoked) return "a key that was revoked does not come back";
  if (device->second.member != entry.member) return "this key is another member's";
  return std::nullopt;
}

// Whoever vouches for a key that was not vouched for by them before owns the version before with a
// key that counts itself: else two new keys could make each other old.
std::expected<void, Refused> check_cosigners(const Work& work, const ProjectView& project,
                                             const Entries& after) {
  for (const RosterEntry& entry : after) {
    const auto cosignatures = evidence::read_cosignatures(entry);
    LP_ASSERT(cosignatures.has_value());  // read_roster has looked at them.
    for (const auto& one : *cosignatures) {
      const auto text = one.to_json();
      const auto before = std::ranges::find(project.entries, entry.spki, &RosterEntry::spki);
      const bool known = before != project.entries.end() &&
                         std::ranges::any_of(before->cosigned, [&](const auto& was) {
                           return json::canonical(was) == json::canonical(text);
                         });
      if (known) continue;
      const auto cosigner = std::ranges::find(project.entries, one.spki, &RosterEntry::spki);
      if (std::ranges::count(project.roster->owners, one.spki) == 0 ||
          cosigner == project.entries.end() || cosigner->member != one.member) {
        return mismatch(project, "a key is cosigned by somebody who is no owner");
      }
      const auto counts =
          check_key_counts(work, project, *cosigner, evidence::Level::high, {});
      if (!counts) return counts;
    }
  }
  return {};
}

std::optional<std::string_view> refuse_entries(const Directory& directory, const Entries& before,
                                               const Entries& after, const Wish& wish) {
  std::set<std::string> known;
  for (const auto& entry : before) known.insert(entry.bytes());
  for (const auto& entry : after) {
    if (known.contains(entry.bytes())) continue;
    if (const auto why = refuse_new(directory, entry, wish)) return why;
  }
  const auto stands = [&](const Entries& entries) {
    return std::ranges::any_of(entries, [&](const auto& entry) {
      return entry.member == directory.setup_owner && entry.has_role("owner");
    });
  };
  if (stands(before) && !stands(after)) {
    return "who set this server up founds its projects and stays an owner";
  }
  return std::nullopt;
}

std::unexpected<Refused> refuse_version(const ProjectView& project, evidence::RosterFault fault) {
  switch (fault) {
    case evidence::RosterFault::bad_signature:
      return refuse(Fault::bad_signature, {}, project.row.name);
    case evidence::RosterFault::too_few_signatures:
    case evidence::RosterFault::not_an_owner:
      return refuse(Fault::not_permitted, {}, project.row.name);
    case evidence::RosterFault::malformed:
    case evidence::RosterFault::wrong_tree:
    case evidence::RosterFault::wrong_previous:
      return mismatch(project, evidence::to_string(fault));
  }
  LP_ASSERT(false);
  return refuse(Fault::roster_mismatch);
}

std::expected<evidence::RosterVersion, Refused> check(Work& work,
                                                      const ChangeRosters::Change& change,
                                                      const Wish& wish) {
  const ProjectView* project = work.directory().project(change.project);
  if (project == nullptr) return refuse(Fault::unknown);
  if (const auto log = work.log(change.project); !log) return std::unexpected(log.error());
  if (!project->roster) return mismatch(*project, "its first roster is not signed yet");
  const auto head = evidence::RosterHead::parse(change.document.head);
  if (head &&
      (head->version != project->roster->version + 1 || head->prev != project->roster->sha256())) {
    return refuse(Fault::stale, {}, project->row.name + ": the roster is another by now");
  }
  auto version = evidence::read_roster(change.document, &*project->roster);
  if (!version) return refuse_version(*project, version.error());
  if (!roster_time_fits(version->head.time, work.now)) {
    return mismatch(*project, "the time of the head is not of now");
  }
  if (const auto why = refuse_entries(work.directory(), project->entries, version->entries, wish)) {
    return mismatch(*project, *why);
  }
  if (auto fine = check_cosigners(work, *project, version->entries); !fine) {
    return std::unexpected(fine.error());
  }
  auto expected = next_roster_head(*project->roster, version->entries, version->head.time);
  if (version->head.issuer != expected.issuer) {
    auto rotated = rotated_issuers(work, *project, wish, version->head);
    if (!rotated) return std::unexpected(rotated.error());
    expected.issuer = *std::move(rotated);
  }
  if (version->head.log != expected.log) {
    auto rotated = rotated_log_keys(work, *project, wish, version->head);
    if (!rotated) return std::unexpected(rotated.error());
    expected.log = *std::move(rotated);
  }
  if (expected.owners.size() < expected.threshold) {
    return mismatch(*project, "too few owners would be left to sign the next one");
  }
  if (expected.bytes() != change.document.head) {
    return mismatch(*project, "the head is not what this server rebuilds");
  }
  return *std::move(version);
}

// The names of members whom this server does not know yet.
std::expected<std::map<std::string, std::string>, Refused> names_of(
    const Directory& directory, const ChangeRosters& command,
    const std::vector<evidence::RosterVersion>& versions) {
  std::map<std::string, std::string> names;
  for (const auto& name : command.names) names.insert_or_assign(name.member, name.name);
  for (const auto& version : versions) {
    for (const auto& entry : version.entries) {
      if (directory.members.contains(entry.member)) continue;
      if (!names.contains(entry.member) || !is_id("mem", entry.member)) {
        return refuse(Fault::roster_mismatch, {}, "a new member has a mem_ id and a name");
      }
    }
  }
  return names;
}

// One key is one person's, also across projects that change at the same time.
bool one_member_each(const std::vector<evidence::RosterVersion>& versions) {
  std::map<std::string, std::string> member_of;
  for (const auto& version : versions) {
    for (const auto& entry : version.entries) {
      if (!entry.has_key()) continue;
      const auto [found, fresh] = member_of.emplace(entry.spki, entry.member);
      if (found->second != entry.member) return false;
    }
  }
  return true;
}

}  // namespace

void follow_rosters(Work& work, const std::map<std::string, std::string>& names, const Wish& wish) {
  Directory& directory = work.change_directory();
  std::set<std::string, std::less<>> members, keys;
  for (const auto& [id, project] : directory.projects) {
    if (directory.succeeded(id)) continue;  // its roster stands still for ever
    for (const auto& entry : project.entries) {
      members.insert(entry.member);
      if (!directory.members.contains(entry.member)) {
        const store::Member row{
            .id = entry.member, .name = names.at(entry.member), .created = work.now, .removed = {}};
        directory.members.insert_or_assign(row.id, row);
        work.batch.writes.emplace_back(row);
      }
      if (!entry.has_key()) continue;
      const std::string key = evidence::key_id(entry.spki);
      keys.insert(key);
      if (directory.devices.contains(key)) continue;
      const store::Device row{.key = key,
                              .member = entry.member,
                              .spki = entry.spki,
                              .key_class = entry.key_class,
                              .created = work.now,
                              .revoked = {}};
      directory.devices.insert_or_assign(key, row);
      work.batch.writes.emplace_back(row);
      if (entry.key_class == "passkey") {
        LP_ASSERT(wish.has_value());  // `registered` has found it there.
        const store::Passkey passkey = passkey_row(*wish, work.now);
        directory.passkeys.insert_or_assign(key, passkey);
        work.batch.writes.emplace_back(passkey);
      }
    }
  }
  for (auto& [id, member] : directory.members) {
    if (member.removed || members.contains(id)) continue;
    member.removed = work.now;
    work.batch.writes.emplace_back(member);
  }
  for (auto& [key, device] : directory.devices) {
    if (device.revoked || keys.contains(key)) continue;
    device.revoked = work.now;
    work.batch.writes.emplace_back(device);
    work.batch.removals.emplace_back(store::DeleteWrappedKeys{.device = key});
    const auto passkey = directory.passkeys.find(key);
    if (passkey == directory.passkeys.end()) continue;
    passkey->second.removed = work.now;
    work.batch.writes.emplace_back(passkey->second);
  }
  // Whoever is gone does not sign in either.
  for (auto& [key, passkey] : directory.passkeys) {
    if (passkey.removed || members.contains(passkey.member)) continue;
    passkey.removed = work.now;
    work.batch.writes.emplace_back(passkey);
  }
}

evidence::Actor member_actor(std::string_view member, std::string_view key,
                             evidence::ActorMethod method) {
  return {.id = std::string(member),
          .kind = evidence::ActorKind::member,
          .method = method,
          .key = std::string(key)};
}

void take_roster(Work& work, const std::string& project_id,
                 const evidence::RosterDocument& document, const evidence::RosterVersion& version,
                 const evidence::Actor& actor) {
  ProjectView& project = work.change_directory().projects.find(project_id)->second;
  ProjectLog& log = **work.log(project_id);
  const Digest sha256 = version.head.sha256();
  const auto issuers = project.issuers();
  const auto log_keys = project.log_keys();
  const bool rotated = issuers != version.head.issuer;
  if (rotated) {
    auto issuer = Issuer::of(work.world.keys, log.origin, version.head.issuer, log.range.size());
    LP_ASSERT(issuer.has_value());  // rotated_issuers has found its key.
    log.issuer = *std::move(issuer);
  }
  record_roster(work, log, document, version, actor);
  Recorder recorder(work, log, actor, sha256, project.marks);
  if (rotated) recorder.issuer(issuers.back(), version.head.issuer.back());
  if (log_keys != version.head.log) recorder.log_key(log_keys.back(), version.head.log.back());
  record_difference(recorder, memberships_of(project.entries), memberships_of(version.entries));
  work.batch.writes.emplace_back(store::Roster{.project = project_id,
                                               .version = version.head.version,
                                               .head = document.head,
                                               .entries = document.entries,
                                               .signatures = document.signatures,
                                               .sha256 = sha256,
                                               .created = log.head.last_time});
  project.row.roster_version = version.head.version;
  project.row.roster_sha256 = sha256;
  project.row.single_operator = version.head.single_operator;
  project.roster = version.head;
  project.entries = version.entries;
  project.people = approval::people_of(project.entries);
  work.batch.writes.emplace_back(project.row);
  work.tell_project(project_id);
}

Applied<ChangeRosters> apply(Work& work, ChangeRosters& command) {
  Wish wish;
  if (!command.proposal.empty()) {
    const auto waiting = waiting_proposal(work.world.rows, command.proposal, work.now);
    LP_ASSERT(waiting.has_value());
    if (!*waiting) return refuse(Fault::unknown);
    wish = (*waiting)->wish;
  }
  std::vector<evidence::RosterVersion> versions;
  std::set<std::string> projects;
  for (const auto& change : command.changes) {
    if (!projects.insert(change.project).second) {
      return refuse(Fault::roster_mismatch, {}, "a project is named twice");
    }
    auto version = check(work, change, wish);
    if (!version) return std::unexpected(version.error());
    versions.push_back(*std::move(version));
  }
  if (versions.empty()) return refuse(Fault::roster_mismatch, {}, "no roster is named");
  if (!one_member_each(versions)) {
    return refuse(Fault::roster_mismatch, {}, "a key stands for two members");
  }
  const auto names = names_of(work.directory(), command, versions);
  if (!names) return std::unexpected(names.error());

  ChangeRosters::Result result;
  for (std::size_t i = 0; i < versions.size(); ++i) {
    const auto& [project, document] = command.changes[i];
    const std::string& signer = versions[i].signatures.front().spki;
    const auto& before = work.directory().project(project)->entries;
    const auto owner = std::ranges::find(before, signer, &RosterEntry::spki);
    LP_ASSERT(owner != before.end());  // Owners are entries: next_roster_head made them so.
    const auto actor =
        member_actor(owner->member, evidence::key_id(signer), evidence::ActorMethod::device_key);
    take_roster(work, project, document, versions[i], actor);
    result.versions.push_back({.project = project,
                               .version = versions[i].head.version,
                               .sha256 = versions[i].head.sha256()});
  }
  follow_rosters(work, *names, wish);
  if (!command.proposal.empty()) {
    work.batch.removals.emplace_back(store::DeleteRosterProposal{.id = command.proposal});
  }
  return result;
}

}  // namespace lp::core
