// People come and go: setup, the first roster of a project, sessions.

#include <algorithm>

#include "base/assert.h"
#include "base/id.h"
#include "base/text.h"
#include "core/apply.h"
#include "core/passkeys.h"
#include "core/roster_offer.h"
#include "core/rosters.h"
#include "core/work.h"
#include "crypto/hash.h"
#include "crypto/p256.h"
#include "identity/session_token.h"
#include "identity/setup_token.h"
#include "store/change.h"

namespace lp::core {
namespace {

using evidence::EventType;

constexpr std::int64_t session_ms = 12LL * 3'600'000;

Secret open_session(Work& work, std::string_view member, std::string_view key) {
  Secret token(identity::new_session_token(work.world.entropy));
  work.batch.writes.emplace_back(
      store::Session{.token = identity::session_token_digest(token.reveal()),
                     .member = std::string(member),
                     .key = std::string(key),
                     .created = work.now,
                     .expires = work.now + session_ms});
  return token;
}

// The first version of a project's roster; its owner vouches for themselves.
void take_first_roster(Work& work, const std::string& project, const FirstRoster& roster) {
  take_roster(work, project, roster.document,
              {.head = roster.head, .entries = {roster.entry}, .signatures = {}},
              member_actor(roster.entry.member, evidence::key_id(roster.entry.spki),
                           evidence::ActorMethod::device_key));
}

std::expected<void, Refused> token_valid(Work& work, const std::string& token) {
  if (token.empty()) return {};  // inside the process only: `init --test`
  const auto tokens = work.world.rows.setup_tokens();
  LP_ASSERT(tokens.has_value());
  const Digest digest = identity::setup_token_digest(token);
  const auto found = std::ranges::find_if(*tokens, [&](const store::SetupToken& row) {
    return crypto::equal_constant_time(row.token.view(), digest.view());
  });
  if (found == tokens->end()) return refuse(Fault::setup_token_invalid);
  if (work.now >= found->expires) return refuse(Fault::setup_token_expired);
  return {};
}

// Adds an event to the log of every project that the member stands in.
void record_everywhere(Work& work, std::string_view member, const evidence::Statement& statement) {
  std::vector<std::string> projects;
  for (const auto& [id, project] : work.directory().projects) {
    const bool stands = std::ranges::any_of(
        project.entries, [&](const auto& entry) { return entry.member == member; });
    if (stands) projects.push_back(id);
  }
  for (const auto& id : projects) {
    auto log = work.log(id);
    if (!log) continue;  // a frozen log takes nothing; signing in must still work to see why
    Work::Event event{.statement = statement, .evidence = {}};
    event.statement.marks = work.directory().project(id)->marks;
    work.append(**log, std::move(event));
  }
}

}  // namespace

Applied<SetUp> apply(Work& work, SetUp& command) {
  if (work.directory().set_up) return refuse(Fault::already_set_up);
  if (const auto valid = token_valid(work, command.token); !valid) {
    return std::unexpected(valid.error());
  }
  if (!crypto::P256PublicKey::from_spki(command.spki)) {
    return refuse(Fault::roster_mismatch, {}, "the device key is not a P-256 key");
  }
  const std::string member =
      command.token.empty()
          ? new_id("mem", work.now, work.world.entropy)
          : setup_member_id(work.world.keys.purpose("lp-setup/1").reveal(), command.token);

  std::vector<std::pair<std::string, FirstRoster>> rosters;
  for (const auto& [id, project] : work.directory().projects) {
    if (project.row.roster_sha256) continue;
    if (const auto log = work.log(id); !log) return std::unexpected(log.error());
    const auto signed_roster = std::ranges::find_if(
        command.rosters, [&](const auto& roster) { return roster.project == id; });
    if (signed_roster == command.rosters.end()) {
      return refuse(Fault::roster_mismatch, {}, id + ": no roster was signed for it");
    }
    // In the test set-up the entry itself tells the member: it is made in this process.
    std::string owner = member;
    if (command.token.empty()) {
      const auto entry = evidence::RosterEntry::parse(signed_roster->entry);
      if (!entry) return refuse(Fault::roster_mismatch, {}, id);
      owner = entry->member;
    }
    auto roster = read_first_roster(project, owner, command.spki, signed_roster->entry,
                                    signed_roster->head, signed_roster->signature, work.now);
    if (!roster) return std::unexpected(roster.error());
    rosters.emplace_back(id, *std::move(roster));
  }
  if (rosters.empty()) return refuse(Fault::roster_mismatch, {}, "there is no project to sign for");

  const std::string owner = rosters.front().second.entry.member;
  const std::string key = evidence::key_id(command.spki);
  Directory& directory = work.change_directory();
  const store::Member row{.id = owner, .name = command.name, .created = work.now, .removed = {}};
  const store::Device device{.key = key,
                             .member = owner,
                             .spki = command.spki,
                             .key_class = command.key_class,
                             .created = work.now,
                             .revoked = {}};
  directory.set_up = true;
  directory.setup_owner = owner;
  directory.members.insert_or_assign(owner, row);
  directory.devices.insert_or_assign(key, device);
  work.batch.writes.emplace_back(row);
  work.batch.writes.emplace_back(device);
  work.batch.settings.push_back({.name = "set_up", .value = "1"});
  work.batch.settings.push_back({.name = "setup_owner", .value = owner});
  work.batch.removals.emplace_back(store::DeleteSetupTokens{});
  for (const auto& [id, roster] : rosters) take_first_roster(work, id, roster);
  SetUp::Result result{.member = owner, .key = key, .session = {}};
  if (command.with_session) result.session = open_session(work, owner, key);
  return result;
}

Applied<SignRoster> apply(Work& work, SignRoster& command) {
  const ProjectView* project = work.directory().project(command.project);
  if (project == nullptr) return refuse(Fault::unknown);
  if (project->row.roster_sha256) return refuse(Fault::already_set_up);
  if (const auto log = work.log(command.project); !log) return std::unexpected(log.error());
  // Only who owns the installation may found a project's roster.
  const auto device = work.directory().devices.find(command.key);
  const bool owner = device != work.directory().devices.end() && !device->second.revoked &&
                     device->second.member == command.member &&
                     work.directory().setup_owner == command.member;
  if (!owner) return refuse(Fault::unknown);
  auto roster = read_first_roster(*project, command.member, device->second.spki, command.entry,
                                  command.head, command.signature, work.now);
  if (!roster) return std::unexpected(roster.error());
  take_first_roster(work, command.project, *roster);
  return SignRoster::Result{.sha256 = roster->head.sha256(), .version = roster->head.version};
}

namespace {

Applied<OpenSession> open_by_passkey(Work& work, const OpenSession& command) {
  const auto found = work.directory().passkeys.find(command.key);
  if (found == work.directory().passkeys.end() || found->second.removed ||
      found->second.member != command.member || found->second.purpose != login_purpose) {
    return refuse(Fault::unknown);
  }
  note_use(work, command.key, *command.passkey);
  evidence::Statement statement;
  statement.type = EventType::login_succeeded;
  statement.actor = member_actor(command.member, command.key, evidence::ActorMethod::passkey);
  record_everywhere(work, command.member, statement);
  return OpenSession::Result{.session = open_session(work, command.member, command.key)};
}

}  // namespace

Applied<OpenSession> apply(Work& work, OpenSession& command) {
  if (command.passkey) return open_by_passkey(work, command);
  const auto device = work.directory().devices.find(command.key);
  if (device == work.directory().devices.end() || device->second.revoked ||
      device->second.key_class != "device" || device->second.member != command.member) {
    return refuse(Fault::unknown);
  }
  evidence::Statement statement;
  statement.type = EventType::login_succeeded;
  statement.actor = member_actor(command.member, command.key, evidence::ActorMethod::device_key);
  record_everywhere(work, command.member, statement);
  return OpenSession::Result{.session = open_session(work, command.member, command.key)};
}

Applied<RecordLoginFailure> apply(Work& work, RecordLoginFailure& command) {
  const auto device = work.directory().devices.find(command.key);
  const auto passkey = work.directory().passkeys.find(command.key);
  const bool by_passkey = passkey != work.directory().passkeys.end();
  if (!by_passkey && device == work.directory().devices.end()) return refuse(Fault::unknown);
  const std::string& member = by_passkey ? passkey->second.member : device->second.member;
  evidence::Statement statement;
  statement.type = EventType::login_failed;
  statement.actor =
      member_actor(member, command.key,
                   by_passkey ? evidence::ActorMethod::passkey : evidence::ActorMethod::device_key);
  record_everywhere(work, member, statement);
  return RecordLoginFailure::Result{};
}

Applied<EndSession> apply(Work& work, EndSession& command) {
  work.batch.removals.emplace_back(store::DeleteSession{.token = command.token});
  work.tell_access();
  return EndSession::Result{};
}

Applied<EndSessions> apply(Work& work, EndSessions& command) {
  const auto stored = work.world.rows.sessions();
  LP_ASSERT(stored.has_value());
  std::vector<store::Session> sessions = *stored;
  // One that this very batch opens is no later than the wish to end them all.
  for (const store::Write& write : work.batch.writes.all()) {
    if (const auto* opened = std::get_if<store::Session>(&write)) sessions.push_back(*opened);
  }
  EndSessions::Result result{.ended = 0};
  for (const store::Session& session : sessions) {
    if (session.member != command.member || session.token == command.spared) continue;
    work.batch.removals.emplace_back(store::DeleteSession{.token = session.token});
    if (work.now < session.expires) ++result.ended;
  }
  work.tell_access();
  return result;
}

}  // namespace lp::core
