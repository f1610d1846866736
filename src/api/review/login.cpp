#include "api/review/login.h"

#include <utility>

#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/review/attempts.h"
#include "api/review/challenge_body.h"
#include "api/review/passkey_place.h"
#include "api/submit.h"
#include "base/text.h"
#include "core/passkeys.h"
#include "crypto/hash.h"
#include "crypto/p256.h"
#include "evidence/decision_core.h"
#include "identity/passkey_use.h"
#include "json/write.h"

namespace lp::api {

namespace {

Secret nonce_key(Context& context) {
  return context.engine.keys().purpose("lp-login/1");
}

const store::Device* live_device(const core::Directory& directory, const std::string& key) {
  const auto device = directory.devices.find(key);
  if (device == directory.devices.end() || device->second.revoked) return nullptr;
  if (device->second.key_class != "device") return nullptr;
  const auto member = directory.members.find(device->second.member);
  if (member == directory.members.end() || member->second.removed) return nullptr;
  return &device->second;
}

// The same answer for every reason; a known key's owner finds the failure in the log.
net::Reply refuse_login(Context& context, const core::Directory& directory,
                        const std::string& key) {
  if (directory.devices.contains(key) || directory.passkeys.contains(key)) {
    static_cast<void>(
        context.engine.submit<core::RecordLoginFailure>({.key = key}, [](const auto&) {}));
  }
  return refuse(Reason::login_refused);
}

struct PasskeyAttempt {
  std::string body, credential, user, authenticator_data, client_data, signature;
};

std::expected<PasskeyAttempt, net::Reply> read_passkey_attempt(std::string text) {
  const auto document = read_object(std::move(text));
  if (!document) return std::unexpected(document.error());
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  const auto binary = [&](std::string_view name, std::size_t max) {
    auto bytes = from_base64(members.text(name, {.required = true, .max = max}));
    if (!bytes) members.refuse(name, "must be base64");
    return std::move(bytes).value_or(std::string());
  };
  PasskeyAttempt attempt;
  attempt.body = members.text("body", {.required = true, .max = 2'000});
  attempt.credential = binary("credential", 2'000);
  attempt.user = binary("userHandle", 200);
  attempt.authenticator_data = binary("authenticatorData", 8'192);
  attempt.client_data = binary("clientDataJSON", 8'192);
  attempt.signature = binary("signature", 512);
  if (refusal) return std::unexpected(*std::move(refusal));
  return attempt;
}

// The nonce goes last here, too.
std::optional<identity::PasskeyUse> proves(Context& context, const PasskeyAttempt& attempt,
                                           const store::Passkey& passkey,
                                           const std::string& origin) {
  const auto nonce = server_nonce_of(attempt.body, origin);
  if (!nonce || attempt.user != login_user_id(context, passkey.member)) return std::nullopt;
  const evidence::Assertion assertion{.authenticator_data = attempt.authenticator_data,
                                      .client_data = attempt.client_data,
                                      .signature = attempt.signature};
  const auto use = identity::check_passkey_use(
      assertion, crypto::sha256(evidence::login_signing_bytes(attempt.body)),
      core::enrolled(passkey), {origin});
  const bool fresh = use && context.login_nonces.use(nonce_key(context).reveal(), *nonce,
                                                     context.engine.clock().now());
  return fresh ? std::optional(*use) : std::nullopt;
}

// A new session in the place of the one that the browser brought along.
net::Outcome open(Context& context, Call& call, core::OpenSession command) {
  if (const auto old = session_of(context, *call.directory, call.request)) {
    context.activity.end(old->token);
    static_cast<void>(
        context.engine.submit<core::EndSession>({.token = old->token}, [](const auto&) {}));
  }
  Session session{.token = {},
                  .member = command.member,
                  .key = command.key,
                  .only_signs_in = command.passkey.has_value()};
  return submit(context, std::move(command),
                [&context, session = std::move(session)](const core::OpenSession::Result& result) {
                  net::Reply reply =
                      private_reply(session_body(context, *context.engine.directory(), session));
                  set_session_cookie(reply, result.session.reveal());
                  note_opened(context, result.session.reveal());
                  return reply;
                });
}

}  // namespace

DeviceProof read_device_proof(Members& members) {
  DeviceProof proof;
  proof.body = members.text("body", {.required = true, .max = 2'000});
  proof.key = members.text("key", {.required = true});
  auto signature = from_base64(members.text("signature", {.required = true, .max = 512}));
  if (!signature) members.refuse("signature", "must be base64");
  proof.signature = std::move(signature).value_or(std::string());
  return proof;
}

// The nonce goes last: only who holds the key uses it up.
bool proves_device(Context& context, const Call& call, const DeviceProof& proof) {
  const store::Device* device = live_device(*call.directory, proof.key);
  const auto nonce = server_nonce_of(proof.body, own_origin(context.public_url, call.request));
  return device != nullptr && nonce &&
         crypto::p256_verify(device->spki, evidence::login_signing_bytes(proof.body),
                             proof.signature) &&
         context.login_nonces.use(nonce_key(context).reveal(), *nonce,
                                  context.engine.clock().now());
}

net::Outcome show_session(Context& context, Call& call, const Session& session) {
  return private_reply(session_body(context, *call.directory, session));
}

net::Outcome begin_login(Context& context, Call&) {
  auto value = json::Value::object();
  value.add("server_nonce",
            LoginNonces::make(nonce_key(context).reveal(), context.engine.clock().now(),
                              context.engine.entropy()));
  return private_reply(json::compact(value));
}

net::Outcome login(Context& context, Call& call) {
  if (sign_on_required(context)) return refuse(Reason::sso_required);
  if (auto limited = limit_attempts(context, call.request)) return *std::move(limited);
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  const DeviceProof proof = read_device_proof(members);
  if (refusal) return *std::move(refusal);
  if (!proves_device(context, call, proof)) {
    return refuse_login(context, *call.directory, proof.key);
  }
  return open(context, call,
              {.member = call.directory->devices.find(proof.key)->second.member, .key = proof.key});
}

net::Outcome login_by_passkey(Context& context, Call& call) {
  if (sign_on_required(context)) return refuse(Reason::sso_required);
  if (auto limited = limit_attempts(context, call.request)) return *std::move(limited);
  const auto attempt = read_passkey_attempt(std::move(call.request.body));
  if (!attempt) return attempt.error();
  const store::Passkey* passkey = core::login_passkey(*call.directory, attempt->credential);
  if (passkey == nullptr) return refuse(Reason::login_refused);
  const auto use =
      proves(context, *attempt, *passkey, own_origin(context.public_url, call.request));
  if (!use) return refuse_login(context, *call.directory, passkey->key);
  return open(context, call, {.member = passkey->member, .key = passkey->key, .passkey = *use});
}

net::Outcome logout(Context& context, Call& call) {
  const auto forget = [] {
    net::Reply reply = private_reply("{}");
    clear_session_cookie(reply);
    return reply;
  };
  const auto session = session_of(context, *call.directory, call.request);
  if (!session) return forget();
  context.activity.end(session->token);
  return submit(context, core::EndSession{.token = session->token},
                [forget](const core::EndSession::Result&) { return forget(); });
}

}  // namespace lp::api
