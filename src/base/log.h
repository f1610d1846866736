// Operational log: one JSON object a line on standard error (security.md D-77).
//
// Never a payload, a token, a key, a query string or a free text that came from outside. Control
// bytes are escaped, so each event is exactly one line, written with one system call and never
// longer than a pipe takes at once: lines of several threads do not mix. This is not the audit log
// (evidence/).

#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "base/time.h"

namespace lp::log {

struct Field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, bool> value;

  Field(std::string_view n, std::string_view v) : name(n), value(v) {}
  Field(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
  Field(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
  Field(std::string_view n, bool v) : name(n), value(v) {}
  template <typename Integer>
    requires std::is_integral_v<Integer>
  Field(std::string_view n, Integer v) : name(n), value(static_cast<std::int64_t>(v)) {}
};

enum class Format : std::uint8_t { json, pretty };
enum class Level : std::uint8_t { info, warning, error };

// The longest line including its end: PIPE_BUF, what a pipe takes in one piece.
inline constexpr std::size_t line_bytes_max = 4096;

// Call once at start; before it the format is json.
void configure(Format format);

// `event` is a stable dotted name ("server.started"); `message` is a sentence for people.
void info(std::string_view event, std::string_view message,
          std::initializer_list<Field> fields = {});
void warning(std::string_view event, std::string_view message,
             std::initializer_list<Field> fields = {});
void error(std::string_view event, std::string_view message,
           std::initializer_list<Field> fields = {});

// What the three above write. Values that are too long are cut and end in "…"; fields that do not
// fit any more are left out, and the line says `"truncated":true`.
std::string line(Format format, Level level, Instant now, std::string_view event,
                 std::string_view message, std::initializer_list<Field> fields);

}  // namespace lp::log
