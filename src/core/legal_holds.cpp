// Legal holds: what must not be erased, for whatever reason an operator gives. Put into the log and
// ended there; in between the core knows them all (World::holds).

#include <algorithm>

#include "base/id.h"
#include "base/text.h"
#include "core/apply.h"
#include "core/operator_event.h"
#include "core/work.h"

namespace lp::core {
namespace {

// In the project's stream, so that it stays when the request goes.
Work::Event hold_event(Work& work, const store::LegalHold& hold, std::string_view act,
                       std::string_view reason) {
  auto event = operator_event(work, hold.project, evidence::EventType::config_changed);
  auto entry = json::Value::object();
  entry.add("kind", "legal_hold").add("act", act).add("id", hold.id);
  if (!hold.request.empty()) entry.add("request_id", hold.request);
  if (!hold.subject.empty()) entry.add("subject", hold.subject);
  entry.add("reason", reason).add("salt", base64(work.world.entropy.bytes(32)));
  event.evidence.push_back(std::move(entry));
  return event;
}

}  // namespace

Applied<AddHold> apply(Work& work, AddHold& command) {
  auto log = work.log(command.project);
  if (!log) return std::unexpected(log.error());
  if (!command.request.empty()) {
    if (const auto open = work.request(command.request, command.project); !open) {
      return std::unexpected(open.error());
    }
  }
  if (!command.subject.empty()) {
    const auto member = work.directory().members.find(command.subject);
    if (member == work.directory().members.end()) return refuse(Fault::unknown);
    if (member->second.erased) return refuse(Fault::erased);
  }
  store::LegalHold hold{.id = new_id("hold", work.now, work.world.entropy),
                        .project = command.project,
                        .request = command.request,
                        .reason = command.reason,
                        .created = {},
                        .leaf_index = {},
                        .subject = command.subject};
  hold.leaf_index = work.append(**log, hold_event(work, hold, "added", hold.reason)).index;
  hold.created = (*log)->head.last_time;
  work.batch.writes.emplace_back(hold);
  // Known at once, to the commands behind it too; if the batch does not become true the process
  // stops, and reads at its next start what did.
  work.world.holds.push_back(hold);
  return AddHold::Result{.hold = std::move(hold)};
}

Applied<EndHold> apply(Work& work, EndHold& command) {
  auto& holds = work.world.holds;
  const auto found = std::ranges::find(holds, command.id, &store::LegalHold::id);
  if (found == holds.end()) return refuse(Fault::unknown);
  auto log = work.log(found->project);
  if (!log) return std::unexpected(log.error());
  work.append(**log, hold_event(work, *found, "ended", command.reason));
  work.batch.removals.emplace_back(store::DeleteHold{.id = command.id});
  holds.erase(found);
  return EndHold::Result{};
}

}  // namespace lp::core
