// The owner at a browser whose device has passkeys, in software.

#pragma once

#include <string>
#include <string_view>

#include "api/review/passkey_place.h"
#include "api/review/passkeys.h"
#include "api/testing.h"
#include "core/passkeys.h"
#include "core/roster_offer.h"
#include "identity/passkey_testing.h"

namespace lp::api {

inline Digest challenge_of(std::string_view tag, std::string_view body) {
  return crypto::sha256({tag, std::string_view("\0", 1), body});
}

struct Owner {
  Server server;
  Browser browser{server};
  identity::SoftPasskey passkey, login;

  Owner() {
    login.credential = std::string(20, 'l');
    browser.login();
  }

  const core::ProjectView& view() {
    return *server.house.engine->directory()->project(server.house.project);
  }
  json::Value begun(std::string_view purpose) {
    const net::Reply reply =
        browser.post("/api/review/passkeys/begin", json::Value::object().add("purpose", purpose));
    EXPECT_EQ(reply.status, 200) << reply.body;
    return body_of(reply);
  }
  std::string claims(const std::string& nonce, std::string_view origin) {
    auto value = json::Value::object();
    value.add("origin", origin)
        .add("server_nonce", nonce)
        .add("client_nonce", base64(server.house.entropy.bytes(16)));
    return json::canonical(value);
  }
  // What the page sends of a passkey that it has just made.
  json::Value made(const identity::SoftPasskey& by, std::string_view purpose) {
    const std::string body = claims(text_at(begun(purpose), "server_nonce"), by.origin);
    const auto creation = by.create(challenge_of("lp-passkey/1", body));
    auto value = json::Value::object();
    value.add("purpose", purpose)
        .add("body", body)
        .add("clientDataJSON", base64(creation.client_data))
        .add("attestationObject", base64(creation.attestation));
    if (purpose == core::login_purpose) value.add("signature", base64(vouched(by)));
    return value;
  }
  std::string vouched(const identity::SoftPasskey& by) {
    auto said = json::Value::object();
    said.add("member", server.house.member)
        .add("purpose", "login")
        .add("spki", base64(by.key.spki()));
    return server.house.approver.sign("lp-passkey/1" + std::string(1, '\0') +
                                      json::canonical(said));
  }
  net::Reply add(const json::Value& body) { return browser.post("/api/review/passkeys", body); }

  net::Reply sign(const json::Value& proposal) {
    evidence::RosterWish wish;
    wish.act = *evidence::roster_act(text_at(proposal, "act"));
    wish.member = text_at(*proposal.find("member"), "id");
    wish.spki = *from_base64(text_at(proposal, "spki"));
    if (wish.act == evidence::RosterAct::add_passkey) {
      wish.passkey.emplace();
      wish.passkey->rp_id = text_at(proposal, "rp_id");
      wish.passkey->aaguid = text_at(proposal, "aaguid");
    }
    auto entries = view().entries;
    evidence::carry_out(wish, entries, [&] { return server.house.entropy.bytes(32); });
    const auto head =
        core::next_roster_head(*view().roster, entries, server.house.clock.now()).bytes();
    json::Array texts;
    for (const auto& entry : entries) texts.emplace_back(entry.bytes());
    const auto& key = server.house.approver;
    auto change = json::Value::object();
    change.add("project", server.house.project)
        .add("head", head)
        .add("entries", json::Value::array(std::move(texts)))
        .add("signatures", evidence::signatures_text(
                               {{key.spki(), key.sign(evidence::roster_signing_bytes(head))}}));
    auto body = json::Value::object();
    body.add("changes", json::Value::array({std::move(change)})).add("names", json::Value::array());
    return browser.post("/api/review/roster-proposals/" + text_at(proposal, "id") + "/sign", body);
  }
  void enrol() {
    const net::Reply proposed = add(made(passkey, core::decision_purpose));
    ASSERT_EQ(proposed.status, 200) << proposed.body;
    ASSERT_EQ(sign(body_of(proposed)).status, 200);
  }
  std::string asked() {
    auto command = server.house.ask();
    command.priority = "high";
    return server.house.engine->run(std::move(command))->id;
  }
  json::Value detail(const std::string& request) {
    return body_of(browser.get("/api/review/requests/" + request));
  }
  // A decision as the page sends it, with the first of the passkeys that the detail names.
  json::Value decision(const json::Value& shown, const std::string& reason = {}) {
    core::Considered considered = consider(server, shown, evidence::Verdict::approve);
    considered.reason = reason;
    const json::Value& offered = shown.find("passkeys")->items().front();
    considered.offer.key = text_at(offered, "key");
    considered.offer.nonce = text_at(offered, "nonce");
    const auto command = core::sign_decision(considered, server.house.approver,
                                             considered.offer.issued_at, server.house.entropy);
    const auto answer = passkey.get(evidence::decision_challenge(command->core));
    auto body = json::Value::object();
    body.add("core", command->core)
        .add("signature", base64(answer.signature))
        .add("authenticatorData", base64(answer.authenticator_data))
        .add("clientDataJSON", base64(answer.client_data));
    if (!reason.empty()) body.add("reason", reason);
    return body;
  }
  json::Value login_body(const identity::SoftPasskey& by, std::string_view user) {
    const std::string nonce =
        text_at(body_of(browser.post("/api/login/begin", json::Value::object())), "server_nonce");
    const std::string body = claims(nonce, by.origin);
    const auto answer = by.get(challenge_of("lp-login/1", body));
    auto value = json::Value::object();
    value.add("body", body)
        .add("credential", base64(by.credential))
        .add("userHandle", base64(user))
        .add("authenticatorData", base64(answer.authenticator_data))
        .add("clientDataJSON", base64(answer.client_data))
        .add("signature", base64(answer.signature));
    return value;
  }
  std::string user_id() { return login_user_id(server.context, server.house.member); }
};

}  // namespace lp::api
