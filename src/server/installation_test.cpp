#include "server/installation.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>

namespace lp::server {
namespace {

class PlaceOfSigner : public ::testing::Test {
 protected:
  PlaceOfSigner() { ::unsetenv("STATE_DIRECTORY"); }
  ~PlaceOfSigner() override { ::unsetenv("STATE_DIRECTORY"); }
  static std::string of(std::string data, std::string said = {}) {
    return Place{.data = std::move(data), .signer_state = std::move(said)}.signer();
  }
};

TEST_F(PlaceOfSigner, IsBesideTheDataAndNeverInside) {
  EXPECT_EQ(of("data"), "data.signer");
  EXPECT_EQ(of("/srv/own"), "/srv/own.signer");
  EXPECT_EQ(of("/srv/own/"), "/srv/own.signer");
  EXPECT_EQ(of("/srv/own//"), "/srv/own.signer");
}

TEST_F(PlaceOfSigner, IsInTheStateDirectoryOfAService) {
  ::setenv("STATE_DIRECTORY", "/var/lib/own", 1);
  EXPECT_EQ(of("data"), "/var/lib/own/signer");
}

TEST_F(PlaceOfSigner, IsWhereItIsSaidToBeEvenInAService) {
  ::setenv("STATE_DIRECTORY", "/var/lib/own", 1);
  EXPECT_EQ(of("data", "/elsewhere"), "/elsewhere");
}

TEST(Installation, IsNotOpenedByAnotherAccountAndNothingIsMadeThere) {
  std::string folder = ::testing::TempDir() + "letsping-strange-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  // Only root can make a directory that belongs to somebody else; others are not root.
  const bool root = ::geteuid() == 0;
  if (root) ASSERT_EQ(::chown(folder.c_str(), 1, 1), 0);
  const std::string strange = root ? folder : "/";
  const auto opened = Installation::open({.data = strange, .signer_state = folder + "/signer"});
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().find("belongs to another account"), std::string::npos) << opened.error();
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace lp::server
