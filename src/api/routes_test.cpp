#include "api/routes.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "api/testing.h"

namespace lp::api {
namespace {

net::Reply told(std::string text) {
  net::Reply reply;
  reply.body = std::move(text);
  return reply;
}

net::Outcome show_parameters(Context&, Call& call) {
  std::string text;
  for (const auto& [name, value] : call.parameters) text += name + "=" + value + ";";
  return told(text);
}
net::Outcome other(Context&, Call&) {
  return told("otherwise");
}

std::string answer(std::span<const Route> routes, const std::string& path,
                   net::Method method = net::Method::get) {
  static Server server;
  net::Request request;
  request.method = method;
  request.path = path;
  const net::Reply reply = settle(dispatch(routes, server.context, std::move(request), other));
  return reply.status == 200 ? reply.body : std::to_string(reply.status);
}

TEST(Routes, MatchWholeSegments) {
  const Route routes[] = {{net::Method::get, "/a/{id}/b", show_parameters}};
  EXPECT_EQ(answer(routes, "/a/1/b"), "id=1;");
  for (const char* path : {"/", "/a", "/a/1", "/a/1/", "/a/1/b/", "/a/1/b/c", "/a//b", "/x/1/b",
                           "/a/1/bb", "//a/1/b"}) {
    EXPECT_EQ(answer(routes, path), "otherwise") << path;
  }
}

TEST(Routes, TakeTheRestOfAPathAsOneParameter) {
  const Route routes[] = {{net::Method::get, "/log/{log}/tile/{tile...}", show_parameters}};
  EXPECT_EQ(answer(routes, "/log/h/tile/0/x001/234.p/5"), "log=h;tile=0/x001/234.p/5;");
  EXPECT_EQ(answer(routes, "/log/h/tile/"), "log=h;tile=;");
  EXPECT_EQ(answer(routes, "/log/h/tile"), "otherwise");
}

TEST(Routes, MatchTheRootAndNothingElseForASlash) {
  const Route routes[] = {{net::Method::get, "/", show_parameters}};
  EXPECT_EQ(answer(routes, "/"), "");
  EXPECT_EQ(answer(routes, "/a"), "otherwise");
}

TEST(Routes, AnswerUnderTheirAliasesOnly) {
  const Route routes[] = {
      {net::Method::get, "/api/one", show_parameters, Auth::open, Alias::root},
      {net::Method::get, "/api/two", show_parameters, Auth::open, Alias::doubled},
      {net::Method::get, "/api/three", show_parameters, Auth::open}};
  for (const char* path : {"/api/one", "/one", "/api/two", "/api/api/two", "/api/three"}) {
    EXPECT_EQ(answer(routes, path), "") << path;
  }
  for (const char* path : {"/api/api/one", "/two", "/three", "/api/api/api/two"}) {
    EXPECT_EQ(answer(routes, path), "otherwise") << path;
  }
}

TEST(Routes, NameTheMethodsThatAPathTakes) {
  const Route routes[] = {{net::Method::put, "/a", show_parameters},
                          {net::Method::get, "/a", show_parameters}};
  static Server server;
  net::Request request;
  request.method = net::Method::del;
  request.path = "/a";
  const net::Reply reply = settle(dispatch(routes, server.context, std::move(request), other));
  EXPECT_EQ(reply.status, 405);
  ASSERT_FALSE(reply.headers.empty());
  EXPECT_EQ(reply.headers.back(), (std::pair<std::string, std::string>("Allow", "PUT, GET")));
}

TEST(Routes, HaveNoTwoForOneMethodAndPattern) {
  for (const auto routes : {public_routes(), socket_routes()}) {
    std::set<std::pair<int, std::string_view>> seen;
    for (const Route& route : routes) {
      EXPECT_TRUE(route.pattern.starts_with('/'));
      EXPECT_TRUE(seen.emplace(static_cast<int>(route.method), route.pattern).second)
          << route.pattern;
    }
  }
}

TEST(Routes, KeepAdministrationOffTheNetwork) {
  for (const Route& route : public_routes()) {
    EXPECT_FALSE(route.pattern.starts_with("/admin")) << route.pattern;
  }
}

TEST(Routes, AskEveryCallerOfTheAgentsDoorForAKey) {
  // Opened on purpose: health, the dashboard's pages, sign-up, reports of the browser, keys, the
  // root log.
  const std::set<std::string_view> open = {"/livez",
                                           "/log/root/checkpoint",
                                           "/log/root/tile/{tile...}",
                                           "/readyz",
                                           "/healthz",
                                           "/api/csp-report",
                                           "/api/agent-signup",
                                           "/api/agent-signup/request-token",
                                           "/",
                                           "/setup",
                                           "/login",
                                           "/login/callback",
                                           "/p",
                                           "/inbox",
                                           "/requests/{id}",
                                           "/audit",
                                           "/settings",
                                           "/settings/roster/{id}",
                                           "/settings/erasure/{id}",
                                           "/settings/rollback",
                                           "/settings/go-live",
                                           "/verify",
                                           "/verify.html",
                                           "/.well-known/jwks.json",
                                           "/.well-known/letsping-transparency",
                                           "/.well-known/security.txt"};
  for (const Route& route : public_routes()) {
    if (route.auth == Auth::open) {
      EXPECT_TRUE(open.contains(route.pattern)) << route.pattern;
    }
  }
}

}  // namespace
}  // namespace lp::api
