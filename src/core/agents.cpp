// What agents do: ask and revise. What they leave beside that is in snapshots.cpp.

#include <algorithm>

#include "base/assert.h"
#include "base/id.h"
#include "base/text.h"
#include "core/apply.h"
#include "core/asker.h"
#include "core/asking.h"
#include "core/deciding.h"
#include "core/engine.h"
#include "core/permits.h"
#include "core/reach.h"
#include "core/request_event.h"
#include "core/row_seal.h"
#include "core/work.h"
#include "crypto/hash.h"
#include "json/parse.h"
#include "json/write.h"
#include "seal/content_key.h"

namespace lp::core {
namespace {

using evidence::EventType;

constexpr std::size_t dek_bytes = 32;

// What an Idempotency-Key was first used for. The client's own content HMAC where it sends one,
// because a retry that is encrypted anew has another IV; else a keyed hash of all that was asked.
Digest content_of(const Work& work, const Ingest& command) {
  const Secret key = work.world.keys.purpose("lp-idempotency-content/1");
  const std::string separator(1, '\0');
  if (command.idem) {
    return crypto::hmac_sha256(key.reveal(), {"idem", separator, command.service, separator,
                                              command.action, separator, *command.idem});
  }
  // What is uploaded must be what was announced, so an ask that announces other bytes is another.
  std::string files;
  for (const auto& attachment : command.attachments) {
    files += separator + json::canonical(attachment.to_json());
  }
  return crypto::hmac_sha256(key.reveal(), {"body", separator, command.service, separator,
                                            command.action, separator, command.payload, files});
}

Digest idempotency_key(const Work& work, const Ingest& command) {
  const Secret key = work.world.keys.purpose("lp-idempotency-key/1");
  return crypto::hmac_sha256(
      key.reveal(), {command.api_key, std::string_view("\0", 1), *command.idempotency_key});
}

std::expected<std::optional<store::Idempotency>, Refused> earlier(Work& work, const Ingest& command,
                                                                  const Digest& key) {
  const auto in_batch = work.idempotency.find({command.project, std::string(key.view())});
  if (in_batch != work.idempotency.end()) return in_batch->second;
  auto stored = work.world.rows.idempotency(command.project, key);
  LP_ASSERT(stored.has_value());
  return *std::move(stored);
}

// Whether anybody in the roster could ever approve this.
std::expected<void, Refused> somebody_can(const ProjectView& project,
                                          const approval::Request& request,
                                          const approval::Context& context) {
  const bool enough =
      approval::asks_enough(request, context) &&
      approval::satisfied(context.rule, approval::eligible_people(request, context));
  if (project.row.roster_sha256 && enough) return {};
  if (!project.row.roster_sha256) {
    return refuse(Fault::no_eligible_approver, {}, "the project has no signed roster yet");
  }
  std::string rule = json::canonical(context.rule.to_json());
  if (request.ruled && request.ruled->version > 0) {
    rule = "the policy's rule " + json::quote(request.ruled->name) + " asks " + rule;
  }
  return refuse(Fault::no_eligible_approver, {}, rule);
}

evidence::Descriptor descriptor_of(Work& work, const Ingest& command, const ProjectView& project,
                                   const Asker& asker) {
  evidence::Descriptor descriptor;
  descriptor.salt = work.world.entropy.bytes(32);
  descriptor.origin = project.row.origin;
  descriptor.service = command.service;
  descriptor.action = command.action;
  descriptor.agent_id = asker.agent_id;
  descriptor.agent_owner = asker.owner;
  if (!command.client_nonce.empty()) descriptor.client_nonce = command.client_nonce;
  if (!command.facts.empty()) {
    const auto facts = json::parse(command.facts);
    LP_ASSERT(facts.has_value());
    descriptor.facts = facts->root;
  }
  if (!command.schema.empty()) descriptor.schema_sha256 = crypto::sha256(command.schema);
  if (!command.environment.empty()) descriptor.environment = command.environment;
  return descriptor;
}

// The payload as the row keeps it and as statements refer to it.
struct KeptPayload {
  evidence::PayloadRef reference;
  std::string stored, commit_key_sealed;
};

KeptPayload keep_payload(Work& work, std::string_view dek, std::string_view request,
                  const std::string& payload, const std::optional<seal::Envelope>& envelope) {
  KeptPayload kept;
  if (envelope) {
    kept.reference.kind = seal::to_string(envelope->kind);
    kept.reference.env_sha256 = envelope->env_sha256;
    if (!envelope->kid.empty()) kept.reference.kid = envelope->kid;
    kept.stored = payload;
    return kept;
  }
  Entropy& entropy = work.world.entropy;
  const Secret k(entropy.bytes(32));
  kept.reference.kind = "plain";
  kept.reference.commit = seal::commitment(k.reveal(), seal::Role::base, payload);
  kept.stored = seal_field(dek, "payload", request, payload, entropy);
  kept.commit_key_sealed = seal_field(dek, "commit-key", request, k.reveal(), entropy);
  return kept;
}

// The descriptor of a revised request: a new salt, the facts and schema as they are now.
evidence::Descriptor revised_descriptor(Work& work, const store::Request& row,
                                        const Details& details, const ProjectView& project) {
  Ingest as_asked;
  as_asked.service = row.service;
  as_asked.action = row.action;
  as_asked.facts = details.facts;
  as_asked.schema = details.schema;
  as_asked.environment = row.environment;
  as_asked.client_nonce = details.client_nonce;
  return descriptor_of(work, as_asked, project,
                       {.agent_id = row.agent_id, .owner = row.agent_owner, .actor = {}});
}

// What the agent says of itself, under a name that says that it is only said.
std::optional<json::Value> claims_of(const AgentClaims& claims) {
  auto value = json::Value::object();
  const std::pair<std::string_view, const std::string*> said[] = {
      {"agent", &claims.agent}, {"agent_version", &claims.agent_version}, {"model", &claims.model}};
  for (const auto& [name, text] : said) {
    if (!text->empty()) value.add(name, *text);
  }
  return value.members().empty() ? std::nullopt : std::optional(std::move(value));
}

// The ruling as the log keeps it, beside the statement that it is of.
json::Value ruling_entry(Work& work, const AskRuling& ruling) {
  const auto said = json::parse(ruling.explained);
  LP_ASSERT(said.has_value());
  auto entry = json::Value::object();
  entry.add("kind", "ruling")
      .add("ruling", said->root)
      .add("salt", base64(work.world.entropy.bytes(32)));
  return entry;
}

Work::Event created_event(Work& work, const ProjectView& project, const Work::Open& open,
                          const Asker& asker, const Ingest& command, const AskRuling& ruling) {
  Work::Event event;
  if (!ruling.explained.empty()) event.evidence.push_back(ruling_entry(work, ruling));
  event.statement = request_statement(project, open, EventType::request_created, asker.actor);
  event.statement.strength = command.proof.strength;
  event.statement.agent_claims = claims_of(command.claims);
  return event;
}

std::expected<Work::Open, Refused> open_request(Work& work, const Ingest& command,
                                                const ProjectView& project, ProjectLog& log,
                                                const Asker& asker, const AskRuling& ruling,
                                                const Secret& dek) {
  const Instant time = work.time_of(log);
  auto wrapped = work.world.keys.wrap(dek.reveal(), time, work.world.entropy);
  if (!wrapped) return refuse(Fault::disk_reserve);
  const auto& options = work.world.options;
  const std::int64_t at_most = ruling.decide_by_ms.value_or(options.decide_by_max_ms);
  const std::int64_t wanted = ruling.decide_by_ms.value_or(options.decide_by_default_ms);
  const std::int64_t hold_ms =
      std::clamp<std::int64_t>(std::min(command.decide_in_ms.value_or(wanted), at_most), 1'000,
                               options.decide_by_max_ms);
  const std::string descriptor = descriptor_of(work, command, project, asker).bytes();

  Work::Open open;
  open.log = &log;
  store::Request& row = open.row;
  row.id = new_id("req", time, work.world.entropy);
  KeptPayload kept = keep_payload(work, dek.reveal(), row.id, command.payload, command.envelope);
  row.project = command.project;
  row.api_key = command.api_key;
  row.agent_id = asker.agent_id;
  row.agent_owner = asker.owner;
  row.strength = command.proof.strength;
  row.candidate = command.proof.candidate;
  row.service = command.service;
  row.action = command.action;
  row.priority = command.priority;
  row.role = command.role;
  row.environment = command.environment;
  row.trace_id = command.trace_id;
  row.parent_request_id = command.parent_request_id;
  row.client = command.client;
  row.payload_kind = kept.reference.kind;
  row.payload = std::move(kept.stored);
  row.commit_key_sealed = std::move(kept.commit_key_sealed);
  row.dek_wrapped = *std::move(wrapped);
  const Details details{.facts = command.facts,
                        .schema = command.schema,
                        .callback_url = command.callback_url,
                        .client_nonce = command.client_nonce,
                        .descriptor = descriptor,
                        .escrow = command.escrow,
                        .address = command.address,
                        .ruling = ruling.explained,
                        .capabilities = command.capabilities,
                        .lossy = command.lossy,
                        .attachments = command.attachments};
  row.details_sealed =
      seal_field(dek.reveal(), "details", row.id, details.to_json(), work.world.entropy);
  row.request_sha256 = crypto::sha256(descriptor);
  row.created = time;
  row.decide_by = time + hold_ms;

  open.state.request = row.id;
  open.state.project = command.project;
  approval::Request& state = open.state.state;
  state.id = row.id;
  state.level = ruling.level;
  state.ruled = ruling.ruled;
  state.created = time;
  state.decide_by = row.decide_by;
  state.base = state.current = kept.reference;
  state.agent_owner = asker.owner;
  state.no_isolation = command.same_account;
  return open;
}

void tell_state(Ingest::Result& result, const approval::Request& state) {
  result.version = state.version;
  result.level = state.level;
  result.decide_by = state.decide_by;
  result.advisory = state.no_isolation;
}

// Closed by the policy as soon as it is asked: denied, or allowed.
std::expected<void, Refused> close_by_policy(Work& work, Work::Open& open,
                                             const ProjectView& project, const AskRuling& ruling) {
  auto opened = open_details(work.world.keys, open.row);
  if (!opened) return std::unexpected(opened.error());
  const bool allowed = ruling.effect == policy::Effect::allow;
  std::optional<PermitWish> permit;
  if (allowed) {
    auto wish = permit_wish(work, open.row, opened->details.capabilities);
    if (!wish) return std::unexpected(wish.error());
    permit = *std::move(wish);
  }
  const evidence::Actor actor{.id = "policy:project",
                              .kind = evidence::ActorKind::policy,
                              .method = evidence::ActorMethod::rule,
                              .key = {}};
  open.state.state.state = allowed ? approval::State::approved : approval::State::denied;
  Work::Event event;
  event.statement = request_statement(
      project, open, allowed ? EventType::decision_approved : EventType::decision_denied, actor);
  if (allowed) bind_execution(event.statement, permit);
  event.evidence.push_back(ruling_entry(work, ruling));
  work.append(*open.log, open.state, std::move(event));
  issue_permit(work, open, project, permit, opened->details.capabilities);
  const std::string reason = allowed ? "" : "Denied by the policy: " + ruling.ruled->name + ".";
  close(work, open, actor, reason, *opened);
  return {};
}

}  // namespace

Applied<Ingest> take_in(Work& work, const Ingest& command, const ProjectView& project,
                        ProjectLog& log, const Asker& asker, const AskRuling& ruling) {
  const Secret dek(work.world.entropy.bytes(dek_bytes));
  auto made = open_request(work, command, project, log, asker, ruling, dek);
  if (!made) return std::unexpected(made.error());
  const auto context = context_of(work, project, log, made->state.state);
  const bool review = ruling.effect == policy::Effect::review;
  if (review) {
    const auto able = somebody_can(project, made->state.state, context);
    if (!able) return std::unexpected(able.error());
  }
  Work::Open& open = work.add_request(*std::move(made));
  const auto appended = work.append(
      log, open.state, created_event(work, project, open, asker, command, ruling));
  open.row.leaf_index = appended.index;
  open.state.asked_sha256 = asked_sha256(open.row);
  work.batch.writes.emplace_back(open.row);
  count(work, project, ruling, open.row.created);
  ++work.pending_delta[command.project];
  if (review) {
    work.world.expiry.add(open.row.decide_by, open.row.id);
    work.tell(open.row.project, open.row.id);
    queue_notices(work, open, context);
  } else {
    // Its own details were sealed a moment ago, and its executor was there: else it is our mistake.
    const auto closed = close_by_policy(work, open, project, ruling);
    LP_ASSERT(closed.has_value());
  }
  Ingest::Result result{.id = open.row.id, .replay = false, .snapshot_key = {}};
  tell_state(result, open.state.state);
  if (!command.envelope) result.snapshot_key = snapshot_key_of(dek);
  return result;
}

Applied<Ingest> apply(Work& work, Ingest& command) {
  const ProjectView* project = work.directory().project(command.project);
  if (project == nullptr) return refuse(Fault::unknown);
  if (work.disk_low()) {
    return refuse(Fault::disk_reserve);
  }
  auto log = work.log(command.project);
  if (!log) return std::unexpected(log.error());
  const auto asker = asker_of(work.directory(), command.project, command.api_key, command.proof);
  if (!asker) return refuse(Fault::unknown);
  if (const auto fresh = work.check_nonce(command.proof); !fresh) {
    return std::unexpected(fresh.error());
  }

  if (const auto executor =
          wanted_executor(work.directory(), command.project, command.capabilities);
      !executor) {
    return std::unexpected(executor.error());
  }

  std::optional<Digest> key;
  if (command.idempotency_key) {
    key = idempotency_key(work, command);
    const auto before = earlier(work, command, *key);
    if (!before) return std::unexpected(before.error());
    if (*before) {
      if ((*before)->content != content_of(work, command)) {
        return refuse(Fault::idempotency_conflict, (*before)->request);
      }
      Ingest::Result replay{.id = (*before)->request, .replay = true, .snapshot_key = {}};
      auto open = work.request(replay.id);
      if (!open) return std::unexpected(open.error());
      tell_state(replay, (*open)->state.state);
      if (!command.envelope) {
        const auto dek = work.world.keys.unwrap((*open)->row.dek_wrapped);
        if (!dek) return refuse(Fault::row_tampered, replay.id);
        replay.snapshot_key = snapshot_key_of(*dek);
      }
      work.keep_nonce(command.proof);
      return replay;
    }
  }
  const auto waiting =
      static_cast<std::int64_t>((*log)->live->pending.load()) + work.pending_delta[command.project];
  if (waiting >= static_cast<std::int64_t>(work.world.options.pending_per_project_max)) {
    return refuse(Fault::pending_limit);
  }

  const auto ruling = rule_on(work, *project, **log, command, *asker);
  if (!ruling) return std::unexpected(ruling.error());
  auto result = take_in(work, command, *project, **log, *asker, *ruling);
  if (!result) return result;
  if (key) {
    store::Idempotency entry{.project = command.project,
                             .key = *key,
                             .content = content_of(work, command),
                             .request = result->id,
                             .created = work.now};
    work.idempotency.emplace(std::pair(command.project, std::string(key->view())), entry);
    work.batch.writes.emplace_back(std::move(entry));
  }
  work.keep_nonce(command.proof);
  return result;
}

namespace {

// Other bytes and facts are ruled on anew; what the policy would deny is not put in place.
std::expected<AskRuling, Refused> ruling_of_revision(Work& work, const ProjectView& project,
                                                     const Work::Open& open, const Revise& command,
                                                     const Details& details) {
  const store::Request& row = open.row;
  Ingest asked;
  asked.service = row.service;
  asked.action = row.action;
  asked.proof.strength = row.strength;
  asked.priority = row.priority;
  asked.role = row.role;
  asked.environment = row.environment;
  asked.address = details.address;
  asked.payload = command.payload;
  asked.envelope = command.envelope;
  asked.facts = command.facts.empty() ? details.facts : command.facts;
  auto ruling = rule_on(work, project, *open.log, asked,
                        {.agent_id = row.agent_id, .owner = row.agent_owner, .actor = {}});
  if (ruling && ruling->effect == policy::Effect::deny) {
    return refuse(Fault::policy_denied, row.id, ruling->ruled->name);
  }
  return ruling;
}

}  // namespace

Applied<Revise> apply(Work& work, Revise& command) {
  if (work.world.clock_watch.unsafe()) return refuse(Fault::clock_unsafe, command.request);
  auto open = work.request(command.request, command.project);
  if (!open) return std::unexpected(open.error());
  if ((*open)->row.api_key != command.api_key) {
    return refuse(approval::Refusal::wrong_agent, command.request);
  }
  const ProjectView* project = work.directory().project(command.project);
  LP_ASSERT(project != nullptr);
  auto opened = open_details(work.world.keys, (*open)->row);
  if (!opened) return std::unexpected(opened.error());
  const std::string kind(command.envelope ? seal::to_string(command.envelope->kind) : "plain");
  if (kind != (*open)->row.payload_kind) {
    return refuse(approval::Refusal::payload_mismatch, command.request);
  }
  const auto ruling = ruling_of_revision(work, *project, **open, command, opened->details);
  if (!ruling) return std::unexpected(ruling.error());
  KeptPayload kept =
      keep_payload(work, opened->dek.reveal(), command.request, command.payload, command.envelope);
  const auto change = approval::revise((*open)->state.state, command.version, kept.reference,
                                       work.time_of(*(*open)->log));
  if (!change) return refuse(change.error(), command.request);

  // Facts and schema belong to the descriptor, so new ones make a new request.sha256.
  Details& details = opened->details;
  if (!command.facts.empty()) details.facts = command.facts;
  if (!command.schema.empty()) details.schema = command.schema;
  details.lossy = command.lossy;
  if (!ruling->explained.empty()) details.ruling = ruling->explained;
  const auto descriptor = revised_descriptor(work, (*open)->row, details, *project);
  details.descriptor = descriptor.bytes();
  store::Request& row = (*open)->row;
  row.payload = std::move(kept.stored);
  row.commit_key_sealed = std::move(kept.commit_key_sealed);
  row.details_sealed =
      seal_field(opened->dek.reveal(), "details", row.id, details.to_json(), work.world.entropy);
  row.request_sha256 = descriptor.sha256();
  (*open)->state.state = change->request;
  approval::Request& state = (*open)->state.state;
  state.no_isolation = state.no_isolation || command.same_account;
  raise(state, *ruling, project->row.single_operator);
  count(work, *project, *ruling, work.time_of(*(*open)->log));
  (*open)->state.edited_payload.clear();
  const evidence::Actor actor{.id = row.agent_id,
                              .kind = evidence::ActorKind::api_key,
                              .method = evidence::ActorMethod::api_key,
                              .key = command.api_key};
  for (const EventType type : change->events) {
    work.append(*(*open)->log, (*open)->state,
                {.statement = request_statement(*project, **open, type, actor), .evidence = {}});
  }
  store::Revision revision{.request = row.id,
                           .version = change->request.version,
                           .payload = row.payload,
                           .commit_key_sealed = row.commit_key_sealed,
                           .details_sealed = row.details_sealed,
                           .request_sha256 = row.request_sha256};
  auto& asked = (*open)->state.asked_sha256;
  if (asked) asked = asked_sha256(*asked, revision);
  work.batch.writes.emplace_back(std::move(revision));
  work.announce(row.id);
  work.tell(row.project, row.id);
  return Revise::Result{.version = state.version, .advisory = state.no_isolation};
}

}  // namespace lp::core
