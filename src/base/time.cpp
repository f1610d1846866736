#include "base/time.h"

#include <chrono>

#include "base/assert.h"

namespace lp {
namespace {

constexpr std::string_view form = "0000-00-00T00:00:00.000Z";
constexpr std::int64_t ms_per_day = 86'400'000;

void put_digits(std::string& text, std::size_t at, std::size_t count, std::int64_t value) {
  for (std::size_t i = count; i > 0; --i) {
    text[at + i - 1] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

// Only after every place was checked to hold a digit.
std::int64_t digits(std::string_view text, std::size_t at, std::size_t count) {
  std::int64_t value = 0;
  for (const char c : text.substr(at, count)) value = value * 10 + (c - '0');
  return value;
}

bool has_form(std::string_view text) {
  if (text.size() != form.size()) return false;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool fits = form[i] == '0' ? text[i] >= '0' && text[i] <= '9' : text[i] == form[i];
    if (!fits) return false;
  }
  return true;
}

}  // namespace

std::string to_string(Instant t) {
  // Floored, so that the time of day of an instant before 1970 is not negative.
  std::int64_t day = t.ms / ms_per_day;
  if (t.ms % ms_per_day < 0) --day;
  const std::int64_t ms_of_day = t.ms - day * ms_per_day;
  constexpr std::int64_t first_day = -719'528;  // 0000-01-01
  constexpr std::int64_t last_day = 2'932'896;  // 9999-12-31
  LP_ASSERT(day >= first_day && day <= last_day);
  const std::chrono::year_month_day date{
      std::chrono::sys_days{std::chrono::days{static_cast<int>(day)}}};

  std::string text(form);
  put_digits(text, 0, 4, static_cast<int>(date.year()));
  put_digits(text, 5, 2, static_cast<unsigned>(date.month()));
  put_digits(text, 8, 2, static_cast<unsigned>(date.day()));
  put_digits(text, 11, 2, ms_of_day / 3'600'000);
  put_digits(text, 14, 2, ms_of_day / 60'000 % 60);
  put_digits(text, 17, 2, ms_of_day / 1'000 % 60);
  put_digits(text, 20, 3, ms_of_day % 1'000);
  return text;
}

std::optional<Instant> parse_instant(std::string_view text) {
  if (!has_form(text)) return std::nullopt;
  const std::chrono::year_month_day date{
      std::chrono::year(static_cast<int>(digits(text, 0, 4))),
      std::chrono::month(static_cast<unsigned>(digits(text, 5, 2))),
      std::chrono::day(static_cast<unsigned>(digits(text, 8, 2)))};
  const std::int64_t hour = digits(text, 11, 2);
  const std::int64_t minute = digits(text, 14, 2);
  const std::int64_t second = digits(text, 17, 2);
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const std::int64_t day = std::chrono::sys_days(date).time_since_epoch().count();
  return Instant{day * ms_per_day + hour * 3'600'000 + minute * 60'000 + second * 1'000 +
                 digits(text, 20, 3)};
}

Instant SystemClock::now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count()};
}

std::int64_t SystemClock::monotonic_ms() {
  const auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_boot).count();
}

}  // namespace lp
