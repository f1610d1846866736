#include "base/log.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "base/text.h"

namespace lp::log {
namespace {

constexpr std::size_t value_bytes_max = 1024;  // as written, with escapes
constexpr std::string_view ellipsis = "…";

std::atomic<Format> chosen_format = Format::json;

// Code points that a terminal or a line reader would act on instead of showing them.
bool must_be_escaped(char32_t c) {
  if (c < 0x20 || (c >= 0x7f && c <= 0x9f)) return true;  // C0, DEL, C1
  if (c >= 0x2028 && c <= 0x202e) return true;            // line separators, bidi overrides
  return (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f || c == 0x061c;
}

void append_unicode_escape(std::string& out, char32_t c) {
  const char bytes[2] = {static_cast<char>(c >> 8), static_cast<char>(c & 0xff)};
  out += "\\u";
  out += hex({bytes, sizeof bytes});
}

// The inside of a JSON string, at most value_bytes_max long; bytes that are no UTF-8 become U+FFFD.
void append_escaped(std::string& out, std::string_view text) {
  const std::size_t start = out.size();
  while (!text.empty()) {
    const std::size_t before = out.size();
    const auto point = first_code_point(text);
    if (!point) {
      out += "\\ufffd";
    } else if (point->value == '"' || point->value == '\\') {
      out += '\\';
      out += text[0];
    } else if (point->value == '\n') {
      out += "\\n";
    } else if (must_be_escaped(point->value)) {
      append_unicode_escape(out, point->value);
    } else {
      out += text.substr(0, point->bytes);
    }
    text.remove_prefix(point ? point->bytes : 1);
    if (out.size() - start > value_bytes_max) {
      out.resize(before);
      out += ellipsis;
      return;
    }
  }
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text);
  out += '"';
}

void append_value(std::string& out, const Field& field) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    append_quoted(out, *text);
  } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
    out += std::to_string(*number);
  } else {
    out += std::get<bool>(field.value) ? "true" : "false";
  }
}

std::string_view name_of(Level level) {
  switch (level) {
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      break;
  }
  return "error";
}

// Room that stays free for the mark of a truncated line and the end of the line.
constexpr std::string_view json_truncated = ",\"truncated\":true";
constexpr std::string_view pretty_truncated = " …";
constexpr std::size_t reserve_bytes = json_truncated.size() + 2;

void append_fields(std::string& out, Format format, std::initializer_list<Field> fields) {
  for (const Field& field : fields) {
    const std::size_t before = out.size();
    if (format == Format::json) {
      out += ',';
      append_quoted(out, field.name);
      out += ':';
    } else {
      out += ' ';
      append_escaped(out, field.name);
      out += '=';
    }
    append_value(out, field);
    if (out.size() + reserve_bytes > line_bytes_max) {
      out.resize(before);
      out += format == Format::json ? json_truncated : pretty_truncated;
      return;
    }
  }
}

void write_line(Level level, std::string_view event, std::string_view message,
                std::initializer_list<Field> fields) {
  const std::string text = line(chosen_format.load(std::memory_order_relaxed), level,
                                SystemClock().now(), event, message, fields);
  // One call, so that the line stays whole. A reader that is gone or slow costs the line, never
  // the request: there is nothing to be done about it here.
  while (::write(STDERR_FILENO, text.data(), text.size()) < 0 && errno == EINTR) {
  }
}

}  // namespace

std::string line(Format format, Level level, Instant now, std::string_view event,
                 std::string_view message, std::initializer_list<Field> fields) {
  std::string out;
  if (format == Format::json) {
    out = R"({"time":")" + to_string(now) + R"(","level":")";
    out += name_of(level);
    out += R"(","event":)";
    append_quoted(out, event);
    out += R"(,"message":)";
    append_quoted(out, message);
    append_fields(out, format, fields);
    out += "}\n";
    return out;
  }
  out = to_string(now).substr(11, 12);
  out += ' ';
  out += name_of(level);
  out += ' ';
  append_escaped(out, message);
  out += " [";
  append_escaped(out, event);
  out += ']';
  append_fields(out, format, fields);
  out += '\n';
  return out;
}

void configure(Format format) {
  chosen_format.store(format, std::memory_order_relaxed);
}

void info(std::string_view event, std::string_view message, std::initializer_list<Field> fields) {
  write_line(Level::info, event, message, fields);
}

void warning(std::string_view event, std::string_view message,
             std::initializer_list<Field> fields) {
  write_line(Level::warning, event, message, fields);
}

void error(std::string_view event, std::string_view message, std::initializer_list<Field> fields) {
  write_line(Level::error, event, message, fields);
}

}  // namespace lp::log
