#include "api/letsping/signup.h"

#include <array>
#include <memory>
#include <string>
#include <utility>

#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/routes.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "json/write.h"

namespace lp::api {

namespace {

constexpr std::string_view token_prefix = "lp_signup_";

// The limits of wire.md A2, the tightest first; the refusal when one is reached.
std::optional<net::Reply> limit_signup(Context& context, const net::Request& request) {
  const std::string network = network_of(request.peer.address);
  const std::int64_t now_ms = context.engine.clock().monotonic_ms();
  const std::array<std::pair<std::string, Rate>, 3> buckets{
      {{"hour " + network, context.limits.signup_hour},
       {"day " + network, context.limits.signup_day},
       {"all", context.limits.signup_all}}};
  for (const auto& [name, rate] : buckets) {
    const Allowance allowance = context.signup_limiter.take(name, rate, now_ms);
    if (!allowance.allowed) {
      return refuse_for(Reason::signup_limited, allowance.retry_after_ms, rate.count);
    }
  }
  return std::nullopt;
}

net::Reply workspace(const core::Directory& directory, const std::string& base,
                     const std::string& project, const Secret& api_key) {
  auto body = json::Value::object();
  body.add("org_id", "org_" + directory.log_name)
      .add("project_id", project)
      .add("api_key", api_key.reveal())
      .add("ingest_url", base + "/api/ingest")
      .add("agents_register_url", base + "/api/agents/register")
      .add("docs_url", base + "/docs");
  return private_reply(json::compact(body));
}

// The project is there: now its key. Runs on the core thread.
void make_key(Context& context, std::shared_ptr<net::Responder> responder, std::string base,
              std::string project) {
  core::CreateKey command{
      .project = project, .role = identity::KeyRole::agent, .name = "agent sign-up"};
  const bool taken = context.engine.submit<core::CreateKey>(
      std::move(command), [&context, responder, base, project](auto result) {
        responder->reply(result ? workspace(*context.engine.directory(), base, project, result->key)
                                : refuse(result.error()));
      });
  if (!taken) responder->reply(refuse(Reason::overloaded));
}

}  // namespace

std::string SignupTokens::issue(Entropy& entropy, std::int64_t now_ms) {
  std::string token = std::string(token_prefix) + base64url(entropy.bytes(32));
  std::lock_guard lock(mutex_);
  std::erase_if(expires_ms_, [now_ms](const auto& item) { return item.second <= now_ms; });
  expires_ms_.emplace(crypto::sha256(token), now_ms + valid_ms);
  return token;
}

bool SignupTokens::redeem(std::string_view token, std::int64_t now_ms) {
  std::lock_guard lock(mutex_);
  const auto found = expires_ms_.find(crypto::sha256(token));
  if (found == expires_ms_.end()) return false;
  const bool valid = found->second > now_ms;
  expires_ms_.erase(found);
  return valid;
}

std::size_t SignupTokens::size() const {
  std::lock_guard lock(mutex_);
  return expires_ms_.size();
}

net::Outcome signup_request_token(Context& context, Call& call) {
  if (!context.self_signup) return refuse(Reason::signup_disabled);
  if (auto limited = limit_signup(context, call.request)) return *std::move(limited);
  Clock& clock = context.engine.clock();
  crypto::SystemEntropy entropy;
  auto body = json::Value::object();
  body.add("token", context.signup_tokens.issue(entropy, clock.monotonic_ms()))
      .add("signup_url", base_url(context, call.request) + "/api/agent-signup")
      .add("expires_at", to_string(clock.now() + SignupTokens::valid_ms));
  return private_reply(json::compact(body));
}

net::Outcome signup_redeem(Context& context, Call& call) {
  if (!context.self_signup) return refuse(Reason::signup_disabled);
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  Members body(document->root, "", refusal);
  const std::string token = body.text("token", {.required = true});
  const std::string label = body.text("label", {.max = 80});
  if (refusal) return *std::move(refusal);
  if (!context.signup_tokens.redeem(token, context.engine.clock().monotonic_ms())) {
    return refuse(Reason::signup_token_invalid);
  }
  // Labels are anybody's choice, names are unique: the suffix keeps strangers from colliding.
  crypto::SystemEntropy entropy;
  core::CreateProject command{
      .name = (label.empty() ? "agent" : label) + "-" + hex(entropy.bytes(4)),
      .payloads = store::Payloads::encrypted};
  return net::Later{
      [&context, command = std::move(command),
       base = base_url(context, call.request)](std::shared_ptr<net::Responder> responder) mutable {
        const bool taken = context.engine.submit<core::CreateProject>(
            std::move(command), [&context, responder, base](auto result) {
              if (!result) return responder->reply(refuse(result.error()));
              make_key(context, responder, base, result->id);
            });
        if (!taken) responder->reply(refuse(Reason::overloaded));
      }};
}

}  // namespace lp::api
