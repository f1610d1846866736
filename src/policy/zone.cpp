#include "policy/zone.h"

#include <algorithm>
#include <cstring>

namespace lp::policy {
namespace {

constexpr std::int64_t day_s = 86'400;
constexpr std::size_t header_bytes = 44;

std::int64_t big_endian(std::string_view bytes) {
  std::uint64_t value = (static_cast<unsigned char>(bytes.front()) & 0x80) != 0 ? ~0ULL : 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return static_cast<std::int64_t>(value);
}

// The counts of a header, in the order of RFC 8536 §3.1.
struct Header {
  std::size_t isutcnt, isstdcnt, leapcnt, timecnt, typecnt, charcnt;
};

std::optional<Header> read_header(std::string_view bytes) {
  if (bytes.size() < header_bytes || !bytes.starts_with("TZif")) return std::nullopt;
  std::size_t counts[6];
  for (std::size_t i = 0; i < 6; ++i) {
    const std::int64_t count = big_endian(bytes.substr(20 + 4 * i, 4));
    if (count < 0 || count > 100'000) return std::nullopt;
    counts[i] = static_cast<std::size_t>(count);
  }
  return Header{counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]};
}

std::size_t body_bytes(const Header& header, std::size_t time_bytes) {
  return header.timecnt * (time_bytes + 1) + header.typecnt * 6 + header.charcnt +
         header.leapcnt * (time_bytes + 4) + header.isstdcnt + header.isutcnt;
}

// Days from 1970-01-01 to this one of the proleptic Gregorian calendar.
std::int64_t days_from_civil(std::int64_t year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t of_era = year - era * 400;
  const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719'468;
}

bool is_leap(std::int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

std::int64_t year_of(std::int64_t unix_s) {
  std::int64_t year = 1970 + floor_div(unix_s, 31'556'952);
  while (days_from_civil(year + 1, 1, 1) * day_s <= unix_s) ++year;
  while (days_from_civil(year, 1, 1) * day_s > unix_s) --year;
  return year;
}

}  // namespace

// A POSIX TZ string as RFC 8536 §3.3 has it: `CET-1CEST,M3.5.0,M10.5.0/3`.
class Zone::FooterReader {
 public:
  explicit FooterReader(std::string_view text) : rest_(text) {}

  std::optional<Footer> read() {
    Footer footer;
    if (!name()) return std::nullopt;
    const auto standard = time();
    if (!standard) return std::nullopt;
    footer.standard_s = -*standard;  // POSIX counts westwards
    if (rest_.empty()) return footer;
    footer.has_summer = true;
    if (!name()) return std::nullopt;
    footer.summer_s = footer.standard_s + 3'600;
    if (!rest_.starts_with(',')) {
      const auto summer = time();
      if (!summer) return std::nullopt;
      footer.summer_s = -*summer;
    }
    const auto to_summer = turn(), to_standard = turn();
    if (!to_summer || !to_standard || !rest_.empty()) return std::nullopt;
    footer.to_summer = *to_summer;
    footer.to_standard = *to_standard;
    return footer;
  }

 private:
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool name() {
    const bool quoted = take('<');
    const auto end = std::find_if(rest_.begin(), rest_.end(), [quoted](char c) {
      if (quoted) return c == '>';
      return (c < 'A' || c > 'Z') && (c < 'a' || c > 'z');
    });
    const auto length = static_cast<std::size_t>(end - rest_.begin());
    rest_.remove_prefix(length);
    return length >= 1 && (!quoted || take('>'));
  }

  std::optional<int> number(int most) {
    int value = 0;
    std::size_t length = 0;
    while (length < rest_.size() && rest_[length] >= '0' && rest_[length] <= '9' && length < 4) {
      value = value * 10 + (rest_[length++] - '0');
    }
    rest_.remove_prefix(length);
    if (length == 0 || value > most) return std::nullopt;
    return value;
  }

  // [+-]hh[:mm[:ss]] in seconds.
  std::optional<std::int64_t> time() {
    const bool negative = take('-');
    if (!negative) take('+');
    const auto hours = number(167);
    if (!hours) return std::nullopt;
    std::int64_t seconds = *hours * 3'600;
    for (const std::int64_t unit : {60, 1}) {
      if (!take(':')) break;
      const auto more = number(59);
      if (!more) return std::nullopt;
      seconds += *more * unit;
    }
    return negative ? -seconds : seconds;
  }

  bool read_day(Turn& turn) {
    if (take('M')) {
      const auto month = number(12);
      if (!month || *month < 1 || !take('.')) return false;
      const auto week = number(5);
      if (!week || *week < 1 || !take('.')) return false;
      const auto weekday = number(6);
      if (!weekday) return false;
      turn.month = *month;
      turn.week = *week;
      turn.weekday = *weekday;
      return true;
    }
    turn.leap_counts = !take('J');
    const auto day = number(365);
    if (!day || (!turn.leap_counts && *day < 1)) return false;
    turn.day = turn.leap_counts ? *day : *day - 1;
    return true;
  }

  std::optional<Turn> turn() {
    Turn turn;
    if (!take(',') || !read_day(turn)) return std::nullopt;
    if (take('/')) {
      const auto at = time();
      if (!at) return std::nullopt;
      turn.second = *at;
    }
    return turn;
  }

  std::string_view rest_;
};

std::optional<Zone> Zone::read(std::string_view tzif) {
  // Version 1 counts in 32 bits and is followed by the same in 64, which alone is read.
  const auto old = read_header(tzif);
  if (!old || tzif[4] < '2') return std::nullopt;
  const std::size_t skipped = header_bytes + body_bytes(*old, 4);
  if (tzif.size() < skipped) return std::nullopt;
  std::string_view rest = tzif.substr(skipped);
  const auto header = read_header(rest);
  if (!header || header->typecnt == 0) return std::nullopt;
  rest.remove_prefix(header_bytes);
  if (rest.size() < body_bytes(*header, 8)) return std::nullopt;

  const std::string_view indices = rest.substr(header->timecnt * 8, header->timecnt);
  const std::string_view types = rest.substr(header->timecnt * 9, header->typecnt * 6);
  const auto offset_of = [types](std::size_t type) {
    return big_endian(types.substr(type * 6, 4));
  };
  Zone zone;
  zone.first_offset_s_ = offset_of(0);
  for (std::size_t i = 0; i < header->timecnt; ++i) {
    const auto type = static_cast<unsigned char>(indices[i]);
    if (type >= header->typecnt) return std::nullopt;
    zone.transitions_.push_back(big_endian(rest.substr(i * 8, 8)));
    zone.offsets_.push_back(offset_of(type));
  }
  if (!std::is_sorted(zone.transitions_.begin(), zone.transitions_.end())) return std::nullopt;

  std::string_view footer = rest.substr(body_bytes(*header, 8));
  if (footer.size() < 2 || footer.front() != '\n' || footer.back() != '\n') return std::nullopt;
  footer = footer.substr(1, footer.size() - 2);
  if (footer.empty()) return zone;
  zone.footer_ = FooterReader(footer).read();
  if (!zone.footer_) return std::nullopt;
  return zone;
}

std::int64_t Zone::offset_s(Instant at) const {
  const std::int64_t unix_s = floor_div(at.ms, 1'000);
  const auto after = std::upper_bound(transitions_.begin(), transitions_.end(), unix_s);
  if (after == transitions_.end() && footer_) return footer_offset_s(unix_s);
  if (after == transitions_.begin()) return first_offset_s_;
  return offsets_[static_cast<std::size_t>(after - transitions_.begin()) - 1];
}

// Since 1970, by the clocks of the place.
std::int64_t Zone::turn_s(const Turn& turn, std::int64_t year) {
  if (turn.month == 0) {
    std::int64_t day = turn.day;
    if (!turn.leap_counts && is_leap(year) && day >= 59) ++day;
    return (days_from_civil(year, 1, 1) + day) * day_s + turn.second;
  }
  const std::int64_t first = days_from_civil(year, turn.month, 1);
  const std::int64_t next =
      turn.month == 12 ? days_from_civil(year + 1, 1, 1) : days_from_civil(year, turn.month + 1, 1);
  const std::int64_t weekday = ((first + 4) % 7 + 7) % 7;  // 1970-01-01 was a Thursday
  std::int64_t day = first + (turn.weekday - weekday + 7) % 7 + 7 * (turn.week - 1);
  if (day >= next) day -= 7;
  return day * day_s + turn.second;
}

std::int64_t Zone::footer_offset_s(std::int64_t unix_s) const {
  const Footer& footer = *footer_;
  if (!footer.has_summer) return footer.standard_s;
  const std::int64_t year = year_of(unix_s + footer.standard_s);
  const std::int64_t begins = turn_s(footer.to_summer, year) - footer.standard_s;
  const std::int64_t ends = turn_s(footer.to_standard, year) - footer.summer_s;
  const bool summer = begins < ends ? unix_s >= begins && unix_s < ends
                                    : unix_s >= begins || unix_s < ends;  // south of the equator
  return summer ? footer.summer_s : footer.standard_s;
}

bool is_zone_name(std::string_view name) {
  if (name.empty() || name.size() > 64 || name.front() == '/' || name.back() == '/') return false;
  if (name.find("//") != std::string_view::npos) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '+' || c == '-' || c == '/';
  });
}

}  // namespace lp::policy
