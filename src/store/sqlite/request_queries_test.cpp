// A request with its state, and the lists a dashboard asks for.

#include <gtest/gtest.h>

#include "store/testing.h"

namespace lp::store {
namespace {

// Commits request `number` after `change` had its way with it.
template <typename Change>
void ingest(const OpenedStore& opened, std::string_view project, std::uint64_t number,
            Change change) {
  Request request = sample_request(project, number);
  RequestState state = sample_state(request);
  change(request, state);
  opened.commit(batch_of(std::move(request), std::move(state)));
}

void ingest(const OpenedStore& opened, std::string_view project, std::uint64_t number) {
  ingest(opened, project, number, [](Request&, RequestState&) {});
}

void decide(RequestState& state, approval::State to = approval::State::rejected) {
  state.state.state = to;
  state.decided = Instant{1};
}

// The numbers of the requests a filter finds, in the order in which it finds them.
std::vector<std::uint64_t> numbers(const OpenedStore& opened, const RequestFilter& filter) {
  std::vector<std::uint64_t> found;
  const auto requests = opened.reader->requests(filter);
  LP_ASSERT(requests.has_value());
  for (const FullRequest& full : *requests) found.push_back(full.request.leaf_index);
  return found;
}

using Numbers = std::vector<std::uint64_t>;

RequestFilter in(std::vector<std::string> projects) {
  RequestFilter filter;
  filter.projects = std::move(projects);
  return filter;
}

TEST(RequestQueries, GiveBackARequestAsItWasWritten) {
  OpenedStore opened;
  const Request request = sample_request("proj_a", 1);
  const RequestState state = sample_state(request);
  opened.commit(batch_of(request, state));
  const auto found = *opened.reader->request(request.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->request, request);
  EXPECT_TRUE(same(found->state, state));
  EXPECT_EQ(found->delivery, std::nullopt);
  EXPECT_FALSE(opened.reader->request("req_x")->has_value());
}

TEST(RequestQueries, GiveBackTheNewestStateOfARequest) {
  OpenedStore opened;
  const Request request = sample_request("proj_a", 1);
  opened.commit(batch_of(request, sample_state(request)));
  const RequestState decided = sample_decided_state(request);
  opened.commit(batch_of(decided));
  const auto found = *opened.reader->request(request.id);
  ASSERT_TRUE(found);
  EXPECT_TRUE(same(found->state, decided));
  EXPECT_EQ(found->request, request);
}

TEST(RequestQueries, ShowTheNewestRevisionInPlaceOfTheBytesOfTheRequest) {
  OpenedStore opened;
  Request request = sample_request("proj_a", 1);
  Revision revision{
      request.id,       2, sample_bytes(10, 800), sample_bytes(11, 60), sample_bytes(12, 90),
      sample_digest(13)};
  opened.commit(batch_of(request, sample_state(request), revision));
  revision.version = 10;
  revision.payload = sample_bytes(14, 5'000);
  revision.commit_key_sealed.clear();
  opened.commit(batch_of(revision));
  EXPECT_FALSE(opened.store->commit(batch_of(revision)));
  ingest(opened, "proj_a", 2);
  request.request_sha256 = revision.request_sha256;
  request.payload = revision.payload;
  request.details_sealed = revision.details_sealed;
  request.commit_key_sealed.clear();
  EXPECT_EQ((*opened.reader->request(request.id))->request, request);
  EXPECT_EQ((*opened.reader->request(sample_id("req", 2)))->request, sample_request("proj_a", 2));
  request.payload.clear();
  request.details_sealed.clear();
  EXPECT_EQ(opened.reader->requests(in({"proj_a"}))->back().request, request);
}

TEST(RequestQueries, RefuseASecondRequestOfTheSameId) {
  OpenedStore opened;
  ingest(opened, "proj_a", 1);
  EXPECT_FALSE(opened.store->commit(batch_of(sample_request("proj_a", 1))));
}

TEST(RequestQueries, ListTheNewestFirstWithoutWhatIsLarge) {
  OpenedStore opened;
  for (std::uint64_t number = 1; number <= 3; ++number) ingest(opened, "proj_a", number);
  Request request = sample_request("proj_a", 4);
  RequestState state = sample_decided_state(request);
  opened.commit(batch_of(request, state, Delivery{request.id, {7}, "webhook"}));
  EXPECT_EQ(numbers(opened, in({"proj_a"})), (Numbers{4, 3, 2, 1}));
  const auto found = *opened.reader->requests(in({"proj_a"}));
  request.payload.clear();
  request.details_sealed.clear();
  request.commit_key_sealed.clear();
  state.edited_payload.clear();
  EXPECT_EQ(found[0].request, request);
  EXPECT_TRUE(same(found[0].state, state));
  EXPECT_EQ(found[0].delivery, (Delivery{request.id, {7}, "webhook"}));
}

TEST(RequestQueries, ListOnlyTheProjectsThatAreNamed) {
  OpenedStore opened;
  opened.commit(batch_of(sample_project("proj_b"), sample_project("proj_c")));
  ingest(opened, "proj_a", 1);
  ingest(opened, "proj_b", 2);
  ingest(opened, "proj_c", 3);
  ingest(opened, "proj_a", 4);
  EXPECT_EQ(numbers(opened, in({})), Numbers{});
  EXPECT_EQ(numbers(opened, in({"proj_x"})), Numbers{});
  EXPECT_EQ(numbers(opened, in({"proj_b"})), Numbers{2});
  EXPECT_EQ(numbers(opened, in({"proj_c", "proj_a", "proj_a"})), (Numbers{4, 3, 1}));
}

TEST(RequestQueries, PageThroughSeveralProjectsWithoutGapOrRepetition) {
  OpenedStore opened;
  opened.commit(batch_of(sample_project("proj_b")));
  Numbers all;
  for (std::uint64_t number = 23; number > 0; --number) {
    ingest(opened, number % 3 == 0 ? "proj_b" : "proj_a", number);
    all.push_back(number);
  }
  RequestFilter filter = in({"proj_a", "proj_b"});
  filter.limit = 4;
  Numbers paged;
  while (true) {
    const Numbers page = numbers(opened, filter);
    if (page.empty()) break;
    EXPECT_LE(page.size(), 4u);
    paged.insert(paged.end(), page.begin(), page.end());
    filter.before = sample_id("req", page.back());
  }
  EXPECT_EQ(paged, all);
}

TEST(RequestQueries, TellPendingFromDecided) {
  OpenedStore opened;
  opened.commit(batch_of(sample_project("proj_b")));
  ingest(opened, "proj_b", 9);
  for (std::uint64_t number = 1; number <= 5; ++number) {
    ingest(opened, "proj_a", number, [&](Request&, RequestState& state) {
      if (number % 2 == 0) decide(state);
    });
  }
  RequestFilter filter = in({"proj_a"});
  filter.pending = true;
  EXPECT_EQ(numbers(opened, filter), (Numbers{5, 3, 1}));
  filter.before = sample_id("req", 5);
  filter.limit = 1;
  EXPECT_EQ(numbers(opened, filter), Numbers{3});
  filter = in({"proj_a"});
  filter.pending = false;
  EXPECT_EQ(numbers(opened, filter), (Numbers{4, 2}));
  EXPECT_EQ(*opened.reader->pending_count("proj_a"), 3u);
  EXPECT_EQ(*opened.reader->pending_count("proj_b"), 1u);
  EXPECT_EQ(*opened.reader->pending_count("proj_x"), 0u);
}

TEST(RequestQueries, FilterByWhatTheAgentSaid) {
  OpenedStore opened;
  ingest(opened, "proj_a", 1);
  ingest(opened, "proj_a", 2, [](Request& r, RequestState&) { r.service = "aws"; });
  ingest(opened, "proj_a", 3, [](Request& r, RequestState&) { r.action = "delete"; });
  ingest(opened, "proj_a", 4, [](Request& r, RequestState&) { r.environment = "staging"; });
  ingest(opened, "proj_a", 5, [](Request& r, RequestState&) { r.role = "ops"; });
  ingest(opened, "proj_a", 6, [](Request& r, RequestState&) { r.trace_id = "t6"; });
  ingest(opened, "proj_a", 7, [](Request& r, RequestState&) { r.parent_request_id = "req_7"; });
  const auto with = [&](auto RequestFilter::* member, std::string value) {
    RequestFilter filter = in({"proj_a"});
    filter.*member = std::move(value);
    return numbers(opened, filter);
  };
  EXPECT_EQ(with(&RequestFilter::service, "aws"), Numbers{2});
  EXPECT_EQ(with(&RequestFilter::action, "delete"), Numbers{3});
  EXPECT_EQ(with(&RequestFilter::environment, "staging"), Numbers{4});
  EXPECT_EQ(with(&RequestFilter::role, "ops"), Numbers{5});
  EXPECT_EQ(with(&RequestFilter::trace_id, "t6"), Numbers{6});
  EXPECT_EQ(with(&RequestFilter::parent_request_id, "req_7"), Numbers{7});
  EXPECT_EQ(with(&RequestFilter::service, "' OR 1=1 --"), Numbers{});
  RequestFilter both = in({"proj_a"});
  both.service = "stripe";
  both.role = "ops";
  both.pending = true;
  EXPECT_EQ(numbers(opened, both), Numbers{5});
}

TEST(RequestQueries, NameTheDeadlinesOfWhatIsPendingSoonestFirst) {
  OpenedStore opened;
  opened.commit(batch_of(sample_project("proj_b")));
  const auto until = [](std::int64_t ms) {
    return [ms](Request& request, RequestState& state) {
      request.decide_by = {ms};
      state.state.decide_by = {ms};
    };
  };
  ingest(opened, "proj_a", 1, until(300));
  ingest(opened, "proj_b", 2, until(100));
  ingest(opened, "proj_a", 3, until(200));
  ingest(opened, "proj_a", 4, [](Request&, RequestState& state) { decide(state); });
  const auto deadlines = *opened.reader->deadlines();
  ASSERT_EQ(deadlines.size(), 3u);
  EXPECT_EQ(deadlines[0].request, sample_id("req", 2));
  EXPECT_EQ(deadlines[0].project, "proj_b");
  EXPECT_EQ(deadlines[0].decide_by, Instant{100});
  EXPECT_EQ(deadlines[1].request, sample_id("req", 3));
  EXPECT_EQ(deadlines[2].decide_by, Instant{300});
}

TEST(RequestQueries, KnowEveryStateByItsName) {
  OpenedStore opened;
  using approval::State;
  std::uint64_t number = 0;
  for (const State state : {State::pending, State::approved, State::approved_with_modifications,
                            State::rejected, State::expired, State::cancelled, State::denied}) {
    ++number;
    ingest(opened, "proj_a", number, [&](Request&, RequestState& row) { row.state.state = state; });
    EXPECT_EQ((*opened.reader->request(sample_id("req", number)))->state.state.state, state);
  }
}

}  // namespace
}  // namespace lp::store
