#include "core/policies.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "approval/quorum.h"
#include "base/assert.h"
#include "base/text.h"
#include "core/asking.h"
#include "core/operator_event.h"
#include "core/policy_ports.h"
#include "crypto/hash.h"
#include "json/parse.h"
#include "json/write.h"
#include "policy/allowing.h"
#include "policy/difference.h"

namespace lp::core {
namespace {

using evidence::EventType;

// Stands where a request's agent has an owner; no member has such an id.
constexpr std::string_view operator_owner = "local_operator";

// One act with a policy, for the log: what was uploaded, and what came into force.
Work::Event policy_event(Work& work, const ProjectView& project, EventType type,
                         const evidence::Actor& actor, std::string_view act,
                         const store::PolicyVersion& row) {
  Work::Event event;
  event.statement.type = type;
  event.statement.actor = actor;
  event.statement.policy =
      evidence::PolicyRef{.id = "project", .version = row.version, .sha256 = row.sha256};
  event.statement.document = row.sha256;
  event.statement.roster_sha256 = project.row.roster_sha256;
  event.statement.marks = project.marks;
  auto entry = json::Value::object();
  entry.add("kind", "policy").add("act", act).add("version", row.version);
  if (!row.author.empty()) entry.add("author", row.author);
  entry.add("salt", base64(work.world.entropy.bytes(32)));
  event.evidence.push_back(std::move(entry));
  return event;
}

// The first of its conditions that an allow cannot rest on while nothing binds what runs to what
// was allowed; null when there is none.
const policy::Condition* unbound(const policy::Rule& rule) {
  using Kind = policy::Subject::Kind;
  const auto found = std::ranges::find_if(rule.conditions, [](const policy::Condition& one) {
    const Kind kind = one.subject.kind;
    return kind != Kind::service && kind != Kind::action && kind != Kind::agent &&
           kind != Kind::agent_owner && kind != Kind::agent_proof;
  });
  return found == rule.conditions.end() ? nullptr : &*found;
}

std::string why_not(const policy::Rule& rule, const policy::Document& document) {
  const std::string at = fmt::format("{}:{}: the rule `{}` ", rule.at.line, rule.at.column,
                                     rule.name);
  if (!rule.escalations.empty()) {
    return at + "escalates, and this version escalates nothing.";
  }
  if (rule.effect == policy::Effect::allow) {
    if (const auto* condition = unbound(rule)) {
      return at + "allows because of " + condition->text +
             ", and no executor holds the agent to it: an allow rests on service, action and a "
             "proven agent alone.";
    }
  }
  if (rule.verify_facts && policy::lowers(rule, document)) {
    return at + "asks less because of facts that an executor recomputes, and this version has no "
                "executor that does.";
  }
  return {};
}

std::optional<policy::Document> read_version(const store::PolicyVersion& row) {
  auto document = policy::read_document(row.document, policy_ports());
  if (!document || document->sha256 != row.sha256) return std::nullopt;
  return *std::move(document);
}

std::expected<store::PolicyVersion, Refused> stored_version(Work& work, const ProjectView& project,
                                                            std::uint64_t version) {
  const auto row = work.world.rows.policy_version(project.row.id, version);
  if (!row) return refuse(Fault::policy_unusable, {}, project.row.name);
  if (!*row) return refuse(Fault::unknown);
  return **row;
}

// The version, if it can come into force in the project as it is now.
std::expected<policy::Document, Refused> usable(const store::PolicyVersion& row,
                                                const ProjectView& project) {
  auto document = read_version(row);
  if (!document) return refuse(Fault::policy_refused, {}, "it does not read any more");
  const std::string why = why_not_in_force(*document, project);
  if (!why.empty()) return refuse(Fault::policy_refused, {}, why);
  return *std::move(document);
}

struct Wanted {
  std::uint64_t version = 0, replaces = 0;
  std::string sha256;
};

// What a request of the server's own asks for; nothing for all other requests.
std::optional<Wanted> wanted(const Work::Open& open, const Opened& opened) {
  if (open.row.api_key != own_api_key || open.row.action != activate_action) return std::nullopt;
  auto text = open_field(opened.dek.reveal(), "payload", open.row.id, open.row.payload);
  LP_ASSERT(text.has_value());  // The state's MAC is over this row, and it was opened before.
  const auto payload = json::parse(*std::move(text));
  LP_ASSERT(payload.has_value());
  return Wanted{
      .version = static_cast<std::uint64_t>(payload->root.find_integer("version").value_or(0)),
      .replaces = static_cast<std::uint64_t>(payload->root.find_integer("replaces").value_or(0)),
      .sha256 = std::string(payload->root.find_string("sha256").value_or(""))};
}

// Somebody else than the author: whoever wrote it is excluded as the owner of a request's agent is.
// Who uploaded it at the command line is not known, so two approve, of whom one at least is
// another.
AskRuling ruling_of_activation(const ProjectView& project, bool author_known) {
  const bool passkeys = std::ranges::any_of(
      project.entries, [](const auto& entry) { return entry.key_class == "passkey"; });
  AskRuling ruling;
  ruling.level = passkeys || !project.row.single_operator ? evidence::Level::high
                                                          : evidence::Level::medium;
  if (author_known || project.row.single_operator) return ruling;
  approval::Rule two = approval::default_rule();
  two.count = 2;
  ruling.ruled = approval::Ruled{
      .version = 0, .sha256 = evidence::default_policy().sha256, .name = "", .rule = two};
  return ruling;
}

}  // namespace

store::Result<json::Value> policy_changes(store::Reader& reader, const ProjectView& project,
                                          const policy::Document& document) {
  std::string before = R"({"version":1})";
  if (project.row.policy_version > 0) {
    auto row = reader.policy_version(project.row.id, project.row.policy_version);
    if (!row) return std::unexpected(row.error());
    before = *row ? std::move((*row)->document) : "";
  }
  const auto old = policy::read_document(before, policy_ports());
  json::Array items;
  // One that does not read any more has nothing to be compared with: all of the new one is shown.
  if (!old) return json::Value::array(std::move(items));
  for (const auto& one : policy::differences(*old, document)) {
    auto item = json::Value::object();
    item.add("change", one.kind).add("part", one.part);
    if (!one.before.is_null()) item.add("before", one.before);
    if (!one.after.is_null()) item.add("after", one.after);
    items.push_back(std::move(item));
  }
  return json::Value::array(std::move(items));
}

std::string why_not_in_force(const policy::Document& document, const ProjectView& project) {
  if (document.unknown_effect == policy::Effect::allow) {
    return "it allows tools that it does not know.";
  }
  for (const policy::Rule& rule : document.rules) {
    if (std::string why = why_not(rule, document); !why.empty()) return why;
  }
  for (const policy::Quorum& quorum : document.quorums) {
    const auto rule = approval::Rule::from_json(quorum.rule);
    LP_ASSERT(rule.has_value());  // Read with read_quorum.
    if (const auto why = approval::unsatisfiable(*rule, project.people)) {
      return fmt::format("Nobody could satisfy {}: {}", json::compact(quorum.rule), *why);
    }
  }
  return {};
}

Applied<PushPolicy> apply(Work& work, PushPolicy& command) {
  const ProjectView* project = work.directory().project(command.project);
  if (project == nullptr) return refuse(Fault::unknown);
  auto log = work.log(command.project);
  if (!log) return std::unexpected(log.error());
  // Two that come in one batch would be the same version.
  const std::string use = "policy:" + command.project;
  if (work.nonce_used(use)) return refuse(Fault::stale);
  const auto known = work.world.rows.policy_versions(command.project);
  LP_ASSERT(known.has_value());
  store::PolicyVersion row{.project = command.project,
                           .version = 1,
                           .document = std::move(command.document),
                           .sha256 = command.sha256,
                           .author = command.author,
                           .created = {},
                           .leaf_index = 0};
  if (!known->empty()) {
    const auto& newest = known->front();
    if (newest.sha256 == row.sha256 && newest.author == row.author) {
      return PushPolicy::Result{.version = newest.version, .known = true};
    }
    row.version = newest.version + 1;
  }
  work.use_nonce(use);
  row.leaf_index = work.append(**log, policy_event(work, *project, EventType::config_changed,
                                                   command.actor, "uploaded", row))
                       .index;
  row.created = (*log)->head.last_time;
  PushPolicy::Result result{.version = row.version, .known = false};
  work.batch.writes.emplace_back(std::move(row));
  work.tell_project(command.project);
  return result;
}

Applied<ActivatePolicy> apply(Work& work, ActivatePolicy& command) {
  const ProjectView* project = work.directory().project(command.project);
  if (project == nullptr) return refuse(Fault::unknown);
  auto log = work.log(command.project);
  if (!log) return std::unexpected(log.error());
  const auto row = stored_version(work, *project, command.version);
  if (!row) return std::unexpected(row.error());
  if (project->row.policy_version == command.version) return refuse(Fault::policy_in_force);
  const auto document = usable(*row, *project);
  if (!document) return std::unexpected(document.error());
  auto changed = policy_changes(work.world.rows, *project, *document);
  if (!changed) return refuse(Fault::policy_unusable, {}, project->row.name);
  auto payload = json::Value::object();
  payload.add("version", row->version)
      .add("replaces", project->row.policy_version)
      .add("sha256", row->sha256.hex())
      .add("author", row->author.empty() ? std::string(operator_owner) : row->author)
      .add("changes", *std::move(changed))
      .add("document", row->document);
  Ingest ask;
  ask.project = command.project;
  ask.api_key = own_api_key;
  ask.service = own_service;
  ask.action = activate_action;
  ask.payload = json::compact(payload);
  const Asker asker{
      .agent_id = std::string(own_api_key),
      .owner = row->author.empty() ? std::string(operator_owner) : row->author,
      .actor = command.actor};
  const AskRuling ruling = ruling_of_activation(*project, !row->author.empty());
  ask.priority = evidence::to_string(ruling.level);
  const auto asked = take_in(work, ask, *project, **log, asker, ruling);
  if (!asked) return std::unexpected(asked.error());
  return ActivatePolicy::Result{
      .request = asked->id, .level = asked->level, .decide_by = asked->decide_by};
}

std::expected<void, Refused> may_activate(Work& work, const Work::Open& open, const Opened& opened,
                                          bool edited) {
  const auto want = wanted(open, opened);
  if (!want) return {};
  // What comes into force is what was uploaded and compiled.
  if (edited) {
    return refuse(Fault::edit_not_allowed, open.row.id, "a policy is uploaded, not edited here");
  }
  const ProjectView* project = work.directory().project(open.row.project);
  LP_ASSERT(project != nullptr);
  if (project->row.policy_version != want->replaces) {
    return refuse(Fault::policy_stale, open.row.id);
  }
  const auto row = stored_version(work, *project, want->version);
  if (!row) return std::unexpected(row.error());
  if (row->sha256.hex() != want->sha256) return refuse(Fault::row_tampered, open.row.id);
  const auto document = usable(*row, *project);
  if (!document) return std::unexpected(document.error());
  return {};
}

void activate_approved(Work& work, const Work::Open& open, const Opened& opened,
                       const evidence::Actor& actor) {
  if (open.state.state.state != approval::State::approved) return;
  const auto want = wanted(open, opened);
  if (!want) return;
  const ProjectView* before = work.directory().project(open.row.project);
  const auto row = stored_version(work, *before, want->version);
  LP_ASSERT(row.has_value());  // may_activate
  ProjectView& project = work.change_directory().projects.find(open.row.project)->second;
  project.row.policy_version = row->version;
  project.row.policy_sha256 = row->sha256;
  work.batch.writes.emplace_back(project.row);
  const auto appended = work.append(
      *open.log, policy_event(work, project, EventType::policy_changed, actor, "activated", *row));
  work.batch.writes.emplace_back(store::PolicyActivation{.project = row->project,
                                                         .leaf_index = appended.index,
                                                         .version = row->version,
                                                         .request = open.row.id,
                                                         .member = actor.id,
                                                         .at = open.log->head.last_time});
  work.tell_project(open.row.project);
}

void carry_policy(Work& work, const std::string& before, const store::Project& successor) {
  if (successor.policy_version == 0) return;
  auto row = work.world.rows.policy_version(before, successor.policy_version);
  // Without it the log that opens takes nothing in until another version is in force.
  if (!row || !*row) return;
  (*row)->project = successor.id;
  work.batch.writes.emplace_back(**std::move(row));
}

}  // namespace lp::core
