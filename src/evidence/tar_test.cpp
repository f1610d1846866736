#include "evidence/tar.h"

#include <gtest/gtest.h>

namespace lp::evidence {
namespace {

TEST(TarMember, ReadsBackWhatItWrote) {
  for (const std::uint64_t size : {0ULL, 1ULL, 511ULL, 512ULL, 513ULL, 8'589'934'591ULL}) {
    const TarMember member{.name = "tile/0/x001/234.p/5", .size = size};
    EXPECT_EQ(member.header().size(), tar_block);
    EXPECT_EQ(TarMember::parse(member.header()), member);
    EXPECT_EQ((member.padding() + size) % tar_block, 0U);
  }
}

TEST(TarMember, HasTheFieldsThatTarReads) {
  const std::string block = TarMember{.name = "a", .size = 8}.header();
  EXPECT_EQ(block.substr(100, 8), std::string_view("0000644\0", 8));
  EXPECT_EQ(block.substr(124, 12), std::string_view("00000000010\0", 12));
  EXPECT_EQ(block.substr(156, 1), "0");
  EXPECT_EQ(block.substr(257, 8), std::string_view("ustar\00000", 8));
  std::uint64_t sum = 0;
  for (std::size_t at = 0; at < block.size(); ++at) {
    sum += at >= 148 && at < 156 ? ' ' : static_cast<unsigned char>(block[at]);
  }
  EXPECT_EQ(sum, std::stoull(block.substr(148, 6), nullptr, 8));
}

TEST(TarMember, TakesNoHeaderThatDiffersInOneBit) {
  const std::string block = TarMember{.name = "statements/000.jsonl", .size = 12'345}.header();
  for (std::size_t at = 0; at < block.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string other = block;
      other[at] = static_cast<char>(other[at] ^ (1 << bit));
      EXPECT_FALSE(TarMember::parse(other).has_value()) << at << " bit " << bit;
    }
  }
  EXPECT_FALSE(TarMember::parse(block.substr(1)).has_value());
  EXPECT_FALSE(TarMember::parse(std::string(tar_block, '\0')).has_value());
}

TEST(TarMember, IsFollowedByZerosUpToTheNextBlock) {
  const std::string bytes = tar_member("a", "content");
  EXPECT_EQ(bytes.size(), 2 * tar_block);
  EXPECT_EQ(bytes.substr(tar_block, 7), "content");
  EXPECT_EQ(bytes.find_first_not_of('\0', tar_block + 7), std::string::npos);
  EXPECT_EQ(tar_member("a", "").size(), tar_block);
  EXPECT_EQ(tar_end(), std::string(1'024, '\0'));
}

}  // namespace
}  // namespace lp::evidence
