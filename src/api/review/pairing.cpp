#include "api/review/pairing.h"

#include <optional>
#include <string>
#include <utility>

#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/review/attempts.h"
#include "api/review/roster_body.h"
#include "api/submit.h"
#include "base/assert.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "crypto/p256.h"
#include "evidence/roster.h"
#include "json/write.h"

namespace lp::api {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t nonce_bytes = 32;
constexpr std::size_t token_bytes = 32;
constexpr std::size_t reveal_max = 2'000;

std::string_view to_string(Pairings::State state) {
  switch (state) {
    case Pairings::State::open:
      return "open";
    case Pairings::State::claimed:
      return "claimed";
    case Pairings::State::answered:
      return "answered";
    case Pairings::State::revealed:
      return "revealed";
    case Pairings::State::agreed:
      return "agreed";
  }
  LP_ASSERT(false);
  return {};
}

std::int64_t now_ms(Context& context) {
  return context.engine.clock().monotonic_ms();
}

bool is_live_device(const core::Directory& directory, std::string_view key) {
  const auto device = directory.devices.find(key);
  return device != directory.devices.end() && !device->second.revoked;
}

// The signing key that a reveal names, DER; nothing unless it is what was committed to, in its one
// spelling: what the words are made of is these very bytes.
std::optional<std::string> revealed_key(const Pairings::Pairing& pairing, std::string_view text) {
  const auto parsed = json::parse(std::string(text));
  if (!parsed || !parsed->root.is_object() || json::canonical(parsed->root) != text) {
    return std::nullopt;
  }
  if (crypto::sha256({"lp-pair-commit/1\0"sv, text}).hex() != pairing.commitment) {
    return std::nullopt;
  }
  auto spki = from_base64(parsed->root.find_string("spki").value_or(""));
  return spki && crypto::P256PublicKey::from_spki(*spki) ? spki : std::nullopt;
}

struct FromDevice {
  std::string token, text;
};
// `name` is the member beside the token, "" for none.
std::expected<FromDevice, net::Reply> read_from_device(std::string body, std::string_view name) {
  const auto document = read_object(std::move(body));
  if (!document) return std::unexpected(document.error());
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  FromDevice said;
  said.token = members.text("token", {.required = true});
  if (!name.empty()) said.text = members.text(name, {.required = true, .max = reveal_max});
  if (refusal) return std::unexpected(*std::move(refusal));
  const auto raw = from_base64url(said.token);
  if (!raw || raw->size() != token_bytes) return std::unexpected(refuse(Reason::pairing_over));
  return said;
}

// Only what an owner has signed for brings another key: a session of a passkey begins nothing.
bool begins(const core::Directory& directory, const Session& session) {
  return !session.only_signs_in && is_live_device(directory, session.key);
}

}  // namespace

net::Outcome begin_pairing(Context& context, Call& call, const Session& session) {
  if (!begins(*call.directory, session)) return refuse(Reason::not_permitted);
  const auto begun = context.pairings.begin(session.member, session.key, now_ms(context),
                                            context.engine.entropy());
  if (!begun) return refuse(Reason::key_limit);
  auto value = json::Value::object();
  value.add("id", begun->id)
      .add("code", begun->code)
      .add("expires_at", to_string(context.engine.clock().now() + pairing_code_ms));
  return private_reply(json::compact(value));
}

net::Outcome show_pairing(Context& context, Call& call, const Session& session) {
  const auto pairing =
      context.pairings.of_browser(call.parameter("id"), session.key, now_ms(context));
  if (!pairing) return refuse(Reason::pairing_over);
  auto value = json::Value::object();
  value.add("state", to_string(pairing->state));
  if (!pairing->commitment.empty()) value.add("commitment", pairing->commitment);
  if (!pairing->reveal.empty()) value.add("reveal", pairing->reveal);
  return private_reply(json::compact(value));
}

net::Outcome answer_pairing(Context& context, Call& call, const Session& session) {
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  const std::string nonce = members.text("nonce", {.required = true});
  const auto raw = from_base64(nonce);
  if (!raw || raw->size() != nonce_bytes) members.refuse("nonce", "must be base64 of 32 bytes");
  if (refusal) return *std::move(refusal);
  if (!context.pairings.answer(call.parameter("id"), session.key, nonce, now_ms(context))) {
    return refuse(Reason::pairing_over);
  }
  return private_reply("{}");
}

net::Outcome end_pairing(Context& context, Call& call, const Session& session) {
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  const json::Value* agreed = document->root.find("agreed");
  if (agreed == nullptr || !agreed->is_boolean())
    return refuse_member("/agreed", "must be a boolean");
  const std::string id = call.parameter("id");
  if (!agreed->as_boolean()) {
    context.pairings.end(id, session.key);
    return private_reply("{}");
  }
  const auto pairing = context.pairings.of_browser(id, session.key, now_ms(context));
  if (!pairing || pairing->state != Pairings::State::revealed) return refuse(Reason::pairing_over);
  const auto spki = revealed_key(*pairing, pairing->reveal);
  if (!spki) return refuse(Reason::pairing_over);
  core::ProposeRoster command{.wish = {.act = evidence::RosterAct::add_device,
                                       .member = session.member,
                                       .name = {},
                                       .roles = {},
                                       .groups = {},
                                       .spki = *spki}};
  return submit(context, std::move(command),
                [&context, directory = call.directory, id,
                 key = session.key](const core::ProposeRoster::Result& result) -> net::Reply {
                  if (!context.pairings.agree(id, key, result.proposal.id, now_ms(context))) {
                    return refuse(Reason::pairing_over);
                  }
                  const auto value = describe_proposal(context, *directory, result.proposal);
                  return value ? private_reply(json::compact(*value)) : value.error();
                });
}

net::Outcome claim_pairing(Context& context, Call& call) {
  if (auto limited = limit_attempts(context, call.request)) return *std::move(limited);
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  const std::string code = plain_pairing_code(members.text("code", {.required = true}));
  const std::string commitment = members.text("commitment", {.required = true});
  if (!Digest::from_hex(commitment)) members.refuse("commitment", "must be hex of a SHA-256");
  if (refusal) return *std::move(refusal);
  // One answer to every code that is not there to be claimed: whoever guesses learns nothing more.
  const auto token = code.empty() ? std::nullopt
                                  : context.pairings.claim(code, commitment, now_ms(context),
                                                           context.engine.entropy());
  if (!token) return refuse(Reason::pairing_over);
  return private_reply(json::compact(json::Value::object().add("token", *token)));
}

net::Outcome reveal_pairing(Context& context, Call& call) {
  const auto said = read_from_device(std::move(call.request.body), "reveal");
  if (!said) return said.error();
  const auto pairing = context.pairings.of_device(said->token, now_ms(context));
  if (!pairing || !revealed_key(*pairing, said->text) ||
      !context.pairings.reveal(said->token, said->text, now_ms(context))) {
    return refuse(Reason::pairing_over);
  }
  return private_reply("{}");
}

net::Outcome pairing_state(Context& context, Call& call) {
  const auto said = read_from_device(std::move(call.request.body), "");
  if (!said) return said.error();
  const auto pairing = context.pairings.of_device(said->token, now_ms(context));
  if (!pairing) return refuse(Reason::pairing_over);
  auto value = json::Value::object();
  value.add("state", to_string(pairing->state));
  if (!pairing->nonce.empty()) value.add("browser", pairing->key).add("nonce", pairing->nonce);
  if (pairing->state == Pairings::State::agreed) {
    const auto spki = revealed_key(*pairing, pairing->reveal);
    LP_ASSERT(spki.has_value());
    const auto& member = call.directory->members.at(pairing->member);
    value.add("member", member.name)
        .add("counted", is_live_device(*call.directory, evidence::key_id(*spki)));
  }
  return private_reply(json::compact(value));
}

net::Outcome stop_pairing(Context& context, Call& call) {
  const auto said = read_from_device(std::move(call.request.body), "");
  if (!said) return said.error();
  context.pairings.end_by_device(said->token);
  return private_reply("{}");
}

}  // namespace lp::api
