#include "evidence/leaf.h"

#include "base/text.h"
#include "evidence/members.h"

namespace lp::evidence {
namespace {

// Written as text and not through json::Value: one is made for every statement, its members have
// one order, and nothing in it needs an escape.
std::string data_of(const Digest& statement_sha256) {
  return R"("data":{"algorithm":"SHA2_256","digest":")" + base64(statement_sha256.view()) + R"("})";
}

std::optional<Digest> read_data(const json::Value& spec) {
  const json::Value* const data = spec.find("data");
  if (data == nullptr) return std::nullopt;
  return Digest::from_bytes(Members(*data).binary("digest"));
}

}  // namespace

std::string signed_leaf(const Digest& statement_sha256, std::string_view der_signature,
                        std::string_view issuer_spki) {
  std::string leaf = R"({"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{)";
  leaf += data_of(statement_sha256);
  leaf += R"(,"signature":{"content":")";
  leaf += base64(der_signature);
  leaf += R"(","verifier":{"keyDetails":"PKIX_ECDSA_P256_SHA_256","publicKey":{"rawBytes":")";
  leaf += base64(issuer_spki);
  leaf += R"("}}}}}})";
  return leaf;
}

std::string unsigned_leaf(const Digest& statement_sha256) {
  std::string leaf = R"({"apiVersion":"0.0.1","kind":"letsping.event","spec":{)";
  leaf += data_of(statement_sha256);
  leaf += "}}";
  return leaf;
}

namespace {

// Takes the three values out where they should stand; whether anything else stands there is found
// by writing the leaf again.
std::optional<Leaf> read_signed(const json::Value& hashed_rekord) {
  const std::optional<Digest> digest = read_data(hashed_rekord);
  const json::Value* const signature = hashed_rekord.find("signature");
  if (!digest || signature == nullptr) return std::nullopt;
  const json::Value* const verifier = signature->find("verifier");
  if (verifier == nullptr) return std::nullopt;
  const json::Value* const public_key = verifier->find("publicKey");
  if (public_key == nullptr) return std::nullopt;
  std::string content = Members(*signature).binary("content");
  std::string raw_bytes = Members(*public_key).binary("rawBytes");
  if (content.empty() || raw_bytes.empty()) return std::nullopt;
  return Leaf{*digest, std::move(content), std::move(raw_bytes)};
}

}  // namespace

std::optional<Leaf> read_leaf(std::string_view bytes) {
  const std::optional<json::Value> document = read_json(bytes);
  const json::Value* const spec = document ? document->find("spec") : nullptr;
  if (spec == nullptr) return std::nullopt;
  if (const json::Value* const hashed_rekord = spec->find("hashedRekordV002")) {
    std::optional<Leaf> leaf = read_signed(*hashed_rekord);
    if (!leaf) return std::nullopt;
    if (signed_leaf(leaf->statement_sha256, *leaf->der_signature, *leaf->issuer_spki) != bytes) {
      return std::nullopt;
    }
    return leaf;
  }
  const std::optional<Digest> digest = read_data(*spec);
  if (!digest || unsigned_leaf(*digest) != bytes) return std::nullopt;
  return Leaf{*digest, std::nullopt, std::nullopt};
}

}  // namespace lp::evidence
