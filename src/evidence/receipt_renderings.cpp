#include "evidence/receipt_renderings.h"

#include "base/assert.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "evidence/statement.h"
#include "json/write.h"

namespace lp::evidence {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view bundle_type = "application/vnd.dev.sigstore.bundle.v0.3+json";
constexpr std::string_view trusted_root_type = "application/vnd.dev.sigstore.trustedroot.v0.2+json";

// Sigstore knows a log by the whole hash of which a note's key id is the beginning.
std::string log_id(const tlog::VerifierKey& key) {
  return base64(crypto::sha256({key.name, "\n\x01"sv, key.public_key}).view());
}

// Protobuf's JSON writes 64-bit integers as text.
std::string decimal(std::uint64_t number) {
  return std::to_string(number);
}

json::Value inclusion_of(const tlog::Proof& proof) {
  const auto note = tlog::Note::parse(proof.checkpoint);
  const auto checkpoint = note ? tlog::Checkpoint::parse_body(note->body) : std::nullopt;
  LP_ASSERT(checkpoint.has_value());
  json::Value hashes = json::Value::array();
  for (const Digest& hash : proof.path) hashes.items().emplace_back(base64(hash.view()));
  json::Value inclusion = json::Value::object();
  inclusion.add("logIndex", decimal(proof.index))
      .add("rootHash", base64(checkpoint->root.view()))
      .add("treeSize", decimal(checkpoint->size))
      .add("hashes", std::move(hashes))
      .add("checkpoint", json::Value::object().add("envelope", proof.checkpoint));
  return inclusion;
}

}  // namespace

std::optional<json::Value> sigstore_bundle(const Receipt& receipt,
                                           const tlog::VerifierKey& log_key) {
  const LoggedStatement& logged = receipt.logged;
  if (!logged.issuer) return std::nullopt;
  json::Value entry = json::Value::object();
  entry.add("logIndex", decimal(logged.proof.index))
      .add("logId", json::Value::object().add("keyId", log_id(log_key)))
      .add("kindVersion", json::Value::object().add("kind", "hashedrekord").add("version", "0.0.2"))
      .add("inclusionProof", inclusion_of(logged.proof))
      .add("canonicalizedBody", base64(logged.leaf));
  json::Value material = json::Value::object();
  material.add("publicKey", json::Value::object().add("hint", key_id(logged.issuer->key)))
      .add("tlogEntries", json::Value::array({std::move(entry)}));
  json::Value digest = json::Value::object();
  digest.add("algorithm", "SHA2_256")
      .add("digest", base64(crypto::sha256(logged.statement).view()));
  json::Value bundle = json::Value::object();
  bundle.add("mediaType", bundle_type)
      .add("verificationMaterial", std::move(material))
      .add("messageSignature", json::Value::object()
                                   .add("messageDigest", std::move(digest))
                                   .add("signature", base64(logged.issuer->sig)));
  return bundle;
}

json::Value sigstore_trusted_root(const std::vector<TrustedLog>& logs) {
  // Of an Ed25519 key (RFC 8410 §4): everything but the key itself.
  constexpr std::string_view spki_head = "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"sv;
  json::Value tlogs = json::Value::array();
  for (const TrustedLog& log : logs) {
    json::Value key = json::Value::object();
    key.add("rawBytes", base64(std::string(spki_head) + log.key.public_key))
        .add("keyDetails", "PKIX_ED25519")
        .add("validFor", json::Value::object().add("start", lp::to_string(log.from)));
    const json::Value id = json::Value::object().add("keyId", log_id(log.key));
    json::Value entry = json::Value::object();
    // The name on a signature line is looked for in the URL; nothing is fetched from it.
    entry.add("baseUrl", "https://" + log.key.name)
        .add("hashAlgorithm", "SHA2_256")
        .add("publicKey", std::move(key))
        .add("logId", id)
        .add("checkpointKeyId", id);
    tlogs.items().push_back(std::move(entry));
  }
  json::Value root = json::Value::object();
  root.add("mediaType", trusted_root_type).add("tlogs", std::move(tlogs));
  for (const std::string_view none : {"certificateAuthorities", "ctlogs", "timestampAuthorities"}) {
    root.add(none, json::Value::array());
  }
  return root;
}

std::string receipt_jws(const Receipt& receipt, const crypto::P256Key& issuer) {
  const auto statement = read_statement(receipt.logged.statement);
  LP_ASSERT(statement.has_value());
  json::Value header = json::Value::object();
  header.add("alg", "ES256").add("kid", key_id(issuer.spki())).add("typ", receipt_jws_type);
  json::Value claims = json::Value::object();
  claims.add("leaf_index", receipt.logged.proof.index)
      .add("origin", statement->origin)
      .add("statement_sha256", statement_sha256(receipt.logged.statement).hex())
      .add("stream", statement->stream.id)
      .add("time", lp::to_string(statement->time))
      .add("type", to_string(statement->type));
  const std::string input =
      base64url(json::canonical(header)) + "." + base64url(json::canonical(claims));
  const auto raw = crypto::p256_raw_signature(issuer.sign(input));
  LP_ASSERT(raw.has_value());
  return input + "." + base64url(*raw);
}

}  // namespace lp::evidence
