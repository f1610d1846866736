#include "evidence/leaf.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "crypto/p256.h"
#include "evidence/statement.h"

namespace lp::evidence {
namespace {

const Digest digest = crypto::sha256("statement");

crypto::P256Key issuer() {
  return crypto::P256Key::from_uniform(std::string(48, '\x07'));
}

TEST(Leaf, IsTheBodyOfARekorEntryByteForByte) {
  EXPECT_EQ(signed_leaf(digest, "sig", "key"),
            R"({"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{)"
            R"("data":{"algorithm":"SHA2_256","digest":")"
            R"(sRHG4dMY8gMGPlwWurQ8EIMmrwqi97ZXYMlVR6Q9vlI=)"
            R"("},"signature":{"content":"c2ln","verifier":{)"
            R"("keyDetails":"PKIX_ECDSA_P256_SHA_256","publicKey":{"rawBytes":"a2V5"}}}}}})");
  EXPECT_EQ(unsigned_leaf(digest),
            R"({"apiVersion":"0.0.1","kind":"letsping.event","spec":{"data":{)"
            R"("algorithm":"SHA2_256","digest":")"
            R"(sRHG4dMY8gMGPlwWurQ8EIMmrwqi97ZXYMlVR6Q9vlI="}}})");
}

TEST(Leaf, HasOneLengthForEverySignature) {
  // 70 to 72 bytes of DER, the usual ones, are 96 characters of base64.
  const std::string spki = issuer().spki();
  for (const std::size_t length : {70u, 71u, 72u}) {
    EXPECT_EQ(signed_leaf(digest, std::string(length, 's'), spki).size(), 489u);
  }
}

TEST(Leaf, ReadsBackWhatWasWritten) {
  const crypto::P256Key key = issuer();
  const std::string signature = key.sign("statement");
  const auto leaf = read_leaf(signed_leaf(digest, signature, key.spki()));
  ASSERT_TRUE(leaf);
  EXPECT_EQ(leaf->statement_sha256, digest);
  EXPECT_EQ(leaf->der_signature, signature);
  EXPECT_EQ(leaf->issuer_spki, key.spki());
  EXPECT_TRUE(crypto::p256_verify(*leaf->issuer_spki, "statement", *leaf->der_signature));

  const auto bare = read_leaf(unsigned_leaf(digest));
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->statement_sha256, digest);
  EXPECT_FALSE(bare->der_signature);
  EXPECT_FALSE(bare->issuer_spki);
}

// A changed character is refused or is another leaf: nothing is ignored.
TEST(Leaf, HasNoByteThatMeansNothing) {
  for (const std::string& good : {signed_leaf(digest, "signature", "key"), unsigned_leaf(digest)}) {
    for (std::size_t i = 0; i < good.size(); ++i) {
      for (const char c : {' ', 'A', '"', '}'}) {
        std::string bad = good;
        if (bad[i] == c) continue;
        bad[i] = c;
        const auto leaf = read_leaf(bad);
        if (!leaf) continue;
        EXPECT_EQ(leaf->der_signature ? signed_leaf(leaf->statement_sha256, *leaf->der_signature,
                                                    *leaf->issuer_spki)
                                      : unsigned_leaf(leaf->statement_sha256),
                  bad);
      }
      EXPECT_FALSE(read_leaf(good.substr(0, i))) << i;
    }
    EXPECT_FALSE(read_leaf(good + "\n"));
  }
}

TEST(Leaf, RefusesForeignShapes) {
  const std::string b64 = "sRHG4dMY8gMGPlwWurQ8EIMmrwqi97ZXYMlVR6Q9vlI=";
  const std::string data = R"({"algorithm":"SHA2_256","digest":")" + b64 + R"("})";
  const std::string refused[] = {
      "",
      "null",
      "{}",
      R"({"apiVersion":"0.0.1","kind":"letsping.event","spec":null})",
      R"({"apiVersion":"0.0.1","kind":"letsping.event","spec":{}})",
      R"({"apiVersion":"0.0.1","kind":"letsping.event","spec":{"data":{"digest":"AAAA"}}})",
      R"({"apiVersion":"0.0.2","kind":"letsping.event","spec":{"data":)" + data + "}}",
      R"({"apiVersion":"0.0.1","kind":"letsping.event","more":1,"spec":{"data":)" + data + "}}",
      R"({"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":1}})",
      R"({"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{"data":)" + data +
          "}}}",
      R"({"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{"data":)" + data +
          R"(,"signature":{"content":"c2ln"}}}})",
      R"({"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{"data":)" + data +
          R"(,"signature":{"content":"c2ln","verifier":{}}}}})",
      R"({"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{"data":)" + data +
          R"(,"signature":{"content":"","verifier":{"publicKey":{"rawBytes":"a2V5"}}}}}})",
      R"({"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{"data":)" + data +
          R"(,"signature":{"content":"c2ln","verifier":{"keyDetails":"PKIX_ED25519",)"
          R"("publicKey":{"rawBytes":"a2V5"}}}}}})",
  };
  for (const std::string& text : refused) EXPECT_FALSE(read_leaf(text)) << text;
}

}  // namespace
}  // namespace lp::evidence
