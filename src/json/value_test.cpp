#include "json/value.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <string>

#include "json/parse.h"

namespace lp::json {
namespace {

TEST(Value, FindsMembersByName) {
  const Value value = Value::object({{"a", "x"}, {"b", 7}, {"c", Value()}});
  EXPECT_EQ(value.find_string("a"), "x");
  EXPECT_EQ(value.find_integer("b"), 7);
  EXPECT_TRUE(value.find("c")->is_null());
  EXPECT_EQ(value.find("d"), nullptr);
  EXPECT_EQ(Value("text").find("a"), nullptr);
}

TEST(Value, FindsOnlyTheKindAskedFor) {
  const Value value = Value::object({{"a", "x"}, {"b", 7}});
  EXPECT_EQ(value.find_string("b"), std::nullopt);
  EXPECT_EQ(value.find_string("c"), std::nullopt);
  EXPECT_EQ(value.find_integer("a"), std::nullopt);
  EXPECT_EQ(value.find_integer("c"), std::nullopt);
}

TEST(Value, ReadsIntegersOnlyFromIntegerLiterals) {
  const auto integer = [](const char* literal) {
    return Value::number_literal(literal).as_integer();
  };
  EXPECT_EQ(integer("-42"), -42);
  EXPECT_EQ(integer("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(integer("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(integer("9223372036854775808"), std::nullopt);
  EXPECT_EQ(integer("1.0"), std::nullopt);
  EXPECT_EQ(integer("1e2"), std::nullopt);
  EXPECT_EQ(Value("1").as_integer(), std::nullopt);
}

TEST(Value, ComparesByContentNotBySpan) {
  const auto a = parse(R"({"a":[1,true,null,"x"]})");
  const auto b = parse(R"(  { "a" : [ 1 , true , null , "\u0078" ] } )");
  ASSERT_TRUE(a.has_value() && b.has_value());
  EXPECT_EQ(a->root, b->root);
  EXPECT_NE(a->root.span(), b->root.span());
}

TEST(Value, TellsApartWhatDiffersInKindLiteralOrOrder) {
  EXPECT_NE(Value(), Value(false));
  EXPECT_NE(Value(true), Value(false));
  EXPECT_NE(Value(1), Value("1"));
  EXPECT_NE(Value::number_literal("1.0"), Value(1));
  EXPECT_NE(Value::array(), Value::object());
  EXPECT_NE(Value::object({{"a", 1}, {"b", 2}}), Value::object({{"b", 2}, {"a", 1}}));
}

TEST(Value, OmitsAbsentMembers) {
  Value value = Value::object();
  value.add_if("a", std::optional<std::string>()).add_if("b", std::optional<std::int64_t>(3));
  EXPECT_EQ(value, Value::object({{"b", 3}}));
}

TEST(Value, GrowsThroughItsItemsAndMembers) {
  Value array = Value::array();
  array.items().emplace_back(1);
  Value object = Value::object();
  object.members().emplace_back("a", array);
  EXPECT_EQ(object.find("a")->items().front().literal(), "1");
  EXPECT_TRUE(object.is_object() && array.is_array() && Value(2).is_number());
  EXPECT_TRUE(Value(true).as_boolean());
}

TEST(ValueDeathTest, AbortsOnAWrongKindOrLiteral) {
  const Value text("x");
  const Value constant = text;
  EXPECT_DEATH(static_cast<void>(text.items()), "is_array");
  EXPECT_DEATH(static_cast<void>(text.members()), "is_object");
  EXPECT_DEATH(static_cast<void>(text.literal()), "is_number");
  EXPECT_DEATH(static_cast<void>(text.as_boolean()), "is_boolean");
  EXPECT_DEATH(static_cast<void>(Value().as_string()), "is_string");
  EXPECT_DEATH(Value::number_literal("1."), "number_length");
  EXPECT_DEATH(Value::number_literal(""), "number_length");
  EXPECT_DEATH(Value::number_literal("1e999"), "overflow");
}

}  // namespace
}  // namespace lp::json
