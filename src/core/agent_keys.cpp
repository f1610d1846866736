// What agents prove themselves with: registering, and changing the secret or key.

#include "base/assert.h"
#include "base/id.h"
#include "base/text.h"
#include "core/agent_commands.h"
#include "core/apply.h"
#include "core/asker.h"
#include "core/engine.h"
#include "core/work.h"

namespace lp::core {
namespace {

using evidence::EventType;

struct NewSecret {
  Secret secret;
  std::string sealed;
};

std::optional<NewSecret> new_agent_secret(Work& work) {
  Entropy& entropy = work.world.entropy;
  Secret secret("lp_agent_secret_" + base64url(entropy.bytes(32)));
  auto sealed = work.world.keys.wrap(secret.reveal(), work.now, entropy);
  if (!sealed) return std::nullopt;
  return NewSecret{.secret = std::move(secret), .sealed = *std::move(sealed)};
}

json::Value agent_entry(Work& work, const store::Agent& agent) {
  auto entry = json::Value::object();
  entry.add("kind", "agent").add("id", agent.id);
  if (!agent.public_key.empty()) entry.add("spki", base64(agent.public_key));
  if (agent.previous_until) entry.add("previous_until", to_string(*agent.previous_until));
  entry.add("salt", base64(work.world.entropy.bytes(32)));
  return entry;
}

Work::Event agent_event(Work& work, const store::Agent& agent, EventType type,
                        const evidence::Actor& actor) {
  Work::Event event;
  event.statement.type = type;
  event.statement.actor = actor;
  event.statement.marks = work.directory().project(agent.project)->marks;
  event.evidence.push_back(agent_entry(work, agent));
  return event;
}

void put(Work& work, store::Agent agent) {
  work.batch.writes.emplace_back(agent);
  work.change_directory().agents.insert_or_assign(agent.id, std::move(agent));
}

// Whoever has the API key may change a secret that the server knows anyway. A key of the agent's
// own says more than the API key does, so only it may name its successor.
std::expected<void, Refused> may_rotate(const RotateAgent& command, const store::Agent& agent) {
  if (agent.public_key.empty()) return {};
  if (command.proof.agent_id == agent.id && command.proof.strength == "httpsig") return {};
  return refuse(Fault::agent_proof_required);
}

// `public_key` "" makes a secret; what was in force before stays so for a while.
Applied<RotateAgent> rotate(Work& work, ProjectLog& log, const store::Agent& before,
                            std::string public_key, const evidence::Actor& actor,
                            std::optional<std::string> strength) {
  store::Agent agent = before;
  agent.previous_secret_sealed = std::move(agent.secret_sealed);
  agent.previous_public_key = std::move(agent.public_key);
  agent.secret_sealed.clear();
  agent.public_key = std::move(public_key);
  agent.rotated = work.now;
  agent.previous_until = work.now + work.world.options.rotation_overlap_ms;
  RotateAgent::Result result{
      .secret = {}, .rotated = work.now, .previous_until = *agent.previous_until};
  if (agent.public_key.empty()) {
    auto fresh = new_agent_secret(work);
    if (!fresh) return refuse(Fault::disk_reserve);
    agent.secret_sealed = std::move(fresh->sealed);
    result.secret = std::move(fresh->secret);
  }
  Work::Event event = agent_event(work, agent, EventType::key_rotated, actor);
  event.statement.strength = std::move(strength);
  work.append(log, std::move(event));
  put(work, std::move(agent));
  return result;
}

}  // namespace

Applied<RegisterAgent> apply(Work& work, RegisterAgent& command) {
  auto log = work.log(command.project);
  if (!log) return std::unexpected(log.error());
  if (work.directory().agent_called(command.project, command.handle) != nullptr) {
    return refuse(Fault::name_taken, {}, command.handle);
  }
  store::Agent agent;
  agent.id = new_id("agent", work.now, work.world.entropy);
  agent.project = command.project;
  agent.handle = command.handle;
  agent.public_key = command.public_key;
  agent.made_by = command.made_by;
  agent.created = work.now;
  RegisterAgent::Result result{.agent_id = agent.id, .secret = {}};
  if (command.public_key.empty()) {
    auto fresh = new_agent_secret(work);
    if (!fresh) return refuse(Fault::disk_reserve);
    agent.secret_sealed = std::move(fresh->sealed);
    result.secret = std::move(fresh->secret);
  }
  work.append(**log, agent_event(work, agent, EventType::key_added, command.by.actor));
  put(work, std::move(agent));
  return result;
}

Applied<RotateAgent> apply(Work& work, RotateAgent& command) {
  auto log = work.log(command.project);
  if (!log) return std::unexpected(log.error());
  const store::Agent* found = work.directory().agent(command.project, command.agent);
  const auto asker = asker_of(work.directory(), command.project, command.api_key, command.proof);
  if (found == nullptr || !asker) return refuse(Fault::unknown);
  if (const auto may = may_rotate(command, *found); !may) return std::unexpected(may.error());
  if (const auto fresh = work.check_nonce(command.proof); !fresh) {
    return std::unexpected(fresh.error());
  }
  LP_ASSERT(command.public_key.empty() == found->public_key.empty());

  auto result = rotate(work, **log, *found, command.public_key, asker->actor,
                       command.proof.strength);
  if (result) work.keep_nonce(command.proof);
  return result;
}

Applied<RotateAgent> apply(Work& work, OfMember<RotateAgent>& command) {
  auto log = work.log(command.command.project);
  if (!log) return std::unexpected(log.error());
  const store::Agent* found =
      work.directory().agent(command.command.project, command.command.agent);
  if (found == nullptr) return refuse(Fault::unknown);
  if (!found->public_key.empty()) return refuse(Fault::agent_proof_required);
  return rotate(work, **log, *found, {}, command.actor, {});
}

Applied<RevokeAgent> apply(Work& work, RevokeAgent& command) {
  auto log = work.log(command.project);
  if (!log) return std::unexpected(log.error());
  const auto found = work.directory().agents.find(command.agent);
  if (found == work.directory().agents.end() || found->second.project != command.project) {
    return refuse(Fault::unknown);
  }
  if (found->second.revoked) return refuse(Fault::already_revoked, {}, command.agent);
  store::Agent agent = found->second;
  agent.revoked = work.now;
  work.append(**log, agent_event(work, agent, EventType::key_revoked, command.actor));
  put(work, std::move(agent));
  return RevokeAgent::Result{};
}

}  // namespace lp::core
