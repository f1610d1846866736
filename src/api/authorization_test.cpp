// R-AUTHZ-01: who may call what. spec/authorization.csv has a row for every route and a column for
// every kind of caller; each cell is called here, and a route without a row fails.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>

#include "api/authorization_testing.h"
#include "net/http_rules.h"

namespace lp::api {
namespace {

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> cells;
  std::stringstream stream(line);
  for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
  return cells;
}

struct Row {
  std::string method, path;
  std::map<std::string, std::string> cells;  // by column

  [[nodiscard]] std::string name() const { return method + " " + path; }
};

// What stands between the path and the note: a kind of caller each.
struct Matrix {
  std::vector<std::string> columns;
  std::vector<Row> rows;
};

const Matrix& matrix() {
  static const Matrix read = [] {
    std::ifstream file(LP_SOURCE_DIR "/spec/authorization.csv");
    Matrix found;
    std::string line;
    EXPECT_TRUE(std::getline(file, line)) << "spec/authorization.csv cannot be read";
    const auto head = split(line);
    found.columns.assign(head.begin() + 2, head.end() - 1);
    while (std::getline(file, line)) {
      auto cells = split(line);
      cells.resize(head.size());  // without a note the last cell is not there
      Row row{.method = cells[0], .path = cells[1], .cells = {}};
      for (std::size_t i = 2; i + 1 < head.size(); ++i) row.cells[head[i]] = cells[i];
      found.rows.push_back(std::move(row));
    }
    return found;
  }();
  return read;
}

std::string name_of(const Route& route) {
  return std::string(net::method_name(route.method)) + " " + std::string(route.pattern);
}

// A call as good as it can be made once for all callers: what is answered to it is said of them.
struct Sample {
  std::string_view target;  // "" is the pattern; {names} stand for things of the cast
  std::string_view body = "{}";
};
const std::map<std::string, Sample>& samples() {
  static const std::map<std::string, Sample> all{
      {"POST /api/ingest", {"", R"({"service":"s","action":"a","payload":{envelope}})"}},
      {"GET /api/status/{id}", {"/api/status/{request}"}},
      {"POST /api/requests/{id}/cancel", {"/api/requests/{request}/cancel"}},
      {"POST /api/requests/{id}/revise",
       {"/api/requests/{request}/revise", R"({"version":1,"payload":{envelope}})"}},
      {"GET /api/permits/{id}", {"/api/permits/{permit}"}},
      {"POST /api/permits/{id}/claim",
       {"/api/permits/{permit}/claim",
        R"({"nonce":"0123456789abcdef","claim_key":"0123456789abcdef","token_sha256":")"
        R"(0000000000000000000000000000000000000000000000000000000000000000"})"}},
      {"POST /api/permits/{id}/outcome",
       {"/api/permits/{permit}/outcome",
        R"({"outcome":"failed","claim_key":"0123456789abcdef"})"}},
      {"PUT /api/snapshots/{id}", {"/api/snapshots/{request}"}},
      {"GET /api/snapshots/{id}", {"/api/snapshots/{request}"}},
      {"PUT /api/attachments/{id}/{attachment}", {"/api/attachments/{request}/a1"}},
      {"POST /api/langgraph/checkpoints",
       {"", R"({"thread_id":"t-2","checkpoint_id":"c-1","checkpoint":{envelope}})"}},
      {"GET /api/langgraph/checkpoints", {"/api/langgraph/checkpoints?thread_id=t-1&latest=1"}},
      {"DELETE /api/langgraph/checkpoints", {"/api/langgraph/checkpoints?thread_id=t-3"}},
      {"POST /api/agents/rotate", {"", R"({"agent_id":"{agent}"})"}},
      {"GET /api/agents/proof", {"/api/agents/proof?request_id={request}"}},
      {"GET /api/agents/attestation", {"/api/agents/attestation?agent_id={agent}"}},
      {"GET /api/agents/resolve", {"/api/agents/resolve?handle=bot"}},
      {"POST /api/agents/handoff",
       {"", R"({"request_id":"{request}","downstream_agent_id":"{agent}"})"}},
      {"POST /api/agents/handoff-outcome",
       {"", R"({"delivery_id":"{handoff}","outcome":"fulfilled"})"}},
      {"GET /api/agents/handoff-outcome", {"/api/agents/handoff-outcome?delivery_id={handoff}"}},
      {"POST /api/agent-signup", {"", R"({"token":"none"})"}},
      {"GET /log/root/tile/{tile...}", {"/log/root/tile/0/000.p/1"}},
      {"GET /log/{log}/checkpoint", {"/log/{log}/checkpoint"}},
      {"GET /log/{log}/tile/{tile...}", {"/log/{log}/tile/0/000.p/1"}},
      {"GET /log/{log}/statements", {"/log/{log}/statements"}},
      {"GET /log/{log}/receipt/{leaf}", {"/log/{log}/receipt/{leaf}"}},
      {"GET /log/{log}/proof/inclusion", {"/log/{log}/proof/inclusion?index=0"}},
      {"GET /log/{log}/proof/consistency", {"/log/{log}/proof/consistency?from=1"}},
      {"GET /requests/{id}", {"/requests/x"}},
      {"GET /settings/roster/{id}", {"/settings/roster/x"}},
      {"GET /settings/erasure/{id}", {"/settings/erasure/x"}},
      {"POST /api/setup/begin", {"", R"({"token":"none"})"}},
      {"POST /api/setup/finish",
       {"", R"({"token":"none","name":"N","spki":"AAAA","rosters":[)"
            R"({"project":"p","entry":"e","head":"h","signature":"AAAA"}]})"}},
      {"POST /api/login", {"", R"({"body":"{}","key":"none","signature":"AAAA"})"}},
      {"POST /api/login/passkey",
       {"", R"({"body":"{}","credential":"AAAA","userHandle":"AAAA","authenticatorData":"AAAA",)"
            R"("clientDataJSON":"AAAA","signature":"AAAA"})"}},
      {"POST /api/login/sso/finish", {"", R"({"state":"none","code":"none"})"}},
      {"POST /api/login-link", {"", R"({"token":"none"})"}},
      {"POST /api/login-link/device", {"", R"({"token":"none","spki":"AAAA"})"}},
      {"POST /api/sessions/{id}/end", {"/api/sessions/{session}/end"}},
      {"GET /api/review/requests/{id}", {"/api/review/requests/{request}"}},
      {"GET /api/review/requests/{id}/receipt", {"/api/review/requests/{request}/receipt"}},
      {"POST /api/review/requests/{id}/viewed",
       {"/api/review/requests/{request}/viewed", R"({"version":1})"}},
      {"POST /api/review/requests/{id}/decision",
       {"/api/review/requests/{request}/decision", R"({"core":"{}","signature":"AAAA"})"}},
      {"POST /api/review/batches",
       {"", R"({"head":"{}","signature":"AAAA","items":[{"request":"{request}","core":"{}"}]})"}},
      {"POST /api/review/account-links", {"", R"({"member":"{reviewer}"})"}},
      {"POST /api/review/accounts/{id}/unlink", {"/api/review/accounts/{account}/unlink"}},
      {"GET /api/review/requests/{id}/attachments/{attachment}/{piece}",
       {"/api/review/requests/{attached}/attachments/a1/0"}},
      {"GET /api/review/requests/{id}/talk", {"/api/review/requests/{request}/talk"}},
      {"GET /api/review/requests/{id}/versions", {"/api/review/requests/{request}/versions"}},
      {"POST /api/review/requests/{id}/comments",
       {"/api/review/requests/{request}/comments",
        R"({"id":"0123456789abcdef","version":1,"text":"in clear"})"}},
      {"POST /api/review/requests/{id}/assignee", {"/api/review/requests/{request}/assignee"}},
      {"POST /api/review/requests/{id}/put-off", {"/api/review/requests/{request}/put-off"}},
      {"POST /api/review/rosters", {"", R"({"changes":[],"names":[]})"}},
      {"POST /api/review/roster-proposals",
       {"", R"({"act":"add_member","name":"N","roles":["reviewer"]})"}},
      {"GET /api/review/roster-proposals/{id}", {"/api/review/roster-proposals/{proposal}"}},
      {"POST /api/review/roster-proposals/{id}/sign",
       {"/api/review/roster-proposals/{proposal}/sign", R"({"changes":[],"names":[]})"}},
      {"POST /api/review/roster-proposals/{id}/withdraw",
       {"/api/review/roster-proposals/{proposal}/withdraw"}},
      {"GET /api/review/erasure-proposals/{id}", {"/api/review/erasure-proposals/{erasure}"}},
      {"POST /api/review/erasure-proposals/{id}/sign",
       {"/api/review/erasure-proposals/{erasure}/sign"}},
      {"POST /api/review/erasure-proposals/{id}/withdraw",
       {"/api/review/erasure-proposals/{erasure}/withdraw"}},
      {"POST /api/review/passkeys/begin", {"", R"({"purpose":"login"})"}},
      {"POST /api/review/passkeys/{key}/remove", {"/api/review/passkeys/none/remove"}},
      {"POST /api/review/channels",
       {"",
        R"({"project":"default","kind":"webhook","name":"N","to":"https://hooks.example.org/"})"}},
      {"GET /api/review/channels/{id}/preview", {"/api/review/channels/{kept_channel}/preview"}},
      {"POST /api/review/channels/{id}/test", {"/api/review/channels/{kept_channel}/test"}},
      {"POST /api/review/channels/{id}/remove", {"/api/review/channels/{channel}/remove"}},
      {"POST /api/review/browsers",
       {"", R"({"endpoint":"https://push.example.org/1","p256dh":"{point}",)"
            R"("auth":"AAAAAAAAAAAAAAAAAAAAAA","name":"Firefox"})"}},
      {"POST /api/review/agents", {"", R"({"project":"default","handle":"bot-{fresh}"})"}},
      {"POST /api/review/agents/{id}/rotate", {"/api/review/agents/{agent}/rotate"}},
      {"POST /api/review/agents/{id}/revoke", {"/api/review/agents/{fresh_agent}/revoke"}},
      {"POST /api/review/agents/{id}/stop", {"/api/review/agents/{fresh_agent}/stop"}},
      {"POST /api/review/epochs",
       {"", R"({"project":"default","service":"none","action":"none"})"}},
      {"POST /api/review/api-keys", {"", R"({"project":"default","role":"agent","name":"N"})"}},
      {"POST /api/review/api-keys/{id}/revoke", {"/api/review/api-keys/{fresh_key}/revoke"}},
      {"POST /api/review/webhooks",
       {"", R"({"project":"default","url":"https://hooks.example.org/"})"}},
      {"POST /api/review/webhooks/{id}/remove", {"/api/review/webhooks/{webhook}/remove"}},
      {"POST /api/review/policies", {"", R"({"project":"default","document":"version: 1"})"}},
      {"POST /api/review/policies/replay",
       {"", R"({"project":"default","document":"version: 1"})"}},
      {"GET /api/review/policies/{project}/{version}", {"/api/review/policies/{project}/1"}},
      {"POST /api/review/policies/{project}/{version}/activate",
       {"/api/review/policies/{project}/1/activate"}},
      {"POST /api/review/content-keys/{project}/{kid}/drop",
       {"/api/review/content-keys/{project}/31e9e43f19195b15/drop"}},
      {"POST /api/review/content-keys/{project}/{kid}/retire",
       {"/api/review/content-keys/{project}/31e9e43f19195b15/retire"}},
      {"POST /api/review/content-keys/{project}/{kid}/sheet",
       {"/api/review/content-keys/{project}/31e9e43f19195b15/sheet"}},
      {"POST /api/review/content-keys/device", {"", R"({"spki":"AAAA","signature":"AAAA"})"}},
      {"POST /api/review/key-copies", {"", R"({"kind":"other"})"}},
      {"POST /api/review/key-copies/{id}/remove", {"/api/review/key-copies/none/remove"}},
      {"GET /api/review/pairings/{id}", {"/api/review/pairings/none"}},
      {"POST /api/review/pairings/{id}/answer", {"/api/review/pairings/none/answer"}},
      {"POST /api/review/pairings/{id}/end",
       {"/api/review/pairings/none/end", R"({"agreed":false})"}},
      {"POST /api/pairing/claim",
       {"", R"({"code":"00000000","commitment":")"
            R"(0000000000000000000000000000000000000000000000000000000000000000"})"}},
      {"POST /api/pairing/reveal", {"", R"({"token":"none","reveal":"{}"})"}},
      {"POST /api/pairing/state", {"", R"({"token":"none"})"}},
      {"POST /api/pairing/stop", {"", R"({"token":"none"})"}},
      {"POST /api/review/rosters/begin", {"", R"({"project":"{unsigned}"})"}},
      {"POST /api/review/rosters/finish",
       {"", R"({"project":"{unsigned}","entry":"{}","head":"{}","signature":"AAAA"})"}},
      {"POST /api/review/successions", {"", R"({"openings":"none"})"}},
  };
  return all;
}

// The text with the things that it names, made now: one that a call before used up is none.
std::string with_things(Cast& cast, std::string text) {
  const std::map<std::string, std::function<std::string()>> things{
      {"{request}", [&] { return cast.asked(); }},
      {"{envelope}", [&] { return json::compact(cast.envelope()); }},
      {"{agent}", [&] { return cast.agent; }},
      {"{handoff}", [&] { return cast.handoff; }},
      {"{log}", [&] { return id_hex(cast.house().project); }},
      {"{leaf}",
       [&] {
         cast.asked();
         return std::to_string(cast.newest_leaf());
       }},
      {"{session}", [&] { return cast.reviewers_session(); }},
      {"{account}", [&] { return cast.reviewers_account(); }},
      {"{reviewer}", [&] { return cast.member("reviewer"); }},
      {"{proposal}", [&] { return cast.proposed(); }},
      {"{erasure}", [&] { return cast.erasure_proposed(); }},
      {"{channel}", [&] { return cast.channel(); }},
      {"{kept_channel}", [&] { return cast.kept_channel; }},
      {"{point}", [] { return base64url(std::string(65, '\x04')); }},
      {"{unsigned}", [&] { return cast.unsigned_project; }},
      {"{attached}", [&] { return cast.asked_with_a_file(); }},
      {"{project}", [&] { return cast.house().project; }},
      {"{fresh}", [&] { return std::to_string(++cast.names); }},
      {"{fresh_agent}", [&] { return cast.house().agent_called(std::to_string(++cast.names)); }},
      {"{permit}", [&] { return cast.permit(); }},
      {"{fresh_key}", [&] { return cast.api_key(); }},
      {"{webhook}", [&] { return cast.webhook(); }},
  };
  for (const auto& [name, make] : things) {
    if (const auto at = text.find(name); at != std::string::npos) {
      text.replace(at, name.size(), make());
    }
  }
  return text;
}

net::Request call_of(Cast& cast, const Route& route) {
  const auto known = samples().find(name_of(route));
  const Sample sample = known == samples().end() ? Sample{""} : known->second;
  const std::string target(sample.target.empty() ? route.pattern : sample.target);
  const bool posts = route.method == net::Method::post;
  return page_call(route.method, with_things(cast, target),
                   posts ? with_things(cast, std::string(sample.body)) : std::string());
}

// In the words of the file.
std::string answer(const net::Reply& reply) {
  const int status = reply.status;
  const bool refused = status == 401 || status == 403 || status == 404 || status == 405;
  return refused || status >= 500 ? std::to_string(status) : "yes";
}

// Whether a call that brings no proof of its own is refused as one.
bool lacks_its_proof(const net::Reply& reply) {
  static const std::set<std::string> reasons{
      "setup_token_expired", "setup_token_invalid",  "login_refused",
      "login_link_invalid",  "signup_token_invalid", "url_signature_invalid",
      "sso_refused",         "logout_token_invalid", "pairing_over"};
  return reasons.contains(reason_in(reply));
}

bool ends_sessions(const Route& route) {
  return route.pattern == "/api/logout" || route.pattern.starts_with("/api/sessions/");
}

// The row as the server answers it.
Row answered(Cast& cast, const Route& route, const Row& told) {
  Row row{.method = told.method, .path = told.path, .cells = {}};
  for (const std::string& column : matrix().columns) {
    if (ends_sessions(route)) cast.sign_in();
    net::Request call = call_of(cast, route);
    if (column == "socket") {
      const net::Reply reply = settle(dispatch_admin(cast.server.context, std::move(call)));
      row.cells[column] = reason_in(reply) == "no_route" ? "404" : "yes";
      continue;
    }
    if (const auto header = cast.credential(column)) call.headers.push_back(*header);
    const net::Reply reply = cast.server.send(std::move(call));
    const bool proof = told.cells.at(column) == "proof" && lacks_its_proof(reply);
    row.cells[column] = proof ? "proof" : answer(reply);
  }
  if (ends_sessions(route)) cast.sign_in();
  return row;
}

std::string line_of(const Row& row) {
  std::string line = row.method + "," + row.path;
  for (const std::string& column : matrix().columns) line += "," + row.cells.at(column);
  return line;
}

void expect_answers(Cast& cast, const Route& route) {
  const auto told = std::ranges::find(matrix().rows, name_of(route), &Row::name);
  ASSERT_NE(told, matrix().rows.end()) << name_of(route) << " has no row";
  const Row row = answered(cast, route, *told);
  EXPECT_EQ(line_of(row), line_of(*told));
}

TEST(Authorization, HasARowForEachRouteAndNoOther) {
  std::multiset<std::string> told, there;
  for (const Row& row : matrix().rows) told.insert(row.name());
  for (const Route& route : public_routes()) there.insert(name_of(route));
  for (const Route& route : socket_routes()) there.insert(name_of(route));
  EXPECT_EQ(told, there);
}

TEST(Authorization, HasOneOfItsWordsInEveryCell) {
  const std::set<std::string> words{"yes", "proof", "401", "403", "404"};
  for (const Row& row : matrix().rows) {
    for (const auto& [column, cell] : row.cells) {
      EXPECT_TRUE(words.contains(cell)) << row.name() << " " << column << ": " << cell;
    }
  }
}

// R-AUTHZ-02, R-TEN-01, R-TEN-04: other roles, other projects and other agents among the callers.
TEST(Authorization, OfEveryRouteIsAsTheFileSays) {
  Cast cast;
  for (const Route& route : public_routes()) expect_answers(cast, route);
}

TEST(Authorization, OfWhatTheSocketAnswersIsNobodysOnTheNetwork) {
  Cast cast;
  for (const Route& route : socket_routes()) {
    // The socket stands behind the permissions of a file; on the network there is no such route.
    const auto told = std::ranges::find(matrix().rows, name_of(route), &Row::name);
    ASSERT_NE(told, matrix().rows.end()) << name_of(route) << " has no row";
    EXPECT_EQ(line_of(answered(cast, route, *told)), line_of(*told));
  }
}

// I5: only who reviews may ever decide, and no API key does.
TEST(Authorization, LetsReviewersAloneDecide) {
  const auto row =
      std::ranges::find(matrix().rows, "POST /api/review/requests/{id}/decision", &Row::name);
  ASSERT_NE(row, matrix().rows.end());
  for (const auto& [column, cell] : row->cells) {
    const bool reviews = column == "founder" || column == "reviewer";
    EXPECT_EQ(cell == "yes", reviews) << column;
  }
}

}  // namespace
}  // namespace lp::api
