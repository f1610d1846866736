#include "api/review/login.h"

#include <utility>

#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/review/attempts.h"
#include "api/submit.h"
#include "base/text.h"
#include "crypto/p256.h"
#include "evidence/decision_core.h"
#include "json/write.h"

namespace lp::api {

namespace {

constexpr std::size_t client_nonce_min = 16;
constexpr std::size_t client_nonce_max = 64;

Secret nonce_key(Context& context) {
  return context.engine.keys().purpose("lp-login/1");
}

struct Attempt {
  std::string body, key, signature;
};

std::expected<Attempt, net::Reply> read_attempt(std::string text) {
  const auto document = read_object(std::move(text));
  if (!document) return std::unexpected(document.error());
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  Attempt attempt;
  attempt.body = members.text("body", {.required = true, .max = 2'000});
  attempt.key = members.text("key", {.required = true});
  auto signature = from_base64(members.text("signature", {.required = true, .max = 512}));
  if (!signature) members.refuse("signature", "must be base64");
  if (refusal) return std::unexpected(*std::move(refusal));
  attempt.signature = *std::move(signature);
  return attempt;
}

// The server nonce of a body that was made for this server; nothing for any other body.
std::optional<std::string> nonce_of(const std::string& body, const std::string& origin) {
  const auto claims = json::parse(body);
  if (!claims || !claims->root.is_object() || claims->root.members().size() != 3) return {};
  const auto named = claims->root.find_string("origin");
  const auto server_nonce = claims->root.find_string("server_nonce");
  const auto client_nonce = claims->root.find_string("client_nonce");
  if (named != origin || !server_nonce || !client_nonce) return {};
  const auto random = from_base64(*client_nonce);
  const bool fresh =
      random && random->size() >= client_nonce_min && random->size() <= client_nonce_max;
  if (!fresh || json::canonical(claims->root) != body) return {};
  return std::string(*server_nonce);
}

const store::Device* live_device(const core::Directory& directory, const std::string& key) {
  const auto device = directory.devices.find(key);
  if (device == directory.devices.end() || device->second.revoked) return nullptr;
  const auto member = directory.members.find(device->second.member);
  if (member == directory.members.end() || member->second.removed) return nullptr;
  return &device->second;
}

// The nonce goes last: only who holds the key uses it up.
bool proves(Context& context, const Attempt& attempt, const store::Device& device,
            const std::string& origin) {
  const auto nonce = nonce_of(attempt.body, origin);
  return nonce &&
         crypto::p256_verify(device.spki, evidence::login_signing_bytes(attempt.body),
                             attempt.signature) &&
         context.login_nonces.use(nonce_key(context).reveal(), *nonce,
                                  context.engine.clock().now());
}

// The same answer for every reason; a known key's owner finds the failure in the log.
net::Reply refuse_login(Context& context, const core::Directory& directory,
                        const std::string& key) {
  if (directory.devices.contains(key)) {
    static_cast<void>(
        context.engine.submit<core::RecordLoginFailure>({.key = key}, [](const auto&) {}));
  }
  return refuse(Reason::login_refused);
}

}  // namespace

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
  if (auto limited = limit_attempts(context, call.request)) return *std::move(limited);
  const auto attempt = read_attempt(std::move(call.request.body));
  if (!attempt) return attempt.error();
  const store::Device* device = live_device(*call.directory, attempt->key);
  if (device == nullptr ||
      !proves(context, *attempt, *device, own_origin(context.public_url, call.request))) {
    return refuse_login(context, *call.directory, attempt->key);
  }
  if (const auto old = session_of(context, *call.directory, call.request)) {
    context.activity.end(old->token);
    static_cast<void>(
        context.engine.submit<core::EndSession>({.token = old->token}, [](const auto&) {}));
  }
  Session session{.token = {}, .member = device->member, .key = device->key};
  core::OpenSession command{.member = session.member, .key = session.key};
  return submit(context, std::move(command),
                [&context, session = std::move(session)](const core::OpenSession::Result& result) {
                  net::Reply reply =
                      private_reply(session_body(context, *context.engine.directory(), session));
                  set_session_cookie(reply, result.session.reveal());
                  note_opened(context, result.session.reveal());
                  return reply;
                });
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
