#include "net/assets.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "net/assets_table.h"
#include "net/http_rules.h"

namespace lp::net {

namespace {

constexpr std::size_t file_bytes_max = 64 * 1024 * 1024;
constexpr std::size_t etag_hex_digits = 32;

// Vite's names carry eight characters of a hash: "/assets/index-BvK3q9Zd.js". Such a file never
// changes. A word of eight small letters is taken for a word, at the cost of a revalidation.
bool has_hashed_name(std::string_view path) {
  constexpr std::size_t hash_length = 8;
  const std::size_t dot = path.rfind('.');
  if (!path.starts_with("/assets/") || dot == std::string_view::npos) return false;
  const std::string_view stem = path.substr(0, dot);
  if (stem.size() <= hash_length || stem[stem.size() - hash_length - 1] != '-') return false;
  const auto mixed = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); };
  return std::ranges::any_of(stem.substr(stem.size() - hash_length), mixed);
}

// RFC 9110 §13.1.2: compared weakly, so a proxy that weakened our tag still gets its 304.
bool matches(std::string_view if_none_match, std::string_view etag) {
  for (std::string_view rest = if_none_match; !rest.empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    std::string_view candidate = trimmed(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    if (candidate.starts_with("W/")) candidate.remove_prefix(2);
    if (candidate == etag || candidate == "*") return true;
  }
  return false;
}

// Whether the client takes brotli: named, and not with a quality of zero.
bool accepts_brotli(std::string_view accept_encoding) {
  for (std::string_view rest = accept_encoding; !rest.empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view item = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    const std::size_t semicolon = std::min(item.find(';'), item.size());
    if (!equal_ignoring_case(trimmed(item.substr(0, semicolon)), "br")) continue;
    std::string_view quality = trimmed(item.substr(std::min(semicolon + 1, item.size())));
    if (!quality.starts_with("q=")) return true;
    quality.remove_prefix(2);
    return quality.find_first_not_of("0.") != std::string_view::npos;
  }
  return false;
}

Reply file_reply(const Request& request, const EmbeddedFile& file) {
  const bool brotli = !file.brotli.empty() && accepts_brotli(request.header("accept-encoding"));
  // A strong tag names bytes, so each encoding has its own.
  const std::string etag =
      "\"" + std::string(file.sha256.substr(0, etag_hex_digits)) + (brotli ? "-br\"" : "\"");
  Reply reply;
  reply.content_type = file.mime;
  reply.headers = {
      {"ETag", etag},
      {"Vary", "Accept-Encoding"},
      {"Cache-Control",
       has_hashed_name(file.path) ? "public, max-age=31536000, immutable" : "no-cache"}};
  if (matches(request.header("if-none-match"), etag)) {
    reply.status = 304;
    return reply;
  }
  if (brotli) reply.headers.emplace_back("Content-Encoding", "br");
  reply.body = brotli ? file.brotli : file.identity;
  return reply;
}

std::string manifest_hash(std::vector<std::pair<std::string, std::string>> path_and_sha256) {
  std::ranges::sort(path_and_sha256);
  std::string manifest;
  for (const auto& [path, sha256] : path_and_sha256) manifest += path + " " + sha256 + "\n";
  return crypto::sha256(manifest).hex();
}

Reply not_built() {
  Reply reply;
  reply.status = 503;
  reply.content_type = "text/plain; charset=utf-8";
  reply.body =
      "This build of the server has no dashboard in it. Build web/ and then the server again, or "
      "start it with --web-dir. The API works without.\n";
  return reply;
}

std::string_view file_name(std::string_view path) {
  return path == "/" ? "/index.html" : path;
}

class TableAssets final : public Assets {
 public:
  explicit TableAssets(EmbeddedTable table) : table_(table) {}

  std::optional<Reply> serve(const Request& request, std::string_view path) const override {
    const auto files = table_.files;
    if (files.empty() && file_name(path) == "/index.html") return not_built();
    const auto found = std::ranges::lower_bound(files, file_name(path), {}, &EmbeddedFile::path);
    if (found == files.end() || found->path != file_name(path)) return {};
    return file_reply(request, *found);
  }

  std::string manifest_sha256() const override {
    std::vector<std::pair<std::string, std::string>> lines;
    for (const auto& file : table_.files) lines.emplace_back(file.path, file.sha256);
    return manifest_hash(std::move(lines));
  }

  std::string import_map_hash() const override { return std::string(table_.import_map_hash); }

 private:
  const EmbeddedTable table_;
};

std::string_view mime_of(std::string_view path) {
  // The same as in tools/embed_assets.py; a test holds them together.
  static constexpr auto types = std::to_array<std::pair<std::string_view, std::string_view>>({
      {".css", "text/css; charset=utf-8"},
      {".html", "text/html; charset=utf-8"},
      {".ico", "image/x-icon"},
      {".js", "text/javascript; charset=utf-8"},
      {".json", "application/json"},
      {".map", "application/json"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".png", "image/png"},
      {".svg", "image/svg+xml"},
      {".txt", "text/plain; charset=utf-8"},
      {".webmanifest", "application/manifest+json"},
      {".webp", "image/webp"},
      {".woff2", "font/woff2"},
  });
  for (const auto& [suffix, mime] : types) {
    if (path.ends_with(suffix)) return mime;
  }
  return "application/octet-stream";
}

// `'sha256-…'` of the inline import map of a page, over the exact bytes between the tags.
std::string import_map_hash_of(std::string_view html) {
  for (const std::string_view tag : {R"(<script type="importmap">)", "<script type=importmap>"}) {
    const std::size_t start = html.find(tag);
    if (start == std::string_view::npos) continue;
    const std::size_t end = html.find("</script>", start);
    if (end == std::string_view::npos) return {};
    const std::string_view map = html.substr(start + tag.size(), end - start - tag.size());
    return "'sha256-" + base64(crypto::sha256(map).view()) + "'";
  }
  return {};
}

// For development only: reads the file anew at each request, so that a rebuilt page shows.
class DirectoryAssets final : public Assets {
 public:
  explicit DirectoryAssets(std::string directory) : directory_(std::move(directory)) {}

  std::optional<Reply> serve(const Request& request, std::string_view path) const override {
    const std::string name(file_name(path));
    // Session refuses dot segments; a name that still has one comes from elsewhere.
    if (!name.starts_with('/') || name.find("/..") != std::string::npos) return {};
    const auto bytes = read_file(directory_ + name, file_bytes_max);
    if (!bytes) {
      if (name == "/index.html") return not_built();
      return {};
    }
    const std::string sha256 = crypto::sha256(*bytes).hex();
    return file_reply(request, {name, mime_of(name), sha256, *bytes, {}});
  }

  std::string manifest_sha256() const override {
    namespace fs = std::filesystem;
    std::vector<std::pair<std::string, std::string>> lines;
    std::error_code error;
    for (fs::recursive_directory_iterator at(directory_, error), end; !error && at != end;
         at.increment(error)) {
      if (!at->is_regular_file(error)) continue;
      const auto bytes = read_file(at->path().string(), file_bytes_max);
      if (!bytes) continue;
      lines.emplace_back(at->path().string().substr(directory_.size()),
                         crypto::sha256(*bytes).hex());
    }
    return manifest_hash(std::move(lines));
  }

  std::string import_map_hash() const override {
    const auto html = read_file(directory_ + "/index.html", file_bytes_max);
    return html ? import_map_hash_of(*html) : std::string();
  }

 private:
  const std::string directory_;
};

}  // namespace

std::unique_ptr<Assets> table_assets(EmbeddedTable table) {
  return std::make_unique<TableAssets>(table);
}

std::unique_ptr<Assets> embedded_assets() {
  return table_assets(embedded_table());
}

std::unique_ptr<Assets> directory_assets(std::string directory) {
  while (directory.size() > 1 && directory.ends_with('/')) directory.pop_back();
  return std::make_unique<DirectoryAssets>(std::move(directory));
}

}  // namespace lp::net
