// The API over a whole installation, without sockets: what a browser or an agent sends goes through
// dispatch(), and what comes back is the reply, however long it took to become true.

#pragma once

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "api/context.h"
#include "api/review/session.h"
#include "api/routes.h"
#include "base/text.h"
#include "core/testing.h"
#include "evidence/decision_core.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::api {

class NoAssets final : public net::Assets {
 public:
  [[nodiscard]] std::optional<net::Reply> serve(const net::Request&,
                                                std::string_view) const override {
    return std::nullopt;
  }
  [[nodiscard]] std::string manifest_sha256() const override { return std::string(64, 'a'); }
  [[nodiscard]] std::string import_map_hash() const override { return {}; }
};

// Takes every target and sends nothing; remembers what it was asked to test.
class SilentReach final : public Reach {
 public:
  [[nodiscard]] std::string push_key() const override { return "key"; }
  [[nodiscard]] bool sends(std::string_view kind) const override { return kind != "mail"; }
  [[nodiscard]] std::string refuse_target(std::string_view, const std::string& to) const override {
    return to.starts_with("https://") ? "" : "must be an https URL";
  }
  [[nodiscard]] std::string refuse_browser(const core::Target&) const override { return {}; }
  [[nodiscard]] std::string preview(const store::Channel& channel) override { return channel.id; }
  [[nodiscard]] std::string preview(const store::PushSubscription& browser) override {
    return browser.id;
  }
  [[nodiscard]] bool test(const std::string&, const std::string& destination) override {
    tested.push_back(destination);
    return true;
  }
  std::vector<std::string> tested;
};

// Waits for what another thread answers. A parked call is asked once, as if its time were over.
class Waiting final : public net::Responder {
 public:
  void reply(net::Reply reply) override { promise_.set_value(std::move(reply)); }
  void park(net::Park park) override { promise_.set_value(*park.render(true)); }
  net::Reply get() { return promise_.get_future().get(); }

 private:
  std::promise<net::Reply> promise_;
};

inline net::Reply settle(net::Outcome outcome) {
  if (auto* reply = std::get_if<net::Reply>(&outcome)) return std::move(*reply);
  // A stream: its head, and what it says at once.
  if (auto* stream = std::get_if<net::Stream>(&outcome)) {
    stream->head.body = stream->next(net::Prompt::news).bytes;
    return std::move(stream->head);
  }
  const auto waiting = std::make_shared<Waiting>();
  if (auto* later = std::get_if<net::Later>(&outcome)) {
    later->start(waiting);
  } else {
    waiting->park(std::move(std::get<net::Park>(outcome)));
  }
  return waiting->get();
}

// The root of a body that must be JSON.
inline json::Value body_of(const net::Reply& reply) {
  auto document = json::parse(reply.body);
  EXPECT_TRUE(document.has_value()) << reply.body;
  return document ? document->root : json::Value::object();
}

inline std::string reason_in(const net::Reply& reply) {
  return std::string(body_of(reply).find_string("reason").value_or(""));
}

inline std::string text_at(const json::Value& value, std::string_view name) {
  return std::string(value.find_string(name).value_or(""));
}

// What a page of our own sends.
inline net::Request page_call(net::Method method, std::string path, std::string body = {}) {
  net::Request request;
  request.method = method;
  const std::size_t question = path.find('?');
  if (question != std::string::npos) {
    request.query = path.substr(question + 1);
    path.resize(question);
  }
  request.path = std::move(path);
  request.body = std::move(body);
  request.host = "localhost:8400";
  request.peer = {.address = "127.0.0.1", .loopback = true, .uid = {}};
  if (method == net::Method::post) {
    request.headers = {{"content-type", "application/json"},
                       {"x-lp-csrf", "1"},
                       {"origin", "http://localhost:8400"},
                       {"sec-fetch-site", "same-origin"}};
  }
  return request;
}

struct Server {
  core::House house;
  std::unique_ptr<net::Assets> assets;
  SilentReach reach;
  Context context;

  explicit Server(bool set_up = true,
                  std::unique_ptr<net::Assets> files = std::make_unique<NoAssets>())
      : house(set_up),
        assets(std::move(files)),
        context{.engine = *house.engine,
                .assets = *assets,
                .public_url = {},
                .session_reads_log = session_reads_log,
                .reach = &reach} {}

  net::Reply send(net::Request request) { return settle(dispatch(context, std::move(request))); }
};

// A browser: keeps the cookie of the server, and a device key.
struct Browser {
  Server& server;
  std::string cookie = {};
  std::string sign_on = {};  // the cookie of a sign-in that has begun

  net::Request signed_request(net::Method method, std::string path, std::string body = {}) const {
    net::Request request = page_call(method, std::move(path), std::move(body));
    std::string cookies = "theme=dark";
    if (!cookie.empty()) cookies += "; __Host-lp=" + cookie;
    if (!sign_on.empty()) cookies += "; __Host-lp_oidc=" + sign_on;
    request.headers.emplace_back("cookie", cookies);
    return request;
  }
  net::Reply get(std::string path) { return send(net::Method::get, std::move(path), {}); }
  net::Reply post(std::string path, const json::Value& body) {
    return send(net::Method::post, std::move(path), json::compact(body));
  }
  net::Reply send(net::Method method, std::string path, std::string body) {
    net::Reply reply = server.send(signed_request(method, std::move(path), std::move(body)));
    for (const auto& [name, value] : reply.headers) {
      if (name != "Set-Cookie") continue;
      const std::string pair = value.substr(0, value.find(';'));
      const std::size_t equals = pair.find('=');
      (pair.substr(0, equals) == "__Host-lp" ? cookie : sign_on) = pair.substr(equals + 1);
    }
    return reply;
  }

  net::Reply login_as(const crypto::P256Key& key, std::string origin = "http://localhost:8400") {
    const net::Reply begun = post("/api/login/begin", json::Value::object());
    auto claims = json::Value::object();
    claims.add("origin", origin)
        .add("server_nonce", text_at(body_of(begun), "server_nonce"))
        .add("client_nonce", base64(server.house.entropy.bytes(16)));
    return send_login(json::canonical(claims), key);
  }
  net::Reply send_login(const std::string& body, const crypto::P256Key& key) {
    auto attempt = json::Value::object();
    attempt.add("body", body)
        .add("key", evidence::key_id(key.spki()))
        .add("signature", base64(key.sign(evidence::login_signing_bytes(body))));
    return post("/api/login", attempt);
  }
  void login() { ASSERT_EQ(login_as(server.house.approver).status, 200); }
};

inline Digest digest_at(const json::Value& value, std::string_view name) {
  return Digest::from_hex(text_at(value, name)).value_or(Digest{});
}

inline evidence::DecisionCore read_offer(const json::Value& offer) {
  evidence::DecisionCore core;
  core.nonce = text_at(offer, "nonce");
  core.issued_at = parse_instant(text_at(offer, "time")).value_or(Instant{});
  core.expires_at = parse_instant(text_at(offer, "expires_at")).value_or(Instant{});
  core.aud = text_at(offer, "aud");
  core.request_id = text_at(offer, "request_id");
  core.version = static_cast<std::uint64_t>(offer.find_integer("version").value_or(0));
  core.request_sha256 = digest_at(offer, "request_sha256");
  core.level = evidence::level(text_at(offer, "level")).value_or(evidence::Level::medium);
  core.policy_sha256 = digest_at(offer, "policy_sha256");
  core.roster_sha256 = digest_at(offer, "roster_sha256");
  core.rule_sha256 = digest_at(offer, "rule_sha256");
  core.approver = text_at(offer, "approver");
  core.key = text_at(offer, "key");
  if (const json::Value* payload = offer.find("payload")) {
    core.payload.kind = text_at(*payload, "kind");
    core.payload.env_sha256 = Digest::from_hex(text_at(*payload, "env_sha256"));
    core.payload.commit = Digest::from_hex(text_at(*payload, "commit"));
    if (const auto kid = payload->find_string("kid")) core.payload.kid = std::string(*kid);
  }
  return core;
}

// What a device learns from the detail of a request.
inline core::Considered consider(const Server& server, const json::Value& detail,
                                 evidence::Verdict verdict) {
  core::Considered considered;
  if (const json::Value* offer = detail.find("offer")) considered.offer = read_offer(*offer);
  considered.verdict = verdict;
  considered.payload = text_at(detail, "payload");
  considered.content_key = server.house.content_key;
  considered.commit_key = from_base64(text_at(detail, "commit_key")).value_or(std::string());
  return considered;
}

inline json::Value decision_json(Server& server, const core::Considered& considered) {
  const auto command = core::sign_decision(considered, server.house.approver,
                                           considered.offer.issued_at, server.house.entropy);
  EXPECT_TRUE(command.has_value());
  auto body = json::Value::object();
  if (!command) return body;
  body.add("core", command->core).add("signature", base64(command->signature));
  if (!command->reason.empty()) body.add("reason", command->reason);
  if (!command->edit.empty()) body.add("edit", command->edit);
  return body;
}

}  // namespace lp::api
