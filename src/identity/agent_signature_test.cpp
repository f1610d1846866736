#include "identity/agent_signature.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"

namespace lp::identity {
namespace {

constexpr std::string_view secret = "secret-key";

SignedCall call(std::string_view payload) {
  return {
      .project_id = R"("proj1")", .service = R"("svc")", .action = R"("act")", .payload = payload};
}

struct Vector {
  const char* name;
  const char* payload;  // the source slice as it stands in the body
  const char* signature;
  Candidate candidate;
};

// What the published clients send and sign. A Python body is spaced and escaped (httpx before 0.28)
// or compact with raw UTF-8 (since); the text that was signed is compact and escaped in both.
const Vector vectors[] = {
    {"A1 compact", R"({"a":1})", "9fb72da1ee2e1b1f19bcf325ee77befa68cccbfdb18a343eddc10194f233ba40",
     Candidate::raw},
    {"A1 spaced", R"({"a": 1})", "9fb72da1ee2e1b1f19bcf325ee77befa68cccbfdb18a343eddc10194f233ba40",
     Candidate::stripped},
    {"A2", "{}", "6719d276147a2011577dfa9f4131dc855b585b6cf883bcc733508a0af195ad4b",
     Candidate::raw},
    {"A3 Node", "{\"note\":\"café ☕ 😀\",\"q\":\"\\\"\\\\/\\n\x7f\"}",
     "197dd9b6cbf4d6b146655068ca89489f38e273c485fb164d0160140399896327", Candidate::raw},
    {"A3 Node, escaped on the way",
     R"({"note": "caf\u00e9 \u2615 \ud83d\ude00",)"
     R"( "q": "\"\\\/\u000a\u007F"})",
     "197dd9b6cbf4d6b146655068ca89489f38e273c485fb164d0160140399896327", Candidate::javascript},
    {"A3 Python spaced", R"({"note": "caf\u00e9 \u2615 \ud83d\ude00", "q": "\"\\/\n\u007f"})",
     "165371504a96ed9a356857b15676b3984a6660229c3c020fc788e21291d9da33", Candidate::stripped},
    {"A3 Python compact", "{\"note\":\"café ☕ 😀\",\"q\":\"\\\"\\\\/\\n\x7f\"}",
     "165371504a96ed9a356857b15676b3984a6660229c3c020fc788e21291d9da33", Candidate::python},
    {"A4 Node",
     R"({"amount":1,"big":10000000000000000,"small":1e-7,"neg0":0,"f":0.1,"e21":1e+21,)"
     R"("i":12345678901234567000})",
     "92c58dbd024748808312c8da27bdaf0ef2261774ca963af905f8d1d3a3c2129d", Candidate::raw},
    {"A4 Python spaced",
     R"({"amount": 1.0, "big": 1e+16, "small": 1e-07, "neg0": -0.0, "f": 0.1, "e21": 1e+21, )"
     R"("i": 12345678901234567890})",
     "c323337dd412d6b0e8d1862b3d8cfe9f38d7d83d5443194947e8d799be1b6c1f", Candidate::stripped},
    {"A4 Python compact",
     R"({"amount":1.0,"big":1e+16,"small":1e-07,"neg0":-0.0,"f":0.1,"e21":1e+21,)"
     R"("i":12345678901234567890})",
     "c323337dd412d6b0e8d1862b3d8cfe9f38d7d83d5443194947e8d799be1b6c1f", Candidate::raw},
    {"A5 Node", R"({"2":"y","10":"x","b":1,"a":{"1":2,"z":1}})",
     "ebb2895c104c412752f1ce4906d7c2bcec2c89c8c9389b5855cb6944e54df566", Candidate::raw},
    {"A5 Python spaced", R"({"b": 1, "10": "x", "2": "y", "a": {"z": 1, "1": 2}})",
     "024e912cbdffcc069a8cf93873d215357b863cea47ef08cd7a8673d49ad61d64", Candidate::stripped},
    {"A5 Python compact", R"({"b":1,"10":"x","2":"y","a":{"z":1,"1":2}})",
     "024e912cbdffcc069a8cf93873d215357b863cea47ef08cd7a8673d49ad61d64", Candidate::raw},
    {"A6", R"({"y":null,"d":"1970-01-01T00:00:00.000Z","arr":[1,null,"x"]})",
     "d0f94a77e8ca0f593852ab79837c4b05c8bdb4f23abbb532215efb64f76ba60f", Candidate::raw},
    {"A7, no payload member", "",
     "16b992e318ae4aa8ae08508bb445d29cd614a434620c6b96c7bf1c12a1f5f3c2", Candidate::raw},
    {"A8 spaced", R"({"t": true, "n": null, "5": "intkey"})",
     "0f50d5678310be1664558d39b908eb3d7fb87d7cb569a2cd92e728fe243178ba", Candidate::stripped},
    {"A8 compact", R"({"t":true,"n":null,"5":"intkey"})",
     "0f50d5678310be1664558d39b908eb3d7fb87d7cb569a2cd92e728fe243178ba", Candidate::raw},
};

TEST(AgentSignature, AcceptsEveryVectorOfThePublishedClients) {
  for (const Vector& vector : vectors) {
    EXPECT_EQ(verify_agent_signature(call(vector.payload), secret, vector.signature),
              vector.candidate)
        << vector.name;
  }
}

TEST(AgentSignature, CoversTheNamesOfTheCallToo) {
  // service and action with raw UTF-8 in the body, signed escaped.
  const std::string text =
      R"({"project_id":"proj1","service":"caf\u00e9","action":"act","payload":{}})";
  const std::string signature = crypto::hmac_sha256(secret, text).hex();
  SignedCall utf8 = call("{}");
  utf8.service = "\"café\"";
  EXPECT_EQ(verify_agent_signature(utf8, secret, signature), Candidate::python);
}

TEST(AgentSignature, RefusesAnyOtherCallOrSecret) {
  const char* const signature = vectors[0].signature;
  ASSERT_TRUE(verify_agent_signature(call(R"({"a":1})"), secret, signature));
  EXPECT_FALSE(verify_agent_signature(call(R"({"a":2})"), secret, signature));
  EXPECT_FALSE(verify_agent_signature(call(R"({"a":1.0})"), secret, signature));
  EXPECT_FALSE(verify_agent_signature(call(R"({"a":1})"), "secret-kex", signature));
  EXPECT_FALSE(verify_agent_signature(call(""), secret, signature));
  SignedCall other = call(R"({"a":1})");
  other.action = R"("Act")";
  EXPECT_FALSE(verify_agent_signature(other, secret, signature));
  other = call(R"({"a":1})");
  std::swap(other.service, other.action);
  EXPECT_FALSE(verify_agent_signature(other, secret, signature));
}

TEST(AgentSignature, RefusesWhatIsNo64LowerCaseHexCharacters) {
  const std::string good = vectors[0].signature;
  std::string upper = good;
  for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'f' ? c - 'a' + 'A' : c);
  for (const std::string& bad : {std::string(), good.substr(2), good + "00", upper,
                                 good.substr(1) + "g", "sha256=" + good}) {
    EXPECT_FALSE(verify_agent_signature(call(R"({"a":1})"), secret, bad)) << bad;
  }
}

TEST(AgentSignature, DoesNotTakeOneMemberForAnother) {
  // A slice is whole JSON in a real body; a signature over other members does not cover these.
  const std::string text = R"({"project_id":"proj1","service":"svc","action":"act"})";
  const std::string signature = crypto::hmac_sha256(secret, text).hex();
  EXPECT_TRUE(verify_agent_signature(call(""), secret, signature));
  EXPECT_FALSE(verify_agent_signature(call("null"), secret, signature));
  EXPECT_FALSE(verify_agent_signature(call("{}"), secret, signature));
}

TEST(AgentSignature, NamesItsCandidates) {
  EXPECT_EQ(to_string(Candidate::raw), "raw");
  EXPECT_EQ(to_string(Candidate::stripped), "stripped");
  EXPECT_EQ(to_string(Candidate::python), "python");
  EXPECT_EQ(to_string(Candidate::javascript), "javascript");
}

}  // namespace
}  // namespace lp::identity
