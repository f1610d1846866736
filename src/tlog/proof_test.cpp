#include "tlog/proof.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>

#include "base/text.h"
#include "tlog/cosignature.h"
#include "tlog/lines.h"
#include "tlog/naive_tree.h"
#include "tlog/tree.h"

namespace lp::tlog {
namespace {

constexpr std::string_view origin = "example.com/fancylog";

crypto::Ed25519Key log_key() {
  return crypto::Ed25519Key::from_seed(std::string(32, 'l'));
}

VerifierKey verifier() {
  return VerifierKey::make(origin, log_key().public_key());
}

Digest leaf_of_seven(std::uint64_t index) {
  return leaf_hash(NaiveTree::of_size(7).leaf(index));
}

Proof proof_of(std::uint64_t index, std::uint64_t size) {
  NaiveTree tree = NaiveTree::of_size(size);
  Proof proof;
  proof.index = index;
  proof.path = tree.path(index, 0, size);
  proof.checkpoint = sign_checkpoint({std::string(origin), size, tree.root(size)}, log_key());
  return proof;
}

// A text that is a checkpoint by its form; nobody looks at the signature.
std::string some_checkpoint(const std::string& extension = "") {
  return "example.com/other\n0\n" + base64(Digest{}.view()) + "\n" + extension +
         "\n— example.com/other AAAAAAA=\n";
}

std::string hash_line(char fill = 0) {
  return base64(std::string(32, fill)) + "\n";
}

TEST(Proof, IsWrittenAsTheSpecificationSays) {
  Proof proof = proof_of(1, 3);
  const std::string text = "index 1\n" + base64(proof.path[0].view()) + "\n" +
                           base64(proof.path[1].view()) + "\n\n" + proof.checkpoint;
  EXPECT_EQ(proof.to_string(), "c2sp.org/tlog-proof@v1\n" + text);
  proof.extra = "age-v1.2.1";
  EXPECT_EQ(proof.to_string(), "c2sp.org/tlog-proof@v1\nextra YWdlLXYxLjIuMQ==\n" + text);
}

TEST(Proof, IsReadAsItIsWritten) {
  for (const auto& [index, size] :
       {std::pair{0U, 1U}, {0U, 2U}, {5U, 7U}, {6U, 7U}, {255U, 300U}}) {
    Proof proof = proof_of(index, size);
    EXPECT_EQ(Proof::parse(proof.to_string()), proof);
    proof.extra = std::string("\0\xff", 2);
    EXPECT_EQ(Proof::parse(proof.to_string()), proof);
    proof.extra = "";
    EXPECT_EQ(Proof::parse(proof.to_string()), proof);
  }
}

TEST(Proof, ReadsACheckpointWithExtensionLines) {
  const auto proof =
      Proof::parse("c2sp.org/tlog-proof@v1\nindex 0\n\n" + some_checkpoint("an extension\n"));
  ASSERT_TRUE(proof.has_value());
  EXPECT_EQ(proof->checkpoint, some_checkpoint("an extension\n"));
}

TEST(Proof, RefusesEveryOtherSpelling) {
  const std::string head = "c2sp.org/tlog-proof@v1\n", tail = "\n" + some_checkpoint();
  std::string long_path;
  for (std::size_t i = 0; i < path_hashes_max; ++i) long_path += hash_line();
  EXPECT_TRUE(Proof::parse(head + "index 0\n" + tail).has_value());
  EXPECT_TRUE(Proof::parse(head + "index 0\n" + long_path + tail).has_value());
  for (const std::string& text :
       {std::string(),
        std::string("c2sp.org/tlog-proof@v1"),
        head,
        head + "extra YQ==\n",
        "c2sp.org/tlog-proof@v2\nindex 0\n" + tail,
        head + "index 0\r\n" + tail,
        head + tail,                                   // no index
        head + "index\n" + tail,                       // without a number
        head + "index \n" + tail,                      //
        head + "index 00\n" + tail,                    // a leading zero
        head + "index +1\n" + tail,                    //
        head + "index -1\n" + tail,                    //
        head + "index 1 \n" + tail,                    // a trailing blank
        head + "index  1\n" + tail,                    // two blanks
        head + "index 18446744073709551616\n" + tail,  // beyond 64 bits
        head + "Index 0\n" + tail,                     //
        head + "extra YQ\nindex 0\n" + tail,           // base64 without padding
        head + "extra YR==\nindex 0\n" + tail,         // with trailing bits
        head + "extra\nindex 0\n" + tail,              // no blank
        head + "index 0\nextra YQ==\n" + tail,         // in the other order
        head + "extra YQ==\nextra YQ==\nindex 0\n" + tail,
        head + "index 0\n" + base64(std::string(31, 0)) + "\n" + tail,  // a short hash
        head + "index 0\n" + hash_line().substr(1) + tail,
        head + "index 0\n" + long_path + hash_line() + tail,  // too long for any tree
        head + "index 0\n" + hash_line(),                     // no empty line
        head + "index 0\n\n",                                 // no checkpoint
        head + "index 0\n\n" + some_checkpoint("\n"),         // an empty extension
        head + "index 0\n\n" + some_checkpoint() + "x",       // something behind it
        head + "index 0\n\nno checkpoint\n\n— name AAAAAAA=\n"}) {
    EXPECT_FALSE(Proof::parse(text).has_value()) << text;
  }
}

TEST(Proof, OpensForTheLeafAtItsIndex) {
  const Proof proof = proof_of(5, 7);
  const auto opened = open_proof(proof, leaf_of_seven(5), verifier());
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->size, 7U);
  EXPECT_EQ(opened->origin, origin);
}

TEST(Proof, RefusesAnotherLeafIndexOrPath) {
  const Proof proof = proof_of(5, 7);
  Proof moved = proof, longer = proof, shorter = proof;
  moved.index = 4;
  longer.path.push_back({});
  shorter.path.pop_back();
  EXPECT_EQ(open_proof(proof, leaf_of_seven(4), verifier()).error(), ProofFault::not_included);
  for (const Proof& wrong : {moved, longer, shorter}) {
    EXPECT_EQ(open_proof(wrong, leaf_of_seven(5), verifier()).error(), ProofFault::not_included);
  }
}

TEST(Proof, SaysWhyTheCheckpointIsNotTheLogs) {
  const Digest leaf = leaf_of_seven(5);
  Proof proof = proof_of(5, 7);
  const std::string checkpoint = proof.checkpoint;
  const auto other = VerifierKey::make("other", log_key().public_key());
  EXPECT_EQ(open_proof(proof, leaf, other).error(), ProofFault::unknown_key);

  Note renamed = *Note::parse(checkpoint);
  renamed.signatures = {{other.name, other.id, log_key().sign(renamed.body)}};
  proof.checkpoint = renamed.to_string();
  EXPECT_EQ(open_proof(proof, leaf, other).error(), ProofFault::wrong_origin);

  Note forged = *Note::parse(checkpoint);
  forged.signatures[0].signature[0] ^= 1;
  proof.checkpoint = forged.to_string();
  EXPECT_EQ(open_proof(proof, leaf, verifier()).error(), ProofFault::bad_signature);

  proof.checkpoint = "no checkpoint";
  EXPECT_EQ(open_proof(proof, leaf, verifier()).error(), ProofFault::malformed_checkpoint);
}

TEST(Submission, ReadsTheExampleOfTheSpecification) {
  const std::string text =
      "old 20852014\n"
      "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"
      "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
      "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n"
      "/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n"
      "\n"
      "example.com/behind-the-sofa\n"
      "20852163\n"
      "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
      "\n"
      "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/"
      "Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
      "— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/"
      "V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n";
  const auto submission = Submission::parse(text);
  ASSERT_TRUE(submission.has_value());
  EXPECT_EQ(submission->old_size, 20'852'014U);
  EXPECT_EQ(submission->proof.size(), 4U);
  EXPECT_EQ(submission->to_string(), text);
}

TEST(Submission, RefusesEveryOtherSpelling) {
  const std::string tail = "\n" + some_checkpoint();
  EXPECT_TRUE(Submission::parse("old 0\n" + tail).has_value());
  EXPECT_TRUE(Submission::parse("old 1\n" + hash_line() + tail).has_value());
  for (const std::string& text :
       {std::string(), std::string("old 0"), "old 00\n" + tail, "old\n" + tail, "size 0\n" + tail,
        "old 0\n" + some_checkpoint(), std::string("old 0\n\n"), "old 0\nAA==\n" + tail}) {
    EXPECT_FALSE(Submission::parse(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace lp::tlog
