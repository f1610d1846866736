#include "api/signed_url.h"

#include <gtest/gtest.h>

#include "api/errors.h"
#include "api/testing.h"

namespace lp::api {
namespace {

constexpr std::string_view path = "/api/snapshots/req_1";

net::Request request_of(const std::string& url, net::Method method) {
  net::Request request;
  request.method = method;
  const std::size_t question = url.find('?');
  request.path = url.substr(0, question);
  request.query = question == std::string::npos ? "" : url.substr(question + 1);
  return request;
}

std::string verdict(const std::optional<net::Reply>& refused) {
  return refused ? reason_in(*refused) : "ok";
}

struct Signing {
  core::House house;
  Instant now = house.clock.now();
  std::string url = sign_path(*house.keys, net::Method::put, path, now);

  [[nodiscard]] std::string check(const std::string& given, net::Method method,
                                  std::int64_t later_ms) const {
    return verdict(check_signed_path(*house.keys, request_of(given, method), path, now + later_ms));
  }
};

TEST(SignedUrl, IsGoodForAnHourAndNotLonger) {
  const Signing signing;
  EXPECT_EQ(signing.check(signing.url, net::Method::put, 0), "ok");
  EXPECT_EQ(signing.check(signing.url, net::Method::put, signed_url_ms - 2'000), "ok");
  EXPECT_EQ(signing.check(signing.url, net::Method::put, signed_url_ms), "url_expired");
  EXPECT_EQ(describe(Reason::url_expired).status, 403);
}

TEST(SignedUrl, IsForOneMethodAndOnePath) {
  const Signing signing;
  EXPECT_EQ(signing.check(signing.url, net::Method::get, 0), "url_signature_invalid");
  const auto elsewhere =
      check_signed_path(*signing.house.keys, request_of(signing.url, net::Method::put),
                        "/api/snapshots/req_2", signing.now);
  EXPECT_EQ(verdict(elsewhere), "url_signature_invalid");
}

TEST(SignedUrl, RefusesEveryChangedCharacterOfItsSignature) {
  const Signing signing;
  for (std::size_t at = signing.url.find("exp="); at < signing.url.size(); ++at) {
    std::string changed = signing.url;
    changed[at] = changed[at] == '0' ? '1' : '0';
    EXPECT_NE(signing.check(changed, net::Method::put, 0), "ok") << at;
  }
}

TEST(SignedUrl, RefusesWhatIsMissingOrNoNumber) {
  const Signing signing;
  for (const char* query : {"", "?exp=", "?exp=1&sig=", "?sig=00", "?exp=-1&sig=00",
                            "?exp=99999999999999999999&sig=00"}) {
    EXPECT_EQ(signing.check(std::string(path) + query, net::Method::put, 0),
              "url_signature_invalid")
        << query;
  }
}

TEST(SignedUrl, IsNotGoodOnAnotherServer) {
  const Signing signing;
  const core::House other;
  const auto refused =
      check_signed_path(*other.keys, request_of(signing.url, net::Method::put), path, signing.now);
  EXPECT_EQ(verdict(refused), "url_signature_invalid");
}

TEST(SignedUrl, ForDownloadingIsAbsolute) {
  const Signing signing;
  const std::string url =
      snapshot_download_url(*signing.house.keys, "https://lp.example", "req_1", signing.now);
  EXPECT_TRUE(url.starts_with("https://lp.example/api/snapshots/req_1?exp="));
  EXPECT_EQ(signing.check(url.substr(url.find("/api")), net::Method::get, 0), "ok");
}

}  // namespace
}  // namespace lp::api
