#include "core/roster_proposals.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/id.h"
#include "core/apply.h"
#include "core/log_rotation.h"
#include "core/rotation.h"
#include "core/work.h"
#include "crypto/hash.h"
#include "crypto/p256.h"
#include "evidence/roster_wish.h"
#include "identity/setup_token.h"

namespace lp::core {
namespace {

using evidence::RosterAct;

constexpr std::size_t waiting_max = 100;  // of proposals, and of links

std::unexpected<Refused> mismatch(std::string_view what) {
  return refuse(Fault::roster_mismatch, {}, what);
}

std::optional<Refused> refuse_place(const evidence::RosterWish& wish) {
  const auto known = [](const std::string& role) { return evidence::known_role(role); };
  if (wish.roles.empty() || !std::ranges::all_of(wish.roles, known)) {
    return mismatch("there is no such role").error();
  }
  const auto empty = [](const std::string& group) { return group.empty(); };
  if (std::ranges::any_of(wish.groups, empty)) return mismatch("a group has a name").error();
  return std::nullopt;
}

// One that signs in does not decide, and one credential has one key.
bool knows_passkey(const Directory& directory, const evidence::RosterWish& wish) {
  return std::ranges::any_of(directory.passkeys, [&](const auto& item) {
    return item.first == evidence::key_id(wish.spki) ||
           item.second.credential == wish.passkey->credential;
  });
}

std::optional<Refused> refuse_new_member(const evidence::RosterWish& wish) {
  if (wish.name.empty()) return mismatch("a member has a name").error();
  return refuse_place(wish);
}

std::optional<Refused> refuse_change(const Directory& directory, const evidence::RosterWish& wish) {
  const bool owns = std::ranges::find(wish.roles, "owner") != wish.roles.end();
  if (wish.member == directory.setup_owner && !owns) {
    return mismatch("who set this server up founds its projects and stays an owner").error();
  }
  return refuse_place(wish);
}

// Why an owner need not even be asked. What they sign is checked again, as a whole roster.
std::optional<Refused> refuse_wish(const Directory& directory, const evidence::RosterWish& wish) {
  if (wish.act == RosterAct::add_member) return refuse_new_member(wish);
  if (evidence::rotates(wish.act)) return std::nullopt;  // who drafts the key looks at it
  if (!listed(directory, wish.member)) return refuse(Fault::unknown).error();
  if (wish.act == RosterAct::change_member) return refuse_change(directory, wish);
  if (wish.act == RosterAct::remove_member) {
    if (wish.member != directory.setup_owner) return std::nullopt;
    return mismatch("who set this server up founds its projects and stays").error();
  }
  const auto device = directory.devices.find(evidence::key_id(wish.spki));
  if (wish.act == RosterAct::revoke_device) {
    const bool theirs = device != directory.devices.end() && device->second.member == wish.member;
    if (!theirs) return refuse(Fault::unknown).error();
    if (device->second.revoked) return refuse(Fault::already_revoked).error();
    return std::nullopt;
  }
  if (!crypto::P256PublicKey::from_spki(wish.spki)) {
    return mismatch("a device key is a P-256 key").error();
  }
  if (wish.passkey && knows_passkey(directory, wish)) {
    return refuse(Fault::passkey_known).error();
  }
  if (device != directory.devices.end()) return mismatch("this key was brought before").error();
  return std::nullopt;
}

// A change of who decides concerns every project.
void tell_owners(Work& work) {
  for (const auto& [id, project] : work.directory().projects) work.tell_project(id);
}

Applied<ProposeRoster> propose(Work& work, evidence::RosterWish wish) {
  if (const auto why = refuse_wish(work.directory(), wish)) return std::unexpected(*why);
  const auto waiting = waiting_proposals(work.world.rows, work.now);
  LP_ASSERT(waiting.has_value());
  if (waiting->size() >= waiting_max) return refuse(Fault::proposal_limit);
  if (evidence::rotates(wish.act)) {
    const auto drafted = wish.act == RosterAct::rotate_issuer ? draft_issuer(work, wish, *waiting)
                                                              : draft_log_key(work, wish, *waiting);
    if (!drafted) return std::unexpected(drafted.error());
  }
  ProposeRoster::Result result{.proposal = {.id = new_id("rop", work.now, work.world.entropy),
                                            .wish = std::move(wish),
                                            .created = work.now,
                                            .expires = work.now + proposal_ms}};
  work.batch.writes.emplace_back(result.proposal);
  tell_owners(work);
  return result;
}

}  // namespace

store::Result<std::vector<store::RosterProposal>> waiting_proposals(store::Reader& reader,
                                                                    Instant now) {
  auto proposals = reader.roster_proposals();
  if (!proposals) return proposals;
  std::erase_if(*proposals, [&](const auto& proposal) { return now >= proposal.expires; });
  return proposals;
}

store::Result<std::optional<store::RosterProposal>> waiting_proposal(store::Reader& reader,
                                                                     std::string_view id,
                                                                     Instant now) {
  const auto proposals = waiting_proposals(reader, now);
  if (!proposals) return std::unexpected(proposals.error());
  const auto found = std::ranges::find(*proposals, id, &store::RosterProposal::id);
  return found == proposals->end() ? std::nullopt : std::optional(*found);
}

store::Result<std::expected<LinkView, Fault>> find_login_link(store::Reader& reader,
                                                              const Directory& directory,
                                                              std::string_view token, Instant now) {
  using Found = std::expected<LinkView, Fault>;
  const auto links = reader.login_links();
  if (!links) return std::unexpected(links.error());
  const Digest digest = identity::setup_token_digest(token);
  const auto found = std::ranges::find_if(*links, [&](const auto& link) {
    return crypto::equal_constant_time(link.token.view(), digest.view());
  });
  if (found == links->end()) return Found(std::unexpected(Fault::login_link_invalid));
  if (now >= found->expires) return Found(std::unexpected(Fault::login_link_expired));
  LinkState state = LinkState::fresh;
  if (!found->key.empty()) {
    const auto device = directory.devices.find(found->key);
    const bool counts = device != directory.devices.end() && !device->second.revoked;
    const auto waits = waiting_proposal(reader, found->proposal, now);
    if (!waits) return std::unexpected(waits.error());
    state = counts ? LinkState::counted : *waits ? LinkState::waiting : LinkState::refused;
  }
  return Found(LinkView{.row = *found, .state = state});
}

bool listed(const Directory& directory, std::string_view member) {
  return std::ranges::any_of(directory.projects, [&](const auto& item) {
    const auto& entries = item.second.entries;
    return !directory.succeeded(item.first) &&
           std::ranges::find(entries, member, &evidence::RosterEntry::member) != entries.end();
  });
}

Applied<ProposeRoster> apply(Work& work, ProposeRoster& command) {
  if (command.wish.act == RosterAct::add_member && command.wish.member.empty()) {
    command.wish.member = new_id("mem", work.now, work.world.entropy);
  }
  return propose(work, std::move(command.wish));
}

Applied<WithdrawProposal> apply(Work& work, WithdrawProposal& command) {
  const auto proposal = waiting_proposal(work.world.rows, command.id, work.now);
  LP_ASSERT(proposal.has_value());
  if (!*proposal) return refuse(Fault::unknown);
  work.batch.removals.emplace_back(store::DeleteRosterProposal{.id = command.id});
  tell_owners(work);
  return WithdrawProposal::Result{};
}

Applied<MakeLoginLink> apply(Work& work, MakeLoginLink& command) {
  if (!listed(work.directory(), command.member)) return refuse(Fault::unknown);
  const auto links = work.world.rows.login_links();
  LP_ASSERT(links.has_value());
  const auto live = std::ranges::count_if(
      *links, [&](const store::LoginLink& link) { return work.now < link.expires; });
  if (std::cmp_greater_equal(live, waiting_max)) return refuse(Fault::proposal_limit);
  MakeLoginLink::Result result{.token = Secret(identity::new_setup_token(work.world.entropy)),
                               .expires = work.now + identity::setup_token_ms};
  work.batch.writes.emplace_back(
      store::LoginLink{.token = identity::setup_token_digest(result.token.reveal()),
                       .member = command.member,
                       .key = {},
                       .proposal = {},
                       .created = work.now,
                       .expires = result.expires});
  return result;
}

Applied<UseLoginLink> apply(Work& work, UseLoginLink& command) {
  const auto found = find_login_link(work.world.rows, work.directory(), command.token, work.now);
  LP_ASSERT(found.has_value());
  if (!*found) return refuse(found->error());
  store::LoginLink link = (*found)->row;
  if ((*found)->state != LinkState::fresh) {
    if (link.key != evidence::key_id(command.spki)) return refuse(Fault::login_link_expired);
    return UseLoginLink::Result{
        .member = link.member, .proposal = link.proposal, .expires = link.expires};
  }
  // The reader shows what was true before this batch: two uses in one must not both be the first.
  const std::string use = "login-link:" + link.token.hex();
  if (work.nonce_used(use)) return refuse(Fault::login_link_expired);
  const auto made = propose(work, {.act = RosterAct::add_device,
                                   .member = link.member,
                                   .name = {},
                                   .roles = {},
                                   .groups = {},
                                   .spki = command.spki});
  if (!made) return std::unexpected(made.error());
  work.use_nonce(use);
  link.key = evidence::key_id(command.spki);
  link.proposal = made->proposal.id;
  // Whoever waits can ask how it went as long as an owner can sign.
  link.expires = made->proposal.expires;
  work.batch.writes.emplace_back(link);
  return UseLoginLink::Result{
      .member = link.member, .proposal = link.proposal, .expires = link.expires};
}

}  // namespace lp::core
