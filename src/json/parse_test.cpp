#include "json/parse.h"

#include <gtest/gtest.h>

#include <string>

#include "json/write.h"

namespace lp::json {
namespace {

ParseError refusal(std::string text, const Limits& limits = {}) {
  const auto document = parse(std::move(text), limits);
  EXPECT_FALSE(document.has_value());
  return document ? ParseError{} : document.error();
}

std::string rewritten(std::string text) {
  const auto document = parse(std::move(text));
  return document ? compact(document->root) : std::string(to_string(document.error().fault));
}

TEST(Parse, ReadsEveryKindOfValue) {
  EXPECT_EQ(rewritten(" { \"a\" : [ 1.0 , -2e5, true, false, null, \"x\" ] , \"b\" : { } } "),
            R"({"a":[1.0,-2e5,true,false,null,"x"],"b":{}})");
  EXPECT_EQ(rewritten("\t[\r\n]\r"), "[]");
  EXPECT_EQ(rewritten("\"\\u00e9\\ud83d\\ude00\\/\\n\""), "\"\xC3\xA9\xF0\x9F\x98\x80/\\n\"");
}

TEST(Parse, RefusesWhatIsNoJson) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "[",
                           "[1,]",
                           "[,1]",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{\"a\"}",
                           "{\"a\":}",
                           "[1 2]",
                           "01",
                           "+1",
                           "NaN",
                           "Infinity",
                           "-Infinity",
                           "tru",
                           "nul",
                           "'a'",
                           "\"a",
                           "\"\t\"",
                           "\"\\x\"",
                           "\"\\u12g4\"",
                           "\"\\u12\"",
                           "\"\\",
                           "1 1",
                           "[1]]",
                           "\xEF\xBB\xBF{}",
                           "// c\n1",
                           "\"\\ud800\\u00\"",
                           "{\"a\" 1}",
                           "{\"a\":1 \"b\":2}",
                           "\xA0",
                           "\f1",
                           "[1}",
                           "{\"a\":1]"}) {
    EXPECT_EQ(refusal(text).fault, Fault::syntax) << text;
  }
  EXPECT_EQ(refusal(std::string("1\0", 2)).fault, Fault::syntax);
}

TEST(Parse, RefusesDuplicateKeysAfterUnescaping) {
  const ParseError error = refusal(R"({"x":[{"a":1,"b":2,"\u0061":3}]})");
  EXPECT_EQ(error.fault, Fault::duplicate_key);
  EXPECT_EQ(error.pointer, "/x/0/a");
  EXPECT_EQ(error.offset, 28U);
}

TEST(Parse, FindsADuplicateAmongManyKeys) {
  std::string text = "{";
  for (int i = 0; i < 10'000; ++i) text += "\"k" + std::to_string(i) + "\":0,";
  const ParseError error = refusal(text + "\"k77\":0,\"k5\":0}");
  EXPECT_EQ(error.fault, Fault::duplicate_key);
  EXPECT_EQ(error.pointer, "/k77");
  EXPECT_TRUE(parse(text + "\"k\":0}").has_value());
}

TEST(Parse, RefusesLoneSurrogates) {
  for (const char* text : {R"("\ud800")", R"("\udc00")", R"("\ud800x")", R"("\ud800\n")",
                           R"("\ud800\ud800")", R"("\ud800\u0041")"}) {
    EXPECT_EQ(refusal(text).fault, Fault::lone_surrogate) << text;
  }
  EXPECT_EQ(refusal(R"({"a":{"b~/":["","\uDEAD"]}})").pointer, "/a/b~0~1/1");
}

TEST(Parse, RefusesBytesThatAreNotUtf8) {
  for (const char* text :
       {"\"\x80\"", "\"\xC0\xAF\"", "\"\xED\xA0\x80\"", "\"\xF4\x90\x80\x80\"", "\"\xE2\x82\"",
        "\"\xFF\"", "\"\xF0\x82\x82\xAC\"", "\"\xE0\x80\x80\"", "\"\xC3"}) {
    EXPECT_EQ(refusal(text).fault, Fault::invalid_utf8) << text;
  }
  EXPECT_EQ(rewritten("\"\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF\""),
            "\"\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF\"");
}

TEST(Parse, RefusesNumbersBeyondBinary64) {
  const ParseError error = refusal(R"({"a":[0,-1e400]})");
  EXPECT_EQ(error.fault, Fault::non_finite_number);
  EXPECT_EQ(error.pointer, "/a/1");
  EXPECT_EQ(error.offset, 8U);
}

TEST(Parse, RefusesDepthBeyondTheLimit) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(parse(nested(64)).has_value());
  EXPECT_EQ(refusal(nested(65)).fault, Fault::too_deep);
  EXPECT_EQ(refusal(std::string(100'000, '[')).fault, Fault::too_deep);
  EXPECT_EQ(refusal(nested(100'000), {.depth_max = 1'000'000}).fault, Fault::too_deep);
  EXPECT_TRUE(parse("1", {.depth_max = 0}).has_value());
  EXPECT_EQ(refusal("[]", {.depth_max = 0}).fault, Fault::too_deep);
}

TEST(Parse, CountsMembersAndItemsTogether) {
  const Limits limits{.members_max = 4};
  EXPECT_TRUE(parse(R"({"a":[1,2],"b":3})", limits).has_value());
  const ParseError error = refusal(R"({"a":[1,2],"b":[3]})", limits);
  EXPECT_EQ(error.fault, Fault::too_many_members);
  EXPECT_EQ(error.pointer, "/b/0");
  EXPECT_EQ(refusal(R"({"a":1,"b":2,"c":3,"d":4,"e":5})", limits).fault, Fault::too_many_members);
}

TEST(Parse, NamesLossyNumbers) {
  const auto document = parse(R"({"a":[1.0,12345678901234567890],"b/":-0,"c":1e2,"d":9e-999})");
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(document->lossy, (std::vector<std::string>{"/a/1", "/b~1", "/d"}));
}

TEST(Parse, BoundsWhatLossyPointersCost) {
  std::string text = "{\"" + std::string(100'000, 'k') + "\":[-0";
  for (int i = 0; i < 10'000; ++i) text += ",-0";
  const auto document = parse(text + "]}");
  ASSERT_TRUE(document.has_value());
  ASSERT_EQ(document->lossy.size(), 2U);
  EXPECT_EQ(document->lossy.back(), "");  // the whole document
}

TEST(Parse, KeepsTheExactSourceOfEveryValue) {
  const auto document = parse(R"( {"a" : [ 1.0, {"k":"\u0041"} ] })");
  ASSERT_TRUE(document.has_value());
  const Value& a = *document->root.find("a");
  EXPECT_EQ(document->source(document->root), R"({"a" : [ 1.0, {"k":"\u0041"} ] })");
  EXPECT_EQ(document->source(a), R"([ 1.0, {"k":"\u0041"} ])");
  EXPECT_EQ(document->source(a.items()[0]), "1.0");
  EXPECT_EQ(document->source(*a.items()[1].find("k")), R"("\u0041")");
  EXPECT_EQ(document->source(Value("built")), "");
}

TEST(Parse, KeepsSpansWhenTheDocumentMoves) {
  auto document = parse("[7]");
  ASSERT_TRUE(document.has_value());
  const Document moved = std::move(*document);
  EXPECT_EQ(moved.source(moved.root.items()[0]), "7");
}

TEST(Parse, AcceptsNulAndPrototypeNamesAsPlainText) {
  const auto document = parse(R"({"__proto__":{"x":1},"constructor":2,"":"\u0000"})");
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(document->root.find("")->as_string(), std::string(1, '\0'));
  EXPECT_NE(document->root.find("__proto__"), nullptr);
}

TEST(Parse, NamesEveryFault) {
  for (const auto& [fault, name] : std::initializer_list<std::pair<Fault, const char*>>{
           {Fault::syntax, "syntax"},
           {Fault::duplicate_key, "duplicate_key"},
           {Fault::lone_surrogate, "lone_surrogate"},
           {Fault::invalid_utf8, "invalid_utf8"},
           {Fault::non_finite_number, "non_finite_number"},
           {Fault::too_deep, "too_deep"},
           {Fault::too_many_members, "too_many_members"}}) {
    EXPECT_EQ(to_string(fault), name);
  }
}

}  // namespace
}  // namespace lp::json
