#include "core/permits.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/assert.h"
#include "base/id.h"
#include "base/log.h"
#include "base/text.h"
#include "core/request_event.h"
#include "crypto/hash.h"
#include "evidence/claim.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::core {
namespace {

using evidence::EventType;

constexpr std::array<std::pair<std::string_view, EventType>, 7> states{
    {{"issued", EventType::permit_issued},
     {"claimed", EventType::permit_claimed},
     {"succeeded", EventType::permit_succeeded},
     {"failed", EventType::permit_failed},
     {"indeterminate", EventType::permit_indeterminate},
     {"expired", EventType::permit_expired},
     {"revoked", EventType::permit_revoked}}};

EventType type_of(std::string_view state) {
  const auto found = std::ranges::find(states, state, [](const auto& item) { return item.first; });
  LP_ASSERT(found != states.end());
  return found->second;
}

evidence::Actor executor_actor(const std::string& key) {
  return {.id = key,
          .kind = evidence::ActorKind::api_key,
          .method = evidence::ActorMethod::api_key,
          .key = key};
}

evidence::Actor clock_actor() {
  return {.id = "system",
          .kind = evidence::ActorKind::system,
          .method = evidence::ActorMethod::clock,
          .key = {}};
}

// NumericDate of RFC 7519: whole seconds.
std::int64_t seconds(Instant at) {
  return at.ms / 1'000;
}

bool is_live_executor(const store::ApiKey& key, std::string_view project) {
  return key.role == identity::KeyRole::executor && key.project == project && !key.revoked;
}

json::Value of_permit(const store::Permit& row) {
  auto value = json::Value::object();
  value.add("executor", row.executor).add("id", row.id);
  return value;
}

// Puts the permit into its new state, and says so in the stream of its request.
void enter(Work& work, store::Permit& permit, const Work::Open& open, std::string_view state,
           const evidence::Actor& actor, json::Value said) {
  const ProjectView* project = work.directory().project(permit.project);
  LP_ASSERT(project != nullptr);
  permit.state = state;
  Work::Event event;
  event.statement = request_statement(*project, open, type_of(state), actor);
  event.statement.permit = std::move(said);
  work.append(*open.log, permit, std::move(event));
  work.tell(permit.project, permit.request);
}

std::string token_of(const Work& work, const store::Permit& permit, const Work::Open& open,
                     const ProjectView& project) {
  const approval::Request& state = open.state.state;
  const EpochNumbers numbers =
      epochs_of(work.world, permit.project, permit.agent, permit.service, permit.action);
  auto epoch = json::Value::object();
  epoch.add("project", numbers.project).add("agent", numbers.agent).add("tool", numbers.tool);
  json::Array reviews;
  for (const auto& review : state.approvals) reviews.emplace_back(review.statement_sha256.hex());
  auto claims = json::Value::object();
  claims.add("iss", project.row.origin)
      .add("aud", permit.executor)
      .add("jti", permit.id)
      .add("iat", seconds(permit.issued))
      .add("exp", seconds(permit.expires))
      .add("request_id", permit.request)
      .add("version", state.version)
      .add("request_sha256", open.row.request_sha256.hex())
      .add("payload", state.current.to_json())
      .add("reviews", json::Value::array(std::move(reviews)))
      .add("rule_sha256", rule_ref(project, state).sha256.hex())
      .add("policy_sha256", policy_ref(state).sha256.hex())
      .add("roster_sha256", project.row.roster_sha256.value_or(Digest{}).hex())
      .add("epoch", std::move(epoch));
  return evidence::compact_jws(permit_token_type, json::canonical(claims),
                               open.log->issuer.at(open.log->range.size()));
}

// What stands in the token: nothing else knows what the epochs were when it was issued.
std::optional<EpochNumbers> epochs_in(std::string_view token) {
  const auto text = evidence::jws_payload(token);
  const auto document = json::parse(text.value_or(""));
  const json::Value* epoch = document ? document->root.find("epoch") : nullptr;
  if (epoch == nullptr) return std::nullopt;
  const auto number = [&](std::string_view name) {
    return static_cast<std::uint64_t>(epoch->find_integer(name).value_or(-1));
  };
  return EpochNumbers{
      .project = number("project"), .agent = number("agent"), .tool = number("tool")};
}

std::string answer_of(const store::Permit& permit, const ClaimPermit& command,
                      const Work::Open& open, Instant time) {
  auto claims = json::Value::object();
  claims.add("iss", open.log->origin)
      .add("aud", permit.executor)
      .add("jti", permit.id)
      .add("iat", seconds(time))
      .add("exp", seconds(*permit.lease_until))
      .add("nonce", command.nonce)
      .add("request_id", permit.request)
      .add("version", open.state.state.version)
      .add("permit_sha256", command.token_sha256.hex());
  return evidence::compact_jws(permit_answer_type, json::canonical(claims),
                               open.log->issuer.at(open.log->range.size()));
}

// Why one that is not issued any more cannot be claimed.
Fault fault_of_state(std::string_view state) {
  if (state == "expired") return Fault::permit_expired;
  if (state == "revoked") return Fault::permit_revoked;
  if (state == "indeterminate") return Fault::permit_indeterminate;
  return Fault::permit_used;
}

// The permit as its own executor may speak of it.
std::expected<store::Permit*, Refused> own_permit(Work& work, const std::string& id,
                                                  const std::string& project,
                                                  const std::string& executor) {
  const bool live = std::ranges::any_of(work.directory().keys, [&](const auto& item) {
    return item.second.id == executor && is_live_executor(item.second, project);
  });
  if (!live) return refuse(Fault::unknown);
  auto permit = work.permit(id, project);
  if (!permit) return permit;
  if ((*permit)->executor != executor) return refuse(Fault::permit_foreign, (*permit)->request);
  return permit;
}

Digest hashed(std::string_view claim_key) {
  return crypto::sha256(claim_key);
}

}  // namespace

Digest permit_mac(const Keys& keys, const store::Permit& row) {
  auto value = json::Value::object();
  for (const auto& [name, text] :
       {std::pair("id", &row.id), std::pair("project", &row.project),
        std::pair("request", &row.request), std::pair("executor", &row.executor),
        std::pair("agent", &row.agent), std::pair("service", &row.service),
        std::pair("action", &row.action), std::pair("token", &row.token),
        std::pair("state", &row.state), std::pair("nonce", &row.nonce),
        std::pair("answer", &row.answer)}) {
    value.add(name, *text);
  }
  value.add("issued", row.issued.ms)
      .add("expires", row.expires.ms)
      .add("issued_index", row.issued_index)
      .add("lease_until", row.lease_until ? row.lease_until->ms : 0)
      .add("claim_key", row.claim_key ? row.claim_key->hex() : "")
      .add("stream_seq", row.stream_seq)
      .add("leaf_index", row.leaf_index)
      .add("statement_sha256", row.statement_sha256.hex());
  return crypto::hmac_sha256(keys.purpose("lp-permit-row/1").reveal(), json::canonical(value));
}

Digest epoch_mac(const Keys& keys, const store::Epoch& row) {
  auto value = json::Value::object();
  value.add("project", row.project)
      .add("kind", row.kind)
      .add("subject", row.subject)
      .add("number", row.number);
  return crypto::hmac_sha256(keys.purpose("lp-epoch-row/1").reveal(), json::canonical(value));
}

std::expected<std::optional<std::string>, Refused> wanted_executor(
    const Directory& directory, std::string_view project,
    const std::vector<std::string>& capabilities) {
  constexpr std::string_view named = "permit:";
  const auto asked = std::ranges::find_if(capabilities, [&](const std::string& capability) {
    return capability == "permit" || capability.starts_with(named);
  });
  if (asked == capabilities.end()) return std::nullopt;
  const std::string_view wanted =
      *asked == "permit" ? std::string_view() : std::string_view(*asked).substr(named.size());
  std::vector<std::string> found;
  for (const auto& [digest, key] : directory.keys) {
    const bool fits = wanted.empty() ? *asked == "permit" : key.id == wanted;
    if (fits && is_live_executor(key, project)) found.push_back(key.id);
  }
  if (found.size() == 1) return std::optional(std::move(found.front()));
  return refuse(Fault::executor_unknown, {},
                found.empty() ? "the project has no such executor"
                              : "the project has several executors: name one");
}

std::expected<std::optional<PermitWish>, Refused> permit_wish(
    Work& work, const store::Request& row, const std::vector<std::string>& capabilities) {
  auto executor = wanted_executor(work.directory(), row.project, capabilities);
  if (!executor) return refuse(executor.error().fault, row.id, executor.error().detail);
  if (!*executor) return std::nullopt;
  return PermitWish{.id = new_id("pmt", work.now, work.world.entropy),
                    .executor = **std::move(executor)};
}

void bind_execution(evidence::Statement& approval, const std::optional<PermitWish>& wish) {
  if (!wish) {
    approval.marks.emplace_back("unbound_execution");
    return;
  }
  auto value = json::Value::object();
  value.add("executor", wish->executor).add("id", wish->id);
  approval.permit = std::move(value);
}

void issue_permit(Work& work, const Work::Open& open, const ProjectView& project,
                  const std::optional<PermitWish>& wish,
                  const std::vector<std::string>& capabilities) {
  if (!wish) return;
  const Instant time = work.time_of(*open.log);
  const bool deferred = std::ranges::find(capabilities, "defer") != capabilities.end();
  const bool long_lived = deferred && open.state.state.level != evidence::Level::critical;
  const Instant until = time + (long_lived ? permit_deferred_ms : permit_use_ms);
  store::Permit row;
  row.id = wish->id;
  row.project = open.row.project;
  row.request = open.row.id;
  row.executor = wish->executor;
  row.agent = open.row.agent_id;
  row.service = open.row.service;
  row.action = open.row.action;
  row.issued = time;
  // To the second, as the token says it.
  row.expires = {seconds(until) * 1'000};
  row.issued_index = open.log->range.size();
  row.stream_seq = open.state.stream_seq;
  row.statement_sha256 = open.state.statement_sha256;
  row.token = token_of(work, row, open, project);
  store::Permit& permit = work.add_permit(std::move(row));
  auto said = of_permit(permit);
  said.add("expires", to_string(permit.expires))
      .add("token_sha256", crypto::sha256(permit.token).hex());
  enter(work, permit, open, "issued",
        {.id = "system",
         .kind = evidence::ActorKind::system,
         .method = evidence::ActorMethod::rule,
         .key = {}},
        std::move(said));
  work.world.permits_due.add(permit.expires, permit.id);
}

std::string tool_subject(std::string_view service, std::string_view action) {
  json::Array both;
  both.emplace_back(std::string(service));
  both.emplace_back(std::string(action));
  return json::canonical(json::Value::array(std::move(both)));
}

EpochNumbers epochs_of(const World& world, const std::string& project, const std::string& agent,
                       std::string_view service, std::string_view action) {
  const auto number = [&](const char* kind, const std::string& subject) {
    const auto found = world.epochs.find({project, kind, subject});
    return found == world.epochs.end() ? 0 : found->second;
  };
  return {.project = number("project", ""),
          .agent = number("agent", agent),
          .tool = number("tool", tool_subject(service, action))};
}

void revoke_permit(Work& work, const std::string& id, const std::string& project,
                   const evidence::Actor& actor, std::string_view why) {
  auto permit = work.permit(id, project);
  // What does not verify is not claimable either, and was reported.
  if (!permit || (*permit)->state != "issued") return;
  auto open = work.request((*permit)->request, project);
  if (!open) return;
  auto said = of_permit(**permit);
  said.add("why", why);
  enter(work, **permit, **open, "revoked", actor, std::move(said));
}

void revoke_permits_of(Work& work, const std::string& project, const std::string& executor,
                       const evidence::Actor& actor) {
  for (const std::string& id : work.issued_permits(project)) {
    const auto permit = work.permit(id, project);
    if (permit && (*permit)->executor == executor) {
      revoke_permit(work, id, project, actor, "executor");
    }
  }
}

Applied<ClaimPermit> apply(Work& work, ClaimPermit& command) {
  if (work.world.clock_watch.unsafe()) return refuse(Fault::clock_unsafe);
  auto found = own_permit(work, command.permit, command.project, command.executor);
  if (!found) return std::unexpected(found.error());
  store::Permit& permit = **found;
  if (command.token_sha256 != crypto::sha256(permit.token)) {
    return refuse(Fault::permit_edited, permit.request);
  }
  auto open = work.request(permit.request, command.project);
  if (!open) return std::unexpected(open.error());
  const Instant time = work.time_of(*(*open)->log);
  if (permit.state == "claimed") {
    if (time >= *permit.lease_until) return refuse(Fault::permit_indeterminate, permit.request);
    if (permit.claim_key == hashed(command.claim_key) && permit.nonce == command.nonce) {
      return ClaimPermit::Result{
          .answer = permit.answer, .lease_until = *permit.lease_until, .replay = true};
    }
  }
  if (permit.state != "issued") return refuse(fault_of_state(permit.state), permit.request);
  if (time >= permit.expires) return refuse(Fault::permit_expired, permit.request);
  const auto epochs = epochs_in(permit.token);
  if (epochs != epochs_of(work.world, permit.project, permit.agent, permit.service,
                          permit.action)) {
    return refuse(Fault::permit_revoked, permit.request);
  }
  permit.lease_until = Instant{seconds(time + permit_lease_ms) * 1'000};
  permit.claim_key = hashed(command.claim_key);
  permit.nonce = command.nonce;
  permit.answer = answer_of(permit, command, **open, time);
  auto said = of_permit(permit);
  said.add("claim_key_sha256", permit.claim_key->hex())
      .add("lease_until", to_string(*permit.lease_until))
      .add("nonce", permit.nonce);
  enter(work, permit, **open, "claimed", executor_actor(command.executor), std::move(said));
  work.world.permits_due.add(*permit.lease_until, permit.id);
  return ClaimPermit::Result{.answer = permit.answer, .lease_until = *permit.lease_until};
}

Applied<ReportOutcome> apply(Work& work, ReportOutcome& command) {
  auto found = own_permit(work, command.permit, command.project, command.executor);
  if (!found) return std::unexpected(found.error());
  store::Permit& permit = **found;
  const bool theirs = permit.claim_key == hashed(command.claim_key);
  if (!theirs) return refuse(Fault::permit_unclaimed, permit.request);
  auto open = work.request(permit.request, command.project);
  if (!open) return std::unexpected(open.error());
  if (permit.state == command.outcome) {
    const auto leaf = work.world.rows.leaf(permit.project, permit.leaf_index);
    const auto said =
        leaf && *leaf ? evidence::read_statement((*leaf)->statement) : std::unexpected(
                                                     evidence::StatementFault::malformed);
    // One that this very batch has appended is not to be read yet: its time is the log's.
    return ReportOutcome::Result{.request = permit.request,
                                 .recorded = said ? said->time : work.time_of(*(*open)->log),
                                 .leaf_index = permit.leaf_index,
                                 .replay = true};
  }
  if (permit.state == "indeterminate") {
    return refuse(Fault::permit_indeterminate, permit.request);
  }
  if (permit.state != "claimed") return refuse(Fault::outcome_recorded, permit.request);
  const Instant time = work.time_of(*(*open)->log);
  if (time >= *permit.lease_until) return refuse(Fault::permit_indeterminate, permit.request);
  enter(work, permit, **open, command.outcome, executor_actor(command.executor),
        of_permit(permit));
  return ReportOutcome::Result{.request = permit.request,
                               .recorded = (*open)->log->head.last_time,
                               .leaf_index = permit.leaf_index};
}

void end_due_permits(Work& work, std::size_t limit) {
  // As with decisions: while the clock is doubtful nothing runs out, and nothing is claimed.
  if (work.world.clock_watch.unsafe()) return;
  for (const std::string& id : work.world.permits_due.due(work.now, limit)) {
    const auto stored = work.world.rows.permit(id);
    LP_ASSERT(stored.has_value());
    if (!*stored) continue;  // erased with its request
    auto permit = work.permit(id, (*stored)->project);
    if (!permit) continue;
    auto open = work.request((*permit)->request, (*permit)->project);
    if (!open) continue;
    store::Permit& row = **permit;
    const Instant time = work.time_of(*(*open)->log);
    if (row.state == "issued" && time >= row.expires) {
      enter(work, row, **open, "expired", clock_actor(), of_permit(row));
    } else if (row.state == "claimed" && time >= *row.lease_until) {
      enter(work, row, **open, "indeterminate", clock_actor(), of_permit(row));
    }
  }
}

std::expected<PermitView, Refused> view_permit(store::Reader& reader, const Keys& keys,
                                               const Directory& directory, store::Permit row) {
  const ProjectView* project = directory.project(row.project);
  if (project == nullptr || row.issued_index >= project->live->signed_size) {
    return refuse(Fault::unknown);
  }
  const Digest mac = permit_mac(keys, row);
  const auto leaf = reader.leaf(row.project, row.leaf_index);
  if (!crypto::equal_constant_time(mac.view(), row.mac.view()) || !leaf || !*leaf ||
      crypto::sha256((*leaf)->statement) != row.statement_sha256) {
    log::error("row.tampered", "A stored permit does not verify; it is not served.",
               {{"request_id", row.request}});
    return refuse(Fault::row_tampered, row.request);
  }
  PermitView view{.row = std::move(row), .state = {}};
  const bool shown = view.row.leaf_index < project->live->signed_size;
  view.state = shown ? view.row.state : "issued";
  return view;
}

}  // namespace lp::core
