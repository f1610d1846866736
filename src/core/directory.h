// Who and what there is: projects, keys, agents, members, devices, rosters, as one immutable
// snapshot. The core thread publishes a new one after each change; net threads take a pointer to
// it.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "approval/rule.h"
#include "base/id.h"
#include "base/shared_cell.h"
#include "core/closed_logs.h"
#include "evidence/roster.h"
#include "store/store.h"

namespace lp::core {

// What changes with every batch of a project, shared by all snapshots that hold the project.
struct LiveLog {
  std::atomic<std::uint64_t> signed_size = 0;  // release rule: index < signed_size
  SharedCell<std::string> checkpoint;          // the newest signed note
  // The newest note that witnesses cosigned, with their lines; nothing before the first.
  SharedCell<std::string> cosigned;
  std::atomic<std::uint64_t> pending = 0;  // requests that wait
  std::atomic<bool> frozen = false;        // nothing may be added: ProjectLog::frozen
};

// The newest signed note, with the cosignatures that are known of it; null when there is none.
std::shared_ptr<const std::string> newest_note(const LiveLog& log);

struct ProjectView {
  store::Project row;
  std::string issuer_spki;                     // with which the log begins
  std::string log_vkey;                        // the same of its checkpoints
  std::optional<evidence::RosterHead> roster;  // in force; nothing before the first is signed
  std::vector<evidence::RosterEntry> entries;  // of the roster in force; empty without one
  std::vector<approval::Person> people;
  std::vector<std::string> marks;  // of statements and roster heads: test, …
  std::shared_ptr<LiveLog> live;

  // The entry of a key that may review, or nothing.
  [[nodiscard]] const evidence::RosterEntry* entry_of(std::string_view member,
                                                      std::string_view key) const
      [[clang::lifetimebound]];
  // The entry whose roles somebody has who signed in with that key: the key's own; for a passkey or
  // an account that only signs in, and so stands in no roster, one of the member's that has a key.
  [[nodiscard]] const evidence::RosterEntry* place_of(std::string_view member, std::string_view key,
                                                      bool only_signs_in) const
      [[clang::lifetimebound]];
  // Whose signatures on leaves count, by their indices: as the roster says, and before there is one
  // the first key for all.
  [[nodiscard]] std::vector<evidence::IssuerRange> issuers() const;
  [[nodiscard]] std::string issuer_at(std::uint64_t index) const;  // SPKI
  // The same of its checkpoints, by their sizes.
  [[nodiscard]] std::vector<evidence::LogKeyRange> log_keys() const;
  [[nodiscard]] std::string log_vkey_at(std::uint64_t size) const;
};

struct Directory {
  std::string log_name;
  std::string root_vkey;
  std::shared_ptr<LiveLog> root;  // of the root log
  bool test = false;              // a directory made by `init --test`
  bool set_up = false;
  std::optional<std::string> setup_owner;  // member id
  std::optional<std::string>
      witness_policy;                        // c2sp.org/tlog-policy; nothing or "": nobody is asked
  std::optional<std::string> witness_ahead;  // WitnessesAhead in lines; nothing or "": nobody is
  // "<number> <id>…" of the root log that opened in the place of others and, of these, all but the
  // first, the newest first; nothing: it is the first.
  std::optional<std::string> root_log;
  std::map<std::string, ProjectView, std::less<>> projects;  // by id
  Successors successors;                                     // of projects whose log was closed
  // By project, the logs that the signer has closed and in whose place none is open yet: an owner
  // must sign. Not of the database.
  std::map<std::string, ClosedLog, std::less<>> closed;
  // By origin, the keys of the logs that open in the place of those, and of the root logs before
  // this one. Not of the database either.
  std::map<std::string, std::string, std::less<>> other_vkeys;
  std::map<std::string, store::Member, std::less<>> members;
  std::map<std::string, store::Device, std::less<>> devices;          // by key id
  std::map<std::string, store::Passkey, std::less<>> passkeys;        // by key id
  std::map<std::string, store::LinkedAccount, std::less<>> accounts;  // by id
  std::unordered_map<std::string, store::ApiKey> keys;  // by raw SHA-256 of the key text
  std::map<std::string, store::Agent, std::less<>> agents;
  std::map<std::string, store::Webhook, std::less<>> webhooks;
  std::map<std::string, store::Channel, std::less<>> channels;
  std::map<std::string, store::PushSubscription, std::less<>> subscriptions;
  std::map<std::pair<std::string, std::string>, store::ProjectSecret> secrets;  // project, purpose

  [[nodiscard]] const ProjectView* project(std::string_view id) const [[clang::lifetimebound]];
  // Whether another project took its place: it is read, and nothing is added to it.
  [[nodiscard]] bool succeeded(std::string_view id) const { return successors.contains(id); }
  // Whether `id` is `other` or took its place, through however many.
  [[nodiscard]] bool stands_for(std::string_view id, std::string_view other) const;
  // The project with which `id` began: what is derived from a project is derived from that one.
  [[nodiscard]] std::string founder(std::string_view id) const;
  // By id, or by name: what the command line takes.
  [[nodiscard]] const ProjectView* project_named(std::string_view id_or_name) const
      [[clang::lifetimebound]];
  // By the 32 hex characters of the origin.
  [[nodiscard]] const ProjectView* project_of_log(std::string_view hex) const
      [[clang::lifetimebound]];
  // For "claims" or "escrow"; every project has both.
  [[nodiscard]] const store::ProjectSecret& secret(const std::string& project,
                                                   const std::string& purpose) const
      [[clang::lifetimebound]];
  // The live agent of this id in the project; null for any other id.
  [[nodiscard]] const store::Agent* agent(std::string_view project, std::string_view id) const
      [[clang::lifetimebound]];
  // The live agent whom this project calls so.
  [[nodiscard]] const store::Agent* agent_called(std::string_view project,
                                                 std::string_view handle) const
      [[clang::lifetimebound]];
  // The project's oldest webhook, whose secret signs its callbacks; null when it has none.
  [[nodiscard]] const store::Webhook* callback_webhook(std::string_view project) const
      [[clang::lifetimebound]];
  // The live API key of this text; nothing for unknown and revoked ones.
  [[nodiscard]] const store::ApiKey* api_key(std::string_view text) const [[clang::lifetimebound]];
};

using DirectoryPtr = std::shared_ptr<const Directory>;

// The member id that setting up with this token makes: known before, so that the page can sign it
// and the server keeps nothing in between. `setup_key` is Keys::purpose("lp-setup/1").
std::string setup_member_id(std::string_view setup_key, std::string_view token);

}  // namespace lp::core
