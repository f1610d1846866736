#include "store/sqlite/state_detail.h"

#include <gtest/gtest.h>

#include "store/testing.h"

namespace lp::store {
namespace {

// What reading gives, starting from a request that holds other things.
approval::Request read_back(const approval::Request& request) {
  approval::Request out = sample_decided_state(sample_request("proj_z", 77)).state;
  out.id = request.id;
  out.state = request.state;
  out.decide_by = request.decide_by;
  EXPECT_TRUE(read_detail(detail_of(request), out));
  return out;
}

TEST(StateDetail, ReadsBackWhatItWrote) {
  const Request request = sample_request("proj_a", 1);
  const approval::Request pending = sample_state(request).state;
  EXPECT_TRUE(same(read_back(pending), pending));
  const approval::Request decided = sample_decided_state(request).state;
  EXPECT_TRUE(same(read_back(decided), decided));
}

TEST(StateDetail, ReadsBackARequestWithNothingInIt) {
  const approval::Request empty;
  EXPECT_TRUE(same(read_back(empty), empty));
}

TEST(StateDetail, ReadsBackTextThatNeedsEscaping) {
  approval::Request request = sample_state(sample_request("proj_a", 1)).state;
  request.agent_owner = "a\"b\\c\nü\x01";
  request.editors = {"", "\t"};
  EXPECT_TRUE(same(read_back(request), request));
}

TEST(StateDetail, RemembersThatTheAgentWasNotIsolated) {
  approval::Request request = sample_state(sample_request("proj_a", 1)).state;
  EXPECT_FALSE(read_back(request).no_isolation);
  request.no_isolation = true;
  EXPECT_TRUE(read_back(request).no_isolation);
  approval::Request out;
  EXPECT_FALSE(read_detail(R"({"version":1,"level":"low","created":1,"base":{"kind":"v1"},)"
                           R"("agent_owner":"","no_isolation":1,"editors":[],"approvals":[]})",
                           out));
}

TEST(StateDetail, KeepsAnAbsentMemberApartFromAnEmptyOne) {
  approval::Request request = sample_state(sample_request("proj_a", 1)).state;
  request.current.kid = "";
  request.current.env_sha256.reset();
  const approval::Request out = read_back(request);
  EXPECT_EQ(out.current.kid, "");
  EXPECT_EQ(out.current.env_sha256, std::nullopt);
  EXPECT_EQ(out.current.commit, std::nullopt);
}

TEST(StateDetail, KnowsEveryLevel) {
  approval::Request request;
  using approval::Level;
  for (const Level level : {Level::none, Level::low, Level::medium, Level::high, Level::critical}) {
    request.level = level;
    EXPECT_EQ(read_back(request).level, level);
  }
}

TEST(StateDetail, RefusesWhatItNeverWrites) {
  const std::string good = detail_of(sample_decided_state(sample_request("proj_a", 1)).state);
  approval::Request out;
  ASSERT_TRUE(read_detail(good, out));
  EXPECT_FALSE(read_detail("", out));
  EXPECT_FALSE(read_detail("[]", out));
  EXPECT_FALSE(read_detail(good.substr(0, good.size() - 1), out));
  for (const std::string_view member :
       {"\"version\"", "\"level\"", "\"created\"", "\"base\"", "\"agent_owner\"", "\"editors\"",
        "\"approvals\"", "\"kind\"", "\"member\"", "\"key\"", "\"statement_sha256\""}) {
    std::string without = good;
    const std::size_t at = without.find(member);
    ASSERT_NE(at, std::string::npos) << member;
    without.insert(at + 1, "x");
    EXPECT_FALSE(read_detail(without, out)) << member;
  }
  for (const auto& [from, to] :
       {std::pair{"\"high\"", "\"highest\""}, std::pair{"\"version\":2", "\"version\":-2"},
        std::pair{"\"mem_b\"", "7"}, std::pair{"\"env_sha256\":\"", "\"env_sha256\":\"z"},
        std::pair{"\"current\":{", "\"current\":[{"}}) {
    std::string changed = good;
    const std::size_t at = changed.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    changed.replace(at, std::string_view(from).size(), to);
    EXPECT_FALSE(read_detail(changed, out)) << to;
  }
}

}  // namespace
}  // namespace lp::store
