#include "policy/document.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "crypto/hash.h"
#include "json/write.h"
#include "policy/allowing.h"
#include "policy/members.h"

namespace lp::policy {
namespace {

constexpr std::int64_t decide_days_max = 30;
constexpr std::size_t escalations_max = 8;
constexpr std::size_t name_bytes_max = 200;

class DocumentReader {
 public:
  DocumentReader(const Node& root, const Ports& ports) : root_(root), ports_(ports) {}

  std::expected<Document, Problems> read() {
    Members members(root_, "a policy", problems_);
    read_version(members.need("version"));
    const Node* tools = members.take("tools");
    const Node* defaults = members.take("defaults");
    const Node* unknown = members.take("unknown_tool");
    const Node* rules = members.take("rules");
    members.refuse_others();
    if (tools != nullptr) read_tools(*tools);
    read_defaults(defaults);
    if (rules != nullptr) read_rules(*rules);
    read_unknown(unknown);
    if (problems_.empty()) refuse_unverified(document_, problems_);
    if (!problems_.empty()) {
      std::sort(problems_.begin(), problems_.end(), [](const Problem& a, const Problem& b) {
        return std::tie(a.at, a.sentence) < std::tie(b.at, b.sentence);
      });
      return std::unexpected(std::move(problems_));
    }
    document_.source = root_.to_json();
    document_.sha256 = crypto::sha256(json::canonical(document_.source));
    return std::move(document_);
  }

 private:
  void problem(Mark at, std::string sentence) { problems_.push_back({at, std::move(sentence)}); }

  void read_version(const Node* node) {
    if (node == nullptr) return;
    if (node->kind == json::Kind::number && node->text == "1") return;
    problem(node->at, "The version of the policy language is 1.");
  }

  void read_tools(const Node& node) {
    document_.lists_tools = true;
    if (!is_list(node, "tools", tools_max)) return;
    std::set<std::pair<std::string, std::string>> known;
    for (const Node& item : node.items) {
      Members members(item, "a tool", problems_);
      Tool tool;
      tool.at = item.at;
      tool.service = members.need("service") != nullptr ? members.text("service").value_or("") : "";
      tool.action = members.need("action") != nullptr ? members.text("action").value_or("") : "";
      if (const Node* floor = members.take("level")) read_level(*floor, tool.floor);
      if (const Node* facts = members.take("facts")) read_sources(*facts, tool);
      members.refuse_others();
      if (tool.service.empty() || tool.action.empty()) continue;
      if (!known.emplace(tool.service, tool.action).second) {
        problem(item.at, fmt::format("`{} {}` is listed already.", tool.service, tool.action));
      }
      document_.tools.push_back(std::move(tool));
    }
  }

  void read_sources(const Node& node, Tool& tool) {
    if (node.kind != json::Kind::object) {
      problem(node.at, "`facts` is a mapping such as {amount: {from: /amount}}.");
      return;
    }
    for (const NodeMember& member : node.members) {
      Members source(member.value, "the source of a fact", problems_);
      if (source.need("from") == nullptr) continue;
      const auto from = source.text("from");
      source.refuse_others();
      if (!from) continue;
      if (!from->starts_with('/')) {
        problem(member.value.at, "`from` is a JSON Pointer into the payload, such as /amount.");
        continue;
      }
      tool.sources.emplace_back(member.name, *from);
    }
  }

  bool is_list(const Node& node, std::string_view name, std::size_t most) {
    if (node.kind != json::Kind::array) {
      problem(node.at, fmt::format("`{}` is a list, not {}.", name, kind_name(node)));
      return false;
    }
    if (node.items.size() <= most) return true;
    problem(node.items[most].at, fmt::format("`{}` may have {} entries.", name, most));
    return false;
  }

  void read_level(const Node& node, Level& slot) {
    const auto named = node.kind == json::Kind::string ? level(node.text) : std::nullopt;
    if (named && *named != Level::none) {
      slot = *named;
    } else {
      problem(node.at, "A level is low, medium, high or critical.");
    }
  }

  // Equal trees are kept once.
  std::optional<std::size_t> read_quorum(const Node* node) {
    if (node == nullptr) return std::nullopt;
    json::Value rule = node->to_json();
    const auto heads = ports_.quorum(rule);
    if (!heads) {
      problem(node->at_pointer(heads.error().pointer), heads.error().sentence);
      return std::nullopt;
    }
    return keep_quorum({.rule = std::move(rule), .heads = *heads});
  }

  std::size_t keep_quorum(Quorum quorum) {
    const auto [known, added] =
        quorum_at_.emplace(json::canonical(quorum.rule), document_.quorums.size());
    if (added) document_.quorums.push_back(std::move(quorum));
    return known->second;
  }

  void read_defaults(const Node* node) {
    auto one_reviewer = json::Value::object();
    one_reviewer.add("n_of", json::Value::array({json::Value(1), json::Value("role:reviewer")}));
    document_.default_quorum = keep_quorum({.rule = std::move(one_reviewer), .heads = 1});
    if (node == nullptr) return;
    Members members(*node, "`defaults`", problems_);
    if (const Node* named = members.take("level")) read_level(*named, document_.default_level);
    document_.default_decide_by_ms = members.duration_ms("decide_by", decide_days_max);
    if (const auto quorum = read_quorum(members.take("rule"))) document_.default_quorum = *quorum;
    members.refuse_others();
  }

  // Unless it is said, what nobody listed is asked for as carefully as anything in the policy.
  void read_unknown(const Node* node) {
    Level highest = std::max(Level::high, document_.default_level);
    for (const Rule& rule : document_.rules) highest = std::max(highest, rule.level);
    for (const Tool& tool : document_.tools) highest = std::max(highest, tool.floor);
    document_.unknown_level = highest;
    if (node == nullptr) return;
    if (!document_.lists_tools) {
      problem(node->at,
              "Without a list of `tools` every tool is known: list them, or leave "
              "`unknown_tool` out.");
    }
    Members members(*node, "`unknown_tool`", problems_);
    if (const Node* named = members.take("level")) read_level(*named, document_.unknown_level);
    if (const Node* node_effect = members.take("effect")) {
      const auto named = effect(node_effect->text);
      if (named && *named != Effect::allow) {
        document_.unknown_effect = *named;
      } else {
        problem(node_effect->at, "What nobody listed has the effect review or deny.");
      }
    }
    document_.unknown_quorum = read_quorum(members.take("rule"));
    members.refuse_others();
  }

  void read_rules(const Node& node) {
    if (!is_list(node, "rules", rules_max)) return;
    std::map<std::string, std::size_t> lines;
    for (const Node& item : node.items) {
      Rule rule = read_rule(item);
      const auto [known, added] = lines.emplace(rule.name, item.at.line);
      if (!rule.name.empty() && !added) {
        problem(item.at, fmt::format("A rule of the name `{}` stands in line {}: every ruling "
                                     "names its rule, so give it another.",
                                     rule.name, known->second));
      }
      document_.rules.push_back(std::move(rule));
    }
  }

  Rule read_rule(const Node& node) {
    Rule rule;
    rule.at = node.at;
    Members members(node, "a rule", problems_);
    if (members.need("name") != nullptr) rule.name = members.text("name").value_or("");
    if (rule.name.size() > name_bytes_max) problem(node.at, "The name of a rule is a short line.");
    if (const Node* match = members.need("match")) {
      rule.conditions = read_match(
          *match, {.zones = ports_.zones, .windows = document_.windows, .problems = problems_});
    }
    if (const Node* named = members.take("effect")) read_effect(*named, rule.effect);
    const Node* level_node = members.take("level");
    rule.level = document_.default_level;
    if (level_node != nullptr) read_level(*level_node, rule.level);
    const Node* quorum_node = members.take("rule");
    rule.quorum = read_quorum(quorum_node);
    rule.decide_by_ms = members.duration_ms("decide_by", decide_days_max);
    const Node* escalate = members.take("escalate");
    if (escalate != nullptr) read_escalations(*escalate, rule);
    const Node* verify = members.take("verify_facts");
    if (verify != nullptr) read_choice(*verify, rule.verify_facts);
    members.refuse_others();
    if (rule.effect == Effect::review) return rule;
    for (const Node* part : {level_node, quorum_node, escalate}) {
      if (part == nullptr) continue;
      problem(part->at, fmt::format("Nobody is asked where the effect is {}: leave this out.",
                                    to_string(rule.effect)));
    }
    rule.level = Level::none;
    return rule;
  }

  void read_effect(const Node& node, Effect& slot) {
    const auto named = node.kind == json::Kind::string ? effect(node.text) : std::nullopt;
    if (named) {
      slot = *named;
    } else {
      problem(node.at, "An effect is allow, review or deny.");
    }
  }

  void read_choice(const Node& node, bool& slot) {
    if (node.kind == json::Kind::boolean) {
      slot = node.boolean;
    } else {
      problem(node.at, "This is true or false.");
    }
  }

  void read_escalations(const Node& node, Rule& rule) {
    if (!is_list(node, "escalate", escalations_max)) return;
    for (const Node& item : node.items) {
      Members members(item, "a step of `escalate`", problems_);
      const bool complete = members.need("after") != nullptr && members.need("to") != nullptr;
      const auto after = members.duration_ms("after", decide_days_max);
      const auto to = members.text("to");
      members.refuse_others();
      if (!complete || !after || !to) continue;
      if (!rule.escalations.empty() && rule.escalations.back().after_ms >= *after) {
        problem(item.at, "Each step of `escalate` comes after the one before it.");
      }
      rule.escalations.push_back({*after, *to});
    }
  }

  const Node& root_;
  const Ports& ports_;
  Document document_;
  Problems problems_;
  std::map<std::string, std::size_t> quorum_at_;
};

}  // namespace

bool Tool::has_source(std::string_view fact) const {
  return std::any_of(sources.begin(), sources.end(),
                     [fact](const auto& source) { return source.first == fact; });
}

std::expected<Document, Problems> read_document(std::string_view text, const Ports& ports) {
  const auto root = read_text(text);
  if (!root) return std::unexpected(Problems{root.error()});
  return DocumentReader(*root, ports).read();
}

Ground ground_of(const Subject& subject, const Tool* tool) {
  switch (subject.kind) {
    case Subject::Kind::service:
    case Subject::Kind::action:
      return Ground::named;
    case Subject::Kind::agent:
    case Subject::Kind::agent_owner:
    case Subject::Kind::agent_proof:
    case Subject::Kind::address:
    case Subject::Kind::shield:
    case Subject::Kind::time:
    case Subject::Kind::recent:
      return Ground::server;
    case Subject::Kind::payload:
      return Ground::payload;
    case Subject::Kind::fact:
      return tool != nullptr && tool->has_source(subject.name) ? Ground::sourced : Ground::claimed;
    case Subject::Kind::environment:
    case Subject::Kind::role:
    case Subject::Kind::priority:
      return Ground::claimed;
  }
  return Ground::claimed;
}

Ground ground_of(const Condition& condition, const Document& document, const Tool* tool) {
  Ground ground = ground_of(condition.subject, tool);
  if (condition.subject.kind != Subject::Kind::recent) return ground;
  const Window& window = document.windows[condition.window];
  for (const Subject& subject : window.per) ground = std::max(ground, ground_of(subject, tool));
  return window.sum ? std::max(ground, ground_of(*window.sum, tool)) : ground;
}

}  // namespace lp::policy
