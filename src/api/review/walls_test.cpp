#include "api/review/walls.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lp::api {
namespace {

using net::Method;

// A header that is left out.
constexpr const char* absent = nullptr;

net::Request call(Method method, const char* content_type, const char* origin,
                  const char* fetch_site, const char* own_header) {
  net::Request request;
  request.method = method;
  request.path = "/api/login";
  request.host = "letsping.example:8443";
  request.tls = true;
  const std::pair<std::string_view, const char*> headers[] = {
      {"content-type", content_type},
      {"origin", origin},
      {"sec-fetch-site", fetch_site},
      {"x-lp-csrf", own_header},
  };
  for (const auto& [name, value] : headers) {
    if (value != absent) request.headers.emplace_back(name, value);
  }
  return request;
}

TEST(Walls, LetOneCombinationOfAllThrough) {
  const Method methods[] = {Method::get, Method::head, Method::post,
                            Method::put, Method::del,  Method::options};
  const char* const content_types[] = {absent,
                                       "",
                                       "text/plain",
                                       "text/plain; application/json",
                                       "application/x-www-form-urlencoded",
                                       "multipart/form-data; boundary=x",
                                       "application/jsonx",
                                       "application/json"};
  const char* const origins[] = {absent,
                                 "",
                                 "null",
                                 "http://letsping.example:8443",
                                 "https://letsping.example",
                                 "https://letsping.example:8443/",
                                 "https://letsping.example:8443.evil.example",
                                 "https://evil.example",
                                 "https://sub.letsping.example:8443",
                                 "https://letsping.example:8443"};
  const char* const sites[] = {absent, "", "none", "same-site", "cross-site", "same-origin"};
  const char* const own_headers[] = {absent, "", "0", "true", "1"};
  int refused = 0, passed = 0;
  for (const Method method : methods) {
    for (const char* content_type : content_types) {
      for (const char* origin : origins) {
        for (const char* site : sites) {
          for (const char* own_header : own_headers) {
            const auto reply =
                refuse_foreign_page("", call(method, content_type, origin, site, own_header));
            if (!reply) {
              ++passed;
              continue;
            }
            ++refused;
            ASSERT_EQ(reply->status, 403);
            ASSERT_NE(reply->body.find(R"("reason":"csrf")"), std::string::npos);
          }
        }
      }
    }
  }
  EXPECT_EQ(passed, 1);
  EXPECT_EQ(refused, 6 * 8 * 10 * 6 * 5 - 1);
}

TEST(Walls, TakeACharsetAndAnyCaseOfTheContentType) {
  const char* const ours = "https://letsping.example:8443";
  EXPECT_FALSE(refuse_foreign_page(
      "", call(Method::post, "application/json; charset=utf-8", ours, "same-origin", "1")));
  EXPECT_FALSE(refuse_foreign_page(
      "", call(Method::post, "Application/JSON ;x=y", ours, "same-origin", "1")));
}

TEST(Walls, KnowTheSchemeOfThisServer) {
  auto request =
      call(Method::post, "application/json", "http://localhost:8400", "same-origin", "1");
  request.host = "localhost:8400";
  EXPECT_TRUE(refuse_foreign_page("", request));
  request.tls = false;
  EXPECT_FALSE(refuse_foreign_page("", request));
}

TEST(Walls, LearnTheSchemeFromThePublicUrlAtItsHostOnly) {
  auto request =
      call(Method::post, "application/json", "https://letsping.example", "same-origin", "1");
  request.tls = false;  // a proxy that does not say so
  request.host = "letsping.example";
  EXPECT_TRUE(refuse_foreign_page("", request));
  EXPECT_FALSE(refuse_foreign_page("https://letsping.example", request));
  EXPECT_TRUE(refuse_foreign_page("https://another.example", request));
  request.headers[1].second = "http://letsping.example";
  EXPECT_TRUE(refuse_foreign_page("https://letsping.example", request));
  request.host = "localhost:8400";
  request.headers[1].second = "http://localhost:8400";
  EXPECT_FALSE(refuse_foreign_page("https://letsping.example", request));
}

}  // namespace
}  // namespace lp::api
