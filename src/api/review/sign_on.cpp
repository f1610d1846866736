#include "api/review/sign_on.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/review/attempts.h"
#include "api/review/login.h"
#include "api/review/session.h"
#include "api/review/sign_on_attempt.h"
#include "api/submit.h"
#include "base/log.h"
#include "core/account_commands.h"
#include "crypto/hash.h"
#include "identity/json_web_token.h"
#include "identity/setup_token.h"
#include "json/write.h"

namespace lp::api {
namespace {

constexpr std::size_t code_max = 8'192;
constexpr std::size_t issuer_max = 2'048;
constexpr std::size_t error_max = 64;

// The provider's words stay in the log: who signs in is told what to do, and how it is called.
net::Reply refuse_trouble(const SignOnTrouble& trouble) {
  if (trouble.unreachable) return refuse(Reason::sso_unreachable);
  log::warning("oidc.refused", trouble.why);
  return refuse(Reason::sso_refused, trouble.why);
}

// Whatever came of it, the attempt is over.
net::Reply ended(net::Reply reply) {
  clear_attempt_cookie(reply);
  return reply;
}

struct Returned {
  std::string state, code, issuer, error;
  std::optional<DeviceProof> device;
};

std::expected<Returned, net::Reply> read_returned(std::string body) {
  const auto document = read_object(std::move(body));
  if (!document) return std::unexpected(document.error());
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  Returned returned{.state = members.text("state", {.required = true, .max = 512}),
                    .code = members.text("code", {.max = code_max}),
                    .issuer = members.text("iss", {.max = issuer_max}),
                    .error = members.text("error", {.max = error_max})};
  if (returned.code.empty() == returned.error.empty()) {
    members.refuse("code", "must be there, or error in its place");
  }
  if (const json::Value* device = members.object("device")) {
    Members inside(*device, "/device", refusal);
    returned.device = read_device_proof(inside);
  }
  if (refusal) return std::unexpected(*std::move(refusal));
  return returned;
}

// Only what RFC 6749 §4.1.2.1 lets an error code consist of may be shown.
bool is_plain(std::string_view error) {
  return std::ranges::all_of(
      error, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; });
}

net::Outcome open_session(Context& context, identity::ProvenAccount account, std::string link,
                          std::string device, std::optional<Session> old) {
  core::SignInByAccount command{
      .account = std::move(account), .link = std::move(link), .device = std::move(device)};
  if (old) command.replaced = old->token;
  const auto authenticated = command.account.authenticated;
  return submit(
      context, std::move(command),
      [&context, old = std::move(old), authenticated](const core::SignInByAccount::Result& result) {
        if (old) context.activity.end(old->token);
        const Session session{.token = {},
                              .member = result.member,
                              .key = result.key,
                              .only_signs_in = result.key == result.account,
                              .account = result.account,
                              .authenticated = authenticated};
        net::Reply reply =
            ended(private_reply(session_body(context, *context.engine.directory(), session)));
        set_session_cookie(reply, result.session.reveal());
        note_opened(context, result.session.reveal());
        return reply;
      });
}

// On the provider's thread: the core answers the caller.
void go_on(net::Outcome outcome, const std::shared_ptr<net::Responder>& responder) {
  if (auto* reply = std::get_if<net::Reply>(&outcome)) return responder->reply(std::move(*reply));
  std::get<net::Later>(outcome).start(responder);
}

// The value of `logout_token` in a form that has nothing else to say.
std::string token_in(const net::Request& request) {
  net::Request form;
  form.query = request.body;
  return form.query_value("logout_token").value_or("");
}

net::Reply refuse_logout(Context& context, const net::Request& request) {
  const Rate& rate = context.limits.failed_auth;
  const Allowance allowance = context.auth_limiter.take(network_of(request.peer.address), rate,
                                                        context.engine.clock().monotonic_ms());
  if (!allowance.allowed) {
    return refuse_for(Reason::failed_auth_limited, allowance.retry_after_ms, rate.count);
  }
  return refuse(Reason::logout_token_invalid);
}

}  // namespace

net::Outcome show_login_methods(Context& context, Call&) {
  auto value = json::Value::object();
  if (const IdentityProvider* provider = context.identity_provider) {
    value.add("sso", json::Value::object().add("name", provider->settings().name));
  }
  value.add("sso_required", sign_on_required(context));
  return private_reply(json::compact(value));
}

net::Outcome begin_sign_on(Context& context, Call& call) {
  if (auto limited = limit_attempts(context, call.request)) return *std::move(limited);
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  std::string link = members.text("link");
  const json::Value* fresh = members.find("fresh");
  if (fresh != nullptr && !fresh->is_boolean()) members.refuse("fresh", "must be true or false");
  if (refusal) return *std::move(refusal);
  if (!link.empty() && !identity::is_setup_token(link)) {
    return refuse(Reason::account_link_invalid);
  }
  if (context.identity_provider == nullptr) return refuse(Reason::sso_off);
  SignOnAttempt attempt =
      new_attempt(context, std::move(link), fresh != nullptr && fresh->as_boolean());
  return net::Later{[&context, attempt = std::move(attempt)](
                        std::shared_ptr<net::Responder> responder) mutable {
    SignOnWish wish = attempt.wish;
    const bool taken = context.identity_provider->begin(
        std::move(wish), [&context, responder, attempt = std::move(attempt)](const auto& address) {
          if (!address) return responder->reply(refuse_trouble(address.error()));
          net::Reply reply =
              private_reply(json::compact(json::Value::object().add("url", *address)));
          set_attempt_cookie(context, reply, attempt);
          responder->reply(std::move(reply));
        });
    if (!taken) responder->reply(refuse(Reason::overloaded));
  }};
}

net::Outcome finish_sign_on(Context& context, Call& call) {
  if (auto limited = limit_attempts(context, call.request)) return *std::move(limited);
  const auto returned = read_returned(std::move(call.request.body));
  if (!returned) return returned.error();
  auto attempt = attempt_of(context, call.request);
  // One that another browser began, or a page of somebody else (login CSRF).
  if (!attempt || !crypto::equal_constant_time(attempt->wish.state, returned->state)) {
    return refuse(Reason::sso_refused, "it was not begun in this browser");
  }
  if (!returned->error.empty()) {
    const bool plain = is_plain(returned->error);
    return ended(refuse(Reason::sso_refused,
                        plain ? "the provider says " + returned->error : "the provider refuses"));
  }
  if (!use_state(context, *attempt)) {
    return ended(refuse(Reason::sso_refused, "it took too long, or was answered before"));
  }
  if (context.identity_provider == nullptr) return ended(refuse(Reason::sso_off));
  // A key that is not known here, or not this person's, takes nothing away: they sign in without.
  std::string device;
  if (returned->device && proves_device(context, call, *returned->device)) {
    device = returned->device->key;
  }
  auto old = session_of(context, *call.directory, call.request);
  return net::Later{[&context, attempt = *std::move(attempt), old = std::move(old),
                     device = std::move(device), code = returned->code,
                     issuer = returned->issuer](std::shared_ptr<net::Responder> responder) mutable {
    const bool taken = context.identity_provider->finish(
        {.wish = std::move(attempt.wish), .code = std::move(code), .issuer = std::move(issuer)},
        [&context, responder, link = std::move(attempt.link), device = std::move(device),
         old = std::move(old)](auto account) mutable {
          if (!account) return responder->reply(ended(refuse_trouble(account.error())));
          go_on(open_session(context, *std::move(account), std::move(link), std::move(device),
                             std::move(old)),
                responder);
        });
    if (!taken) responder->reply(refuse(Reason::overloaded));
  }};
}

net::Outcome back_channel_logout(Context& context, Call& call) {
  std::string token = token_in(call.request);
  if (token.empty() || token.size() > identity::token_bytes_max) {
    return refuse_logout(context, call.request);
  }
  if (context.identity_provider == nullptr) return refuse(Reason::sso_off);
  return net::Later{[&context, token = std::move(token), request = std::move(call.request)](
                        std::shared_ptr<net::Responder> responder) mutable {
    const bool taken = context.identity_provider->read_logout(
        std::move(token), [&context, responder, request = std::move(request)](auto logout) mutable {
          if (!logout && logout.error().unreachable) {
            return responder->reply(refuse(Reason::sso_unreachable));
          }
          if (!logout) {
            log::warning("oidc.logout_refused", logout.error().why);
            return responder->reply(refuse_logout(context, request));
          }
          go_on(submit(context, core::EndAccountSessions{.logout = *std::move(logout)},
                       [](const core::EndAccountSessions::Result&) { return private_reply("{}"); }),
                responder);
        });
    if (!taken) responder->reply(refuse(Reason::overloaded));
  }};
}

}  // namespace lp::api
