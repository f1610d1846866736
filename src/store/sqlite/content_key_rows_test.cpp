#include <gtest/gtest.h>

#include "store/testing.h"

namespace lp::store {
namespace {

const ContentKey key{"proj_a", "31e9e43f19195b15", 1, "mem_a", {11}, {}, {}};
const WrapKey wrap_key{"dev_a", "mem_a", sample_bytes(2, 91), sample_bytes(3, 70), {11}, {12}};
const WrappedKey wrapped{"proj_a",
                         "31e9e43f19195b15",
                         "dev_a",
                         "mem_a",
                         "dev_a",
                         sample_bytes(4, 300),
                         sample_bytes(5, 70),
                         {13}};
const KeyCopy copy{"kcp_1", "mem_a", "passphrase", sample_bytes(6, 900), {14}};

// What is stored of `key` and of those who hold it.
struct Held {
  OpenedStore opened;

  Held() { opened.commit(batch_of(key, wrap_key, wrapped, copy)); }
};

TEST(ContentKeyRows, AreGivenBackAndReplaced) {
  Held held;
  Reader& reader = *held.opened.reader;
  EXPECT_EQ(*reader.content_keys(), std::vector{key});
  EXPECT_EQ(*reader.wrap_keys(), std::vector{wrap_key});
  EXPECT_EQ(*reader.wrapped_keys(), std::vector{wrapped});
  EXPECT_EQ(*reader.key_copies("mem_a"), std::vector{copy});
  EXPECT_TRUE(reader.key_copies("mem_b")->empty());
  ContentKey retired = key;
  retired.retired = Instant{20};
  retired.sheet_checked = Instant{19};
  held.opened.commit(batch_of(retired));
  EXPECT_EQ(*reader.content_keys(), std::vector{retired});
}

TEST(ContentKeyRows, AreGivenUpOneByOne) {
  Held held;
  Batch batch;
  batch.removals.emplace_back(
      DeleteWrappedKey{.project = "proj_a", .kid = "0000000000000000", .device = "dev_a"});
  held.opened.commit(batch);
  EXPECT_EQ(held.opened.reader->wrapped_keys()->size(), 1U);
  batch = {};
  batch.removals.emplace_back(
      DeleteWrappedKey{.project = "proj_a", .kid = key.kid, .device = "dev_a"});
  held.opened.commit(batch);
  EXPECT_TRUE(held.opened.reader->wrapped_keys()->empty());
}

TEST(ContentKeyRows, GoWithTheirDevice) {
  Held held;
  Batch batch;
  batch.removals.emplace_back(DeleteWrappedKeys{.device = "dev_a", .wrap_key_too = false});
  held.opened.commit(batch);
  EXPECT_TRUE(held.opened.reader->wrapped_keys()->empty());
  EXPECT_EQ(held.opened.reader->wrap_keys()->size(), 1U);
  batch = {};
  batch.removals.emplace_back(DeleteWrappedKeys{.device = "dev_a", .wrap_key_too = true});
  held.opened.commit(batch);
  EXPECT_TRUE(held.opened.reader->wrap_keys()->empty());
}

TEST(ContentKeyRows, GoWithTheirMember) {
  Held held;
  Batch batch;
  batch.removals.emplace_back(EraseMember{.member = "mem_a", .at = {30}, .erasures = {}});
  held.opened.commit(batch);
  EXPECT_TRUE(held.opened.reader->wrap_keys()->empty());
  EXPECT_TRUE(held.opened.reader->wrapped_keys()->empty());
  EXPECT_TRUE(held.opened.reader->key_copies("mem_a")->empty());
}

}  // namespace
}  // namespace lp::store
