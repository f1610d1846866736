#include "cli/device_key.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "base/testing.h"
#include "crypto/hash.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::cli {
namespace {

constexpr crypto::ScryptCost cheap{.n = 16, .r = 1, .p = 1};
constexpr std::string_view passphrase = "correct horse battery";

DeviceKeyFile sealed(const crypto::P256Key& key) {
  SeededEntropy entropy;
  return seal_device_key(key, "00112233aabbccdd", passphrase, entropy, cheap);
}

TEST(DeviceKey, OpensWithItsPassphraseOnly) {
  const auto key = crypto::P256Key::generate();
  const DeviceKeyFile file = sealed(key);
  const auto opened = open_device_key(file, passphrase);
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->spki(), key.spki());
  EXPECT_TRUE(crypto::p256_verify(key.spki(), "message", opened->sign("message")));
  EXPECT_FALSE(open_device_key(file, "correct horse batterY").has_value());
  EXPECT_FALSE(open_device_key(file, "").has_value());
}

TEST(DeviceKey, StandsInTheFileSealed) {
  const auto key = crypto::P256Key::generate();
  const std::string bytes = sealed(key).bytes();
  EXPECT_EQ(bytes.find(key.pkcs8().reveal()), std::string::npos);
  EXPECT_EQ(bytes.find(passphrase), std::string::npos);
  const auto read = DeviceKeyFile::parse(bytes);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->bytes(), bytes);
  EXPECT_EQ(read->log_name, "00112233aabbccdd");
  EXPECT_TRUE(open_device_key(*read, passphrase).has_value());
}

TEST(DeviceKey, IsRefusedAfterAnyChangeOfItsFile) {
  const auto key = crypto::P256Key::generate();
  const std::string bytes = sealed(key).bytes();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto read = DeviceKeyFile::parse(changed);
    EXPECT_FALSE(read && open_device_key(*read, passphrase)) << i << ": " << changed;
  }
  EXPECT_FALSE(DeviceKeyFile::parse(bytes.substr(0, bytes.size() - 1)).has_value());
  EXPECT_FALSE(DeviceKeyFile::parse(bytes + "\n").has_value());
}

TEST(DeviceKey, OfAnotherPublicKeyOrLogIsRefused) {
  const auto key = crypto::P256Key::generate(), other = crypto::P256Key::generate();
  DeviceKeyFile file = sealed(key);
  file.spki = other.spki();
  EXPECT_FALSE(open_device_key(file, passphrase).has_value());
  file = sealed(key);
  file.log_name = "another";
  EXPECT_FALSE(open_device_key(file, passphrase).has_value());
}

// A file must not make the program take all memory.
TEST(DeviceKey, IsRefusedWithCostsBeyondReason) {
  DeviceKeyFile file = sealed(crypto::P256Key::generate());
  file.cost.n = 1ULL << 40;
  EXPECT_FALSE(DeviceKeyFile::parse(file.bytes()).has_value());
  file.cost.n = 17;
  EXPECT_FALSE(DeviceKeyFile::parse(file.bytes()).has_value());
}

TEST(DeviceKey, CostsAGuess128MebibytesByDefault) {
  SeededEntropy entropy;
  const auto file = seal_device_key(crypto::P256Key::generate(), "log", passphrase, entropy);
  EXPECT_EQ(file.cost, (crypto::ScryptCost{.n = 1 << 17, .r = 8, .p = 1}));
}

TEST(DeviceKey, AsksForTwelveCharactersWhateverTheirBytes) {
  EXPECT_TRUE(long_enough("twelve chars"));
  EXPECT_FALSE(long_enough("eleven char"));
  EXPECT_TRUE(long_enough("ääääääääääää"));
  EXPECT_FALSE(long_enough("ääääääääääö"));
}

class InFolder : public testing::Test {
 protected:
  InFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "lp_key_XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~InFolder() override { std::filesystem::remove_all(folder_); }
  std::string folder_;
};

using DeviceKeyFolder = InFolder;

TEST_F(DeviceKeyFolder, IsMadePrivateAndNeverWrittenOver) {
  const std::string path = folder_ + "/config/letsping/device-x.json";
  const DeviceKeyFile file = sealed(crypto::P256Key::generate());
  ASSERT_TRUE(create_key_file(path, file).has_value());
  struct stat status{};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  ASSERT_EQ(stat((folder_ + "/config/letsping").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  EXPECT_EQ(read_key_file(path)->bytes(), file.bytes());
  EXPECT_FALSE(create_key_file(path, sealed(crypto::P256Key::generate())).has_value());
  EXPECT_EQ(read_key_file(path)->bytes(), file.bytes());
}

TEST_F(DeviceKeyFolder, IsRefusedWhereOthersCanReadIt) {
  const std::string path = folder_ + "/device-x.json";
  ASSERT_TRUE(create_key_file(path, sealed(crypto::P256Key::generate())).has_value());
  ASSERT_EQ(chmod(path.c_str(), 0640), 0);
  EXPECT_FALSE(read_key_file(path).has_value());
}

TEST_F(DeviceKeyFolder, StandsUnderTheConfigurationOfTheUser) {
  setenv("XDG_CONFIG_HOME", folder_.c_str(), 1);
  EXPECT_EQ(default_key_path("a/b"), folder_ + "/letsping/device-a_b.json");
  EXPECT_EQ(default_key_path("log", "mem_1"), folder_ + "/letsping/device-log-mem_1.json");
  setenv("XDG_CONFIG_HOME", "relative", 1);
  setenv("HOME", "/home/ada", 1);
  EXPECT_EQ(default_key_path("log"), "/home/ada/.config/letsping/device-log.json");
}

}  // namespace
}  // namespace lp::cli
