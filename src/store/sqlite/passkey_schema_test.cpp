#include "store/sqlite/passkey_schema.h"

#include <gtest/gtest.h>

#include "store/testing.h"

namespace lp::store {
namespace {

TEST(PasskeyRows, AreGivenBackAndReplacedUntilTheirMemberIsErased) {
  OpenedStore opened;
  Passkey passkey{"key_a",
                  "mem_a",
                  "login",
                  sample_bytes(1, 32),
                  sample_bytes(2, 91),
                  "localhost",
                  "http://localhost:8400",
                  "aaguid",
                  true,
                  false,
                  7,
                  {11},
                  {},
                  {}};
  opened.commit(batch_of(passkey));
  EXPECT_EQ(*opened.reader->passkeys(), std::vector{passkey});
  passkey.counter = 4'294'967'295;
  passkey.flagged = Instant{12};
  opened.commit(batch_of(passkey));
  EXPECT_EQ(*opened.reader->passkeys(), std::vector{passkey});
  Batch erasure;
  erasure.removals.emplace_back(EraseMember{.member = "mem_a", .at = {20}, .erasures = {}});
  opened.commit(erasure);
  passkey.credential.clear();
  passkey.removed = Instant{20};
  EXPECT_EQ(*opened.reader->passkeys(), std::vector{passkey});
}

}  // namespace
}  // namespace lp::store
