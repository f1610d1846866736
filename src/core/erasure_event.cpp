#include "core/erasure_event.h"

#include <algorithm>

#include "base/assert.h"
#include "core/rosters.h"
#include "crypto/hash.h"

namespace lp::core {
namespace {

using evidence::EventType;

constexpr std::size_t salt_bytes = 32;

}  // namespace

std::expected<void, Refused> signed_by_owners(const ProjectView& project,
                                              const evidence::ErasureRecord& record) {
  if (!project.roster) return refuse(Fault::not_permitted, {}, project.row.name);
  if (const auto why = evidence::refuse_owners(record, *project.roster)) {
    return refuse(Fault::not_permitted, {}, *why);
  }
  return {};
}

Work::Event erasure_event(Work& work, const ProjectView& project,
                          const evidence::ErasureRecord& record) {
  const std::string& signer = record.owners.front().spki;
  const auto owner = std::ranges::find(project.entries, signer, &evidence::RosterEntry::spki);
  LP_ASSERT(owner != project.entries.end());  // Owners are entries: next_roster_head.
  Work::Event event;
  event.statement.type = EventType::erasure_performed;
  event.statement.actor =
      member_actor(owner->member, evidence::key_id(signer), evidence::ActorMethod::device_key);
  event.statement.roster_sha256 = project.row.roster_sha256;
  event.statement.document = crypto::sha256(record.document);
  event.statement.marks = project.marks;
  event.evidence.push_back(record.evidence_entry(work.world.entropy.bytes(salt_bytes)));
  return event;
}

}  // namespace lp::core
