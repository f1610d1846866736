#include "approval/request.h"

#include <gtest/gtest.h>

#include <functional>

#include "approval/request_testing.h"
#include "approval/transition.h"

namespace lp::approval {
namespace {

using evidence::EventType;

using Events = std::vector<EventType>;

TEST(Request, IsApprovedByOneReviewer) {
  const Request request = pending();
  const auto result = review(request, says(Verdict::approve, "ann", request), team());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->request.state, State::approved);
  EXPECT_EQ(result->events, (Events{EventType::review_approved, EventType::decision_approved}));
  ASSERT_EQ(result->request.approvals.size(), 1u);
  EXPECT_EQ(result->request.approvals[0].member, "ann");
  EXPECT_EQ(result->request.approvals[0].key, "key of ann");
}

TEST(Request, StaysPendingBelowTheQuorum) {
  const Request request = pending();
  const auto first = review(request, says(Verdict::approve, "ann", request), team(2));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->request.state, State::pending);
  EXPECT_EQ(first->request.version, 1u);
  EXPECT_EQ(first->events, Events{EventType::review_approved});
  const auto second =
      review(first->request, says(Verdict::approve, "bob", first->request), team(2));
  EXPECT_EQ(after(second).state, State::approved);
}

TEST(Request, IsEndedByAnyRejection) {
  const Request request =
      after(review(pending(), says(Verdict::approve, "ann", pending()), team(2)));
  const auto result = review(request, says(Verdict::reject, "bob", request), team(2));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->request.state, State::rejected);
  EXPECT_EQ(result->events, (Events{EventType::review_rejected, EventType::decision_rejected}));
}

TEST(Request, MayBeRejectedByWhoeverHasAPlaceInTheRule) {
  // The agent's owner may not say yes, but may say no; and who said yes may think again.
  const Request critical = pending(Level::critical);
  EXPECT_EQ(after(review(critical, says(Verdict::reject, "owner", critical), team(2))).state,
            State::rejected);
  const Request once = after(review(pending(), says(Verdict::approve, "ann", pending()), team(2)));
  EXPECT_EQ(after(review(once, says(Verdict::reject, "ann", once), team(2))).state,
            State::rejected);
}

TEST(Request, MayBeRejectedUnseen) {
  const Request request = pending();
  Review wish = says(Verdict::reject, "ann", request);
  wish.payload.commit.reset();
  const Request rejected = after(review(request, wish, team()));
  EXPECT_EQ(rejected.state, State::rejected);
  EXPECT_FALSE(rejected.base.commit);
}

TEST(Request, IsNotApprovedUnseen) {
  const Request request = pending();
  Review wish = says(Verdict::approve, "ann", request);
  wish.payload.commit.reset();
  EXPECT_EQ(review(request, wish, team()).error(), Refusal::commit_missing);
}

TEST(Request, BindsTheCommitmentOfTheFirstReviewThatGivesOne) {
  Request request = pending();
  request = after(review(request, says(Verdict::approve, "ann", request), team(3)));
  EXPECT_EQ(request.base.commit, commit);
  EXPECT_EQ(request.current.commit, commit);
  Review other = says(Verdict::approve, "bob", request);
  other.payload.commit = crypto::sha256("other");
  EXPECT_EQ(review(request, other, team(3)).error(), Refusal::payload_mismatch);
  other.verdict = Verdict::reject;
  EXPECT_EQ(review(request, other, team(3)).error(), Refusal::payload_mismatch);

  const Request fresh = pending();
  EXPECT_EQ(after(review(fresh, says(Verdict::reject, "ann", fresh), team())).base.commit, commit);
}

TEST(Request, IsReviewedAsItStandsOrNotAtAll) {
  Request request = pending();
  request.base = request.current = {.kind = "v2",
                                    .env_sha256 = crypto::sha256("envelope"),
                                    .commit = std::nullopt,
                                    .kid = "0011223344556677"};
  const Review good = says(Verdict::approve, "ann", request);
  ASSERT_TRUE(review(request, good, team()));
  for (const Verdict verdict : {Verdict::approve, Verdict::reject}) {
    Review wish = good;
    wish.verdict = verdict;
    wish.payload.kind = "v1";
    EXPECT_EQ(review(request, wish, team()).error(), Refusal::payload_mismatch);
    wish = good;
    wish.verdict = verdict;
    wish.payload.env_sha256 = crypto::sha256("other");
    EXPECT_EQ(review(request, wish, team()).error(), Refusal::payload_mismatch);
    wish = good;
    wish.verdict = verdict;
    wish.payload.kid = "8899aabbccddeeff";
    EXPECT_EQ(review(request, wish, team()).error(), Refusal::payload_mismatch);
  }
}

TEST(Request, KnowsTheCommitmentOfPlaintextFromTheStart) {
  Request request = pending();
  request.base = request.current = plain();
  EXPECT_EQ(after(review(request, says(Verdict::approve, "ann", request), team())).state,
            State::approved);
  Review other = says(Verdict::approve, "ann", request);
  other.payload.commit = crypto::sha256("other");
  EXPECT_EQ(review(request, other, team()).error(), Refusal::payload_mismatch);
  // Without one of its own it takes none from a review.
  request.base.commit = request.current.commit = std::nullopt;
  EXPECT_EQ(review(request, says(Verdict::approve, "ann", request), team()).error(),
            Refusal::payload_mismatch);
}

TEST(Request, IsApprovedWithModificationsWhenItsEditorIsTheQuorum) {
  const Request request = pending();
  const auto result = review(request, edits("ann", request), team());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->events,
            (Events{EventType::review_edited, EventType::decision_approved_with_modifications}));
  EXPECT_EQ(result->request.state, State::approved_with_modifications);
  EXPECT_EQ(result->request.version, 2u);
  EXPECT_EQ(result->request.base, bound(envelope()));
  EXPECT_EQ(result->request.current, bound(envelope("edited"), crypto::sha256("edited")));
  EXPECT_EQ(result->request.editors, std::vector<std::string>{"ann"});
}

TEST(Request, MakesANewVersionOfAnEditAndVoidsOtherReviews) {
  Request request = pending();
  request = after(review(request, says(Verdict::approve, "bob", request), team(2)));
  const auto result = review(request, edits("ann", request), team(2));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->events, Events{EventType::review_edited});
  EXPECT_EQ(result->request.state, State::pending);
  EXPECT_EQ(result->request.version, 2u);
  ASSERT_EQ(result->request.approvals.size(), 1u);
  EXPECT_EQ(result->request.approvals[0].member, "ann");
  // The voided reviewer may speak again, on the new bytes only.
  Review old = says(Verdict::approve, "bob", request);
  EXPECT_EQ(review(result->request, old, team(2)).error(), Refusal::stale_version);
  const Review again = says(Verdict::approve, "bob", result->request);
  EXPECT_EQ(after(review(result->request, again, team(2))).state,
            State::approved_with_modifications);
}

TEST(Request, MayBeEditedByWhoApprovedItBefore) {
  Request request = pending();
  request = after(review(request, says(Verdict::approve, "ann", request), team(2)));
  request = after(review(request, edits("ann", request), team(2)));
  EXPECT_EQ(request.version, 2u);
  request = after(review(request, edits("ann", request, "again"), team(2)));
  EXPECT_EQ(request.version, 3u);
  EXPECT_EQ(request.editors, std::vector<std::string>{"ann"});
}

TEST(Request, IsApprovedWhenAnEditGivesTheAgentsOwnBytesBack) {
  Request request = pending();
  request = after(review(request, edits("ann", request), team(2)));
  Review back = edits("bob", request);
  back.payload = request.base;
  request = after(review(request, back, team(2)));
  EXPECT_EQ(request.version, 3u);
  const Review yes = says(Verdict::approve, "ann", request);
  EXPECT_EQ(after(review(request, yes, team(2))).state, State::approved);
}

TEST(Request, RefusesAnEditOfOtherBytesThanItsOwn) {
  const Request request = pending();
  Review wish = edits("ann", request);
  wish.base->env_sha256 = crypto::sha256("other");
  EXPECT_EQ(review(request, wish, team()).error(), Refusal::payload_mismatch);
  wish.base.reset();
  EXPECT_EQ(review(request, wish, team()).error(), Refusal::payload_mismatch);
  wish = edits("ann", request);
  wish.base->commit.reset();
  EXPECT_EQ(review(request, wish, team()).error(), Refusal::commit_missing);
  wish = edits("ann", request);
  wish.payload.commit.reset();
  EXPECT_EQ(review(request, wish, team()).error(), Refusal::commit_missing);
}

TEST(Request, KeepsCiphertextEncryptedAndPlaintextReadable) {
  Request request = pending();
  Review wish = edits("ann", request);
  wish.payload = plain();
  EXPECT_EQ(review(request, wish, team()).error(), Refusal::payload_mismatch);
  request.base = request.current = plain();
  wish = edits("ann", request);
  EXPECT_EQ(review(request, wish, team()).error(), Refusal::payload_mismatch);
  wish.payload = plain(crypto::sha256("edited"));
  EXPECT_TRUE(review(request, wish, team()));
}

TEST(Request, DoesNotCountAnEditAtCriticalAsAnApproval) {
  Context four = team(2);
  four.people.push_back(reviewer("cyd"));
  Request request = pending(Level::critical);
  request = after(review(request, edits("ann", request), four));
  EXPECT_EQ(request.state, State::pending);
  EXPECT_TRUE(request.approvals.empty());
  EXPECT_EQ(review(request, says(Verdict::approve, "ann", request), four).error(),
            Refusal::own_edit);
  request = after(review(request, says(Verdict::approve, "bob", request), four));
  EXPECT_EQ(after(review(request, says(Verdict::approve, "cyd", request), four)).state,
            State::approved_with_modifications);
}

TEST(Request, LetsASingleOperatorApproveTheirOwnEditAtCritical) {
  Context alone = team();
  alone.single_operator = true;
  Request request = pending(Level::critical);
  request = after(review(request, edits("owner", request), alone));
  EXPECT_EQ(request.state, State::pending);
  EXPECT_EQ(after(review(request, says(Verdict::approve, "owner", request), alone)).state,
            State::approved_with_modifications);
}

TEST(Request, ExcludesTheAgentsOwnerFromHighOn) {
  for (const Level level : {Level::low, Level::medium, Level::high, Level::critical}) {
    const Request request = pending(level);
    const bool excluded = level >= Level::high;
    const auto yes = review(request, says(Verdict::approve, "owner", request), team());
    const auto edit = review(request, edits("owner", request), team());
    EXPECT_EQ(yes.has_value(), !excluded);
    EXPECT_EQ(edit.has_value(), !excluded);
    if (excluded) {
      EXPECT_EQ(yes.error(), Refusal::own_request);
      EXPECT_EQ(edit.error(), Refusal::own_request);
    }
    Context alone = team();
    alone.single_operator = true;
    EXPECT_TRUE(review(request, says(Verdict::approve, "owner", request), alone));
  }
}

TEST(Request, CountsAPersonAndACredentialOnce) {
  Request request = pending();
  request = after(review(request, says(Verdict::approve, "ann", request), team(2)));
  Review wish = says(Verdict::approve, "ann", request);
  wish.key = "another key of ann";
  EXPECT_EQ(review(request, wish, team(2)).error(), Refusal::already_reviewed);
  wish = says(Verdict::approve, "bob", request);
  wish.key = "key of ann";
  EXPECT_EQ(review(request, wish, team(2)).error(), Refusal::already_reviewed);
  // A session has no key, which makes it no common credential.
  request.approvals[0].key.clear();
  wish.key.clear();
  EXPECT_EQ(after(review(request, wish, team(2))).state, State::approved);
}

TEST(Request, RefusesPeopleWithoutAPlaceInTheRule) {
  const Request request = pending();
  for (const Verdict verdict : {Verdict::approve, Verdict::reject}) {
    for (const char* member : {"eve", "nobody", ""}) {
      EXPECT_EQ(review(request, says(verdict, member, request), team()).error(),
                Refusal::not_a_reviewer);
    }
  }
  EXPECT_EQ(review(request, edits("eve", request), team()).error(), Refusal::not_a_reviewer);
}

TEST(Request, DoesNotCountWhoHasLeftTheRosterSince) {
  Request request = pending();
  request = after(review(request, says(Verdict::approve, "ann", request), team(2)));
  Context later = team(2);
  std::erase_if(later.people, [](const Person& one) { return one.member == "ann"; });
  request = after(review(request, says(Verdict::approve, "bob", request), later));
  EXPECT_EQ(request.state, State::pending);
  EXPECT_EQ(after(review(request, says(Verdict::approve, "owner", request), later)).state,
            State::approved);
}

TEST(Request, DoesNotCountWhoIsExcludedSince) {
  Request request = pending(Level::medium);
  request = after(review(request, says(Verdict::approve, "owner", request), team(2)));
  request.level = Level::high;
  request = after(review(request, says(Verdict::approve, "ann", request), team(2)));
  EXPECT_EQ(request.state, State::pending);
  EXPECT_EQ(after(review(request, says(Verdict::approve, "bob", request), team(2))).state,
            State::approved);
}

TEST(Request, DoesNotAskAClientForChangesThatCannotReceiveIt) {
  const Request request = pending();
  EXPECT_EQ(review(request, says(Verdict::request_changes, "ann", request), team()).error(),
            Refusal::not_offered);
}

Context listening(std::uint64_t heads = 1) {
  Context context = team(heads);
  context.takes_changes = true;
  return context;
}

TEST(Request, WaitsForARevisionAndCanStillBeDecidedWhenChangesWereAskedFor) {
  const Request request = pending();
  const auto asked = review(request, says(Verdict::request_changes, "ann", request), listening());
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->events, std::vector{EventType::review_changes_requested});
  EXPECT_EQ(asked->request.state, State::pending);
  EXPECT_EQ(asked->request.version, 1u);
  EXPECT_EQ(asked->request.changes_asked, std::vector<std::string>{"ann"});
  EXPECT_EQ(asked->request.current.commit, commit);
  const Request next = asked->request;
  EXPECT_EQ(after(review(next, says(Verdict::approve, "bob", next), listening())).state,
            State::approved);
}

TEST(Request, AsksForChangesOnceAPersonAndOnlyOfWhatWasRead) {
  Request request = pending();
  Review unseen = says(Verdict::request_changes, "ann", request);
  unseen.payload.commit.reset();
  EXPECT_EQ(review(request, unseen, listening()).error(), Refusal::commit_missing);
  EXPECT_EQ(review(request, says(Verdict::request_changes, "eve", request), listening()).error(),
            Refusal::not_a_reviewer);
  EXPECT_EQ(cannot_ask_changes(request, "ann", team()), Refusal::not_offered);
  EXPECT_EQ(cannot_ask_changes(request, "ann", listening()), std::nullopt);
  request = after(review(request, says(Verdict::request_changes, "ann", request), listening()));
  EXPECT_EQ(review(request, says(Verdict::request_changes, "ann", request), listening()).error(),
            Refusal::already_reviewed);
  EXPECT_EQ(cannot_ask_changes(request, "ann", listening()), Refusal::already_reviewed);
  Context late = listening();
  late.now = decide_by;
  EXPECT_EQ(cannot_ask_changes(request, "bob", late), Refusal::past_deadline);
}

TEST(Request, TakesAnApprovalBackWhenItsGiverAsksForChanges) {
  Request request = pending();
  request = after(review(request, says(Verdict::approve, "ann", request), listening(2)));
  ASSERT_EQ(request.approvals.size(), 1u);
  request = after(review(request, says(Verdict::request_changes, "ann", request), listening(2)));
  EXPECT_TRUE(request.approvals.empty());
  request = after(review(request, says(Verdict::approve, "bob", request), listening(2)));
  EXPECT_EQ(request.state, State::pending);
  // Who comes to like it after all says so, and stands for no change any more.
  request = after(review(request, says(Verdict::approve, "ann", request), listening(2)));
  EXPECT_TRUE(request.changes_asked.empty());
  EXPECT_EQ(request.state, State::approved);
}

TEST(Request, ForgetsWhoAskedForChangesOfAnEarlierVersion) {
  Request request = pending();
  request = after(review(request, says(Verdict::request_changes, "ann", request), listening()));
  EXPECT_TRUE(after(revise(request, 1, envelope("new"), created)).changes_asked.empty());
  EXPECT_TRUE(after(review(request, edits("bob", request), listening(2))).changes_asked.empty());
}

TEST(Request, IsNotDecidedAtOrAfterItsDeadline) {
  const Request request = pending();
  Context context = team();
  context.now = decide_by + -1;
  EXPECT_TRUE(review(request, says(Verdict::approve, "ann", request), context));
  EXPECT_TRUE(cancel(request, context.now));
  EXPECT_TRUE(revise(request, 1, envelope("new"), context.now));
  for (const std::int64_t late_ms : {0, 1, 1'000'000}) {
    context.now = decide_by + late_ms;
    EXPECT_EQ(review(request, says(Verdict::approve, "ann", request), context).error(),
              Refusal::past_deadline);
    EXPECT_EQ(review(request, says(Verdict::reject, "ann", request), context).error(),
              Refusal::past_deadline);
    EXPECT_EQ(review(request, edits("ann", request), context).error(), Refusal::past_deadline);
    EXPECT_EQ(cancel(request, context.now).error(), Refusal::past_deadline);
    EXPECT_EQ(revise(request, 1, envelope("new"), context.now).error(), Refusal::past_deadline);
    EXPECT_EQ(ineligible(request, "ann", context), Refusal::past_deadline);
  }
}

TEST(Request, ExpiresAtItsDeadlineAndNotBefore) {
  EXPECT_EQ(expire(pending(), decide_by + -1).error(), Refusal::not_past_deadline);
  const auto result = expire(pending(), decide_by);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->request.state, State::expired);
  EXPECT_EQ(result->events, Events{EventType::decision_expired});
}

TEST(Request, IsCancelledByItsAgent) {
  const auto result = cancel(pending(), created);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->request.state, State::cancelled);
  EXPECT_EQ(result->events, (Events{EventType::request_cancelled, EventType::decision_cancelled}));
}

TEST(Request, ForgetsReviewsAndEditorsWhenItIsRevised) {
  Request request = pending(Level::critical);
  request = after(review(request, edits("ann", request), team(2)));
  request = after(review(request, says(Verdict::approve, "bob", request), team(2)));
  EXPECT_EQ(revise(request, 1, envelope("new"), created).error(), Refusal::stale_version);
  const auto result = revise(request, 2, envelope("new"), created);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->events, Events{EventType::request_revised});
  EXPECT_EQ(result->request.version, 3u);
  EXPECT_EQ(result->request.base, envelope("new"));
  EXPECT_EQ(result->request.current, envelope("new"));
  EXPECT_TRUE(result->request.editors.empty());
  EXPECT_TRUE(result->request.approvals.empty());
  EXPECT_EQ(result->request.decide_by, decide_by);
}

TEST(Request, RefusesEveryEventOnceClosed) {
  for (std::size_t s = 1; s < state_count; ++s) {
    Request request = pending();
    request.state = static_cast<State>(s);
    for (const Verdict verdict : {Verdict::approve, Verdict::reject, Verdict::request_changes}) {
      EXPECT_EQ(review(request, says(verdict, "ann", request), team()).error(),
                Refusal::already_closed);
    }
    EXPECT_EQ(review(request, edits("ann", request), team()).error(), Refusal::already_closed);
    EXPECT_EQ(expire(request, decide_by).error(), Refusal::already_closed);
    EXPECT_EQ(cancel(request, created).error(), Refusal::already_closed);
    EXPECT_EQ(revise(request, 1, envelope(), created).error(), Refusal::already_closed);
    EXPECT_EQ(ineligible(request, "ann", team()), Refusal::already_closed);
  }
}

TEST(Request, RefusesAReviewOfAnotherVersion) {
  const Request request = pending();
  for (const std::uint64_t version : {0u, 2u}) {
    Review wish = says(Verdict::reject, "ann", request);
    wish.version = version;
    EXPECT_EQ(review(request, wish, team()).error(), Refusal::stale_version);
  }
}

TEST(Request, SaysBeforehandWhoCannotApprove) {
  Request request = pending(Level::critical);
  request = after(review(request, edits("ann", request), team(2)));
  request = after(review(request, says(Verdict::approve, "bob", request), team(2)));
  EXPECT_EQ(ineligible(request, "ann", team(2)), Refusal::own_edit);
  EXPECT_EQ(ineligible(request, "bob", team(2)), Refusal::already_reviewed);
  EXPECT_EQ(ineligible(request, "owner", team(2)), Refusal::own_request);
  EXPECT_EQ(ineligible(request, "eve", team(2)), Refusal::not_a_reviewer);
  EXPECT_EQ(ineligible(pending(), "ann", team(2)), std::nullopt);
}

TEST(Request, SaysWhoseApprovalsWouldCount) {
  Request request = pending(Level::critical);
  request.editors = {"ann"};
  const auto names = [](const std::vector<Person>& people) {
    std::string text;
    for (const Person& one : people) text += one.member + " ";
    return text;
  };
  EXPECT_EQ(names(eligible_people(request, team())), "bob ");
  request.level = Level::high;
  EXPECT_EQ(names(eligible_people(request, team())), "ann bob ");
  request.level = Level::low;
  EXPECT_EQ(names(eligible_people(request, team())), "owner ann bob ");
}

TEST(Request, TakesTheHigherOfPolicyAndPriority) {
  EXPECT_EQ(effective_level(Level::medium, std::nullopt), Level::medium);
  EXPECT_EQ(effective_level(Level::medium, "critical"), Level::critical);
  EXPECT_EQ(effective_level(Level::high, "low"), Level::high);
  EXPECT_EQ(effective_level(Level::none, "medium"), Level::medium);
  EXPECT_EQ(effective_level(Level::low, "urgent"), Level::low);
}

TEST(Request, NamesStatesAndRefusals) {
  for (std::size_t s = 0; s < state_count; ++s) {
    EXPECT_EQ(state(to_string(static_cast<State>(s))), static_cast<State>(s));
  }
  EXPECT_FALSE(state("PENDING"));
  EXPECT_EQ(to_string(Refusal::already_closed), "already_closed");
  EXPECT_EQ(to_string(Refusal::own_edit), "own_edit");
  EXPECT_EQ(to_string(Refusal::wrong_agent), "wrong_agent");
  EXPECT_EQ(to_string(Refusal::second_person_needed), "second_person_needed");
}

}  // namespace
}  // namespace lp::approval
