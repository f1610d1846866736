// spec/openapi.yaml, which is JSON as well, against the tables that it describes: routes, who may
// call them, where else they answer, and every reason for which a call is refused.

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "api/errors.h"
#include "api/routes.h"
#include "json/parse.h"
#include "json/write.h"
#include "net/fault.h"

namespace lp::api {
namespace {

using Reasons = std::map<std::string, std::set<std::string>>;  // by status

const json::Value& document() {
  static const json::Document read = [] {
    std::ifstream file(LP_SOURCE_DIR "/spec/openapi.yaml");
    std::stringstream text;
    text << file.rdbuf();
    auto parsed = json::parse(text.str());
    EXPECT_TRUE(parsed.has_value()) << "spec/openapi.yaml is no JSON any more";
    return parsed ? *std::move(parsed) : json::Document{};
  }();
  return read.root;
}

// "get /log/{log}/tile/{tile}": what the last parameter takes is not said in the path there.
std::string name_of(const Route& route) {
  const char* const methods[] = {"get", "head", "post", "put", "delete", "options"};
  std::string pattern(route.pattern);
  if (const auto dots = pattern.find("...}"); dots != std::string::npos) pattern.erase(dots, 3);
  return std::string(methods[static_cast<std::size_t>(route.method)]) + " " + pattern;
}

std::map<std::string, const json::Value*> operations() {
  std::map<std::string, const json::Value*> found;
  for (const auto& [path, methods] : document().find("paths")->members()) {
    for (const auto& [method, operation] : methods.members()) {
      found[method + " " + path] = &operation;
    }
  }
  return found;
}

std::set<std::string> strings(const json::Value* array) {
  std::set<std::string> found;
  if (array == nullptr) return found;
  for (const auto& item : array->items()) found.insert(item.as_string());
  return found;
}

std::set<std::string> aliases(const Route& route) {
  const std::string pattern(route.pattern);
  std::set<std::string> found;
  if (route.alias == Alias::root || route.alias == Alias::both) found.insert(pattern.substr(4));
  if (route.alias == Alias::doubled || route.alias == Alias::both) found.insert("/api" + pattern);
  return found;
}

// "csrf, not_found": the description beside the reference to a refusal.
std::set<std::string> listed(std::string_view text) {
  std::set<std::string> found;
  std::stringstream stream{std::string(text)};
  for (std::string word; stream >> word;) {
    if (word.ends_with(',')) word.pop_back();
    found.insert(word);
  }
  return found;
}

Reasons refusals_of(const json::Value& operation) {
  Reasons reasons;
  for (const auto& [status, response] : operation.find("responses")->members()) {
    if (response.find("$ref") == nullptr) continue;
    reasons[status] = listed(response.find_string("description").value_or(""));
  }
  return reasons;
}

Reasons refusals_of_any_operation() {
  Reasons reasons;
  for (const auto& [status, names] : document().find("x-any-operation")->members()) {
    reasons[status] = strings(&names);
  }
  return reasons;
}

std::map<std::string, std::string> statuses() {
  std::map<std::string, std::string> found;
  for (const ErrorRow& row : error_table()) {
    found[std::string(row.name)] = std::to_string(row.status);
  }
  for (int i = 0; i <= static_cast<int>(net::fault_last); ++i) {
    const auto text = net::describe(static_cast<net::Fault>(i));
    found[std::string(text.reason)] = std::to_string(text.status);
  }
  return found;
}

void expect_references_exist(const json::Value& value) {
  if (value.is_array()) {
    for (const auto& item : value.items()) expect_references_exist(item);
  }
  if (!value.is_object()) return;
  for (const auto& [name, member] : value.members()) {
    expect_references_exist(member);
    if (name != "$ref") continue;
    const json::Value* target = &document();
    std::stringstream pointer(member.as_string().substr(2));
    for (std::string step; target != nullptr && std::getline(pointer, step, '/');) {
      target = target->find(step);
    }
    EXPECT_NE(target, nullptr) << member.as_string();
  }
}

TEST(OpenApi, ListsEachRouteOfTheTableAndNoOther) {
  std::set<std::string> told, there;
  for (const auto& [name, operation] : operations()) told.insert(name);
  for (const Route& route : public_routes()) there.insert(name_of(route));
  EXPECT_EQ(told, there);
}

TEST(OpenApi, SaysWhereElseEachRouteAnswers) {
  const auto told = operations();
  for (const Route& route : public_routes()) {
    ASSERT_TRUE(told.contains(name_of(route))) << name_of(route);
    EXPECT_EQ(strings(told.at(name_of(route))->find("x-aliases")), aliases(route))
        << name_of(route);
  }
}

TEST(OpenApi, SaysWhoMayCall) {
  const auto told = operations();
  for (const Route& route : public_routes()) {
    ASSERT_TRUE(told.contains(name_of(route))) << name_of(route);
    const json::Value& operation = *told.at(name_of(route));
    const std::string security = json::compact(*operation.find("security"));
    const bool asks_for_session = refusals_of(operation)["401"].contains("no_session");
    switch (route.auth) {
      case Auth::open:
        EXPECT_EQ(security, "[]") << name_of(route);
        break;
      case Auth::agent:
        EXPECT_EQ(security, R"([{"agentKey":[]}])") << name_of(route);
        break;
      case Auth::executor:
        EXPECT_EQ(security, R"([{"executorKey":[]}])") << name_of(route);
        break;
      case Auth::evidence:
        // An export goes to keys alone; its function sees to that.
        EXPECT_EQ(security, route.pattern == "/api/audit/export"
                                ? R"([{"auditorKey":[]}])"
                                : R"([{"auditorKey":[]},{"session":[]}])")
            << name_of(route);
        break;
      case Auth::receipt:
        EXPECT_EQ(security, R"([{"agentKey":[]},{"auditorKey":[]},{"session":[]}])")
            << name_of(route);
        break;
      case Auth::door:
        EXPECT_EQ(security, asks_for_session ? R"([{"session":[]}])" : "[]") << name_of(route);
        break;
    }
  }
}

TEST(OpenApi, PutsEachReasonUnderItsStatus) {
  const auto status_of = statuses();
  std::vector<std::pair<std::string, Reasons>> tables{{"any", refusals_of_any_operation()}};
  for (const auto& [name, operation] : operations())
    tables.emplace_back(name, refusals_of(*operation));
  for (const auto& [name, table] : tables) {
    for (const auto& [status, reasons] : table) {
      for (const auto& reason : reasons) {
        ASSERT_TRUE(status_of.contains(reason)) << name << ": " << reason << " is no reason";
        EXPECT_EQ(status_of.at(reason), status) << name << ": " << reason;
      }
    }
  }
}

TEST(OpenApi, NamesEachReasonSomewhere) {
  std::set<std::string> told = strings(document().find("x-no-operation"));
  for (const auto& [status, reasons] : refusals_of_any_operation()) {
    told.insert(reasons.begin(), reasons.end());
  }
  std::set<std::string> there;
  for (const auto& [name, status] : statuses()) there.insert(name);
  for (const auto& [name, operation] : operations()) {
    for (const auto& [status, reasons] : refusals_of(*operation)) {
      told.insert(reasons.begin(), reasons.end());
    }
  }
  EXPECT_EQ(told, there);
  const json::Value* error = document().find("components")->find("schemas")->find("Error");
  EXPECT_EQ(strings(error->find("properties")->find("reason")->find("enum")), there);
}

TEST(OpenApi, SaysThatEachOperationOfAKindIsRefusedAlike) {
  for (const auto& [name, operation] : operations()) {
    auto reasons = refusals_of(*operation);
    const std::string security = json::compact(*operation->find("security"));
    if (security.contains("Key")) {
      EXPECT_TRUE(reasons["401"].contains("api_key_invalid")) << name;
      EXPECT_TRUE(reasons["403"].contains("wrong_role")) << name;
      EXPECT_TRUE(reasons["429"].contains("failed_auth_limited")) << name;
    }
    const json::Value* parameters = operation->find("parameters");
    const bool walled = parameters != nullptr && json::compact(*parameters).contains("/Csrf");
    // A stream holds a connection, so pages of other sites are turned away from it as well.
    const bool stream = json::compact(*operation->find("responses")).contains("event-stream");
    EXPECT_EQ(reasons["403"].contains("csrf"), walled || stream) << name;
    EXPECT_EQ(reasons["400"].contains("json_syntax"), reasons["422"].contains("duplicate_key"))
        << name;
  }
}

TEST(OpenApi, RefersOnlyToWhatIsThere) {
  expect_references_exist(document());
}

}  // namespace
}  // namespace lp::api
