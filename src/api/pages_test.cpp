#include "api/pages.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

#include "api/testing.h"

namespace lp::api {
namespace {

// Answers with the name of the file that was asked for.
class Names final : public net::Assets {
 public:
  [[nodiscard]] std::optional<net::Reply> serve(const net::Request&,
                                                std::string_view path) const override {
    net::Reply reply;
    reply.body = path;
    return reply;
  }
  [[nodiscard]] std::string manifest_sha256() const override { return {}; }
  [[nodiscard]] std::string import_map_hash() const override { return {}; }
};

net::Reply get(std::string path) {
  static Server server;
  static const Names names;
  Context context{.engine = server.context.engine,
                  .assets = names,
                  .public_url = {},
                  .session_reads_log = session_reads_log};
  return settle(dispatch(context, page_call(net::Method::get, std::move(path))));
}

std::string disposition(const net::Reply& reply) {
  for (const auto& [name, value] : reply.headers) {
    if (name == "Content-Disposition") return value;
  }
  return {};
}

TEST(Pages, OfTheDashboardAreOneFile) {
  for (const char* path : {"/", "/setup", "/inbox", "/requests/req_1", "/settings"}) {
    EXPECT_EQ(get(path).body, "/index.html") << path;
  }
}

TEST(Pages, ShowTheVerifierToAnybody) {
  const net::Reply reply = get("/verify");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "/verify/index.html");
  EXPECT_EQ(disposition(reply), "");
}

TEST(Pages, HandTheVerifierOutAsAFileToKeep) {
  const net::Reply reply = get("/verify.html");
  EXPECT_EQ(reply.body, "/verify.html");
  EXPECT_EQ(disposition(reply), "attachment; filename=\"letsping-verify.html\"");
}

TEST(Pages, AreNotThereInABuildWithoutThem) {
  Server server;
  for (const char* path : {"/verify", "/verify.html"}) {
    EXPECT_EQ(server.send(page_call(net::Method::get, path)).status, 404) << path;
  }
}

}  // namespace
}  // namespace lp::api
