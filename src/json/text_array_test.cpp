#include "json/text_array.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "json/write.h"

namespace lp::json {
namespace {

TEST(TextArray, HoldsStringsInTheOrderInWhichTheyStand) {
  EXPECT_EQ(compact(text_array(std::vector<std::string>{"b", "a", "b"})), R"(["b","a","b"])");
  EXPECT_EQ(compact(text_array(std::set<std::string>{"b", "a"})), R"(["a","b"])");
  EXPECT_EQ(compact(text_array(std::vector<std::string>{})), "[]");
}

}  // namespace
}  // namespace lp::json
