#include "base/secret.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace lp {
namespace {

TEST(Wipe, OverwritesTheWholeCapacityAndEmpties) {
  std::string bytes(100, 'k');
  bytes.resize(10);  // ninety old bytes stand behind the new end
  const std::size_t capacity = bytes.capacity();
  wipe(bytes);
  EXPECT_TRUE(bytes.empty());
  bytes.resize(capacity, '\0');
  EXPECT_TRUE(std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == 0; }));
}

TEST(Secret, MovedFromIsEmpty) {
  Secret a("key material that is longer than a short string");
  Secret b(std::move(a));
  EXPECT_TRUE(a.empty());  // NOLINT: that it is empty is the promise
  EXPECT_EQ(b.reveal(), "key material that is longer than a short string");
  Secret c;
  c = std::move(b);
  EXPECT_TRUE(b.empty());  // NOLINT
  EXPECT_FALSE(c.empty());
}

TEST(Secret, CopiesAndSurvivesAssignmentToItself) {
  Secret a("key");
  const Secret b = a;
  EXPECT_EQ(b.reveal(), "key");
  Secret c("other");
  c = a;
  EXPECT_EQ(c.reveal(), "key");
  Secret& alias = a;
  a = alias;
  EXPECT_EQ(a.reveal(), "key");
  a = std::move(alias);
  EXPECT_EQ(a.reveal(), "key");
}

template <typename T>
concept Streamable = requires(std::ostream& out, const T& value) { out << value; };
static_assert(!Streamable<Secret>);

}  // namespace
}  // namespace lp
