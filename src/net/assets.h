// Static files: those embedded in the binary, or a directory while developing (--web-dir).
//
// Replies carry a strong ETag, `Vary: Accept-Encoding`, brotli where the client takes it, 304, and
// Cache-Control immutable for hashed names, no-cache for the rest. The CSP is the page's own
// (security.md D-10, D-11) and is set on every reply of the server.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/message.h"

namespace lp::net {

class Assets {
 public:
  virtual ~Assets() = default;
  // Nothing when there is no such file. Thread-safe.
  [[nodiscard]] virtual std::optional<Reply> serve(const Request& request,
                                                   std::string_view path) const = 0;
  // SHA-256 over the sorted manifest, hex: `letsping version --json` and Settings show it.
  [[nodiscard]] virtual std::string manifest_sha256() const = 0;
  // `'sha256-…'` of the inline import map for script-src; empty when there is none.
  [[nodiscard]] virtual std::string import_map_hash() const = 0;
};

std::unique_ptr<Assets> embedded_assets();
std::unique_ptr<Assets> directory_assets(std::string directory);

// The fixed security headers of every reply (D-10); `import_map_hash` goes into script-src.
Headers security_headers(std::string_view import_map_hash, bool tls);

}  // namespace lp::net
