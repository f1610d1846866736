#include "core/accounts.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/id.h"
#include "base/text.h"
#include "core/account_commands.h"
#include "core/apply.h"
#include "core/roster_proposals.h"
#include "core/rosters.h"
#include "core/work.h"
#include "crypto/hash.h"
#include "identity/session_token.h"
#include "identity/setup_token.h"
#include "store/change.h"

namespace lp::core {
namespace {

using evidence::EventType;

constexpr std::int64_t session_ms = 12LL * 3'600'000;
constexpr std::uint64_t links_max = 100;

// In the log of every project that the member stands in; with an entry that names the account where
// it came or went.
void record(Work& work, EventType type, const evidence::Actor& actor,
            const store::LinkedAccount& account) {
  std::vector<std::string> projects;
  for (const auto& [id, project] : work.directory().projects) {
    const bool stands = std::ranges::any_of(
        project.entries, [&](const auto& entry) { return entry.member == account.member; });
    if (stands && !work.directory().succeeded(id)) projects.push_back(id);
  }
  for (const auto& id : projects) {
    auto log = work.log(id);
    if (!log) continue;  // a frozen log takes nothing, and this decides nothing
    Work::Event event;
    event.statement.type = type;
    event.statement.actor = actor;
    event.statement.marks = work.directory().project(id)->marks;
    if (type != EventType::login_succeeded) {
      // Neither issuer nor subject: who somebody is elsewhere has no place in an append-only log.
      event.evidence.push_back(json::Value::object()
                                   .add("kind", "linked_account")
                                   .add("member", account.member)
                                   .add("key", account.id)
                                   .add("salt", base64(work.world.entropy.bytes(32))));
    }
    work.append(**log, std::move(event));
  }
}

evidence::Actor by_account(const store::LinkedAccount& account) {
  return member_actor(account.member, account.id, evidence::ActorMethod::oidc);
}

bool is_member(const Directory& directory, std::string_view id) {
  const auto found = directory.members.find(id);
  return found != directory.members.end() && !found->second.removed;
}

bool is_device_of(const Directory& directory, std::string_view key, std::string_view member) {
  const auto found = directory.devices.find(key);
  return found != directory.devices.end() && !found->second.revoked &&
         found->second.member == member && found->second.key_class == "device";
}

bool had_account(const Directory& directory, std::string_view member, std::string_view issuer) {
  return std::ranges::any_of(directory.accounts, [&](const auto& item) {
    return item.second.member == member && item.second.issuer == issuer;
  });
}

void end_sessions(Work& work, const std::vector<store::Session>& sessions) {
  for (const store::Session& session : sessions) {
    work.batch.removals.emplace_back(store::DeleteSession{.token = session.token});
  }
  work.tell_access();
}

// Those of an account, this very batch's too.
std::vector<store::Session> sessions_of(Work& work, std::string_view account) {
  const auto stored = work.world.rows.sessions();
  LP_ASSERT(stored.has_value());
  std::vector<store::Session> sessions = *stored;
  for (const store::Write& write : work.batch.writes.all()) {
    if (const auto* opened = std::get_if<store::Session>(&write)) sessions.push_back(*opened);
  }
  std::erase_if(sessions, [account](const auto& session) { return session.account != account; });
  return sessions;
}

void unlink(Work& work, const std::string& id, const evidence::Actor& by) {
  store::LinkedAccount& row = work.change_directory().accounts.find(id)->second;
  row.removed = work.now;
  work.batch.writes.emplace_back(row);
  end_sessions(work, sessions_of(work, id));
  record(work, EventType::key_revoked, by, row);
}

store::LinkedAccount link(Work& work, const identity::ProvenAccount& account,
                          const std::string& member) {
  store::LinkedAccount row{.id = new_id("acc", work.now, work.world.entropy),
                           .member = member,
                           .issuer = account.issuer,
                           .subject = account.subject,
                           .groups = account.groups,
                           .created = work.now,
                           .removed = {}};
  work.change_directory().accounts.insert_or_assign(row.id, row);
  work.batch.writes.emplace_back(row);
  record(work, EventType::key_added, by_account(row), row);
  return row;
}

// Brings the account to the member whom the link names, in the place of the one before.
std::expected<store::LinkedAccount, Refused> link_by_token(Work& work,
                                                           const SignInByAccount& command) {
  const Digest digest = identity::setup_token_digest(command.link);
  const auto found = work.world.rows.account_link(digest);
  LP_ASSERT(found.has_value());
  // The reader shows what was true before this batch: two uses in one must not both count.
  const std::string use = "account-link:" + digest.hex();
  if (!*found || work.nonce_used(use)) return refuse(Fault::account_link_invalid);
  const store::AccountLink& row = **found;
  if (work.now >= row.expires || !is_member(work.directory(), row.member)) {
    return refuse(Fault::account_link_expired);
  }
  const std::string& issuer = command.account.issuer;
  if (const auto* known = live_account(work.directory(), issuer, command.account.subject)) {
    if (known->member != row.member) return refuse(Fault::account_known);
    work.use_nonce(use);
    work.batch.removals.emplace_back(store::DeleteAccountLink{.token = digest});
    return *known;
  }
  work.use_nonce(use);
  work.batch.removals.emplace_back(store::DeleteAccountLink{.token = digest});
  store::LinkedAccount linked = link(work, command.account, row.member);
  for (const auto& [id, other] : std::map(work.directory().accounts)) {
    if (id == linked.id || other.removed || other.member != row.member) continue;
    if (other.issuer == issuer) unlink(work, id, by_account(linked));
  }
  return linked;
}

std::expected<store::LinkedAccount, Refused> account_for(Work& work,
                                                         const SignInByAccount& command) {
  if (!command.link.empty()) return link_by_token(work, command);
  const identity::ProvenAccount& account = command.account;
  if (const auto* known = live_account(work.directory(), account.issuer, account.subject)) {
    return *known;
  }
  // Whoever has, or had, an account there is not given one by what the provider says alone: else
  // nothing that people unlink would stay so.
  if (!is_member(work.directory(), account.member) ||
      had_account(work.directory(), account.member, account.issuer)) {
    return refuse(Fault::account_unknown);
  }
  return link(work, account, account.member);
}

}  // namespace

const store::LinkedAccount* live_account(const Directory& directory, std::string_view issuer,
                                         std::string_view subject) {
  if (subject.empty()) return nullptr;
  for (const auto& [id, row] : directory.accounts) {
    if (row.removed || row.issuer != issuer || row.subject != subject) continue;
    return is_member(directory, row.member) ? &row : nullptr;
  }
  return nullptr;
}

bool is_account_of(const Directory& directory, std::string_view key, std::string_view member) {
  const auto found = directory.accounts.find(key);
  return found != directory.accounts.end() && !found->second.removed &&
         found->second.member == member;
}

Applied<MakeAccountLink> apply(Work& work, MakeAccountLink& command) {
  if (!listed(work.directory(), command.member)) return refuse(Fault::unknown);
  const auto count = work.world.rows.account_link_count(work.now);
  LP_ASSERT(count.has_value());
  if (*count >= links_max) return refuse(Fault::proposal_limit);
  MakeAccountLink::Result result{.token = Secret(identity::new_setup_token(work.world.entropy)),
                                 .expires = work.now + identity::setup_token_ms};
  work.batch.writes.emplace_back(
      store::AccountLink{.token = identity::setup_token_digest(result.token.reveal()),
                         .member = command.member,
                         .made_by = command.made_by,
                         .created = work.now,
                         .expires = result.expires});
  return result;
}

Applied<SignInByAccount> apply(Work& work, SignInByAccount& command) {
  auto account = account_for(work, command);
  if (!account) return std::unexpected(account.error());
  if (account->groups != command.account.groups) {
    store::LinkedAccount& row = work.change_directory().accounts.find(account->id)->second;
    row.groups = command.account.groups;
    work.batch.writes.emplace_back(row);
  }
  Secret token(identity::new_session_token(work.world.entropy));
  const std::string key = is_device_of(work.directory(), command.device, account->member)
                              ? command.device
                              : account->id;
  work.batch.writes.emplace_back(
      store::Session{.token = identity::session_token_digest(token.reveal()),
                     .member = account->member,
                     .key = key,
                     .created = work.now,
                     .expires = work.now + session_ms,
                     .account = account->id,
                     .provider_session = command.account.session,
                     .authenticated = command.account.authenticated});
  if (command.replaced) {
    work.batch.removals.emplace_back(store::DeleteSession{.token = *command.replaced});
    work.tell_access();
  }
  record(work, EventType::login_succeeded, by_account(*account), *account);
  return SignInByAccount::Result{
      .member = account->member, .account = account->id, .key = key, .session = std::move(token)};
}

Applied<UnlinkAccount> apply(Work& work, UnlinkAccount& command) {
  const auto found = work.directory().accounts.find(command.id);
  if (found == work.directory().accounts.end()) return refuse(Fault::unknown);
  if (found->second.removed) return refuse(Fault::already_revoked);
  unlink(work, command.id, command.by);
  return UnlinkAccount::Result{};
}

Applied<EndAccountSessions> apply(Work& work, EndAccountSessions& command) {
  const identity::ProvenLogout& logout = command.logout;
  const Digest digest = crypto::sha256({logout.issuer, "\n", logout.token_id});
  const auto used = work.world.rows.token_used(digest);
  LP_ASSERT(used.has_value());
  const std::string use = "logout:" + digest.hex();
  if (*used || work.nonce_used(use)) return refuse(Fault::token_replayed);
  work.use_nonce(use);
  work.batch.writes.emplace_back(store::UsedToken{.digest = digest, .expires = logout.expires});
  std::vector<store::Session> ending;
  for (const auto& [id, account] : work.directory().accounts) {
    if (account.issuer != logout.issuer) continue;
    if (!logout.subject.empty() && account.subject != logout.subject) continue;
    for (auto& session : sessions_of(work, id)) {
      // A session of which the provider never said which of its own it is ends with any of them.
      const bool meant = logout.session.empty() || session.provider_session.empty() ||
                         session.provider_session == logout.session;
      if (meant && (!logout.subject.empty() || !session.provider_session.empty())) {
        ending.push_back(std::move(session));
      }
    }
  }
  end_sessions(work, ending);
  return EndAccountSessions::Result{.ended = ending.size()};
}

}  // namespace lp::core
