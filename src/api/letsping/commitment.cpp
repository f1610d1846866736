#include "api/letsping/commitment.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "evidence/values.h"

namespace lp::api {

namespace {

constexpr std::size_t commitment_bytes_max = 16 * 1'024;
constexpr std::array<std::string_view, 10> types{
    "pay_on_delivery",  "pay_on_success",        "refund_on_dispute", "lead_gen_bounty",
    "bug_bounty",       "conversion_bounty",     "revenue_split",     "referral",
    "guardrail_bounty", "baseline_attack_bounty"};

}  // namespace

std::string read_commitment(Members& body, const json::Document& document,
                            const std::string& pointer, std::optional<net::Reply>& refusal) {
  const json::Value* given = body.object("commitment");
  if (given == nullptr) return {};
  const std::string_view source = document.source(*given);
  if (source.size() > commitment_bytes_max) {
    body.refuse("commitment", "must be at most 16 KiB");
    return {};
  }
  Members commitment(*given, pointer + "/commitment", refusal);
  const std::string type = commitment.text("type", {.required = true});
  if (std::ranges::find(types, type) == types.end()) {
    commitment.refuse("type", "must be one of the ten kinds of commitment");
  }
  if (!commitment.integer("amount_cents", 0, static_cast<std::int64_t>(evidence::integer_max))) {
    commitment.refuse("amount_cents", "must be a whole number from 0");
  }
  static_cast<void>(commitment.text("currency", {.required = true, .max = 16}));
  static_cast<void>(commitment.object("deliverable"));
  static_cast<void>(commitment.object("success_condition"));
  static_cast<void>(commitment.text("dispute_window", {.max = 64}));
  return std::string(source);
}

}  // namespace lp::api
