#include "policy/allowing.h"

#include <fmt/core.h>

#include <algorithm>

namespace lp::policy {
namespace {

using Kind = Subject::Kind;

const Condition* condition_on(const Rule& rule, Kind kind) {
  const auto found =
      std::find_if(rule.conditions.begin(), rule.conditions.end(),
                   [kind](const Condition& one) { return one.subject.kind == kind; });
  return found != rule.conditions.end() ? &*found : nullptr;
}

bool applies(const Rule& rule, const Tool& tool) {
  const Condition* service = condition_on(rule, Kind::service);
  const Condition* action = condition_on(rule, Kind::action);
  return (service == nullptr ||
          service->matcher.holds(Found::of(std::string_view(tool.service))) == Truth::yes) &&
         (action == nullptr ||
          action->matcher.holds(Found::of(std::string_view(tool.action))) == Truth::yes);
}

// Why an allow or a lowering may not rest on this condition; "" if it may.
std::string unverified(const Rule& rule, const Condition& condition, Ground ground) {
  switch (ground) {
    case Ground::server:
    case Ground::named:
      return {};
    case Ground::payload:
      return "the payload is not checked again before it runs";
    case Ground::sourced:
      if (rule.verify_facts) return {};
      return "nobody recomputes it before it runs (`verify_facts: true` has the executor do it)";
    case Ground::claimed:
      break;
  }
  if (condition.subject.kind == Kind::fact) {
    return "the agent writes it, and `tools` names no source of it in the payload";
  }
  return "only the agent says so";
}

// An agent is proven when the rule asks for its proof: an API key alone is a text that leaks.
bool proves_agent(const Rule& rule) {
  const Condition* proof = condition_on(rule, Kind::agent_proof);
  return proof != nullptr && proof->matcher.holds(Found::of(std::string_view("none"))) == Truth::no;
}

void check_rule(const Rule& rule, const Document& document, Problems& problems) {
  const std::string_view what =
      rule.effect == Effect::allow ? "allows" : "asks less than the defaults";
  const auto tools = tools_of(rule, document);
  for (const Condition& condition : rule.conditions) {
    for (const Tool* tool : tools) {
      const std::string why = unverified(rule, condition, ground_of(condition, document, tool));
      if (why.empty()) continue;
      problems.push_back({condition.at, fmt::format("allow_on_unverified_fact: the rule `{}` {} "
                                                    "because of {}, but {}.",
                                                    rule.name, what, condition.text, why)});
      break;
    }
  }
  for (const Kind kind : {Kind::agent, Kind::agent_owner}) {
    const Condition* agent = condition_on(rule, kind);
    if (agent == nullptr || proves_agent(rule)) continue;
    problems.push_back({agent->at, fmt::format("allow_on_unproven_agent: the rule `{}` {} because "
                                               "of who asks: add `agent_proof: {{at_least: "
                                               "hmac}}`.",
                                               rule.name, what)});
  }
  if (rule.effect == Effect::allow && rule.conditions.empty()) {
    problems.push_back({rule.at, fmt::format("allow_everything: the rule `{}` allows whatever is "
                                             "asked: name the service and the action.",
                                             rule.name)});
  }
}

}  // namespace

bool lowers(const Rule& rule, const Document& document) {
  if (rule.effect != Effect::review) return rule.effect == Effect::allow;
  const std::uint64_t heads = document.quorums[rule.quorum.value_or(document.default_quorum)].heads;
  return rule.level < document.default_level ||
         heads < document.quorums[document.default_quorum].heads;
}

std::vector<const Tool*> tools_of(const Rule& rule, const Document& document) {
  std::vector<const Tool*> tools;
  for (const Tool& tool : document.tools) {
    if (applies(rule, tool)) tools.push_back(&tool);
  }
  // Where tools are listed, those that are not are held to the level of unknown ones anyway.
  if (!document.lists_tools || tools.empty()) tools.push_back(nullptr);
  return tools;
}

void refuse_unverified(const Document& document, Problems& problems) {
  for (const Rule& rule : document.rules) {
    if (lowers(rule, document)) check_rule(rule, document, problems);
  }
}

}  // namespace lp::policy
