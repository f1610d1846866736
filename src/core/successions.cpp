#include "core/successions.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/id.h"
#include "base/text.h"
#include "core/apply.h"
#include "core/demo.h"
#include "core/roster_offer.h"
#include "core/rosters.h"
#include "core/witnesses_ahead.h"
#include "core/work.h"
#include "crypto/hash.h"
#include "evidence/cosignature.h"
#include "evidence/roster_marks.h"

namespace lp::core {
namespace {

using evidence::EventType;
using Opening = OpenSuccessors::Opening;

constexpr std::size_t salt_bytes = 32;

std::unexpected<Refused> stale(const ProjectView& project) {
  return refuse(Fault::stale, {}, project.row.name + ": what the server rebuilds is another text");
}

std::expected<SignedOpening, Refused> check(const Work& work, const Opening& opening) {
  const Directory& directory = work.directory();
  const ProjectView* project = directory.project(opening.project);
  const auto closed = directory.closed.find(opening.project);
  if (project == nullptr || closed == directory.closed.end()) return refuse(Fault::unknown);
  const auto said = evidence::SuccessionDocument::parse(opening.record.document);
  if (!said || !roster_time_fits(said->time, work.now)) return stale(*project);
  const auto offer = offer_succession(directory, *project, work.world.keys, said->time, said->salt);
  LP_ASSERT(offer.has_value());
  if (offer->document.bytes() != opening.record.document || offer->head.bytes() != opening.head) {
    return stale(*project);
  }
  if (const auto why = evidence::refuse_owners(opening.record, *project->roster)) {
    return refuse(Fault::not_permitted, {}, *why);
  }
  SignedOpening checked{
      .opening = &opening,
      .successor = closed->second.successor,
      .document = *said,
      .roster = {.head = opening.head, .entries = {}, .signatures = opening.signatures},
      .version = {}};
  for (const auto& entry : evidence::without_cosignatures(project->entries)) {
    checked.roster.entries.push_back(entry.bytes());
  }
  auto version = evidence::read_roster(checked.roster, nullptr);
  if (!version) {
    return refuse(Fault::not_permitted, {}, evidence::to_string(version.error()));
  }
  checked.version = *std::move(version);
  return checked;
}

// What the project before is called from now on: the name goes on with the one that is open.
std::string closed_name(const Directory& directory, const std::string& name, Instant now) {
  const std::string wanted = fmt::format("{}, closed {}", name, to_string(now).substr(0, 10));
  std::string free = wanted;
  const auto taken = [&] {
    return std::ranges::any_of(directory.projects,
                               [&](const auto& item) { return item.second.row.name == free; });
  };
  for (int again = 2; taken(); ++again) free = fmt::format("{} ({})", wanted, again);
  return free;
}

// The empty log with its project.
ProjectLog& begin(Work& work, const SignedOpening& checked) {
  Directory& directory = work.change_directory();
  ProjectView& before = directory.projects.find(checked.opening->project)->second;
  store::Project row = before.row;
  row.id = checked.successor;
  row.origin = checked.document.origin;
  row.created = work.now;
  row.roster_version = 0;
  row.roster_sha256.reset();
  before.row.name = closed_name(directory, row.name, work.now);
  // In this order: no two projects have one name.
  work.batch.writes.emplace_back(before.row);
  ProjectLog& log = work.begin_log(row);
  // What its first roster says, and not what the one before it said.
  std::vector<std::string>& marks = work.change_directory().projects.find(row.id)->second.marks;
  if (!evidence::is_marked(checked.version.head, demo_mark)) std::erase(marks, demo_mark);
  return log;
}

// Whoever may ask, and what is told to whom, goes on with the new project.
void move_on(Work& work, const std::string& before, const std::string& after) {
  Directory& directory = work.change_directory();
  const auto move = [&](auto& row, bool ended) {
    if (row.project != before || ended) return;
    row.project = after;
    work.batch.writes.emplace_back(row);
  };
  for (auto& [digest, key] : directory.keys) move(key, key.revoked.has_value());
  for (auto& [id, agent] : directory.agents) move(agent, agent.revoked.has_value());
  for (auto& [id, webhook] : directory.webhooks) move(webhook, webhook.removed.has_value());
  for (auto& [id, channel] : directory.channels) move(channel, false);
  for (const auto& [place, secret] : std::map(directory.secrets)) {
    if (place.first != before) continue;
    store::ProjectSecret same = secret;
    same.id = new_id("sec", work.now, work.world.entropy);
    same.project = after;
    work.batch.writes.emplace_back(same);
    directory.secrets.insert_or_assign({after, place.second}, std::move(same));
  }
}

// Which content keys there are, and the copies that devices of its roster hold.
void move_content_keys(Work& work, const std::string& before, const std::string& after) {
  const auto keys = work.world.rows.content_keys();
  const auto wraps = work.world.rows.wrapped_keys();
  LP_ASSERT(keys.has_value() && wraps.has_value());
  const auto& entries = work.directory().project(after)->entries;
  const auto stands = [&](const std::string& device) {
    return std::ranges::any_of(entries, [&](const auto& entry) {
      return entry.has_key() && evidence::key_id(entry.spki) == device;
    });
  };
  for (store::ContentKey key : *keys) {
    if (key.project != before) continue;
    key.project = after;
    work.batch.writes.emplace_back(std::move(key));
  }
  for (store::WrappedKey wrap : *wraps) {
    if (wrap.project != before || !stands(wrap.device)) continue;
    wrap.project = after;
    work.batch.writes.emplace_back(std::move(wrap));
  }
}

Work::Event opening_event(Work& work, const SignedOpening& checked, const evidence::Actor& actor) {
  Work::Event event;
  event.statement.type = EventType::log_opened;
  event.statement.actor = actor;
  event.statement.roster_sha256 = checked.document.roster_genesis;
  event.statement.document = crypto::sha256(checked.opening->record.document);
  event.statement.marks = work.directory().project(checked.successor)->marks;
  event.evidence.push_back(
      checked.opening->record.evidence_entry(work.world.entropy.bytes(salt_bytes)));
  return event;
}

}  // namespace

void open_successor(Work& work, const SignedOpening& checked) {
  const std::string& before = checked.opening->project;
  const std::string& after = checked.successor;
  ProjectLog& log = begin(work, checked);
  const auto& entries = work.directory().project(before)->entries;
  const std::string& signer = checked.opening->record.owners.front().spki;
  const auto owner = std::ranges::find(entries, signer, &evidence::RosterEntry::spki);
  LP_ASSERT(owner != entries.end());  // Owners are entries: next_roster_head made them so.
  const auto actor =
      member_actor(owner->member, evidence::key_id(signer), evidence::ActorMethod::device_key);
  work.append(log, opening_event(work, checked, actor));
  take_roster(work, after, checked.roster, checked.version, actor);
  move_on(work, before, after);
  move_content_keys(work, before, after);
  forget_witness_ahead(work, checked.document.predecessor);
  Directory& directory = work.change_directory();
  directory.closed.erase(before);
  directory.successors.emplace(before, after);
}

void keep_successors(Work& work) {
  work.batch.settings.push_back(
      {.name = "log.successors", .value = to_text(work.directory().successors)});
  work.tell_access();
}

std::optional<Succession> offer_succession(const Directory& directory, const ProjectView& project,
                                           const Keys& keys, Instant time, std::string salt) {
  const auto found = directory.closed.find(project.row.id);
  if (found == directory.closed.end() || !project.roster) return std::nullopt;
  const ClosedLog& closed = found->second;
  const std::string origin = successor_origin(directory.log_name, closed);
  const auto vkey = directory.other_vkeys.find(origin);
  LP_ASSERT(vkey != directory.other_vkeys.end());  // Both are shown at once (closing.cpp).
  evidence::RosterHead head = *project.roster;
  head.origin = origin;
  head.version = 1;
  head.prev.reset();
  head.issuer = {{.spki = keys.issuer_key(origin).spki(), .from = 0, .to = {}}};
  head.log = {{.vkey = vkey->second, .from = 0, .to = {}}};
  head.tree_root = evidence::roster_tree_root(evidence::without_cosignatures(project.entries));
  head.time = time;
  evidence::SuccessionDocument document{.origin = origin,
                                        .predecessor = closed.origin,
                                        .last_signed = closed.last_signed,
                                        .restored = closed.restored,
                                        .roster_genesis = head.sha256(),
                                        .reason = closed.reason,
                                        .operator_name = closed.operator_name,
                                        .salt = std::move(salt),
                                        .time = time};
  return Succession{.head = std::move(head), .document = std::move(document)};
}

Applied<OpenSuccessors> apply(Work& work, OpenSuccessors& command) {
  std::vector<SignedOpening> checked;
  std::set<std::string> projects;
  for (const Opening& opening : command.openings) {
    if (!projects.insert(opening.project).second) return refuse(Fault::stale);
    auto one = check(work, opening);
    if (!one) return std::unexpected(one.error());
    checked.push_back(*std::move(one));
  }
  if (checked.empty()) return refuse(Fault::unknown);
  // As with every new log: the signer knows it before anything of it is committed.
  for (const SignedOpening& one : checked) {
    if (const auto opened = work.world.signer.open(one.document.origin); !opened) {
      return refuse(fault_of(opened.error()));
    }
  }
  OpenSuccessors::Result result;
  for (const SignedOpening& one : checked) {
    open_successor(work, one);
    result.opened.push_back({.project = one.successor,
                             .origin = one.document.origin,
                             .predecessor = one.document.predecessor});
  }
  keep_successors(work);
  return result;
}

}  // namespace lp::core
