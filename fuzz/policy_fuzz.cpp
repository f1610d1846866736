// Any text as a policy and as a file of cases: it is read with problems that have a place, or ruled
// by; its canonical JSON is the same policy, and knowing less is never milder.

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "json/write.h"
#include "policy/cases.h"
#include "policy/lint.h"
#include "policy/policy.h"

namespace {

using namespace lp::policy;

Ports ports() {
  return {.quorum = [](const lp::json::Value& rule) -> std::expected<std::uint64_t, QuorumFault> {
            if (rule.is_object()) return rule.members().size() + 1;
            return std::unexpected(QuorumFault{"/n_of/0", "no"});
          },
          .zones = [](std::string_view) -> std::optional<std::string> { return std::nullopt; }};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(Zone::read(text));
  if (const auto cases = read_cases(text); !cases) LP_ASSERT(!cases.error().empty());
  auto document = read_document(text, ports());
  if (!document) {
    LP_ASSERT(!document.error().empty());
    for (const Problem& problem : document.error()) {
      LP_ASSERT(problem.at.line >= 1 && problem.at.column >= 1 && !problem.sentence.empty());
    }
    return 0;
  }
  const auto again = read_document(lp::json::canonical(document->source), ports());
  LP_ASSERT(again.has_value() && again->sha256 == document->sha256);
  static_cast<void>(lint(*document));
  const auto policy = Policy::compile(*std::move(document));
  if (!policy) return 0;
  auto facts = lp::json::Value::object();
  facts.add("amount", 600).add("currency", "EUR").add("verb", "DROP");
  Asked asked{.service = "stripe", .action = "refund", .agent = "ak_1", .facts = &facts, .now = {}};
  const Ruling known = policy->rule_on(asked, nullptr);
  asked.facts = nullptr;
  const Ruling unknown = policy->rule_on(asked, nullptr);
  LP_ASSERT(unknown.effect >= known.effect);
  LP_ASSERT(unknown.effect != Effect::review || unknown.level >= known.level);
  LP_ASSERT(!lp::json::canonical(policy->explain(known)).empty());
  return 0;
}
