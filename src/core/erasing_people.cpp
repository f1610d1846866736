#include "core/erasing_people.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "base/assert.h"
#include "core/apply.h"
#include "core/engine.h"
#include "core/erasure_event.h"
#include "core/erasure_proposals.h"
#include "core/keys.h"
#include "core/roster_proposals.h"
#include "core/work.h"

namespace lp::core {
namespace {

using evidence::ErasureDocument;

constexpr std::size_t salt_bytes = 32;

// What is held is evidence of who decided it too: a hold over a request covers those who reviewed
// it, and one over a project all who ever stood there.
std::expected<bool, Refused> holds_person(store::Reader& reader, const store::LegalHold& hold,
                                          std::string_view subject,
                                          const std::vector<std::string>& projects) {
  if (!hold.subject.empty()) return hold.subject == subject;
  if (hold.request.empty()) return std::ranges::find(projects, hold.project) != projects.end();
  const auto reviews = reader.reviews(hold.request);
  if (!reviews) return refuse(Fault::stopping);
  return std::ranges::find(*reviews, subject, &store::Review::member) != reviews->end();
}

// Whether some version of the project's roster lists the member.
std::expected<bool, Refused> ever_listed(store::Reader& reader, const store::Project& project,
                                         std::string_view member) {
  for (std::uint64_t version = project.roster_version; version > 0; --version) {
    const auto roster = reader.roster(project.id, version);
    if (!roster) return refuse(Fault::stopping);
    if (!*roster) return refuse(Fault::row_tampered);
    for (const std::string& bytes : (*roster)->entries) {
      const auto entry = evidence::RosterEntry::parse(bytes);
      if (!entry) return refuse(Fault::row_tampered);
      if (entry->member == member) return true;
    }
  }
  return false;
}

// The projects in which the member ever stood; ascending.
std::expected<std::vector<std::string>, Refused> projects_of(store::Reader& reader,
                                                             const Directory& directory,
                                                             std::string_view member) {
  std::vector<std::string> projects;
  for (const auto& [id, project] : directory.projects) {
    const auto stood = ever_listed(reader, project.row, member);
    if (!stood) return std::unexpected(stood.error());
    if (*stood) projects.push_back(id);
  }
  return projects;
}

// The projects whose logs must say so; ascending. Nothing is added to a log in whose place another
// is open: the one that is says it.
std::vector<std::string> open_in_place_of(const Directory& directory,
                                          const std::vector<std::string>& projects) {
  std::set<std::string> open;
  for (std::string id : projects) {
    for (auto next = directory.successors.find(id); next != directory.successors.end();
         next = directory.successors.find(id)) {
      id = next->second;
    }
    open.insert(std::move(id));
  }
  return {open.begin(), open.end()};
}

// Which logs must say that the person is gone, or why they may not go.
std::expected<std::vector<std::string>, Refused> may_erase(
    store::Reader& reader, const Directory& directory, const std::vector<store::LegalHold>& holds,
    std::string_view subject) {
  const auto member = directory.members.find(subject);
  if (member == directory.members.end()) return refuse(Fault::unknown);
  if (member->second.erased) return refuse(Fault::erased);
  // Their keys would go on deciding, in nobody's name.
  if (listed(directory, subject) || directory.setup_owner == subject) {
    return refuse(Fault::still_listed);
  }
  auto projects = projects_of(reader, directory, subject);
  if (!projects) return projects;
  // A member becomes one by a roster.
  if (projects->empty()) return refuse(Fault::row_tampered);
  for (const store::LegalHold& hold : holds) {
    const auto held = holds_person(reader, hold, subject, *projects);
    if (!held) return std::unexpected(held.error());
    if (*held) return refuse(Fault::legal_hold, {}, hold.id);
  }
  return open_in_place_of(directory, *projects);
}

std::optional<Instant> complete_by(Instant now, std::int64_t horizon_ms) {
  const auto month_end = Keys::month_end(to_string(now));
  return month_end ? std::optional(*month_end + horizon_ms) : std::nullopt;
}

ErasureDocument document_of(const ProjectView& project, const PersonErasureWish& wish,
                            Instant complete, std::string salt) {
  ErasureDocument document;
  document.origin = project.row.origin;
  document.salt = std::move(salt);
  document.subject = wish.subject;
  document.basis = wish.basis;
  document.operator_name = wish.operator_name;
  document.complete_by = complete;
  return document;
}

// Whether this is the document that the server would offer now, but for the signer's words and
// salt.
bool is_offered(const Work& work, const ProjectView& project, const ErasureDocument& said,
                std::string_view bytes) {
  const auto complete = complete_by(work.now, work.world.options.backup_horizon_ms);
  if (!complete || !said.subject) return false;
  return document_of(
             project,
             {.subject = *said.subject, .basis = said.basis, .operator_name = said.operator_name},
             *complete, said.salt)
             .bytes() == bytes;
}

// The subject that every item names, each for one of `projects` and for all of them.
std::expected<void, Refused> check_items(Work& work, const ErasePerson& command,
                                         std::string_view subject,
                                         const std::vector<std::string>& projects) {
  std::vector<std::string> named;
  for (const ErasePerson::Item& item : command.items) {
    named.push_back(item.project);
    const ProjectView* project = work.directory().project(item.project);
    if (project == nullptr) return refuse(Fault::unknown);
    if (const auto log = work.log(item.project); !log) return std::unexpected(log.error());
    const auto said = ErasureDocument::parse(item.record.document);
    if (!said || said->subject != subject ||
        !is_offered(work, *project, *said, item.record.document)) {
      return refuse(Fault::stale);
    }
    if (auto owned = signed_by_owners(*project, item.record); !owned) return owned;
  }
  std::ranges::sort(named);
  if (named != projects) return refuse(Fault::stale);
  return {};
}

}  // namespace

void erase_from(Directory& directory, const std::string& subject, Instant at) {
  const auto found = directory.members.find(subject);
  LP_ASSERT(found != directory.members.end());
  store::Member& member = found->second;
  member.name.clear();
  member.removed = member.removed.value_or(at);
  member.erased = at;
  for (auto& [key, device] : directory.devices) {
    if (device.member == subject && !device.revoked) device.revoked = at;
  }
  for (auto& [key, passkey] : directory.passkeys) {
    if (passkey.member != subject) continue;
    passkey.credential.clear();
    passkey.removed = passkey.removed.value_or(at);
  }
  for (auto& [id, account] : directory.accounts) {
    if (account.member != subject) continue;
    account.subject.clear();
    account.groups.clear();
    account.removed = account.removed.value_or(at);
  }
  std::erase_if(directory.subscriptions,
                [&](const auto& item) { return item.second.member == subject; });
  std::erase_if(directory.channels,
                [&](const auto& item) { return item.second.audience == "member:" + subject; });
}

std::expected<std::vector<PersonErasureOffer>, Refused> offer_person_erasure(
    store::Reader& reader, const Directory& directory, const PersonErasureWish& wish, Instant now,
    std::int64_t horizon_ms, Entropy& entropy) {
  const auto holds = reader.legal_holds();
  if (!holds) return refuse(Fault::stopping);
  const auto projects = may_erase(reader, directory, *holds, wish.subject);
  if (!projects) return std::unexpected(projects.error());
  const auto complete = complete_by(now, horizon_ms);
  if (!complete) return refuse(Fault::clock_unsafe);
  std::vector<PersonErasureOffer> offers;
  for (const std::string& id : *projects) {
    offers.push_back({.project = id,
                      .document = document_of(*directory.project(id), wish, *complete,
                                              entropy.bytes(salt_bytes))});
  }
  return offers;
}

Applied<ErasePerson> apply(Work& work, ErasePerson& command) {
  const auto first = command.items.empty()
                         ? std::nullopt
                         : ErasureDocument::parse(command.items.front().record.document);
  if (!first || !first->subject) return refuse(Fault::stale);
  const std::string subject = *first->subject;
  if (auto waits = check_proposal(work, command.proposal, {}, subject); !waits) {
    return std::unexpected(waits.error());
  }
  const auto projects = may_erase(work.world.rows, work.directory(), work.world.holds, subject);
  if (!projects) return std::unexpected(projects.error());
  if (const auto fine = check_items(work, command, subject, *projects); !fine) {
    return std::unexpected(fine.error());
  }
  ErasePerson::Result result{.subject = subject, .erasures = {}, .complete_by = first->complete_by};
  for (const ErasePerson::Item& item : command.items) {
    ProjectLog& log = **work.log(item.project);
    const auto appended =
        work.append(log, erasure_event(work, *work.directory().project(item.project), item.record));
    result.erasures.push_back({.member = subject,
                               .project = item.project,
                               .leaf_index = appended.index,
                               .at = log.head.last_time});
    work.tell_project(item.project);
  }
  erase_from(work.change_directory(), subject, work.now);
  end_proposal(work, command.proposal);
  work.erase({.member = subject, .at = work.now, .erasures = result.erasures});
  return result;
}

}  // namespace lp::core
