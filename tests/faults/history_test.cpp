// The rig counts only if its checker sees a planted fault (security.md B.0, rule 1): a history of
// each kind that must be reported, beside its neighbours that must not.

#include "history.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace lp::faults {
namespace {

std::size_t count(const History& history, Wrong wrong) {
  const auto faults = history.finish();
  return static_cast<std::size_t>(
      std::ranges::count_if(faults, [&](const Fault& fault) { return fault.wrong == wrong; }));
}

// Asked for as "a", acknowledged as "req_a".
void acknowledge(History& history) {
  history.ask("a");
  history.asked("a", "req_a");
}

// What an honest server shows at the end.
void survive(History& history, Shown shown) {
  history.listed("a", "req_a");
  history.logged("req_a");
  if (shown != Shown::pending) history.logged_closed("req_a", shown);
  history.read("req_a", shown, history.now());
}

// "a" was acknowledged and then approved with one granted wish; the server went down.
History::Wish approve(History& history) {
  acknowledge(history);
  const auto wish = history.wish("req_a", Verdict::approve);
  history.granted(wish);
  history.restarted();
  return wish;
}

TEST(History, FindsNothingWrongWithAnHonestServer) {
  History history;
  approve(history);
  survive(history, Shown::approved);
  EXPECT_TRUE(history.finish().empty());
  EXPECT_EQ(history.figures().attempts, 2U);
  EXPECT_EQ(history.figures().acknowledged, 2U);
  EXPECT_EQ(history.figures().recovered, 0U);
}

TEST(History, ReportsALostRequest) {
  History history;
  acknowledge(history);
  history.restarted();
  history.read("req_a", Shown::missing, history.now());
  EXPECT_GE(count(history, Wrong::lost), 1U);
}

TEST(History, ReportsARequestThatIsInNoList) {
  History history;
  acknowledge(history);
  history.logged("req_a");
  history.read("req_a", Shown::pending, history.now());
  EXPECT_EQ(count(history, Wrong::lost), 1U);
}

TEST(History, ReportsARequestThatTheLogDoesNotHold) {
  History history;
  acknowledge(history);
  history.listed("a", "req_a");
  history.read("req_a", Shown::pending, history.now());
  EXPECT_EQ(count(history, Wrong::lost), 1U);
}

TEST(History, ReportsWhatNobodyLookedAtAfterTheLastRestart) {
  History history;
  acknowledge(history);
  survive(history, Shown::pending);
  EXPECT_TRUE(history.finish().empty());
  history.restarted();
  EXPECT_EQ(history.unread(), std::vector<std::string>{"req_a"});
  EXPECT_EQ(count(history, Wrong::lost), 1U);
}

TEST(History, ReportsALostDecision) {
  History history;
  approve(history);
  survive(history, Shown::pending);
  EXPECT_EQ(count(history, Wrong::lost), 2U);  // not shown, and not in the log
}

TEST(History, ReportsADecisionThatWasOnlyShownAndThenLost) {
  History history;
  acknowledge(history);
  history.wish("req_a", Verdict::reject);  // no answer
  history.read("req_a", Shown::rejected, history.now());
  history.restarted();
  survive(history, Shown::pending);
  EXPECT_EQ(count(history, Wrong::lost), 2U);
}

TEST(History, ReportsADecisionThatOnlyTheLogHas) {
  History history;
  acknowledge(history);
  history.wish("req_a", Verdict::reject);
  history.listed("a", "req_a");
  history.logged("req_a");
  history.logged_closed("req_a", Shown::rejected);
  history.read("req_a", Shown::pending, history.now());
  EXPECT_EQ(count(history, Wrong::lost), 1U);
}

TEST(History, ReportsAChangedVerdict) {
  History history;
  approve(history);
  history.wish("req_a", Verdict::reject);
  survive(history, Shown::rejected);
  EXPECT_EQ(count(history, Wrong::changed), 2U);  // to the reader, and in the log
}

TEST(History, ReportsAReadThatIsBehindWhatWasTold) {
  History history;
  approve(history);
  history.read("req_a", Shown::pending, history.now());
  survive(history, Shown::approved);
  EXPECT_EQ(count(history, Wrong::stale), 1U);
  EXPECT_EQ(count(history, Wrong::lost), 0U);
}

TEST(History, LetsAReadThatBeganBeforeTheAnswerShowWhatWas) {
  History history;
  acknowledge(history);
  const auto begun = history.now();
  const auto wish = history.wish("req_a", Verdict::approve);
  history.granted(wish);
  history.read("req_a", Shown::pending, begun);
  survive(history, Shown::approved);
  EXPECT_TRUE(history.finish().empty());
}

TEST(History, ReportsTwoRequestsOfOneAsk) {
  History history;
  acknowledge(history);
  history.restarted();
  history.ask("a");  // the same Idempotency-Key again
  history.asked("a", "req_b");
  EXPECT_EQ(count(history, Wrong::duplicated), 1U);
}

TEST(History, ReportsAnUnansweredAskThatMadeTwoRequests) {
  History history;
  history.ask("a");
  history.listed("a", "req_a");
  history.listed("a", "req_b");
  EXPECT_EQ(count(history, Wrong::duplicated), 1U);
}

TEST(History, ReportsTwoWinnersEvenWhenTheyAgree) {
  History history;
  approve(history);
  history.granted(history.wish("req_a", Verdict::approve));
  survive(history, Shown::approved);
  EXPECT_EQ(count(history, Wrong::duplicated), 1U);
}

TEST(History, ReportsARequestThatTheLogClosesTwice) {
  History history;
  approve(history);
  survive(history, Shown::approved);
  history.logged_closed("req_a", Shown::approved);
  EXPECT_EQ(count(history, Wrong::duplicated), 1U);
}

TEST(History, ReportsARequestThatNobodyAskedFor) {
  History history;
  history.listed("b", "req_b");
  EXPECT_EQ(count(history, Wrong::unexpected), 1U);
}

TEST(History, ReportsARequestThatWasRefused) {
  History history;
  history.ask("a");
  history.ask_refused("a");
  survive(history, Shown::pending);
  EXPECT_EQ(count(history, Wrong::unexpected), 1U);
}

TEST(History, ReportsAVerdictThatNobodyWished) {
  History history;
  acknowledge(history);
  history.wish("req_a", Verdict::approve);
  survive(history, Shown::rejected);
  EXPECT_EQ(count(history, Wrong::unexpected), 1U);
}

TEST(History, ReportsAClosedRequestThatNobodyDecided) {
  History history;
  acknowledge(history);
  survive(history, Shown::other);
  EXPECT_EQ(count(history, Wrong::unexpected), 1U);
}

TEST(History, ReportsAVerdictThatWasRefusedAndThenHappened) {
  History history;
  acknowledge(history);
  history.beaten(history.wish("req_a", Verdict::approve), Shown::approved);
  survive(history, Shown::approved);
  EXPECT_EQ(count(history, Wrong::unexpected), 1U);
}

TEST(History, ReportsARefusalThatNamesNoWinner) {
  History history;
  acknowledge(history);
  history.beaten(history.wish("req_a", Verdict::approve), Shown::pending);
  survive(history, Shown::pending);
  EXPECT_EQ(count(history, Wrong::unexpected), 1U);
}

TEST(History, ReportsALoserWhoWasNamedAnotherWinner) {
  History history;
  approve(history);
  history.beaten(history.wish("req_a", Verdict::reject), Shown::rejected);
  survive(history, Shown::approved);
  EXPECT_EQ(count(history, Wrong::changed), 1U);
}

TEST(History, LetsALoserHearTheWinner) {
  History history;
  approve(history);
  history.beaten(history.wish("req_a", Verdict::reject), Shown::approved);
  survive(history, Shown::approved);
  EXPECT_TRUE(history.finish().empty());
}

TEST(History, LetsAnUnansweredAskHaveHappenedOrNot) {
  History happened;
  happened.ask("a");
  happened.restarted();
  survive(happened, Shown::pending);
  EXPECT_TRUE(happened.finish().empty());
  EXPECT_EQ(happened.figures().recovered, 1U);

  History not_happened;
  not_happened.ask("a");
  EXPECT_TRUE(not_happened.finish().empty());
  EXPECT_EQ(not_happened.figures().recovered, 0U);
}

TEST(History, LetsAnUnansweredDecisionHaveHappenedOrNotButOnlyOne) {
  for (const Shown outcome : {Shown::pending, Shown::approved}) {
    History history;
    acknowledge(history);
    history.wish("req_a", Verdict::approve);
    history.restarted();
    survive(history, outcome);
    EXPECT_TRUE(history.finish().empty());
    history.restarted();
    history.read("req_a", Shown::pending, history.now());
    EXPECT_EQ(history.finish().empty(), outcome == Shown::pending);
  }
}

TEST(History, AcceptsAnEndByNobodyOnlyWhereItMayBe) {
  for (const bool may : {true, false}) {
    History history;
    if (may) history.ends_otherwise("a");
    history.ask("a");
    history.asked("a", "1");
    history.listed("a", "1");
    history.read("1", Shown::other, history.now());
    history.logged("1");
    history.logged_closed("1", Shown::other);
    EXPECT_EQ(history.finish().empty(), may);
  }
}

}  // namespace
}  // namespace lp::faults
