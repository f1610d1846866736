#include "core/ruling.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "approval/quorum.h"
#include "base/assert.h"
#include "base/id.h"
#include "base/log.h"
#include "core/policies.h"
#include "core/policy_ports.h"
#include "json/parse.h"
#include "json/write.h"
#include "store/change.h"

namespace lp::core {
namespace {

std::optional<json::Document> read_tree(const std::string& text) {
  if (text.empty()) return std::nullopt;
  auto document = json::parse(text);
  return document ? std::optional(*std::move(document)) : std::nullopt;
}

// Counts one stored request; false when it does not open.
bool count_stored(Work& work, RulingPolicy& ruling, const store::Request& row) {
  if (row.api_key == own_api_key) return true;
  const auto stored = stored_ask(work.world.keys, row);
  if (!stored) return false;
  ruling.counts.add(ruling.policy->window_entries(stored->asked()), row.created);
  return true;
}

// What was asked within the longest window, before this batch and in it.
bool count_history(Work& work, const std::string& project, RulingPolicy& ruling) {
  const std::int64_t longest = ruling.policy->longest_window_ms();
  if (longest == 0) return true;
  const auto ids = work.world.rows.requests_since(project, first_id("req", work.now + -longest));
  if (!ids) return false;
  for (const std::string& id : *ids) {
    const auto full = work.world.rows.request(id);
    if (!full) return false;
    if (*full && !work.erased(id) && !count_stored(work, ruling, (*full)->request)) return false;
  }
  for (const store::Write& write : work.batch.writes.all()) {
    const auto* row = std::get_if<store::Request>(&static_cast<const store::AnyWrite&>(write));
    if (row != nullptr && row->project == project && !count_stored(work, ruling, *row)) {
      return false;
    }
  }
  return true;
}

std::expected<RulingPolicy*, Refused> in_force(Work& work, const ProjectView& project) {
  const store::Project& row = project.row;
  auto known = work.world.policies.find(row.id);
  if (known != work.world.policies.end() && known->second.version == row.policy_version) {
    return &known->second;
  }
  const auto stored = work.world.rows.policy_version(row.id, row.policy_version);
  if (!stored || !*stored) return refuse(Fault::policy_unusable, {}, row.name);
  auto document = policy::read_document((*stored)->document, policy_ports());
  // What people put into force is this document and no other, whatever the database says now.
  if (!document || document->sha256 != row.policy_sha256) {
    log::error("policy.unusable", "The policy in force does not read; nothing is taken in.");
    return refuse(Fault::policy_unusable, {}, row.name);
  }
  auto compiled = policy::Policy::compile(*std::move(document));
  if (!compiled) return refuse(Fault::policy_unusable, {}, row.name);
  RulingPolicy ruling{.version = row.policy_version,
                      .policy = std::make_shared<const policy::Policy>(*std::move(compiled)),
                      .counts = {},
                      .counted = true};
  ruling.counted = count_history(work, row.id, ruling);
  if (!ruling.counted) {
    log::error("policy.not_counted", "Earlier requests do not open, so what counts is unknown.");
  }
  return &work.world.policies.insert_or_assign(row.id, std::move(ruling)).first->second;
}

}  // namespace

Treatment treatment_of(const policy::Ruling& ruling, std::string_view priority_said) {
  Treatment outcome{.effect = ruling.effect, .level = approval::level_of(ruling.level)};
  // What calls itself urgent is looked at, whatever is allowed.
  const evidence::Level priority = evidence::level(priority_said).value_or(evidence::Level::medium);
  if (outcome.effect == policy::Effect::allow && priority > evidence::Level::medium) {
    outcome.effect = policy::Effect::review;
  }
  if (outcome.effect != policy::Effect::allow) {
    outcome.level = std::max({outcome.level, priority, evidence::Level::low});
  }
  return outcome;
}

policy::Asked StoredAsk::asked() const {
  return {.service = row.service,
          .action = row.action,
          .agent = row.agent_id,
          .agent_owner = row.agent_owner,
          .proof = row.strength,
          .environment = row.environment,
          .role = row.role,
          .priority = row.priority,
          .address = details.address,
          .facts = facts ? &facts->root : nullptr,
          .payload = payload ? &payload->root : nullptr,
          .shield = std::nullopt,
          .now = row.created};
}

std::optional<StoredAsk> stored_ask(const Keys& keys, const store::Request& row) {
  auto opened = open_details(keys, row);
  if (!opened) return std::nullopt;
  StoredAsk stored{.row = row, .details = std::move(opened->details), .facts = {}, .payload = {}};
  stored.facts = read_tree(stored.details.facts);
  if (row.payload_kind == "plain") {
    auto payload = open_field(opened->dek.reveal(), "payload", row.id, row.payload);
    if (!payload) return std::nullopt;
    stored.payload = read_tree(*payload);
  }
  return stored;
}

std::expected<AskRuling, Refused> rule_on(Work& work, const ProjectView& project,
                                          const ProjectLog& log, const Ingest& command,
                                          const Asker& asker) {
  AskRuling answer;
  answer.level = approval::effective_level(evidence::Level::medium, command.priority);
  if (project.row.policy_version == 0) return answer;
  const auto ruling = in_force(work, project);
  if (!ruling) return std::unexpected(ruling.error());
  const policy::Policy& policy = *(*ruling)->policy;
  const auto facts = read_tree(command.facts);
  const auto payload =
      command.envelope ? std::optional<json::Document>() : read_tree(command.payload);
  const policy::Asked asked{.service = command.service,
                            .action = command.action,
                            .agent = asker.agent_id,
                            .agent_owner = asker.owner,
                            .proof = command.proof.strength,
                            .environment = command.environment,
                            .role = command.role,
                            .priority = command.priority,
                            .address = command.address,
                            .facts = facts ? &facts->root : nullptr,
                            .payload = payload ? &payload->root : nullptr,
                            .shield = std::nullopt,
                            .now = work.time_of(log)};
  (*ruling)->counts.forget_before(asked.now + -policy.longest_window_ms());
  const auto said = policy.rule_on(asked, (*ruling)->counted ? &(*ruling)->counts : nullptr);
  const auto [effect, level] = treatment_of(said, command.priority);
  answer.effect = effect;
  answer.level = level;
  const auto tree = approval::Rule::from_json(policy.quorum(said));
  // Several rules at once can be more than a rule may be: then nobody is asked in their place.
  if (!tree) return refuse(Fault::no_eligible_approver, {}, policy.rule_name(said));
  const bool alone = project.row.single_operator;
  answer.ruled = approval::Ruled{.version = (*ruling)->version,
                                 .sha256 = policy.document().sha256,
                                 .name = policy.rule_name(said),
                                 .rule = approval::rule_at_level(*tree, answer.level, alone)};
  answer.decide_by_ms = said.decide_by_ms;
  auto explained = policy.explain(said);
  explained.add("version", answer.ruled->version)
      .add("ruled_level", evidence::to_string(answer.level))
      .add("ruled_effect", to_string(answer.effect));
  answer.explained = json::compact(explained);
  answer.entries = policy.window_entries(asked);
  return answer;
}

void count(Work& work, const ProjectView& project, const AskRuling& ruling, Instant at) {
  if (!ruling.ruled || ruling.entries.empty()) return;
  const auto known = work.world.policies.find(project.row.id);
  LP_ASSERT(known != work.world.policies.end());
  known->second.counts.add(ruling.entries, at);
}

void raise(approval::Request& request, const AskRuling& ruling, bool single_operator) {
  request.level = std::max(request.level, ruling.level);
  if (!ruling.ruled) return;
  const approval::Rule before = approval::rule_of(request, single_operator);
  approval::Ruled now = *ruling.ruled;
  if (now.rule != before) {
    const approval::Rule both{.kind = approval::Rule::Kind::all,
                              .parts = {before, now.rule},
                              .count = 1,
                              .group = approval::default_rule().group};
    // Both where that is still a rule, else the one that asks more people.
    if (approval::Rule::from_json(both.to_json())) {
      now.rule = both;
    } else if (approval::heads_required(before) > approval::heads_required(now.rule)) {
      now.rule = before;
    }
  }
  now.rule = approval::rule_at_level(now.rule, request.level, single_operator);
  request.ruled = std::move(now);
}

}  // namespace lp::core
