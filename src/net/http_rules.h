// What Beast's parser lets by and this server refuses (security.md 0.2, D-40). Pure functions.
//
// A request passes three gates before a byte of its body is read: HeadScanner over the raw bytes
// (line endings, folding, control bytes, sizes), Beast's parser (grammar), and check_fields over
// the parsed header (framing, Host, expectations). Whoever fails one is answered and cut off: after
// a framing error nobody can say where the next request begins.

#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "net/fault.h"
#include "net/message.h"
#include "net/server.h"

namespace lp::net {

// Finds the end of a header while its bytes arrive, each byte looked at once. Garbage is refused at
// the first bad byte, not at the timeout that waits for a blank line.
class HeadScanner {
 public:
  explicit HeadScanner(const Limits& limits) : limits_(limits) {}

  // `bytes` begins with what earlier calls were given. The length of the header with its blank
  // line once that is there, else 0.
  std::expected<std::size_t, Fault> scan(std::string_view bytes);

 private:
  [[nodiscard]] std::optional<Fault> check_byte(unsigned char byte) const;
  [[nodiscard]] std::optional<Fault> check_size() const;
  bool end_line();

  const Limits& limits_;
  std::size_t position_ = 0;
  std::size_t line_start_ = 0;
  std::size_t line_ = 0;
  bool after_cr_ = false;
};

// Exactly the upper-case names; nothing for any other.
std::optional<Method> method_named(std::string_view name);
std::string_view method_name(Method method);

struct Target {
  std::string path;   // decoded once, duplicate slashes collapsed
  std::string query;  // raw
};

// Origin-form only.
std::expected<Target, Fault> read_target(std::string_view target);

// How the body is framed and how the connection goes on.
struct Framing {
  bool chunked = false;
  std::uint64_t length = 0;  // when not chunked
  bool expects_continue = false;
  bool keep_alive = false;
  std::string_view host;

  [[nodiscard]] bool has_body() const { return chunked || length > 0; }
};

// `request.method` and `request.headers` (names in lower case) are what is looked at; `version` is
// 10 or 11. The result borrows from `request`.
std::expected<Framing, Fault> check_fields(const Request& request [[clang::lifetimebound]],
                                           unsigned version, const Limits& limits);

// Percent-decodes; nothing for a malformed or zero escape.
std::optional<std::string> percent_decoded(std::string_view text);

bool equal_ignoring_case(std::string_view a, std::string_view b);

// Whether the comma-separated `list` has `token`, whatever its case.
bool list_contains(std::string_view list, std::string_view token);

// Without spaces and tabs at both ends.
std::string_view trimmed(std::string_view text);

}  // namespace lp::net
