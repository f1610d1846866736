#include "api/review/passkeys.h"

#include <algorithm>
#include <utility>

#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/review/challenge_body.h"
#include "api/review/passkey_place.h"
#include "api/review/roster_body.h"
#include "api/submit.h"
#include "base/text.h"
#include "core/passkeys.h"
#include "crypto/hash.h"
#include "crypto/p256.h"
#include "identity/passkey_registration.h"
#include "json/write.h"

namespace lp::api {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view tag = "lp-passkey/1\0"sv;
constexpr std::size_t body_max = 2'000;
constexpr std::size_t client_data_max = 8'192;
constexpr std::size_t attestation_max = 16'384;
constexpr std::size_t signature_max = 512;

Secret nonce_key(Context& context) {
  return context.engine.keys().purpose("lp-passkey/1");
}

bool is_purpose(std::string_view text) {
  return text == core::decision_purpose || text == core::login_purpose;
}

// What an authenticator keeps as whose the passkey is. One that decides has an id of its own each
// time: the same would let an authenticator put it in the place of the one that signs in.
std::string user_id(Context& context, std::string_view member, std::string_view purpose,
                    std::string_view nonce) {
  if (purpose == core::login_purpose) return login_user_id(context, member);
  const Secret key = context.engine.keys().purpose("lp-passkey-user/1");
  return std::string(crypto::hmac_sha256(key.reveal(), {member, "\0"sv, nonce}).view());
}

struct Made {
  std::string purpose, body, client_data, attestation, signature;
};

std::expected<Made, net::Reply> read_made(std::string text) {
  const auto document = read_object(std::move(text));
  if (!document) return std::unexpected(document.error());
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  const auto binary = [&](std::string_view name, TextRule rule) {
    auto bytes = from_base64(members.text(name, rule));
    if (!bytes) members.refuse(name, "must be base64");
    return std::move(bytes).value_or(std::string());
  };
  Made made;
  made.purpose = members.text("purpose", {.required = true});
  if (!is_purpose(made.purpose)) members.refuse("purpose", "must be decision or login");
  made.body = members.text("body", {.required = true, .max = body_max});
  made.client_data = binary("clientDataJSON", {.required = true, .max = client_data_max});
  made.attestation = binary("attestationObject", {.required = true, .max = attestation_max});
  made.signature = binary("signature", {.max = signature_max});
  if (refusal) return std::unexpected(*std::move(refusal));
  return made;
}

// The nonce goes last: what was not made for this page uses none up.
std::expected<identity::Registration, net::Reply> check_made(Context& context, const Made& made,
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

net::Outcome propose(Context& context, const core::DirectoryPtr& directory,
                     evidence::RosterWish wish) {
  return submit(context, core::ProposeRoster{.wish = std::move(wish)},
                [&context, directory](const core::ProposeRoster::Result& result) {
                  auto value = describe_proposal(context, *directory, result.proposal);
                  if (!value) return std::move(value.error());
                  return private_reply(json::compact(*value));
                });
}

net::Outcome add_to_decide(Context& context, Call& call, const Session& session,
                           const PasskeyPlace& place, identity::Registration registration) {
  evidence::RosterWish wish;
  wish.act = evidence::RosterAct::add_passkey;
  wish.member = session.member;
  wish.spki = std::move(registration.spki);
  wish.passkey = evidence::PasskeyTerms{.rp_id = place.rp_id,
                                        .aaguid = std::move(registration.aaguid),
                                        .credential = std::move(registration.credential),
                                        .origin = place.origin,
                                        .counter = registration.counter,
                                        .backup_eligible = registration.backup_eligible,
                                        .backed_up = registration.backed_up};
  return propose(context, call.directory, std::move(wish));
}

// Whether the device key of the session stands behind it: a cookie alone brings no key along.
bool vouched(const core::Directory& directory, const Session& session, std::string_view spki,
             std::string_view signature) {
  const auto device = directory.devices.find(session.key);
  if (device == directory.devices.end() || device->second.key_class != "device") return false;
  auto said = json::Value::object();
  said.add("member", session.member).add("purpose", core::login_purpose).add("spki", base64(spki));
  return crypto::p256_verify(device->second.spki, std::string(tag) + json::canonical(said),
                             signature);
}

net::Outcome add_to_sign_in(Context& context, Call& call, const Session& session,
                            const PasskeyPlace& place, identity::Registration registration,
                            const std::string& signature) {
  if (!vouched(*call.directory, session, registration.spki, signature)) {
    return refuse(Reason::bad_signature);
  }
  core::AddLoginPasskey command{.passkey = {.key = {},
                                            .member = session.member,
                                            .purpose = {},
                                            .credential = std::move(registration.credential),
                                            .spki = std::move(registration.spki),
                                            .rp_id = place.rp_id,
                                            .origin = place.origin,
                                            .aaguid = std::move(registration.aaguid),
                                            .backup_eligible = registration.backup_eligible,
                                            .backed_up = registration.backed_up,
                                            .counter = registration.counter,
                                            .created = {},
                                            .removed = {},
                                            .flagged = {}},
                                .by = session.key};
  return submit(context, std::move(command), [](const core::AddLoginPasskey::Result& result) {
    return private_reply(json::compact(json::Value::object().add("key", result.key)));
  });
}

json::Value describe_passkey(const core::Directory& directory, const store::Passkey& row) {
  auto value = json::Value::object();
  value.add("key", row.key)
      .add("purpose", row.purpose)
      .add("rp_id", row.rp_id)
      .add("origin", row.origin)
      .add("aaguid", row.aaguid)
      .add("synced", row.backup_eligible)
      .add("created_at", to_string(row.created));
  if (row.flagged) value.add("flagged_at", to_string(*row.flagged));
  if (row.purpose != core::decision_purpose) return value;
  json::Array projects;
  for (const auto& [id, project] : directory.projects) {
    const bool counts = project.entry_of(row.member, row.key) != nullptr;
    if (counts && !directory.succeeded(id)) projects.emplace_back(id);
  }
  value.add("projects", json::Value::array(std::move(projects)));
  return value;
}

}  // namespace

net::Outcome list_passkeys(Context& context, Call& call, const Session& session) {
  json::Array items;
  for (const auto& [key, row] : call.directory->passkeys) {
    if (row.member != session.member || row.removed) continue;
    items.push_back(describe_passkey(*call.directory, row));
  }
  auto value = json::Value::object();
  value.add("passkeys", json::Value::array(std::move(items)));
  if (const auto place = passkey_place(context.public_url, call.request)) {
    value.add("rp_id", place->rp_id);
  }
  return private_reply(json::compact(value));
}

net::Outcome begin_passkey(Context& context, Call& call, const Session& session) {
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  const std::string purpose = members.text("purpose", {.required = true});
  if (!is_purpose(purpose)) members.refuse("purpose", "must be decision or login");
  if (refusal) return *std::move(refusal);
  const auto place = passkey_place(context.public_url, call.request);
  if (!place) return refuse(Reason::passkey_place);
  const std::string nonce = LoginNonces::make(
      nonce_key(context).reveal(), context.engine.clock().now(), context.engine.entropy());
  json::Array exclude;
  for (const auto& [key, row] : call.directory->passkeys) {
    const bool same = row.member == session.member && row.rp_id == place->rp_id;
    if (same && !row.removed && row.purpose == purpose)
      exclude.emplace_back(base64(row.credential));
  }
  const std::string& name = call.directory->members.at(session.member).name;
  auto rp = json::Value::object();
  rp.add("id", place->rp_id).add("name", "LetsPing");
  auto user = json::Value::object();
  // Two names, so that a person can tell the two apart where an authenticator lists them.
  user.add("id", base64(user_id(context, session.member, purpose, nonce)))
      .add("name", name + (purpose == core::decision_purpose ? " (decides)" : " (signs in)"));
  auto value = json::Value::object();
  value.add("server_nonce", nonce)
      .add("rp", std::move(rp))
      .add("user", std::move(user))
      .add("exclude", json::Value::array(std::move(exclude)));
  return private_reply(json::compact(value));
}

net::Outcome add_passkey(Context& context, Call& call, const Session& session) {
  const auto place = passkey_place(context.public_url, call.request);
  if (!place) return refuse(Reason::passkey_place);
  const auto made = read_made(std::move(call.request.body));
  if (!made) return made.error();
  auto registration = check_made(context, *made, *place);
  if (!registration) return std::move(registration.error());
  if (made->purpose == core::decision_purpose) {
    return add_to_decide(context, call, session, *place, *std::move(registration));
  }
  return add_to_sign_in(context, call, session, *place, *std::move(registration), made->signature);
}

net::Outcome remove_passkey(Context& context, Call& call, const Session& session) {
  const auto found = call.directory->passkeys.find(call.parameter("key"));
  if (found == call.directory->passkeys.end() || found->second.member != session.member) {
    return refuse(Reason::not_found);
  }
  const store::Passkey& row = found->second;
  if (row.purpose == core::login_purpose) {
    core::RemoveLoginPasskey command{.member = session.member, .key = row.key, .by = session.key};
    return submit(context, std::move(command),
                  [](const core::RemoveLoginPasskey::Result&) { return private_reply("{}"); });
  }
  evidence::RosterWish wish;
  wish.act = evidence::RosterAct::revoke_device;
  wish.member = session.member;
  wish.spki = row.spki;
  return propose(context, call.directory, std::move(wish));
}

}  // namespace lp::api
