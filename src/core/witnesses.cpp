// What the core makes of witnesses: who is asked, what they stand behind, and that one of them
// knows better than we do.

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "core/apply.h"
#include "core/keys.h"
#include "core/operator_event.h"
#include "core/witnesses_ahead.h"
#include "core/work.h"
#include "crypto/hash.h"
#include "tlog/policy.h"

namespace lp::core {
namespace {

void keep_policy(Work& work, const std::string& policy) {
  work.change_directory().witness_policy = policy;
  work.batch.settings.push_back({.name = "witness.policy", .value = policy});
}

void keep_ahead(Work& work, const WitnessesAhead& ahead) {
  std::string text = to_text(ahead);
  work.batch.settings.push_back({.name = "witness.ahead", .value = text});
  work.change_directory().witness_ahead = std::move(text);
}

WitnessesAhead ahead_of(const Work& work) {
  return read_pair_lines(work.directory().witness_ahead.value_or(""));
}

bool asks(const std::expected<tlog::Policy, tlog::PolicyFault>& policy, std::string_view vkey) {
  if (!policy) return false;
  for (const tlog::PolicyWitness& witness : policy->witnesses()) {
    if (witness.key.to_string() == vkey) return true;
  }
  return false;
}

// Who is no longer asked holds nothing up: the logs that stood still on its word go on.
void forget_others(Work& work, const std::string& policy_text) {
  const auto policy = tlog::Policy::parse(policy_text);
  WitnessesAhead ahead = ahead_of(work);
  World& world = work.world;
  const std::size_t gone = std::erase_if(ahead, [&](const auto& mark) {
    if (asks(policy, mark.second)) return false;
    if (mark.first == world.root.origin()) world.root.go_on();
    for (auto& [id, log] : world.logs) {
      if (log.origin == mark.first && std::exchange(log.witness_ahead, false)) {
        freeze(log, false);
      }
    }
    return true;
  });
  if (gone > 0) keep_ahead(work, ahead);
}

}  // namespace

void forget_witness_ahead(Work& work, std::string_view origin) {
  WitnessesAhead ahead = ahead_of(work);
  const auto mark = ahead.find(origin);
  if (mark == ahead.end()) return;
  ahead.erase(mark);
  keep_ahead(work, ahead);
}

Applied<SetWitnessPolicy> apply(Work& work, SetWitnessPolicy& command) {
  if (work.directory().witness_policy.value_or("") == command.policy) {
    return SetWitnessPolicy::Result{.changed = false};
  }
  World& world = work.world;
  keep_policy(work, command.policy);
  forget_others(work, command.policy);
  for (auto& [id, log] : world.logs) {
    if (log.frozen) continue;
    Work::Event event = operator_event(work, id, evidence::EventType::witness_changed);
    event.statement.document = crypto::sha256(command.policy);
    auto entry = json::Value::object();
    entry.add("kind", "witness_policy")
        .add("policy", command.policy)
        .add("salt", base64(world.entropy.bytes(32)));
    event.evidence.push_back(std::move(entry));
    work.append(log, std::move(event));
  }
  return SetWitnessPolicy::Result{.changed = true};
}

Applied<KeepCosigned> apply(Work& work, KeepCosigned& command) {
  command.head.mac = work.world.keys.row_mac(command.head);
  work.batch.writes.emplace_back(std::move(command.head));
  return KeepCosigned::Result{};
}

Applied<NoteWitnessAhead> apply(Work& work, NoteWitnessAhead& command) {
  World& world = work.world;
  WitnessesAhead ahead = ahead_of(work);
  if (ahead.contains(command.origin)) return NoteWitnessAhead::Result{.noted = false};
  if (command.origin == world.root.origin()) {
    world.root.stand_still();
  } else {
    const auto log = std::ranges::find_if(
        world.logs, [&](const auto& one) { return one.second.origin == command.origin; });
    if (log == world.logs.end()) return refuse(Fault::unknown);
    stand_still(log->second);
  }
  ahead.emplace(command.origin, command.witness);
  keep_ahead(work, ahead);
  return NoteWitnessAhead::Result{.noted = true};
}

void stand_still(ProjectLog& log) {
  if (!log.frozen) log.witness_ahead = true;
  freeze(log, true);
  log::error(
      "log.witness_ahead",
      "A witness has seen more of this log, or another one, than is here: it was rolled back "
      "or the machine was cloned. Nothing is signed; reads go on.",
      {{"project", log.head.project}});
}

}  // namespace lp::core
