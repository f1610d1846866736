#include "policy/node.h"

#include <gtest/gtest.h>

#include "json/write.h"

namespace lp::policy {
namespace {

std::string read(std::string_view text) {
  const auto node = read_text(text);
  return node ? json::compact(node->to_json()) : to_string(node.error());
}

TEST(PolicyText, ReadsYamlAndJsonAlike) {
  const std::string value = R"({"a":[1,"x",true,1.50],"b":{"c":"24h"}})";
  EXPECT_EQ(read("a: [1, x, true, 1.50]\nb:\n  c: 24h\n"), value);
  EXPECT_EQ(read(value), value);
}

TEST(PolicyText, RefusesWordsThatReadersOfYamlTakeForSomethingElse) {
  for (const char* word : {"NO", "no",   "Yes",  "off",   "on",    "~",          "null", "True",
                           "y",  "012",  "0x1f", "1_000", "12:30", "2026-03-01", "+1",   ".5",
                           "5.", ".inf", "-.5",  "0o17",  "1e",    "08:00:00",   "<<",   "="}) {
    const auto node = read_text("country: " + std::string(word) + "\n");
    ASSERT_FALSE(node) << word;
    EXPECT_EQ(node.error().at, (Mark{1, 10})) << word;
    EXPECT_NE(node.error().sentence.find("in quotes"), std::string::npos) << word;
    EXPECT_TRUE(read_text("country: \"" + std::string(word) + "\"\n")) << word;
  }
}

TEST(PolicyText, LeavesWordsAloneThatEverybodyReadsAsText) {
  for (const char* word : {"EUR", "24h", "role:reviewer", "10.0.0.0/8", "1.2.3", "NOK", "3com",
                           "north", "a-b_c", "Europe/Berlin", "node", "yesterday"}) {
    EXPECT_EQ(read("w: " + std::string(word) + "\n"), "{\"w\":\"" + std::string(word) + "\"}");
  }
}

TEST(PolicyText, RefusesWhatHidesWhatIsMeant) {
  const std::pair<const char*, const char*> refused[] = {
      {"a: &x 1\nb: *x\n", "line 1, column 4: Anchors"},
      {"a: *x\n", "line 1, column 4: Aliases"},
      {"a: !!str 1\n", "line 1, column 4: Tags"},
      {"%YAML 1.1\n---\na: 1\n", "Directives"},
      {"a: 1\n---\nb: 2\n", "second document"},
      {"a: 1\nb: 2\na: 3\n", "line 3, column 1: `a` stands here already (line 1)"},
      {"{\"a\":1,\"a\":2}", "twice"},
      {"? [a]\n: 1\n", "A name must be plain text"},
      {"1: a\n", "A name must be text"},
      {"a:\n", "There is no value here"},
      {"a: [1\n", "This is not YAML"},
      {"", "empty"},
      {"a: 12345678901234567890\n", "more digits"},
      {"a: \xff\n", "not UTF-8"},
      {"{\"a\":}", "This is not JSON"}};
  for (const auto& [text, sentence] : refused) {
    EXPECT_NE(read(text).find(sentence), std::string::npos) << text << " -> " << read(text);
  }
}

TEST(PolicyText, BoundsDepthAndSize) {
  EXPECT_NE(read(std::string(40, '[') + std::string(40, ']')).find("deeper"), std::string::npos);
  EXPECT_NE(read("{\"a\":" + std::string(40, '[') + std::string(40, ']') + "}").find("deeper"),
            std::string::npos);
  EXPECT_NE(read(std::string(text_bytes_max + 1, 'a')).find("larger"), std::string::npos);
}

TEST(PolicyText, KnowsWhereNamesAndValuesStandInJson) {
  const auto node = read_text("{\n  \"a\\\"b\" : 1,\n  \"ü\": {\"x\": [10, 20]}}");
  ASSERT_TRUE(node);
  EXPECT_EQ(node->members[0].at, (Mark{2, 3}));
  EXPECT_EQ(node->members[0].value.at, (Mark{2, 12}));
  EXPECT_EQ(node->members[1].at, (Mark{3, 3}));
  EXPECT_EQ(node->at_pointer("/ü/x/1"), (Mark{3, 19}));
  EXPECT_EQ(node->at_pointer("/ü/y"), (Mark{3, 8}));
}

}  // namespace
}  // namespace lp::policy
