// The settings: built-in defaults, then the file (TOML), then the environment, then flags.
//
// Every key of the file can be given as LETSPING_SECTION__KEY, `server.tls.cert` for example as
// LETSPING_SERVER__TLS__CERT. An unknown key is an error that names the nearest one: a setting that
// is silently ignored is a setting that somebody relies on.

#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "api/limiter.h"
#include "core/engine.h"
#include "net/server.h"
#include "outbound/mail.h"

namespace lp::server {

// auth.oidc: the identity provider with which people may sign in.
struct SignOnConfig {
  std::string name;                 // name: what people call it; "" = its host
  std::string issuer;               // issuer: exactly as the provider writes it; "" = none
  std::string client_id;            // client_id
  std::string client_secret_file;   // client_secret_file: 0600 or stricter
  std::vector<std::string> scopes;  // scopes: beside openid
  std::string groups_claim;         // groups_claim: names of groups, as the provider knows them
  std::string member_claim;         // member_claim: the id of the member that an account is
  std::vector<std::string> allow;   // allow: other hosts of the provider that are not public
  std::int64_t fresh_ms = 300'000;  // fresh_ms: how long a sign-in there serves to decide at high
};

struct Config {
  net::Endpoint listen;                        // server.listen
  std::string public_url;                      // server.public_url: "https://letsping.example"
  unsigned threads = 2;                        // server.threads
  std::vector<std::string> hosts;              // server.hosts: other Host headers to answer
  std::string tls_cert, tls_key;               // server.tls.cert, server.tls.key: PEM files
  net::TrustedProxies trusted_proxies;         // server.trusted_proxies: addresses or CIDRs
  std::int64_t drain_ms = 10'000;              // server.drain_ms
  net::Limits net;                             // limits.*
  core::EngineOptions core;                    // limits.*, requests.*
  std::uint64_t key_rate_per_minute = 600;     // limits.requests_per_minute, of one API key
  std::uint64_t key_burst = 120;               // limits.requests_burst
  bool self_signup = false;                    // agents.self_signup
  std::vector<std::string> security_contacts;  // security.contact: mailto: or https: URIs
  std::string security_policy;                 // security.policy: an https URL
  SignOnConfig sign_on;                        // auth.oidc.*
  bool sign_on_required = false;               // auth.require_sso
  std::vector<std::string> webhooks_allow;  // webhooks.allow: hosts or CIDRs, with :port if wanted
  std::string webhooks_authorities;         // webhooks.authorities: a PEM file; "" = the system's
  outbound::MailServer mail;                // mail.server, mail.from, mail.user
  std::string mail_password_file;           // mail.password_file: a path; "" = none
  std::string push_subject;                 // push.subject: mailto: or https:; "" = no Web Push
  std::int64_t alarm_after_ms = 3'600'000;  // requests.alarm_after_ms
  std::string witness_policy;               // witness.policy: a file; "" = no witnesses
  std::string signer_socket;                // signer.socket: a path; "" = signed in this process
  std::string log_format;                   // log.format: json | pretty; "" = by terminal
};

// All keys, sorted: what docs/reference/configuration.md must list.
std::vector<std::string> setting_names();

// `path` "" = none. The error is a sentence for people that names the key.
std::expected<Config, std::string> load_config(const std::string& path);

// "127.0.0.1:8400", "[::1]:0".
std::expected<net::Endpoint, std::string> parse_endpoint(std::string_view text);

// The mail server with its password read from its file. The error is a sentence.
std::expected<outbound::MailServer, std::string> mail_server_of(const Config& config);

// Why this must not be served, or nothing: plain HTTP beyond loopback (security.md D-71), a
// certificate without its key, an identity provider of which half is known.
std::expected<void, std::string> check_exposure(const Config& config);

}  // namespace lp::server
