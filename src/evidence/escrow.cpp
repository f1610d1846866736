#include "evidence/escrow.h"

#include <utility>

#include "base/text.h"
#include "crypto/hash.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::evidence {
namespace {

json::Value common(const EscrowEvent& event, const Escrow& escrow) {
  auto base = json::Value::object();
  base.add("id", event.id)
      .add("event", event.event)
      .add("data", event.data)
      .add("upstream_agent_id", escrow.upstream)
      .add("downstream_agent_id", escrow.downstream);
  return base;
}

std::optional<json::Value> copy_of(const json::Value* value) {
  return value == nullptr ? std::nullopt : std::optional(*value);
}

}  // namespace

json::Value Escrow::to_json() const {
  auto value = json::Value::object();
  value.add("mode", mode).add("upstream", upstream).add("downstream", downstream);
  value.add_if("commitment", commitment);
  value.add_if("x402_mandate", x402_mandate);
  value.add_if("ap2_mandate", ap2_mandate);
  return value;
}

std::optional<Escrow> Escrow::parse(std::string text) {
  const auto document = json::parse(std::move(text));
  if (!document) return std::nullopt;
  const json::Value& root = document->root;
  const auto mode = root.find_string("mode"), downstream = root.find_string("downstream");
  const auto upstream = root.find_string("upstream");
  if (!mode || !upstream || !downstream) return std::nullopt;
  return Escrow{.mode = std::string(*mode),
                .upstream = std::string(*upstream),
                .downstream = std::string(*downstream),
                .commitment = copy_of(root.find("commitment")),
                .x402_mandate = copy_of(root.find("x402_mandate")),
                .ap2_mandate = copy_of(root.find("ap2_mandate"))};
}

std::string escrow_base(const EscrowEvent& event, const Escrow& escrow) {
  json::Value base = common(event, escrow);
  base.add("x402_mandate", escrow.x402_mandate.value_or(json::Value()))
      .add("ap2_mandate", escrow.ap2_mandate.value_or(json::Value()));
  return json::javascript(base);
}

std::string chain_base(const EscrowEvent& event, const Escrow& escrow) {
  return json::javascript(common(event, escrow));
}

std::string sign_escrow(std::string_view secret, const EscrowEvent& event, const Escrow& escrow) {
  return crypto::hmac_sha256(secret, escrow_base(event, escrow)).hex();
}

bool verify_escrow(std::string_view secret, const EscrowEvent& event, const Escrow& escrow,
                   std::string_view signature_hex) {
  const auto signature = from_hex(signature_hex);
  if (!signature) return false;
  const Digest whole = crypto::hmac_sha256(secret, escrow_base(event, escrow));
  const Digest chained = crypto::hmac_sha256(secret, chain_base(event, escrow));
  const bool is_whole = crypto::equal_constant_time(whole.view(), *signature);
  const bool is_chained = crypto::equal_constant_time(chained.view(), *signature);
  return is_whole || is_chained;
}

}  // namespace lp::evidence
