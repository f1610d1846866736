#include "json/write.h"

#include <gtest/gtest.h>

#include <string>

#include "json/parse.h"

namespace lp::json {
namespace {

Value value_of(std::string text) {
  auto document = parse(std::move(text));
  EXPECT_TRUE(document.has_value());
  return document ? std::move(document->root) : Value();
}

TEST(Write, FormatsNumbersAsEcmascriptDoes) {
  const std::initializer_list<std::pair<const char*, const char*>> cases = {
      {"1.0", "1"},
      {"1E5", "100000"},
      {"-0", "0"},
      {"-0.0", "0"},
      {"0.1e-6", "1e-7"},
      {"1e21", "1e+21"},
      {"1e20", "100000000000000000000"},
      {"12345678901234567890", "12345678901234567000"},
      {"1.7976931348623157e308", "1.7976931348623157e+308"},
      {"0.000001", "0.000001"},
      {"0.0000001", "1e-7"},
      {"-1.5e-10", "-1.5e-10"},
      {"5e-324", "5e-324"},
      {"1e-400", "0"},
      {"123.456", "123.456"},
      {"-123456", "-123456"},
      {"333333333.33333329", "333333333.3333333"},
      {"4.50", "4.5"},
      {"2e-3", "0.002"},
      {"9007199254740993", "9007199254740992"},
      {"295147905179352830000", "295147905179352830000"},
      {"999999999999999700000", "999999999999999700000"},
      {"1.23e+30", "1.23e+30"}};
  for (const auto& [literal, expected] : cases) {
    EXPECT_EQ(ecmascript_number(literal), expected) << literal;
  }
}

// RFC 8785 Appendix B: IEEE 754 values and their JSON form.
TEST(Write, FormatsTheNumbersOfRfc8785AppendixB) {
  const std::initializer_list<std::pair<const char*, const char*>> cases = {
      {"4.940656458412465e-324", "5e-324"},
      {"-4.940656458412465e-324", "-5e-324"},
      {"-1.7976931348623157e308", "-1.7976931348623157e+308"},
      {"9007199254740992", "9007199254740992"},
      {"-9007199254740992", "-9007199254740992"},
      {"295147905179352825856", "295147905179352830000"},
      {"9.999999999999997e22", "9.999999999999997e+22"},
      {"1e23", "1e+23"},
      {"1.0000000000000001e23", "1.0000000000000001e+23"},
      {"999999999999999868928", "999999999999999900000"},
      {"9.999999999999997e-7", "9.999999999999997e-7"},
      {"0.000001", "0.000001"},
      {"333333333.3333332", "333333333.3333332"},
      {"333333333.33333325", "333333333.33333325"},
      {"333333333.3333334", "333333333.3333334"},
      {"333333333.3333343", "333333333.3333343"},
      {"-0.0000033333333333333333", "-0.0000033333333333333333"},
      {"1424953923781206.25", "1424953923781206.2"}};
  for (const auto& [literal, expected] : cases) {
    EXPECT_EQ(ecmascript_number(literal), expected) << literal;
  }
}

TEST(Write, SortsByUtf16CodeUnits) {
  // RFC 8785 §3.2.3: U+1F600 (surrogates D83D DE00) comes before U+FB33.
  const Value value = value_of(R"({"\u20ac":"Euro Sign","\r":"Carriage Return",
      "\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji",
      "\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"})");
  EXPECT_EQ(canonical(value),
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xC2\x80\":\"Control\","
            "\"\xC3\xB6\":\"Latin Small Letter O With Diaeresis\",\"\xE2\x82\xAC\":\"Euro Sign\","
            "\"\xF0\x9F\x98\x80\":\"Emoji\","
            "\"\xEF\xAC\xB3\":\"Hebrew Letter Dalet With Dagesh\"}");
}

TEST(Write, SortsAPrefixBeforeTheLongerName) {
  EXPECT_EQ(canonical(value_of(R"({"ab":1,"a":2,"":3,"b":4})")), R"({"":3,"a":2,"ab":1,"b":4})");
}

// The worked example of RFC 8785 §3.2.2 and §3.2.3.
TEST(Write, CanonicalisesTheExampleOfRfc8785) {
  const Value value = value_of(R"({
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  })");
  EXPECT_EQ(canonical(value),
            R"({"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],)"
            "\"string\":\"\xE2\x82\xAC$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

TEST(Write, EscapesOnlyWhatRfc8785Escapes) {
  EXPECT_EQ(quote("\b\t\n\f\r\"\\/\x7f\x01 \xE2\x80\xA8"),
            "\"\\b\\t\\n\\f\\r\\\"\\\\/\x7f\\u0001 \xE2\x80\xA8\"");
  EXPECT_EQ(quote(std::string_view("\0", 1)), "\"\\u0000\"");
}

TEST(Write, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(quote("a\xFF\xC3"), "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST(Write, CompactKeepsOrderAndLiterals) {
  EXPECT_EQ(compact(value_of(R"({ "b" : 1.0 , "a" : [ -0, 1E5 ] , "2" : "\u00e9" })")),
            "{\"b\":1.0,\"a\":[-0,1E5],\"2\":\"\xC3\xA9\"}");
}

TEST(Write, JavascriptPutsArrayIndicesFirst) {
  EXPECT_EQ(javascript(value_of(R"({"b":1.0,"10":"x","2":"y","01":"z","-1":"q"})")),
            R"({"2":"y","10":"x","b":1,"01":"z","-1":"q"})");
  EXPECT_EQ(javascript(value_of(R"({"4294967295":"n","4294967294":"i"})")),
            R"({"4294967294":"i","4294967295":"n"})");
  EXPECT_EQ(javascript(value_of(R"({"":0,"99999999999":1,"0":2,"00":3,"1.0":4})")),
            R"({"0":2,"":0,"99999999999":1,"00":3,"1.0":4})");
}

TEST(Write, JavascriptKeepsTheLastOfEqualNamesAtTheFirstPlace) {
  const Value value = Value::object({{"a", 1}, {"b", 2}, {"a", 3}, {"7", 4}, {"7", 5}});
  EXPECT_EQ(javascript(value), R"({"7":5,"a":3,"b":2})");
}

TEST(Write, WritesBuiltValues) {
  Value value = Value::object();
  value.add("n", -5)
      .add("t", true)
      .add("s", "x")
      .add("z", Value())
      .add("a", Value::array({1, "2"}));
  EXPECT_EQ(compact(value), R"({"n":-5,"t":true,"s":"x","z":null,"a":[1,"2"]})");
}

}  // namespace
}  // namespace lp::json
