#include "policy/cases.h"

#include <fmt/core.h>

#include <algorithm>

#include "json/number.h"
#include "policy/members.h"
#include "policy/window_counts.h"

namespace lp::policy {
namespace {

constexpr std::size_t earlier_max = 1'000;

class CaseReader {
 public:
  std::expected<std::vector<Case>, Problems> read(std::string_view text) {
    const auto root = read_text(text);
    if (!root) return std::unexpected(Problems{root.error()});
    Members members(*root, "a file of cases", problems_);
    const Node* list = members.need("cases");
    members.refuse_others();
    std::vector<Case> cases;
    if (list != nullptr && is_list(*list, "cases", cases_max)) {
      for (const Node& item : list->items) cases.push_back(read_case(item));
    }
    if (!problems_.empty()) return std::unexpected(std::move(problems_));
    return cases;
  }

 private:
  bool is_list(const Node& node, std::string_view name, std::size_t most) {
    if (node.kind == json::Kind::array && node.items.size() <= most) return true;
    problems_.push_back({node.at, fmt::format("`{}` is a list of at most {}.", name, most)});
    return false;
  }

  Case read_case(const Node& node) {
    Case one;
    one.at = node.at;
    Members members(node, "a case", problems_);
    if (members.need("name") != nullptr) one.name = members.text("name").value_or("");
    if (const Node* request = members.need("request")) read_request(*request, one.request);
    if (const Node* earlier = members.take("earlier")) read_earlier(*earlier, one);
    if (const Node* expect = members.need("expect")) read_expected(*expect, one);
    members.refuse_others();
    return one;
  }

  // Over what is there already: an earlier request names only what was different.
  void read_request(const Node& node, CaseRequest& request, std::int64_t* ago_ms = nullptr) {
    Members members(node, "a request", problems_);
    const std::pair<std::string_view, std::string*> texts[] = {
        {"service", &request.service},   {"action", &request.action},
        {"agent", &request.agent},       {"agent_owner", &request.agent_owner},
        {"agent_proof", &request.proof}, {"environment", &request.environment},
        {"role", &request.role},         {"priority", &request.priority},
        {"address", &request.address}};
    for (const auto& [name, slot] : texts) {
      if (auto text = members.text(name)) *slot = *std::move(text);
    }
    if (const Node* facts = members.take("facts")) request.facts = facts->to_json();
    if (const Node* payload = members.take("payload")) request.payload = payload->to_json();
    if (const Node* shield = members.take("shield")) read_number(*shield, request.shield);
    if (ago_ms != nullptr) {
      if (members.need("ago") != nullptr) *ago_ms = members.duration_ms("ago", 31).value_or(0);
    } else if (const auto at = members.text("at")) {
      const auto instant = parse_instant(*at);
      if (!instant) {
        problems_.push_back({node.find("at")->at,
                             "A time is such as \"2026-03-02T09:00:00.000Z\", "
                             "in quotes."});
      }
      request.at = instant.value_or(request.at);
    }
    members.refuse_others();
  }

  void read_number(const Node& node, std::optional<Decimal>& slot) {
    if (node.kind == json::Kind::number) {
      slot = json::normalise(node.text);
    } else {
      problems_.push_back({node.at, "This is a number."});
    }
  }

  void read_earlier(const Node& node, Case& one) {
    if (!is_list(node, "earlier", earlier_max)) return;
    for (const Node& item : node.items) {
      Earlier earlier{.ago_ms = 0, .request = one.request};
      read_request(item, earlier.request, &earlier.ago_ms);
      one.earlier.push_back(std::move(earlier));
    }
    std::sort(one.earlier.begin(), one.earlier.end(),
              [](const Earlier& a, const Earlier& b) { return a.ago_ms > b.ago_ms; });
  }

  void read_expected(const Node& node, Case& one) {
    Members members(node, "`expect`", problems_);
    if (const auto name = members.text("effect")) {
      one.effect = effect(*name);
      if (!one.effect) problems_.push_back({node.at, "An effect is allow, review or deny."});
    }
    if (const auto name = members.text("level")) {
      one.level = level(*name);
      if (!one.level) {
        problems_.push_back({node.at, "A level is none, low, medium, high or critical."});
      }
    }
    one.rule = members.text("rule");
    if (const Node* people = members.take("people")) {
      const auto count = people->kind == json::Kind::number
                             ? json::Value::number_literal(people->text).as_integer()
                             : std::nullopt;
      if (!count || *count < 0) problems_.push_back({people->at, "`people` is a whole number."});
      if (count && *count >= 0) one.people = static_cast<std::uint64_t>(*count);
    }
    members.refuse_others();
    if (node.members.empty()) {
      problems_.push_back({node.at,
                           "`expect` expects nothing: name an effect, a level, a rule or "
                           "people."});
    }
  }

  Problems problems_;
};

}  // namespace

Asked CaseRequest::asked() const {
  return {.service = service,
          .action = action,
          .agent = agent,
          .agent_owner = agent_owner,
          .proof = proof,
          .environment = environment,
          .role = role,
          .priority = priority,
          .address = address,
          .facts = facts ? &*facts : nullptr,
          .payload = payload ? &*payload : nullptr,
          .shield = shield,
          .now = at};
}

std::expected<std::vector<Case>, Problems> read_cases(std::string_view text) {
  return CaseReader().read(text);
}

std::uint64_t people_asked(const Policy& policy, const Ruling& ruling) {
  std::uint64_t people = 0;
  for (const std::size_t at : ruling.quorums) people += policy.document().quorums[at].heads;
  return people;
}

CaseResult run_case(const Policy& policy, const Case& one) {
  WindowCounts history;
  for (const Earlier& earlier : one.earlier) {
    const Instant at = one.request.at + -earlier.ago_ms;
    Asked asked = earlier.request.asked();
    asked.now = at;
    history.add(policy.window_entries(asked), at);
  }
  CaseResult result{.ruling = policy.rule_on(one.request.asked(), &history), .differences = {}};
  const Ruling& ruling = result.ruling;
  const auto differs = [&result](std::string_view what, std::string_view is,
                                 std::string_view expected) {
    result.differences.push_back(fmt::format("{} is {}, not {}", what, is, expected));
  };
  if (one.effect && *one.effect != ruling.effect) {
    differs("effect", to_string(ruling.effect), to_string(*one.effect));
  }
  if (one.level && *one.level != ruling.level) {
    differs("level", to_string(ruling.level), to_string(*one.level));
  }
  const std::string rule = policy.rule_name(ruling);
  if (one.rule && *one.rule != rule) differs("rule", rule, *one.rule);
  const std::uint64_t people = people_asked(policy, ruling);
  if (one.people && *one.people != people) {
    differs("people", std::to_string(people), std::to_string(*one.people));
  }
  return result;
}

}  // namespace lp::policy
