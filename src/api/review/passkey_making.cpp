#include "api/review/passkey_making.h"

#include <utility>

#include "api/errors.h"
#include "api/review/challenge_body.h"
#include "base/text.h"
#include "core/passkeys.h"
#include "crypto/hash.h"

namespace lp::api {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view tag = "lp-passkey/1\0"sv;
constexpr std::size_t body_max = 2'000;
constexpr std::size_t client_data_max = 8'192;
constexpr std::size_t attestation_max = 16'384;

Secret nonce_key(Context& context) {
  return context.engine.keys().purpose("lp-passkey/1");
}

// What an authenticator keeps as whose the passkey is. One that decides has an id of its own each
// time: the same would let an authenticator put it in the place of the one that signs in.
std::string user_id(Context& context, std::string_view member, std::string_view purpose,
                    std::string_view nonce) {
  if (purpose == core::login_purpose) return login_user_id(context, member);
  const Secret key = context.engine.keys().purpose("lp-passkey-user/1");
  return std::string(crypto::hmac_sha256(key.reveal(), {member, "\0"sv, nonce}).view());
}

}  // namespace

json::Value passkey_terms(Context& context, const core::Directory& directory,
                          const std::string& member, std::string_view purpose,
                          const PasskeyPlace& place) {
  const std::string nonce = LoginNonces::make(
      nonce_key(context).reveal(), context.engine.clock().now(), context.engine.entropy());
  json::Array exclude;
  for (const auto& [key, row] : directory.passkeys) {
    const bool same = row.member == member && row.rp_id == place.rp_id;
    if (!same || row.removed || row.purpose != purpose) continue;
    exclude.emplace_back(base64(row.credential));
  }
  const std::string& name = directory.members.find(member)->second.name;
  auto rp = json::Value::object();
  rp.add("id", place.rp_id).add("name", "LetsPing");
  auto user = json::Value::object();
  // Two names, so that a person can tell the two apart where an authenticator lists them.
  user.add("id", base64(user_id(context, member, purpose, nonce)))
      .add("name", name + (purpose == core::decision_purpose ? " (decides)" : " (signs in)"));
  auto value = json::Value::object();
  value.add("server_nonce", nonce)
      .add("rp", std::move(rp))
      .add("user", std::move(user))
      .add("exclude", json::Value::array(std::move(exclude)));
  return value;
}

std::string read_binary(Members& members, std::string_view name, const TextRule& rule) {
  auto bytes = from_base64(members.text(name, rule));
  if (!bytes) members.refuse(name, "must be base64");
  return std::move(bytes).value_or(std::string());
}

MadePasskey read_made_passkey(Members& members) {
  MadePasskey made;
  made.body = members.text("body", {.required = true, .max = body_max});
  made.client_data =
      read_binary(members, "clientDataJSON", {.required = true, .max = client_data_max});
  made.attestation =
      read_binary(members, "attestationObject", {.required = true, .max = attestation_max});
  return made;
}

// The nonce goes last: what was not made for this page uses none up.
std::expected<identity::Registration, net::Reply> check_made(Context& context,
                                                             const MadePasskey& made,
                                                             const PasskeyPlace& place) {
  const auto nonce = server_nonce_of(made.body, place.origin);
  if (!nonce) return std::unexpected(refuse(Reason::passkey_refused, "not begun on this page"));
  auto registration = identity::check_registration({.client_data = made.client_data,
                                                    .attestation = made.attestation,
                                                    .challenge = crypto::sha256({tag, made.body}),
                                                    .rp_id = place.rp_id,
                                                    .origin = place.origin});
  if (!registration) {
    return std::unexpected(refuse(Reason::passkey_refused, registration.error().text));
  }
  if (!context.passkey_nonces.use(nonce_key(context).reveal(), *nonce,
                                  context.engine.clock().now())) {
    return std::unexpected(refuse(Reason::passkey_refused, "it took longer than two minutes"));
  }
  return *std::move(registration);
}

evidence::RosterWish passkey_wish(const std::string& member, const PasskeyPlace& place,
                                  identity::Registration registration) {
  evidence::RosterWish wish;
  wish.act = evidence::RosterAct::add_passkey;
  wish.member = member;
  wish.spki = std::move(registration.spki);
  wish.passkey = evidence::PasskeyTerms{.rp_id = place.rp_id,
                                        .aaguid = std::move(registration.aaguid),
                                        .credential = std::move(registration.credential),
                                        .origin = place.origin,
                                        .counter = registration.counter,
                                        .backup_eligible = registration.backup_eligible,
                                        .backed_up = registration.backed_up};
  return wish;
}

}  // namespace lp::api
