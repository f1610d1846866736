#include "net/assets.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "base/file.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "net/assets_table.h"

namespace lp::net {
namespace {

constexpr const char* script = "/assets/index-BvK3q9Zd.js";

std::string value_of(const Reply& reply, std::string_view name) {
  for (const auto& [field, value] : reply.headers) {
    if (field == name) return value;
  }
  return {};
}

Reply serve(const Assets& assets, std::string_view path, Headers headers = {}) {
  Request request;
  request.headers = std::move(headers);
  auto reply = assets.serve(request, path);
  EXPECT_TRUE(reply) << path;
  return reply.value_or(Reply());
}

std::string on_disk(const std::string& path) {
  return read_file(std::string(LP_TEST_DIST) + path, 1 << 20).value();
}

TEST(EmbeddedAssets, AreTheFilesOfTheDirectory) {
  const auto assets = embedded_assets();
  for (const std::string path : {"/index.html", script, "/manifest.webmanifest"}) {
    EXPECT_EQ(serve(*assets, path).body, on_disk(path)) << path;
  }
  EXPECT_EQ(serve(*assets, "/").body, on_disk("/index.html"));
  EXPECT_FALSE(assets->serve(Request(), "/none"));
  EXPECT_FALSE(assets->serve(Request(), "/index.html/"));
  EXPECT_FALSE(assets->serve(Request(), ""));
}

TEST(EmbeddedAssets, KnowTheirTypes) {
  const auto assets = embedded_assets();
  EXPECT_EQ(serve(*assets, "/").content_type, "text/html; charset=utf-8");
  EXPECT_EQ(serve(*assets, script).content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(serve(*assets, "/manifest.webmanifest").content_type, "application/manifest+json");
}

TEST(EmbeddedAssets, KeepHashedNamesForEverAndAskForTheRest) {
  const auto assets = embedded_assets();
  EXPECT_EQ(value_of(serve(*assets, script), "Cache-Control"),
            "public, max-age=31536000, immutable");
  EXPECT_EQ(value_of(serve(*assets, "/"), "Cache-Control"), "no-cache");
  EXPECT_EQ(value_of(serve(*assets, "/manifest.webmanifest"), "Cache-Control"), "no-cache");
}

TEST(EmbeddedAssets, GiveBrotliToThoseWhoTakeIt) {
  const auto assets = embedded_assets();
  const std::size_t whole = on_disk(script).size();
  for (const auto* accepted : {"br", "gzip, deflate, br", "gzip;q=1, BR ; q=0.5", "br;q=1"}) {
    const Reply reply = serve(*assets, script, {{"accept-encoding", accepted}});
    EXPECT_EQ(value_of(reply, "Content-Encoding"), "br") << accepted;
    EXPECT_LT(reply.body.size(), whole) << accepted;
  }
  for (const auto* refused : {"", "gzip", "br;q=0", "br; q=0.000", "brx"}) {
    const Reply reply = serve(*assets, script, {{"accept-encoding", refused}});
    EXPECT_EQ(value_of(reply, "Content-Encoding"), "") << refused;
    EXPECT_EQ(reply.body.size(), whole) << refused;
    EXPECT_EQ(value_of(reply, "Vary"), "Accept-Encoding");
  }
}

TEST(EmbeddedAssets, EmbedBrotliOnlyWhereItIsSmaller) {
  const auto assets = embedded_assets();
  const Reply tiny = serve(*assets, "/manifest.webmanifest", {{"accept-encoding", "br"}});
  EXPECT_EQ(value_of(tiny, "Content-Encoding"), "");
}

TEST(EmbeddedAssets, AnswerNotModifiedToTheirOwnTag) {
  const auto assets = embedded_assets();
  const std::string plain = value_of(serve(*assets, script), "ETag");
  const std::string brotli = value_of(serve(*assets, script, {{"accept-encoding", "br"}}), "ETag");
  EXPECT_NE(plain, brotli);
  for (const std::string& tag : {plain, "\"x\", " + plain, "W/" + plain, std::string("*")}) {
    const Reply reply = serve(*assets, script, {{"if-none-match", tag}});
    EXPECT_EQ(reply.status, 304) << tag;
    EXPECT_EQ(reply.body, "");
    EXPECT_EQ(value_of(reply, "ETag"), plain);
  }
  for (const std::string& tag : {brotli, std::string("\"x\""), std::string()}) {
    EXPECT_EQ(serve(*assets, script, {{"if-none-match", tag}}).status, 200) << tag;
  }
}

TEST(EmbeddedAssets, HashTheImportMapAndTheManifest) {
  const auto assets = embedded_assets();
  const std::string map = R"({"integrity":{"/assets/index-BvK3q9Zd.js":"sha384-x"}})";
  EXPECT_EQ(assets->import_map_hash(), "'sha256-" + base64(crypto::sha256(map).view()) + "'");
  std::string manifest;
  for (const std::string path : {script, "/index.html", "/manifest.webmanifest"}) {
    manifest += path + " " + crypto::sha256(on_disk(path)).hex() + "\n";
  }
  EXPECT_EQ(assets->manifest_sha256(), crypto::sha256(manifest).hex());
}

TEST(Assets, AreTheSameEmbeddedAndFromTheDirectory) {
  const auto embedded = embedded_assets();
  const auto directory = directory_assets(std::string(LP_TEST_DIST) + "/");
  EXPECT_EQ(embedded->manifest_sha256(), directory->manifest_sha256());
  EXPECT_EQ(embedded->import_map_hash(), directory->import_map_hash());
  for (const std::string path : {"/", script, "/manifest.webmanifest"}) {
    const Reply a = serve(*embedded, path);
    const Reply b = serve(*directory, path);
    EXPECT_EQ(a.body, b.body);
    EXPECT_EQ(a.content_type, b.content_type);
    EXPECT_EQ(a.headers, b.headers);
  }
}

TEST(Assets, WithoutADashboardSayHowToGetOne) {
  for (const auto& assets : {table_assets({}), directory_assets("/nonexistent")}) {
    const Reply reply = serve(*assets, "/");
    EXPECT_EQ(reply.status, 503);
    EXPECT_TRUE(reply.content_type.starts_with("text/plain"));
    EXPECT_NE(reply.body.find("no dashboard"), std::string::npos);
    EXPECT_FALSE(assets->serve(Request(), "/other.js"));
    EXPECT_EQ(assets->import_map_hash(), "");
  }
}

TEST(DirectoryAssets, DoNotLeaveTheDirectory) {
  const auto assets = directory_assets(std::string(LP_TEST_DIST) + "/assets");
  EXPECT_TRUE(assets->serve(Request(), "/index-BvK3q9Zd.js"));
  for (const auto* path : {"/../index.html", "/x/../../index.html", "index.html", "/.."}) {
    EXPECT_FALSE(assets->serve(Request(), path)) << path;
  }
}

TEST(SecurityHeaders, HaveTheOneContentSecurityPolicy) {
  const auto policy = [](std::string_view hash) {
    return value_of({.headers = security_headers(hash, false)}, "Content-Security-Policy");
  };
  const std::string rest =
      "; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; worker-src 'self'; "
      "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
      "require-trusted-types-for 'script'; trusted-types lp-sw; report-to csp";
  EXPECT_EQ(policy(""), "default-src 'none'; script-src 'self'" + rest);
  EXPECT_EQ(policy("'sha256-x'"), "default-src 'none'; script-src 'self' 'sha256-x'" + rest);
}

TEST(SecurityHeaders, AreComplete) {
  const Reply plain{.headers = security_headers({}, false)};
  EXPECT_EQ(value_of(plain, "Reporting-Endpoints"), "csp=\"/api/csp-report\"");
  EXPECT_EQ(value_of(plain, "Integrity-Policy"), "blocked-destinations=(script)");
  EXPECT_EQ(value_of(plain, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(value_of(plain, "Referrer-Policy"), "no-referrer");
  EXPECT_EQ(value_of(plain, "Cross-Origin-Opener-Policy"), "same-origin");
  EXPECT_EQ(value_of(plain, "Cross-Origin-Resource-Policy"), "same-origin");
  EXPECT_TRUE(value_of(plain, "Permissions-Policy")
                  .starts_with("camera=(self), publickey-credentials-get=(self), "
                               "publickey-credentials-create=(self), accelerometer=()"));
  EXPECT_EQ(value_of(plain, "Strict-Transport-Security"), "");
  const Reply tls{.headers = security_headers({}, true)};
  EXPECT_NE(value_of(tls, "Strict-Transport-Security"), "");
}

}  // namespace
}  // namespace lp::net
