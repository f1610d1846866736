// A provider's key and the tokens that it signs, for tests.

#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "base/time.h"
#include "crypto/p256.h"
#include "identity/json_web_token.h"
#include "json/write.h"

namespace lp::identity {

struct SoftProvider {
  crypto::P256Key key = crypto::P256Key::generate();
  std::string issuer = "https://login.example", client = "letsping";
  Instant now{1'790'000'000'000};

  [[nodiscard]] json::Value jwk() const {
    const std::string_view point = std::string_view(key.spki()).substr(key.spki().size() - 64);
    return json::Value::object()
        .add("kty", "EC")
        .add("crv", "P-256")
        .add("kid", "k1")
        .add("x", base64url(point.substr(0, 32)))
        .add("y", base64url(point.substr(32)));
  }
  [[nodiscard]] std::string key_set() const {
    return json::compact(json::Value::object().add("keys", json::Value::array({jwk()})));
  }
  // What a good ID token says; a change of null takes a member away.
  [[nodiscard]] json::Value claims(json::Object changes = {}) const {
    json::Object said{{"iss", issuer}, {"aud", client},         {"sub", "alice"},
                      {"nonce", "n1"}, {"iat", now.ms / 1'000}, {"exp", now.ms / 1'000 + 300}};
    return changed(std::move(said), std::move(changes));
  }
  [[nodiscard]] json::Value logout_claims(json::Object changes = {}) const {
    const auto event = json::Value::object().add(
        "http://schemas.openid.net/event/backchannel-logout", json::Value::object());
    json::Object said{{"iss", issuer},
                      {"aud", client},
                      {"sub", "alice"},
                      {"jti", "j1"},
                      {"events", event},
                      {"iat", now.ms / 1'000},
                      {"exp", now.ms / 1'000 + 120}};
    return changed(std::move(said), std::move(changes));
  }
  [[nodiscard]] std::string sign(const json::Value& claims, json::Object header = {}) const {
    const auto head = changed({{"alg", "ES256"}, {"kid", "k1"}}, std::move(header));
    const std::string text =
        base64url(json::compact(head)) + "." + base64url(json::compact(claims));
    return text + "." + base64url(*crypto::p256_raw_signature(key.sign(text)));
  }
  [[nodiscard]] JsonWebToken token(const json::Value& claims, json::Object header = {}) const {
    return *JsonWebToken::parse(sign(claims, std::move(header)));
  }

 private:
  static json::Value changed(json::Object said, json::Object changes) {
    for (auto& [name, value] : changes) {
      std::erase_if(said, [&name](const auto& member) { return member.first == name; });
      if (!value.is_null()) said.emplace_back(name, std::move(value));
    }
    return json::Value::object(std::move(said));
  }
};

}  // namespace lp::identity
