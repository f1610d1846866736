#include "core/signer.h"

#include <gtest/gtest.h>

#include "base/testing.h"
#include "core/testing.h"

namespace lp::core {
namespace {

// The lock store in memory: what it holds survives a signer, as a file would.
class MemoryLocks final : public store::LockStore {
 public:
  [[nodiscard]] const std::map<std::string, std::string>& notes() const override { return notes_; }
  store::Result<void> put(const std::vector<std::pair<std::string, std::string>>& notes) override {
    if (broken) return std::unexpected(store::IoError{"no space"});
    for (const auto& [origin, note] : notes) notes_.insert_or_assign(origin, note);
    return {};
  }
  bool broken = false;

 private:
  std::map<std::string, std::string> notes_;
};

struct Desk {
  std::filesystem::path root;
  crypto::SystemEntropy entropy;
  std::unique_ptr<Keys> keys;
  MemoryLocks locks;
  std::optional<OwnNotary> notary;
  std::optional<Signer> signer;
  tlog::CompactRange range;

  Desk() {
    std::string name = (std::filesystem::temp_directory_path() / "lp_signer_XXXXXX").string();
    root = mkdtemp(name.data());
    keys = *Keys::open((root / "secrets").string(), true, entropy);
    notary.emplace(locks, keys->log_secret(), entropy);
    signer.emplace(*notary);
  }
  ~Desk() { std::filesystem::remove_all(root); }
  Signer::Extension grow(int leaves) {
    Signer::Extension extension{.origin = "log/p/1"};
    for (int i = 0; i < leaves; ++i) {
      const Digest leaf = tlog::leaf_hash(entropy.bytes(16));
      extension.leaf_hashes.push_back(leaf);
      range.append(leaf);
    }
    extension.root = range.root();
    return extension;
  }
};

TEST(Signer, SignsTheEmptyTreeOfANewOriginFirst) {
  Desk desk;
  ASSERT_TRUE(desk.signer->open("log/p/1").has_value());
  EXPECT_EQ(desk.signer->last("log/p/1")->size, 0U);
}

TEST(Signer, SignsWhatExtendsWhatItSigned) {
  Desk desk;
  ASSERT_TRUE(desk.signer->open("log/p/1").has_value());
  const auto heads = desk.signer->extend({desk.grow(3)});
  ASSERT_TRUE(heads.has_value());
  EXPECT_EQ(heads->front().size, 3U);
  EXPECT_EQ(desk.signer->last("log/p/1")->root, desk.range.root());
}

TEST(Signer, RefusesARootThatItsOwnTreeDoesNotHave) {
  Desk desk;
  ASSERT_TRUE(desk.signer->open("log/p/1").has_value());
  auto extension = desk.grow(2);
  extension.leaf_hashes.front() = {};
  const auto heads = desk.signer->extend({extension});
  ASSERT_FALSE(heads.has_value());
  EXPECT_EQ(heads.error(), Signer::Fault::root_differs);
  EXPECT_EQ(desk.signer->last("log/p/1")->size, 0U);
}

TEST(Signer, HandsOutNothingThatTheLockStoreDoesNotKeep) {
  Desk desk;
  ASSERT_TRUE(desk.signer->open("log/p/1").has_value());
  desk.locks.broken = true;
  EXPECT_EQ(desk.signer->extend({desk.grow(1)}).error(), Signer::Fault::lock_store);
}

TEST(Signer, ResumesOnlyWhereItStopped) {
  Desk desk;
  ASSERT_TRUE(desk.signer->open("log/p/1").has_value());
  ASSERT_TRUE(desk.signer->extend({desk.grow(3)}).has_value());
  Signer restarted(*desk.notary);
  EXPECT_EQ(restarted.extend({desk.grow(1)}).error(), Signer::Fault::unknown_origin);
  tlog::CompactRange shorter;
  EXPECT_FALSE(restarted.resume("log/p/1", shorter));
  EXPECT_FALSE(restarted.resume("log/p/1", desk.range));  // it grew since
}

TEST(Signer, GivesTheSameSignatureForTheSameTree) {
  Desk desk;
  ASSERT_TRUE(desk.signer->open("log/p/1").has_value());
  const std::string before = desk.signer->note("log/p/1");
  ASSERT_TRUE(desk.signer->extend({desk.grow(0)}).has_value());
  EXPECT_EQ(desk.signer->note("log/p/1"), before);
}

TEST(Signer, CallsANoteOfAnotherKeyDamaged) {
  Desk desk;
  const auto stranger = crypto::Ed25519Key::from_seed(std::string(32, 's'));
  ASSERT_TRUE(desk.locks.put({{"log/p/1", tlog::sign_checkpoint({.origin = "log/p/1"}, stranger)}})
                  .has_value());
  EXPECT_TRUE(desk.signer->damaged("log/p/1"));
  EXPECT_FALSE(desk.signer->last("log/p/1").has_value());
}

}  // namespace
}  // namespace lp::core
