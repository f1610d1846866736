#include "tlog/policy.h"

#include <gtest/gtest.h>

#include <string>

#include "tlog/cosignature.h"

namespace lp::tlog {
namespace {

constexpr std::string_view body =
    "example.com/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";

crypto::Ed25519Key key_of(char fill) {
  return crypto::Ed25519Key::from_seed(std::string(32, fill));
}

std::string vkey(char fill, const std::string& name = "witness.example") {
  return CosignerKey::make(name, key_of(fill).public_key()).to_string();
}

std::string log_vkey(char fill) {
  return VerifierKey::make("example.com/log", key_of(fill).public_key()).to_string();
}

std::string witness_line(const std::string& name, char fill) {
  return "witness " + name + " " + vkey(fill) + "\n";
}

// X1 to X3 are the keys '1' to '3', Y1 to Y3 the keys '4' to '6': the example of the specification.
std::string example_text() {
  std::string text = "log " + log_vkey('l') + "\n\n";
  for (int i = 1; i <= 3; ++i) {
    text += witness_line("X" + std::to_string(i), static_cast<char>('0' + i));
  }
  text += "group X-witnesses 2 X1 X2 X3\n\n";
  for (int i = 1; i <= 3; ++i) {
    text += witness_line("Y" + std::to_string(i), static_cast<char>('3' + i));
  }
  return text +
         "group Y-witnesses any Y1 Y2 Y3\n\ngroup X-and-Y all X-witnesses Y-witnesses\n"
         "quorum X-and-Y\n";
}

Note cosigned_by(const std::string& keys) {
  Note note{.body = std::string(body), .signatures = {}};
  for (const char fill : keys) {
    note.signatures.push_back(cosign(body, "witness.example", key_of(fill), 1'700'000'000));
  }
  return note;
}

Policy policy_of(const std::string& text) {
  auto policy = Policy::parse(text);
  EXPECT_TRUE(policy.has_value()) << policy.error().line << ": " << policy.error().what;
  return policy.value_or(Policy());
}

bool quorum(const Policy& policy, const std::string& keys) {
  return policy.witnessed(cosigned_by(keys))->quorum;
}

TEST(Policy, ReadsTheExampleOfTheSpecification) {
  const Policy policy = policy_of(example_text());
  ASSERT_EQ(policy.logs().size(), 1U);
  EXPECT_EQ(policy.logs()[0].key.to_string(), log_vkey('l'));
  ASSERT_EQ(policy.witnesses().size(), 6U);
  EXPECT_EQ(policy.witnesses()[3].name, "Y1");
  EXPECT_EQ(policy.witnesses()[3].key.to_string(), vkey('4'));
  EXPECT_FALSE(policy.needs_nobody());
}

TEST(Policy, CountsWhoCosignedGroupByGroup) {
  const Policy policy = policy_of(example_text());
  EXPECT_TRUE(quorum(policy, "124"));
  EXPECT_TRUE(quorum(policy, "123456"));
  EXPECT_TRUE(quorum(policy, "235"));
  EXPECT_FALSE(quorum(policy, "12"));
  EXPECT_FALSE(quorum(policy, "1456"));
  EXPECT_FALSE(quorum(policy, "112"));  // the same witness twice is one
  EXPECT_FALSE(quorum(policy, ""));
  EXPECT_FALSE(quorum(policy, "789"));
}

TEST(Policy, TellsWhoCosignedAndWhen) {
  const auto witnessed = policy_of(example_text()).witnessed(cosigned_by("25"));
  ASSERT_TRUE(witnessed.has_value());
  ASSERT_EQ(witnessed->times_s.size(), 6U);
  for (const std::size_t i : {0U, 2U, 3U, 5U}) EXPECT_EQ(witnessed->times_s[i], std::nullopt);
  for (const std::size_t i : {1U, 4U}) EXPECT_EQ(witnessed->times_s[i], 1'700'000'000U);
}

TEST(Policy, IsMetByOneWitnessWhenItNamesOne) {
  const Policy policy = policy_of(witness_line("w", 'w') + "quorum w\n");
  EXPECT_TRUE(quorum(policy, "w"));
  EXPECT_FALSE(quorum(policy, "v"));
}

TEST(Policy, IsMetByNobodyWhenItSaysNone) {
  const Policy policy = policy_of("quorum none");
  EXPECT_TRUE(policy.needs_nobody());
  EXPECT_TRUE(quorum(policy, ""));
}

TEST(Policy, RefusesANoteWithAForgedCosignature) {
  Note note = cosigned_by("124");
  note.signatures[1].signature[20] ^= 1;
  EXPECT_EQ(policy_of(example_text()).witnessed(note).error(), NoteFault::bad_signature);
}

TEST(Policy, KeepsUrls) {
  const Policy policy =
      policy_of("log " + log_vkey('l') + " https://log.example/\n" + "witness w " + vkey('w') +
                " https://witness.example/\n" + "quorum w\n");
  EXPECT_EQ(policy.logs()[0].url, "https://log.example/");
  EXPECT_EQ(policy.witnesses()[0].url, "https://witness.example/");
}

TEST(Policy, LeavesBlanksAndCommentsAlone) {
  const Policy policy = policy_of("# of our partner \xc3\xa9\n \t \n\t# indented\n \twitness\tw  " +
                                  vkey('w') + " \nquorum w\t\n\n");
  EXPECT_TRUE(quorum(policy, "w"));
}

TEST(Policy, TakesNamesAsOctets) {
  const Policy policy = policy_of("witness \xff " + vkey('w') + "\nquorum \xff\n");
  EXPECT_EQ(policy.witnesses()[0].name, "\xff");
}

struct Refused {
  std::string text;
  std::size_t line;
  std::string_view what;
};

TEST(Policy, SaysWhichLineItRefusesAndWhy) {
  const std::string w = witness_line("w", 'w'), v = witness_line("v", 'v');
  const std::string bad_log = "the log's vkey is not one of an Ed25519 log key";
  const std::string bad_key = "the witness's vkey is not one of an Ed25519 cosigner key";
  const std::string threshold =
      "a threshold is all, any, or a number from 1 to that of the members";
  for (const auto& [text, line, what] : std::vector<Refused>{
           {"", 0, "there is no quorum line"},
           {w, 0, "there is no quorum line"},
           {"quorum none\r\n", 0, "there is a control character"},
           {std::string("quorum none\0", 12), 0, "there is a control character"},
           {"quorum none\x7f", 0, "there is a control character"},
           {"quorum\n", 1, "the quorum is one name"},
           {"quorum none none\n", 1, "the quorum is one name"},
           {"quorum none\nquorum none\n", 2, "there is a quorum already"},
           {"quorum w\n" + w, 1, "the quorum's name is not defined above"},
           {"witnesses w\n", 1, "a line starts with log, witness, group or quorum"},
           {"log\n", 1, "a log has a vkey and may have a URL"},
           {"log a b c\n", 1, "a log has a vkey and may have a URL"},
           {"log " + vkey('w') + "\n", 1, bad_log},
           {"log " + log_vkey('l') + "\nlog " + log_vkey('l') + " u\n", 2,
            "the log's key is there already"},
           {"witness w\n", 1, "a witness has a name and a vkey and may have a URL"},
           {"witness w k u x\n", 1, "a witness has a name and a vkey and may have a URL"},
           {"witness w " + log_vkey('w') + "\n", 1, bad_key},
           {w + w, 2, "the witness's key is there already"},
           {w + "witness v " + vkey('w', "other") + "\n", 2, "the witness's key is there already"},
           {w + witness_line("w", 'v'), 2, "the name is taken"},
           {witness_line("none", 'w'), 1, "the name is taken"},
           {w + "group g\n", 2, "a group has a name, a threshold and members"},
           {w + "group g all\n", 2, "a group has a name, a threshold and members"},
           {w + "group g 0 w\n", 2, threshold},
           {w + "group g 2 w\n", 2, threshold},
           {w + "group g 01 w\n", 2, threshold},
           {w + "group g most w\n", 2, threshold},
           {w + "group g all v\n" + v, 2, "a member is not defined above"},
           {w + "group g all none\n", 2, "a member is not defined above"},
           {w + "group g all g\n", 2, "a member is not defined above"},
           {w + "group g any w w\n", 2, "a member is in a group already"},
           {w + v + "group g all w\ngroup h all v w\n", 4, "a member is in a group already"},
           {w + "group w all w\n", 2, "the name is taken"},
           {w + "group none all w\n", 2, "the name is taken"},
           {std::string(1'025, '\n') + "quorum none\n", 0, "there are too many lines"}}) {
    const auto policy = Policy::parse(text);
    ASSERT_FALSE(policy.has_value()) << text;
    EXPECT_EQ(policy.error().line, line) << text;
    EXPECT_EQ(policy.error().what, what) << text;
  }
}

TEST(Policy, SaysItsQuorumAsANumberOfWitnessesWhereItCan) {
  const std::string three =
      witness_line("a", 'a') + witness_line("b", 'b') + witness_line("c", 'c');
  const auto threshold = [&](const std::string& rest) {
    return Policy::parse(three + rest)->threshold();
  };
  const auto one = threshold("quorum b\n");
  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(one->quorum, 1U);
  EXPECT_EQ(one->witnesses, (std::vector{*CosignerKey::parse(vkey('b'))}));
  const auto two = threshold("group g 2 a b c\nquorum g\n");
  ASSERT_TRUE(two.has_value());
  EXPECT_EQ(two->quorum, 2U);
  EXPECT_EQ(two->witnesses.size(), 3U);
  EXPECT_FALSE(threshold("quorum none\n").has_value());
  EXPECT_FALSE(threshold("group g any a b\ngroup h all g c\nquorum h\n").has_value());
}

}  // namespace
}  // namespace lp::tlog
