// The fixed headers of security.md D-10; declared in assets.h, beside the page that they guard.

#include <array>
#include <string>
#include <string_view>

#include "net/assets.h"

namespace lp::net {

namespace {

// Camera for pairing by QR code, passkeys for approving; nothing else that a browser could lend.
std::string permissions_policy() {
  static constexpr auto own = std::to_array<std::string_view>(
      {"camera", "publickey-credentials-get", "publickey-credentials-create"});
  static constexpr auto denied = std::to_array<std::string_view>({"accelerometer",
                                                                  "autoplay",
                                                                  "browsing-topics",
                                                                  "clipboard-read",
                                                                  "clipboard-write",
                                                                  "compute-pressure",
                                                                  "cross-origin-isolated",
                                                                  "display-capture",
                                                                  "encrypted-media",
                                                                  "fullscreen",
                                                                  "gamepad",
                                                                  "geolocation",
                                                                  "gyroscope",
                                                                  "hid",
                                                                  "identity-credentials-get",
                                                                  "idle-detection",
                                                                  "keyboard-map",
                                                                  "local-fonts",
                                                                  "magnetometer",
                                                                  "microphone",
                                                                  "midi",
                                                                  "otp-credentials",
                                                                  "payment",
                                                                  "picture-in-picture",
                                                                  "screen-wake-lock",
                                                                  "serial",
                                                                  "storage-access",
                                                                  "sync-xhr",
                                                                  "unload",
                                                                  "usb",
                                                                  "window-management",
                                                                  "xr-spatial-tracking"});
  std::string out;
  for (const auto feature : own) out.append(feature).append("=(self), ");
  for (const auto feature : denied) out.append(feature).append("=(), ");
  out.resize(out.size() - 2);
  return out;
}

std::string content_security_policy(std::string_view import_map_hash) {
  std::string scripts = "script-src 'self'";
  if (!import_map_hash.empty()) scripts.append(" ").append(import_map_hash);
  return "default-src 'none'; " + scripts +
         "; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
         "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
         "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types lp-sw; "
         "report-to csp";
}

}  // namespace

Headers security_headers(std::string_view import_map_hash, bool tls) {
  Headers headers{
      {"Content-Security-Policy", content_security_policy(import_map_hash)},
      {"Reporting-Endpoints", R"(csp="/api/csp-report")"},
      {"Integrity-Policy", "blocked-destinations=(script)"},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Permissions-Policy", permissions_policy()},
  };
  if (tls) headers.emplace_back("Strict-Transport-Security", "max-age=63072000");
  return headers;
}

}  // namespace lp::net
