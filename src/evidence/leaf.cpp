#include "evidence/leaf.h"

#include "base/text.h"

namespace lp::evidence {
namespace {

// Written as text and not through json::Value: one is made for every statement, its members have
// one order, and nothing in it needs an escape.
std::string data_of(const Digest& statement_sha256) {
  return R"("data":{"algorithm":"SHA2_256","digest":")" + base64(statement_sha256.view()) + R"("})";
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

// The binary value that stands between the first `mark` in `rest` and the next quote; what is
// before it is cut off `rest`. Nothing for what is no such value.
std::optional<std::string> take_binary(std::string_view& rest, std::string_view mark) {
  const std::size_t at = rest.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  rest.remove_prefix(at + mark.size());
  auto bytes = from_base64(rest.substr(0, rest.find('"')));
  if (!bytes || bytes->empty()) return std::nullopt;
  return bytes;
}

}  // namespace

// The values are taken out where they should stand; whether anything else stands there is found by
// writing the leaf again.
std::optional<Leaf> read_leaf(std::string_view bytes) {
  std::string_view rest = bytes;
  const auto data = take_binary(rest, R"("digest":")");
  const auto digest = data ? Digest::from_bytes(*data) : std::nullopt;
  if (!digest) return std::nullopt;
  if (unsigned_leaf(*digest) == bytes) return Leaf{*digest, std::nullopt, std::nullopt};
  auto signature = take_binary(rest, R"("content":")");
  auto issuer = signature ? take_binary(rest, R"("rawBytes":")") : std::nullopt;
  if (!issuer || signed_leaf(*digest, *signature, *issuer) != bytes) return std::nullopt;
  return Leaf{*digest, *std::move(signature), *std::move(issuer)};
}

}  // namespace lp::evidence
