#include "core/epochs.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/text.h"
#include "core/agent_commands.h"
#include "core/deciding.h"
#include "core/operator_event.h"
#include "core/permits.h"
#include "core/work.h"

namespace lp::core {
namespace {

std::string subject_of(const RaiseEpoch& command) {
  if (command.kind == "agent") return command.agent;
  return command.kind == "tool" ? tool_subject(command.service, command.action) : std::string();
}

bool in_scope(const RaiseEpoch& command, const store::Permit& permit) {
  if (command.kind == "agent") return permit.agent == command.agent;
  if (command.kind == "tool") {
    return permit.service == command.service && permit.action == command.action;
  }
  return true;
}

json::Value epoch_entry(Work& work, const RaiseEpoch& command, std::uint64_t number) {
  auto entry = json::Value::object();
  entry.add("kind", "epoch").add("scope", command.kind).add("number", number);
  if (command.kind == "agent") entry.add("agent", command.agent);
  if (command.kind == "tool") entry.add("service", command.service).add("action", command.action);
  if (!command.reason.empty()) entry.add("reason", command.reason);
  entry.add("salt", base64(work.world.entropy.bytes(32)));
  return entry;
}

const store::ApiKey* key_of(const Directory& directory, std::string_view project,
                            std::string_view id) {
  const auto found = std::ranges::find_if(directory.keys, [&](const auto& item) {
    return item.second.id == id && item.second.project == project;
  });
  return found == directory.keys.end() ? nullptr : &found->second;
}

// Whether it was revoked before; unknown when there is no such agent.
std::expected<bool, Refused> revoke_asker(Work& work, const StopAgent& command) {
  const auto tell = [](const auto& done) -> std::expected<bool, Refused> {
    if (done) return false;
    if (done.error().fault == Fault::already_revoked) return true;
    return std::unexpected(done.error());
  };
  const store::ApiKey* key = key_of(work.directory(), command.project, command.agent);
  if (key != nullptr) {
    if (key->role != identity::KeyRole::agent) return refuse(Fault::unknown);
    OfMember<RevokeKey> end{.command = {.project = command.project, .id = command.agent},
                            .actor = command.actor};
    return tell(apply(work, end));
  }
  RevokeAgent end{
      .project = command.project, .agent = command.agent, .actor = command.actor};
  return tell(apply(work, end));
}

}  // namespace

Applied<RaiseEpoch> apply(Work& work, RaiseEpoch& command) {
  auto log = work.log(command.project);
  if (!log) return std::unexpected(log.error());
  const std::string subject = subject_of(command);
  auto& number = work.world.epochs[{command.project, command.kind, subject}];
  // Known at once, to the commands behind it too; if the batch does not become true the process
  // stops, and reads at its next start what did.
  ++number;
  store::Epoch row{.project = command.project,
                   .kind = command.kind,
                   .subject = subject,
                   .number = number,
                   .mac = {}};
  row.mac = epoch_mac(work.world.keys, row);
  Work::Event event =
      operator_event(work, command.project, evidence::EventType::epoch_changed);
  event.statement.actor = command.actor;
  event.evidence.push_back(epoch_entry(work, command, number));
  work.append(**log, std::move(event));
  work.batch.writes.emplace_back(row);
  RaiseEpoch::Result result{.number = number};
  for (const std::string& id : work.issued_permits(command.project)) {
    const auto permit = work.permit(id, command.project);
    if (!permit || !in_scope(command, **permit)) continue;
    revoke_permit(work, id, command.project, command.actor, "epoch");
    if ((*permit)->state == "revoked") ++result.revoked;
  }
  work.tell_project(command.project);
  return result;
}

Applied<StopAgent> apply(Work& work, StopAgent& command) {
  const auto before = revoke_asker(work, command);
  if (!before) return std::unexpected(before.error());
  StopAgent::Result result{.was_revoked = *before};
  RaiseEpoch raise{.project = command.project,
                   .kind = "agent",
                   .agent = command.agent,
                   .service = {},
                   .action = {},
                   .reason = command.reason,
                   .actor = command.actor};
  const auto raised = apply(work, raise);
  // Its log was there a moment ago, on this very thread.
  LP_ASSERT(raised.has_value());
  result.number = raised->number;
  result.revoked = raised->revoked;
  for (const std::string& id : work.pending_of(command.project, command.agent)) {
    auto open = work.request(id, command.project);
    if (!open) continue;  // a row that does not verify is reported, and decided by nobody
    if (cancel_request(work, **open, command.actor, command.reason)) ++result.cancelled;
  }
  return result;
}

}  // namespace lp::core
