#include "json/raw.h"

#include <gtest/gtest.h>

#include <string>

#include "crypto/hash.h"

namespace lp::json {
namespace {

std::string python(std::string_view text) {
  return restring(text, StringForm::python_ascii);
}
std::string javascript_strings(std::string_view text) {
  return restring(text, StringForm::javascript);
}

TEST(Raw, StripsWhitespaceOutsideStringsOnly) {
  EXPECT_EQ(strip_whitespace(" { \"a b\\\" \" :\t[ 1.0 ,\r\n true ] } "),
            R"({"a b\" ":[1.0,true]})");
  EXPECT_EQ(strip_whitespace(R"("\\" , " ")"), R"("\\"," ")");
}

TEST(Raw, EscapesStringsAsPythonDoes) {
  EXPECT_EQ(python("{\"note\":\"caf\xC3\xA9 \xE2\x98\x95 \xF0\x9F\x98\x80\"}"),
            R"({"note":"caf\u00e9 \u2615 \ud83d\ude00"})");
  EXPECT_EQ(python("[\"\\u0022\\u005C\\/\\u000a\x7f\\u007F\\b\\f\\r\\t\\u0001~ \"]"),
            R"(["\"\\/\n\u007f\u007f\b\f\r\t\u0001~ "])");
}

TEST(Raw, EscapesStringsAsJavascriptDoes) {
  EXPECT_EQ(javascript_strings(R"({"caf\u00e9":"\u2615 \ud83d\uDE00\/\u007f\u001F\u2028"})"),
            "{\"caf\xC3\xA9\":\"\xE2\x98\x95 \xF0\x9F\x98\x80/\x7f\\u001f\xE2\x80\xA8\"}");
}

TEST(Raw, KeepsLoneSurrogatesAsEscapes) {
  for (const char* text : {R"(["\uD800"])", R"(["\uDC00"])", R"(["\uD800\uD800"])"}) {
    std::string lower = text;
    for (char& c : lower) {
      if (c == 'D') c = 'd';
      if (c == 'C') c = 'c';
    }
    EXPECT_EQ(python(text), lower);
    EXPECT_EQ(javascript_strings(text), lower);
  }
  EXPECT_EQ(python(R"("\uD83Dx")"), R"("\ud83dx")");
}

TEST(Raw, LeavesNumbersOrderAndStructureAlone) {
  const std::string text = R"({ "b":1.0, "10":-0.0, "b":1E400, "a":[true,null] })";
  EXPECT_EQ(python(text), text);
  EXPECT_EQ(javascript_strings(text), text);
}

// Vector A3 of LetsPing's agent signatures: one payload, signed by Node and by Python over their
// own spellings. From either spelling both signatures are reached.
TEST(Raw, ReachesTheSignaturesOfNodeAndPython) {
  const std::string node =
      "{\"project_id\":\"proj1\",\"service\":\"svc\",\"action\":\"act\",\"payload\":{"
      "\"note\":\"caf\xC3\xA9 \xE2\x98\x95 \xF0\x9F\x98\x80\",\"q\":\"\\\"\\\\/\\n\x7F\"}}";
  const std::string spaced =
      R"({"project_id": "proj1", "service": "svc", "action": "act", "payload": {)"
      R"("note": "caf\u00e9 \u2615 \ud83d\ude00", "q": "\"\\/\n\u007f"}})";
  const auto signature = [](std::string_view text) {
    return crypto::hmac_sha256("secret-key", text).hex();
  };
  for (const std::string& sent : {node, spaced}) {
    const std::string stripped = strip_whitespace(sent);
    EXPECT_EQ(signature(javascript_strings(stripped)),
              "197dd9b6cbf4d6b146655068ca89489f38e273c485fb164d0160140399896327");
    EXPECT_EQ(signature(python(stripped)),
              "165371504a96ed9a356857b15676b3984a6660229c3c020fc788e21291d9da33");
  }
}

TEST(Raw, SurvivesTextThatIsNoJson) {
  for (const std::string& text :
       {std::string("\""), std::string("\"\\"), std::string("\"\\u"), std::string("\"\\u12\""),
        std::string("\"\\q\""), std::string("\"a\\\""), std::string("\"\xFF\xC3\""),
        std::string("\"\\ud800\\u\""), std::string("}{"), std::string()}) {
    EXPECT_EQ(strip_whitespace(text), text);
    EXPECT_EQ(python(text), text);
    EXPECT_EQ(javascript_strings(text), text);
  }
}

}  // namespace
}  // namespace lp::json
