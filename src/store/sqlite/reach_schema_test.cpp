#include "store/sqlite/reach_schema.h"

#include <gtest/gtest.h>

#include "store/testing.h"

namespace lp::store {
namespace {

Channel sample_channel(const std::string& id, const std::string& audience) {
  return {id,     "proj_a", "mail", "On call", audience, "o…@example.org", sample_bytes(1, 80),
          60'000, 300'000,  {11}};
}

TEST(ReachRows, AreGivenBackAndGoWithWhatIsKnownOfTheirHealth) {
  const OpenedStore opened;
  const Channel channel = sample_channel("chn_a", "");
  const PushSubscription browser{
      "sub_a", "mem_a", "Firefox", sample_digest(2), sample_bytes(3, 200), 0, {12}};
  opened.commit(batch_of(channel, browser));
  EXPECT_EQ(*opened.reader->channels(), std::vector{channel});
  EXPECT_EQ(*opened.reader->push_subscriptions(), std::vector{browser});

  // Each says only what is new.
  opened.commit(batch_of(ReachHealth{"chn_a", {}, Instant{20}, "HTTP 500", {}},
                         ReachHealth{"sub_a", {}, {}, "", Instant{21}}));
  opened.commit(batch_of(ReachHealth{"chn_a", Instant{30}, {}, "", {}}));
  EXPECT_EQ(*opened.reader->reach_health(),
            (std::vector<ReachHealth>{{"chn_a", Instant{30}, Instant{20}, "HTTP 500", {}},
                                      {"sub_a", {}, {}, "", Instant{21}}}));

  Batch gone;
  gone.removals.emplace_back(DeleteChannel{.id = "chn_a"});
  gone.removals.emplace_back(DeletePushSubscription{.id = "sub_a"});
  opened.commit(gone);
  EXPECT_TRUE(opened.reader->channels()->empty());
  EXPECT_TRUE(opened.reader->push_subscriptions()->empty());
  EXPECT_TRUE(opened.reader->reach_health()->empty());
}

TEST(ReachRows, OfAnErasedMemberAreGoneAndThoseOfOthersStay) {
  const OpenedStore opened;
  const Channel shared = sample_channel("chn_b", "group:finance");
  const PushSubscription other{"sub_b", "mem_b", "Chrome", sample_digest(3), "t", 0, {12}};
  opened.commit(batch_of(
      sample_channel("chn_a", "member:mem_a"), shared, other,
      PushSubscription{"sub_a", "mem_a", "Firefox", sample_digest(2), "t", 0, {12}},
      ReachHealth{"chn_a", Instant{20}, {}, "", {}}, ReachHealth{"sub_a", Instant{20}, {}, "", {}},
      ReachHealth{"chn_b", Instant{20}, {}, "", {}}));
  Batch erasure;
  erasure.removals.emplace_back(EraseMember{.member = "mem_a", .at = {20}, .erasures = {}});
  opened.commit(erasure);
  EXPECT_EQ(*opened.reader->channels(), std::vector{shared});
  EXPECT_EQ(*opened.reader->push_subscriptions(), std::vector{other});
  EXPECT_EQ(opened.reader->reach_health()->size(), 1U);
}

TEST(ReachRows, WorksOnlyWhatArrivedSinceItLastFailed) {
  EXPECT_FALSE(ReachHealth{}.works());
  EXPECT_TRUE((ReachHealth{"chn_a", Instant{2}, {}, "", {}}.works()));
  EXPECT_TRUE((ReachHealth{"chn_a", Instant{2}, Instant{1}, "", {}}.works()));
  EXPECT_FALSE((ReachHealth{"chn_a", Instant{1}, Instant{2}, "", {}}.works()));
}

}  // namespace
}  // namespace lp::store
