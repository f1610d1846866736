#include "api/letsping/http_proof.h"

#include <algorithm>
#include <optional>

#include "api/errors.h"
#include "base/assert.h"
#include "crypto/hash.h"
#include "evidence/roster.h"
#include "identity/agent_key.h"
#include "identity/http_signature.h"

namespace lp::api {

namespace {

constexpr std::size_t nonce_min = 16;
constexpr std::size_t nonce_max = 128;

using Fault = std::optional<std::string>;

std::string_view name_of(net::Method method) {
  switch (method) {
    case net::Method::get:
      return "GET";
    case net::Method::head:
      return "HEAD";
    case net::Method::post:
      return "POST";
    case net::Method::put:
      return "PUT";
    case net::Method::del:
      return "DELETE";
    case net::Method::options:
      return "OPTIONS";
  }
  assertion_failed("a Method", __FILE__, __LINE__);
}

// The value of a header that is there once: of two nobody knows which one was meant.
std::optional<std::string> only_header(const net::Request& request, std::string_view name) {
  std::optional<std::string> found;
  for (const auto& [key, value] : request.headers) {
    if (key != name) continue;
    if (found) return std::nullopt;
    found = value;
  }
  return found;
}

// Lower case, and without the port that the scheme has anyway (RFC 9421 §2.2.3).
std::string authority_of(const net::Request& request) {
  std::string host = request.host;
  std::ranges::transform(host, host.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const std::string_view port = request.tls ? ":443" : ":80";
  if (host.ends_with(port)) host.resize(host.size() - port.size());
  return host;
}

identity::ComponentValue components_of(const net::Request& request) {
  return [&request](std::string_view name) -> std::optional<std::string> {
    const std::string scheme = request.tls ? "https" : "http";
    const std::string query = request.query.empty() ? "" : "?" + request.query;
    if (name == "@method") return std::string(name_of(request.method));
    if (name == "@scheme") return scheme;
    if (name == "@authority") return authority_of(request);
    if (name == "@path") return request.path;
    if (name == "@query") return "?" + request.query;
    if (name == "@request-target") return request.path + query;
    if (name == "@target-uri") return scheme + "://" + authority_of(request) + request.path + query;
    if (name.starts_with('@')) return std::nullopt;
    return only_header(request, name);
  };
}

Fault missing_component(const identity::HttpSignature& signature) {
  if (!signature.covers("@method")) return "cover @method";
  const bool whole = signature.covers("@target-uri");
  const bool parts =
      signature.covers("@authority") && signature.covers("@path") && signature.covers("@query");
  if (!whole && !parts) return "cover @authority, @path and @query, or @target-uri";
  if (!signature.covers("content-digest")) return "cover content-digest";
  return std::nullopt;
}

Fault wrong_parameter(const identity::HttpSignature& signature, Instant now) {
  if (!signature.created || !signature.nonce || !signature.key_id) {
    return "created, nonce and keyid are required";
  }
  if (signature.nonce->size() < nonce_min || signature.nonce->size() > nonce_max) {
    return "the nonce has 16 to 128 characters";
  }
  const std::int64_t age_ms = now.ms - *signature.created * 1'000;
  if (age_ms > http_signature_window_ms || age_ms < -http_signature_window_ms) {
    return "created is more than 300 s from the server's time, which is " + to_string(now);
  }
  if (signature.expires && *signature.expires * 1'000 <= now.ms) return "it has expired";
  return std::nullopt;
}

Fault wrong_digest(const net::Request& request) {
  const auto header = only_header(request, "content-digest");
  const auto told = header ? identity::content_sha256(*header) : std::nullopt;
  if (!told) return "send Content-Digest once, with sha-256";
  if (*told != crypto::sha256(request.body).view()) return "Content-Digest is not of this body";
  return std::nullopt;
}

bool algorithm_fits(const identity::HttpSignature& signature, std::string_view spki) {
  const auto kind = identity::agent_key_kind(spki);
  return kind && (!signature.algorithm || *signature.algorithm == identity::algorithm_of(*kind));
}

}  // namespace

bool has_http_signature(const net::Request& request) {
  return std::ranges::any_of(request.headers, [](const auto& header) {
    return header.first == "signature" || header.first == "signature-input";
  });
}

std::expected<core::AgentProof, net::Reply> check_http_proof(const net::Request& request,
                                                             const AgentPublicKeys& keys,
                                                             Instant now) {
  const auto refused = [](std::string_view why) {
    return std::unexpected(refuse(Reason::http_signature_invalid, why));
  };
  const auto input = only_header(request, "signature-input");
  const auto value = only_header(request, "signature");
  if (!input || !value) return refused("send Signature-Input and Signature, each once");
  const auto signature = identity::parse_http_signature(*input, *value);
  if (!signature) return refused(identity::to_string(signature.error()));
  if (const Fault fault = missing_component(*signature)) return refused(*fault);
  if (const Fault fault = wrong_parameter(*signature, now)) return refused(*fault);
  if (const Fault fault = wrong_digest(request)) return refused(*fault);
  const auto base = identity::signature_base(*signature, components_of(request));
  if (!base) return refused("a covered component is not there, or there twice");

  for (const std::string& spki : keys(*signature->key_id)) {
    if (!algorithm_fits(*signature, spki) ||
        !identity::verify_with_agent_key(spki, *base, signature->signature)) {
      continue;
    }
    // Kept for twice the window: a copy may pass the check above when the window ends, and must
    // still be known when the core gets to it.
    return core::AgentProof{
        .agent_id = *signature->key_id,
        .strength = "httpsig",
        .key = evidence::key_id(spki),
        .nonce = crypto::sha256(*signature->nonce),
        .nonce_expires = Instant{*signature->created * 1'000} + 2 * http_signature_window_ms};
  }
  return std::unexpected(refuse(Reason::http_signature_invalid));
}

}  // namespace lp::api
