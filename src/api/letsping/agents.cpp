#include "api/letsping/agents.h"

#include <algorithm>
#include <string>
#include <utility>

#include "api/authorize.h"
#include "api/errors.h"
#include "api/letsping/agent_proof.h"
#include "api/letsping/http_proof.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/submit.h"
#include "base/text.h"
#include "evidence/roster.h"
#include "identity/agent_key.h"
#include "json/write.h"

namespace lp::api {

namespace {

constexpr std::size_t handle_max = 64;
constexpr std::size_t public_key_max = 200;

// The member `public_key`, decoded; "" when absent.
std::string take_public_key(Members& body) {
  const std::string text = body.text("public_key", {.max = public_key_max});
  if (text.empty()) return {};
  auto key = read_public_key(text);
  if (!key) body.refuse("public_key", public_key_must);
  return key.value_or("");
}

}  // namespace

bool is_handle(std::string_view text) {
  return !text.empty() && text.size() <= handle_max && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._-@/").contains(c);
  });
}

std::optional<std::string> read_public_key(std::string_view text) {
  auto der = from_base64(text);
  if (!der || !identity::agent_key_kind(*der)) return std::nullopt;
  return der;
}

net::Outcome register_agent(Context& context, Call& call) {
  if (auto limited = limit_key(context, call)) return *std::move(limited);
  const auto document = read_object(std::move(call.request.body), true);
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  Members body(document->root, "", refusal);
  const std::string handle = body.text("agent_handle", {.max = handle_max});
  if (!handle.empty() && !is_handle(handle)) body.refuse("agent_handle", handle_must);
  std::string spki = take_public_key(body);
  if (refusal) return *std::move(refusal);
  const std::string key = spki.empty() ? "" : evidence::key_id(spki);
  core::RegisterAgent command{.project = call.key->project,
                              .handle = handle,
                              .made_by = call.key->made_by,
                              .public_key = std::move(spki),
                              .by = {.actor = {.id = call.key->id,
                                               .kind = evidence::ActorKind::api_key,
                                               .method = evidence::ActorMethod::api_key,
                                               .key = call.key->id}}};
  return submit(context, std::move(command),
                [handle, key](const core::RegisterAgent::Result& result) {
                  auto reply = json::Value::object();
                  reply.add("agent_id", result.agent_id);
                  if (result.secret) reply.add("agent_secret", result.secret->reveal());
                  if (!handle.empty()) reply.add("agent_handle", handle);
                  if (!key.empty()) reply.add("key", key);
                  return private_reply(json::compact(reply));
                });
}

net::Outcome rotate_agent(Context& context, Call& call) {
  if (auto limited = limit_key(context, call)) return *std::move(limited);
  core::AgentProof proof;
  // No HMAC here: agent_id in the body names who is rotated.
  if (has_http_signature(call.request)) {
    auto proved = prove_agent(context, call);
    if (!proved) return std::move(proved.error());
    proof = *std::move(proved);
  }
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  Members body(document->root, "", refusal);
  const std::string id = body.text("agent_id", {.required = true});
  std::string spki = take_public_key(body);
  if (refusal) return *std::move(refusal);
  const store::Agent* agent = call.directory->agent(call.key->project, id);
  if (agent == nullptr) return refuse(Reason::not_found);
  if (agent->public_key.empty() != spki.empty()) {
    return refuse_member("/public_key", spki.empty() ? "is required of an agent that has a key"
                                                     : "is not taken of an agent with a secret");
  }
  core::RotateAgent command{.project = call.key->project,
                            .agent = id,
                            .api_key = call.key->id,
                            .public_key = std::move(spki),
                            .proof = std::move(proof)};
  return submit(context, std::move(command), [id](const core::RotateAgent::Result& result) {
    auto reply = json::Value::object();
    reply.add("agent_id", id);
    if (result.secret) reply.add("agent_secret", result.secret->reveal());
    reply.add("rotated_at", to_string(result.rotated))
        .add("previous_valid_until", to_string(result.previous_until));
    return private_reply(json::compact(reply));
  });
}

}  // namespace lp::api
