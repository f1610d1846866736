#include "core/go_live.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/assert.h"
#include "base/id.h"
#include "core/closing.h"
#include "core/demo.h"
#include "core/home.h"
#include "core/passkeys.h"
#include "core/roster_offer.h"
#include "core/roster_proposals.h"
#include "core/rosters.h"
#include "core/work.h"
#include "crypto/hash.h"
#include "evidence/roster_marks.h"

namespace lp::core {
namespace {

constexpr std::size_t salt_bytes = 32;
constexpr std::size_t id_bytes = 16;

struct Why {
  GoLiveFault fault = GoLiveFault::none;
  std::string detail = {};
};

// Those that go: all that are open and have a roster.
std::vector<const ProjectView*> going(const Directory& directory) {
  std::vector<const ProjectView*> projects;
  for (const auto& [id, project] : directory.projects) {
    if (project.roster && !directory.succeeded(id)) projects.push_back(&project);
  }
  return projects;
}

std::uint64_t waiting_in(const Work& work, const ProjectView& project) {
  const auto delta = work.pending_delta.find(project.row.id);
  const auto here = delta == work.pending_delta.end() ? std::int64_t{0} : delta->second;
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(project.live->pending.load()) + here);
}

Why refused(const Work& work, std::string_view public_url) {
  const Directory& directory = work.directory();
  if (!directory.set_up || !is_demo(directory)) return {.fault = GoLiveFault::live};
  const auto bad = [](std::string_view why) {
    return Why{.fault = GoLiveFault::bad_address, .detail = std::string(why)};
  };
  if (const auto why = refuse_public_url(public_url)) return bad(*why);
  if (!public_url.starts_with("https://")) {
    return bad("must begin with https://: browsers make keys nowhere else");
  }
  if (local_address(public_url)) {
    return bad("must be a name under which people reach the server, not one of this machine only");
  }
  for (const ProjectView* project : going(directory)) {
    const auto waiting = waiting_in(work, *project);
    if (waiting == 0) continue;
    return {.fault = GoLiveFault::waiting,
            .detail = fmt::format("{} in project {}", waiting, project->row.name)};
  }
  return {};
}

// Known before it is made, so that nothing has to be kept between the offer and the signature.
std::string successor_of(const Work& work, const ProjectView& project) {
  const Secret key = work.world.keys.purpose("lp-go-live/1");
  return "proj_" + base32(crypto::hmac_sha256(key.reveal(), project.row.origin)
                              .view()
                              .substr(0, id_bytes));
}

struct Terms {
  std::string_view public_url, spki, operator_name, salt;
  Instant time;
};

// Everything decided by the server but what stands in `terms`.
std::expected<GoLiveOffer, Refused> offer(const Work& work, const ProjectView& project,
                                          const ProjectLog& log, const Terms& terms) {
  const std::string origin =
      work.directory().log_name + "/p/" + id_hex(successor_of(work, project));
  const auto vkey = work.world.signer.verifier(origin);
  if (!vkey) return refuse(Fault::signer_unavailable);
  evidence::RosterHead opening;
  opening.origin = origin;
  opening.issuer = {{.spki = work.world.keys.issuer_key(origin).spki(), .from = 0, .to = {}}};
  opening.log = {{.vkey = vkey->to_string(), .from = 0, .to = {}}};
  opening.time = terms.time;
  GoLiveOffer made{.project = project.row.id,
                   .name = project.row.name,
                   .succession = {},
                   .entries = live_entries(project.entries, terms.spki)};
  made.succession.head = live_head(*project.roster, made.entries, opening);
  const evidence::TreeHead tree{.size = log.range.size(), .root = log.range.root()};
  made.succession.document = {.origin = origin,
                              .predecessor = project.row.origin,
                              .last_signed = tree,
                              .restored = tree,
                              .roster_genesis = made.succession.head.sha256(),
                              .reason = go_live_reason(terms.public_url),
                              .operator_name = std::string(terms.operator_name),
                              .salt = std::string(terms.salt),
                              .time = terms.time};
  return made;
}

std::unexpected<Refused> stale(const ProjectView& project) {
  return refuse(Fault::stale, {}, project.row.name + ": what the server rebuilds is another text");
}

std::expected<SignedOpening, Refused> check(Work& work, const ProjectView& project,
                                            const GoLive& command) {
  const auto log = work.log(project.row.id);
  if (!log) return std::unexpected(log.error());
  const auto opening = std::ranges::find(command.openings, project.row.id,
                                         &OpenSuccessors::Opening::project);
  if (opening == command.openings.end()) return stale(project);
  const auto said = evidence::SuccessionDocument::parse(opening->record.document);
  if (!said || !roster_time_fits(said->time, work.now)) return stale(project);
  // One key stays, and so one signature is all that the first roster can have.
  if (opening->record.owners.size() != 1) return refuse(Fault::not_permitted, {}, project.row.name);
  // Looked at before anything is rebuilt: without an owner's key there is no roster to rebuild.
  if (const auto why = evidence::refuse_owners(opening->record, *project.roster)) {
    return refuse(Fault::not_permitted, {}, *why);
  }
  auto rebuilt = offer(work, project, **log,
                       {.public_url = command.public_url,
                        .spki = opening->record.owners.front().spki,
                        .operator_name = said->operator_name,
                        .salt = said->salt,
                        .time = said->time});
  if (!rebuilt) return std::unexpected(rebuilt.error());
  if (rebuilt->succession.document.bytes() != opening->record.document ||
      rebuilt->succession.head.bytes() != opening->head) {
    return stale(project);
  }
  SignedOpening checked{
      .opening = &*opening,
      .successor = successor_of(work, project),
      .document = *said,
      .roster = {.head = opening->head, .entries = {}, .signatures = opening->signatures},
      .version = {}};
  for (const auto& entry : rebuilt->entries) checked.roster.entries.push_back(entry.bytes());
  auto version = evidence::read_roster(checked.roster, nullptr);
  if (!version) return refuse(Fault::not_permitted, {}, evidence::to_string(version.error()));
  checked.version = *std::move(version);
  return checked;
}

// The log before ends here, under the checkpoint that it is read under for ever.
void close_before(Work& work, const ProjectView& project) {
  ProjectLog& log = **work.log(project.row.id);
  store::CosignedHead head{.origin = own_head_name(log.origin),
                           .size = log.range.size(),
                           .note = *log.live->checkpoint.load(),
                           .mac = {}};
  head.mac = work.world.keys.row_mac(head);
  work.batch.writes.emplace_back(std::move(head));
  freeze(log, true);
}

// What was made at the address before, or waits there.
void clear_away(Work& work) {
  Directory& directory = work.change_directory();
  for (auto& [key, passkey] : directory.passkeys) {
    if (passkey.removed) continue;
    passkey.removed = work.now;
    work.batch.writes.emplace_back(passkey);
  }
  const auto proposals = work.world.rows.roster_proposals();
  LP_ASSERT(proposals.has_value());
  for (const auto& proposal : *proposals) {
    work.batch.removals.emplace_back(store::DeleteRosterProposal{.id = proposal.id});
  }
}

}  // namespace

std::vector<evidence::RosterEntry> live_entries(const std::vector<evidence::RosterEntry>& before,
                                                std::string_view owner_spki) {
  std::vector<evidence::RosterEntry> entries;
  const auto owner = std::ranges::find_if(before, [&](const auto& entry) {
    return entry.has_key() && entry.spki == owner_spki;
  });
  std::set<std::string_view> listed;
  if (owner != before.end()) listed.insert(owner->member);
  for (const evidence::RosterEntry& entry : before) {
    if (owner != before.end() && entry.spki == owner->spki && entry.has_key()) {
      entries.push_back(entry);
      entries.back().cosigned.clear();  // what others said was said of the log before
    } else if (listed.insert(entry.member).second) {
      evidence::RosterEntry keyless = entry;
      keyless.key_class = "none";
      keyless.spki.clear();
      keyless.rp_id.reset();
      keyless.aaguid.reset();
      keyless.cosigned.clear();
      entries.push_back(std::move(keyless));
    }
  }
  return entries;
}

evidence::RosterHead live_head(const evidence::RosterHead& before,
                               const std::vector<evidence::RosterEntry>& entries,
                               const evidence::RosterHead& opening) {
  evidence::RosterHead head = before;
  head.origin = opening.origin;
  head.version = 1;
  head.prev.reset();
  head.owners.clear();
  for (const auto& entry : entries) {
    if (entry.key_class == "device" && entry.has_role("owner")) head.owners.push_back(entry.spki);
  }
  head.issuer = opening.issuer;
  head.log = opening.log;
  std::erase(head.marks, demo_mark);
  head.tree_size = entries.size();
  head.tree_root = evidence::roster_tree_root(entries);
  head.time = opening.time;
  return head;
}

std::string go_live_reason(std::string_view public_url) {
  return std::string("goes live at ").append(public_url);
}

Applied<OfferGoLive> apply(Work& work, OfferGoLive& command) {
  OfferGoLive::Result result{.fault = {}, .detail = {}, .time = work.now, .offers = {}};
  const Why why = refused(work, command.public_url);
  result.fault = why.fault;
  result.detail = why.detail;
  if (why.fault != GoLiveFault::none) return result;
  const auto device = work.directory().devices.find(command.key);
  if (device == work.directory().devices.end()) return refuse(Fault::not_permitted);
  for (const ProjectView* project : going(work.directory())) {
    const auto& owners = project->roster->owners;
    if (std::ranges::find(owners, device->second.spki) == owners.end()) {
      return refuse(Fault::not_permitted, {}, project->row.name);
    }
    const auto log = work.log(project->row.id);
    if (!log) return std::unexpected(log.error());
    const std::string salt = work.world.entropy.bytes(salt_bytes);
    auto made = offer(work, *project, **log,
                      {.public_url = command.public_url,
                       .spki = device->second.spki,
                       .operator_name = command.operator_name,
                       .salt = salt,
                       .time = work.now});
    if (!made) return std::unexpected(made.error());
    result.offers.push_back(*std::move(made));
  }
  return result;
}

Applied<GoLive> apply(Work& work, GoLive& command) {
  const Why why = refused(work, command.public_url);
  if (why.fault != GoLiveFault::none) {
    return GoLive::Result{.fault = why.fault, .detail = why.detail, .opened = {}};
  }
  std::vector<SignedOpening> checked;
  const auto projects = going(work.directory());
  for (const ProjectView* project : projects) {
    auto one = check(work, *project, command);
    if (!one) return std::unexpected(one.error());
    checked.push_back(*std::move(one));
  }
  if (command.openings.size() != checked.size()) return refuse(Fault::stale);
  // As with every new log: the signer knows it before anything of it is committed.
  for (const SignedOpening& one : checked) {
    if (const auto opened = work.world.signer.open(one.document.origin); !opened) {
      return refuse(fault_of(opened.error()));
    }
  }
  for (const ProjectView* project : projects) close_before(work, *project);
  GoLive::Result result;
  for (const SignedOpening& one : checked) {
    open_successor(work, one);
    result.opened.opened.push_back({.project = one.successor,
                                    .origin = one.document.origin,
                                    .predecessor = one.document.predecessor});
  }
  follow_rosters(work, {}, std::nullopt);
  clear_away(work);
  mark_unsigned(work.world, work.change_directory());
  keep_successors(work);
  SetHome home{.public_url = command.public_url};
  [[maybe_unused]] const auto set = apply(work, home);
  return result;
}

Applied<CloseSucceeded> apply(Work& work, CloseSucceeded&) {
  if (const auto closed = close_succeeded(work.world); !closed) {
    return refuse(Fault::signer_unavailable);
  }
  return CloseSucceeded::Result{};
}

}  // namespace lp::core
