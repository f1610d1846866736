// No statement may walk a table that grows: SQLite is asked for the plan of each.

#include "store/sqlite/queries.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "store/sqlite/database.h"
#include "store/testing.h"

namespace lp::store {
namespace {

// Statements that read a table or an index from end to end, and why they may.
const std::map<Query, std::string_view>& scans() {
  static const std::map<Query, std::string_view> allowed{
      {Query::project_numbers, "one row a project, read at start"},
      {Query::projects, "one row a project, read at start"},
      {Query::log_heads, "one row a project, read at start"},
      {Query::members, "people"},
      {Query::devices, "people"},
      {Query::passkeys, "people"},
      {Query::linked_accounts, "people"},
      {Query::erase_accounts_of, "people, when one of them is erased"},
      {Query::delete_account_links_of, "a hundred at most (core/accounts.cpp)"},
      {Query::api_keys, "kept in memory, read at start"},
      {Query::agents, "kept in memory, read at start"},
      {Query::agent_nonces, "those of ten minutes, read at start"},
      {Query::project_secrets, "two a project, read at start"},
      {Query::webhooks, "kept in memory, read at start"},
      {Query::setup_tokens, "a handful, gone after setup"},
      {Query::delete_setup_tokens, "a handful, gone after setup"},
      {Query::roster_proposals, "a hundred at most (core/roster_proposals.cpp)"},
      {Query::login_links, "a hundred at most (core/roster_proposals.cpp)"},
      {Query::root_row_count, "once, when a whole log is verified"},
      {Query::cosigned_heads, "one row a project, read at start"},
      {Query::row_counts, "once, when a whole log is verified"},
      {Query::rows_of_nobody, "once, when a whole log is verified"},
      {Query::legal_holds, "a handful, read at start and when somebody erases"},
      {Query::delete_idempotency, "those of seven days, when somebody erases"},
      {Query::delete_outbox, "when somebody erases; an index would cost every decision"},
      {Query::revoke_devices_of, "people, when one of them is erased"},
      {Query::erase_passkeys_of, "people, when one of them is erased"},
      {Query::channels, "kept in memory, read at start"},
      {Query::push_subscriptions, "kept in memory, read at start"},
      {Query::reach_health, "a row a channel or browser"},
      {Query::delete_reach_health_of, "a row a channel or browser, when somebody is erased"},
      {Query::delete_push_subscriptions_of, "browsers, when somebody is erased"},
      {Query::delete_channels_of, "channels, when somebody is erased"},
      {Query::sessions, "those of twelve hours, when somebody lists or ends them"},
      {Query::delete_sessions_of, "those of twelve hours, when somebody is erased"},
      {Query::delete_login_links_of, "a hundred at most (core/roster_proposals.cpp)"},
      {Query::delete_roster_proposals_of, "a hundred at most (core/roster_proposals.cpp)"},
      {Query::delete_erasure_proposals_of, "a hundred at most (core/erasure_proposals.cpp)"},
      {Query::erasure_proposals, "a hundred at most (core/erasure_proposals.cpp)"},
      {Query::member_erasures, "people, read at start"},
      {Query::delete_assignments_of, "what is assigned now, when somebody is erased"},
      {Query::content_keys, "a few a project"},
      {Query::epochs, "a row for each that was raised, read at start"},
      {Query::wrap_keys, "people"},
      {Query::wrapped_keys, "people"},
      {Query::delete_wrapped_keys, "people, when a device of one is revoked"},
      {Query::delete_wrap_keys_of, "people, when one of them is erased"},
      {Query::delete_wrapped_keys_of, "people, when one of them is erased"},
      {Query::deadlines, "at start, over the index of what is pending"},
  };
  return allowed;
}

// What EXPLAIN QUERY PLAN says, one line a step.
std::vector<std::string> plan_of(sqlite3* handle, Query query) {
  const std::string sql = "EXPLAIN QUERY PLAN " + std::string(sql_of(query));
  sqlite3_stmt* statement = nullptr;
  EXPECT_EQ(sqlite3_prepare_v2(handle, sql.c_str(), -1, &statement, nullptr), SQLITE_OK)
      << name_of(query) << ": " << sqlite3_errmsg(handle);
  std::vector<std::string> steps;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    steps.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statement, 3)));
  }
  sqlite3_finalize(statement);
  return steps;
}

// A second connection to the file of `opened`, as somebody with a shell has one.
struct Connection {
  explicit Connection(const OpenedStore& opened) {
    LP_ASSERT(sqlite3_open(opened.path.c_str(), &handle) == SQLITE_OK);
  }
  ~Connection() { sqlite3_close(handle); }
  sqlite3* handle = nullptr;
};

TEST(Queries, EachUsesAnIndexOrSaysWhyNot) {
  const OpenedStore opened;
  const Connection connection(opened);
  for (std::size_t index = 0; index < query_count; ++index) {
    const auto query = static_cast<Query>(index);
    bool scan = false;
    for (const std::string& step : plan_of(connection.handle, query)) {
      scan = scan || (step.starts_with("SCAN ") && step != "SCAN CONSTANT ROW");
      if (!scans().contains(query)) {
        EXPECT_FALSE(step.starts_with("SCAN ")) << name_of(query) << ": " << step;
        EXPECT_EQ(step.find("TEMP B-TREE"), std::string::npos) << name_of(query) << ": " << step;
      }
    }
    if (scans().contains(query)) {
      EXPECT_TRUE(scan || query == Query::delete_setup_tokens) << name_of(query);
    }
  }
}

TEST(Queries, ReadPendingRequestsFromTheIndexOfWhatIsPending) {
  const OpenedStore opened;
  const Connection connection(opened);
  for (const Query query : {Query::requests_pending, Query::pending_count, Query::deadlines}) {
    std::string plan;
    for (const std::string& step : plan_of(connection.handle, query)) plan += step + '\n';
    EXPECT_NE(plan.find("request_pending"), std::string::npos) << name_of(query) << ":\n" << plan;
  }
}

TEST(Queries, HaveNamesOfTheirOwn) {
  std::map<std::string_view, int> names;
  for (std::size_t index = 0; index < query_count; ++index) {
    ++names[name_of(static_cast<Query>(index))];
  }
  EXPECT_EQ(names.size(), query_count);
}

}  // namespace
}  // namespace lp::store
