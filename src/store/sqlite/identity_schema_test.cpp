#include "store/sqlite/identity_schema.h"

#include <gtest/gtest.h>

#include "store/testing.h"

namespace lp::store {
namespace {

LinkedAccount sample_account() {
  return {.id = "acc_a",
          .member = "mem_a",
          .issuer = "https://login.example",
          .subject = "248289761001",
          .groups = {"finance", "ops \"night\""},
          .created = {11},
          .removed = {}};
}

TEST(AccountRows, AreGivenBackAndReplacedUntilTheirMemberIsErased) {
  OpenedStore opened;
  LinkedAccount account = sample_account();
  opened.commit(batch_of(account));
  EXPECT_EQ(*opened.reader->linked_accounts(), std::vector{account});
  account.groups = {};
  account.removed = Instant{12};
  opened.commit(batch_of(account));
  EXPECT_EQ(*opened.reader->linked_accounts(), std::vector{account});
  Batch erasure;
  erasure.removals.emplace_back(EraseMember{.member = "mem_a", .at = {20}, .erasures = {}});
  opened.commit(erasure);
  account.subject.clear();
  EXPECT_EQ(*opened.reader->linked_accounts(), std::vector{account});
}

TEST(AccountRows, LetALinkLiveUntilItIsUsedTooOldOrItsMemberErased) {
  OpenedStore opened;
  const auto link = [](unsigned char number, std::int64_t expires) {
    return AccountLink{sample_digest(number), "mem_a", "mem_b", {1}, {expires}};
  };
  opened.commit(batch_of(link(1, 10), link(2, 20), link(3, 30)));
  EXPECT_EQ(*opened.reader->account_link(sample_digest(2)), link(2, 20));
  EXPECT_EQ(*opened.reader->account_link_count({10}), 2U);
  Batch used;
  used.removals.emplace_back(DeleteAccountLink{.token = sample_digest(2)});
  used.removals.emplace_back(DeleteExpired{.now = {10}});
  opened.commit(used);
  EXPECT_EQ(*opened.reader->account_link(sample_digest(1)), std::nullopt);
  EXPECT_EQ(*opened.reader->account_link(sample_digest(2)), std::nullopt);
  EXPECT_EQ(*opened.reader->account_link(sample_digest(3)), link(3, 30));
  Batch erasure;
  erasure.removals.emplace_back(EraseMember{.member = "mem_a", .at = {20}, .erasures = {}});
  opened.commit(erasure);
  EXPECT_EQ(*opened.reader->account_link(sample_digest(3)), std::nullopt);
}

TEST(AccountRows, KeepAUsedTokenUntilItsTimeIsOver) {
  OpenedStore opened;
  opened.commit(batch_of(UsedToken{sample_digest(1), {10}}));
  EXPECT_TRUE(*opened.reader->token_used(sample_digest(1)));
  EXPECT_FALSE(*opened.reader->token_used(sample_digest(2)));
  Batch later;
  later.removals.emplace_back(DeleteExpired{.now = {10}});
  opened.commit(later);
  EXPECT_FALSE(*opened.reader->token_used(sample_digest(1)));
}

TEST(AccountRows, TellASessionOfAProviderFromOthers) {
  OpenedStore opened;
  Session session{.token = sample_digest(1),
                  .member = "mem_a",
                  .key = "dev_a",
                  .created = {1},
                  .expires = {2},
                  .account = "acc_a",
                  .provider_session = "sid-1",
                  .authenticated = Instant{1}};
  opened.commit(batch_of(session));
  EXPECT_EQ(*opened.reader->session(sample_digest(1)), session);
  session.authenticated.reset();
  opened.commit(batch_of(session));
  EXPECT_EQ(*opened.reader->sessions(), std::vector{session});
}

}  // namespace
}  // namespace lp::store
