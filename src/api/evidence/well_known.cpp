#include "api/evidence/well_known.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include "api/context.h"
#include "api/errors.h"
#include "api/evidence/root_log.h"
#include "api/reply.h"
#include "api/routes.h"
#include "base/assert.h"
#include "base/text.h"
#include "evidence/receipt_renderings.h"
#include "evidence/roster.h"
#include "json/write.h"

namespace lp::api {

namespace {

constexpr std::int64_t security_txt_days = 180;
constexpr std::int64_t day_ms = 86'400'000;

// Keys change rarely and announce themselves in the roster: a verifier that finds a new kid asks
// again.
net::Reply public_reply(std::string body) {
  net::Reply reply = json_reply(std::move(body));
  reply.headers.emplace_back("Cache-Control", "public, max-age=300");
  return reply;
}

// X and Y are the last 64 bytes of the one SPKI form of a P-256 key.
json::Value jwk_of(std::string_view spki) {
  constexpr std::size_t coordinate_bytes = 32;
  LP_ASSERT(spki.size() > 2 * coordinate_bytes);
  const std::string_view point = spki.substr(spki.size() - 2 * coordinate_bytes);
  auto key = json::Value::object();
  key.add("kty", "EC")
      .add("crv", "P-256")
      .add("x", base64url(point.substr(0, coordinate_bytes)))
      .add("y", base64url(point.substr(coordinate_bytes)))
      .add("use", "sig")
      .add("alg", "ES256")
      .add("kid", evidence::key_id(spki));
  return key;
}

// Of the project: those of its roster, and the one it signs with now.
std::set<std::string> issuer_keys(const core::ProjectView& project) {
  std::set<std::string> keys{project.issuer_spki};
  if (project.roster) {
    for (const auto& key : project.roster->issuer) keys.insert(key.spki);
  }
  return keys;
}

json::Value range_of(std::string_view name, std::string text, std::uint64_t from,
                     std::optional<std::uint64_t> to) {
  auto value = json::Value::object();
  value.add(name, text).add("from", from);
  value.add_if("to", to);
  return value;
}

// Keys with the indexes and sizes they sign, as the owners have signed it; before the first roster
// nobody has, and the log says so by the lack of a genesis.
json::Value describe_log(const core::ProjectView& project, const std::string& genesis) {
  json::Array log, issuer;
  if (project.roster) {
    for (const auto& key : project.roster->log) {
      log.push_back(range_of("vkey", key.vkey, key.from, key.to));
    }
    for (const auto& key : project.roster->issuer) {
      issuer.push_back(range_of("spki", base64(key.spki), key.from, key.to));
    }
  } else {
    log.push_back(range_of("vkey", project.log_vkey, 0, std::nullopt));
    issuer.push_back(range_of("spki", base64(project.issuer_spki), 0, std::nullopt));
  }
  auto value = json::Value::object();
  value.add("origin", project.row.origin)
      .add("log", json::Value::array(std::move(log)))
      .add("issuer", json::Value::array(std::move(issuer)));
  if (!genesis.empty()) value.add("roster_genesis_sha256", genesis);
  return value;
}

// The keys that sign the log, by the roster in force.
std::vector<evidence::TrustedLog> trusted_logs(const core::ProjectView& project) {
  std::set<std::string> vkeys{project.log_vkey};
  if (project.roster) {
    vkeys.clear();
    for (const auto& range : project.roster->log) vkeys.insert(range.vkey);
  }
  std::vector<evidence::TrustedLog> logs;
  for (const std::string& vkey : vkeys) {
    const auto key = tlog::VerifierKey::parse(vkey);
    if (key) logs.push_back({*key, project.row.created});
  }
  return logs;
}

}  // namespace

std::shared_ptr<const std::string> PublishedLogs::of(const core::DirectoryPtr& directory) const {
  const std::lock_guard lock(mutex_);
  return directory == directory_ ? document_ : nullptr;
}

void PublishedLogs::keep(core::DirectoryPtr directory,
                         std::shared_ptr<const std::string> document) {
  const std::lock_guard lock(mutex_);
  directory_ = std::move(directory);
  document_ = std::move(document);
}

net::Outcome show_jwks(Context&, Call& call) {
  json::Array keys;
  for (const auto& [id, project] : call.directory->projects) {
    for (const std::string& spki : issuer_keys(project)) keys.push_back(jwk_of(spki));
  }
  auto body = json::Value::object();
  body.add("keys", json::Value::array(std::move(keys)));
  return public_reply(json::compact(body));
}

net::Outcome show_transparency(Context& context, Call& call) {
  auto document = context.published_logs.of(call.directory);
  if (document == nullptr) {
    json::Array logs;
    std::vector<evidence::TrustedLog> trusted;
    for (const auto& [id, project] : call.directory->projects) {
      std::ranges::move(trusted_logs(project), std::back_inserter(trusted));
      std::string genesis;
      if (project.roster) {
        const auto first = context.engine.reader().roster(id, 1);
        if (!first || !*first) {
          return internal_error("transparency.read", "The first roster of a project is not there.");
        }
        genesis = (*first)->sha256.hex();
      }
      logs.push_back(describe_log(project, genesis));
    }
    auto body = json::Value::object();
    body.add("v", 1)
        .add("logs", json::Value::array(std::move(logs)))
        .add("root", describe_root(*call.directory))
        .add("witness_policy", call.directory->witness_policy.value_or(""))
        .add("trusted_root", evidence::sigstore_trusted_root(trusted));
    document = std::make_shared<const std::string>(json::compact(body));
    context.published_logs.keep(call.directory, document);
  }
  return public_reply(*document);
}

net::Outcome show_security_txt(Context& context, Call&) {
  if (context.security_contacts.empty()) return refuse(Reason::not_found);
  net::Reply reply;
  reply.content_type = "text/plain; charset=utf-8";
  for (const std::string& contact : context.security_contacts) {
    reply.body += "Contact: " + contact + "\n";
  }
  const Instant expires = context.engine.clock().now() + security_txt_days * day_ms;
  reply.body += "Expires: " + to_string(expires) + "\n";
  if (!context.security_policy.empty()) reply.body += "Policy: " + context.security_policy + "\n";
  if (!context.public_url.empty()) {
    reply.body += "Canonical: " + context.public_url + "/.well-known/security.txt\n";
  }
  reply.headers.emplace_back("Cache-Control", "no-cache");
  return reply;
}

}  // namespace lp::api
