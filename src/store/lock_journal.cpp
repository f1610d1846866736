#include "store/lock_journal.h"

#include <algorithm>
#include <cstdint>

#include "base/assert.h"
#include "base/crc32.h"
#include "base/digest.h"
#include "crypto/hash.h"

namespace lp::store::lock_journal {
namespace {

constexpr std::string_view mark = "letsping signer journal 1\n";
constexpr std::size_t header_bytes = 4 + 4 + 32;

std::string big_endian(std::uint32_t value) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
  return out;
}

std::uint32_t from_big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char c : bytes.substr(0, 4)) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

void append_string(std::string& out, std::string_view text) {
  LP_ASSERT(text.size() <= UINT32_MAX);
  out += big_endian(static_cast<std::uint32_t>(text.size()));
  out += text;
}

std::optional<std::string_view> take_string(std::string_view& from) {
  if (from.size() < 4) return std::nullopt;
  const std::size_t size = from_big_endian(from);
  if (from.size() - 4 < size) return std::nullopt;
  const std::string_view text = from.substr(4, size);
  from.remove_prefix(4 + size);
  return text;
}

std::size_t in_sectors(std::size_t bytes) {
  return (bytes + sector_bytes - 1) / sector_bytes * sector_bytes;
}

bool zeros(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string::npos;
}

// The length of the body of the record at the start of `bytes`, when its header says one.
std::optional<std::size_t> body_length(std::string_view bytes) {
  if (bytes.size() < header_bytes || zeros(bytes.substr(0, header_bytes)) ||
      crc32(bytes.substr(0, 4)) != from_big_endian(bytes.substr(4))) {
    return std::nullopt;
  }
  return from_big_endian(bytes);
}

// The body of the record at the start of `bytes`, when it verifies.
std::optional<std::string_view> body(std::string_view bytes) {
  const auto length = body_length(bytes);
  if (!length || bytes.size() - header_bytes < *length) return std::nullopt;
  const std::string_view content = bytes.substr(header_bytes, *length);
  if (crypto::sha256(content).view() != bytes.substr(8, 32)) return std::nullopt;
  return content;
}

bool take_notes(std::string_view content, std::map<std::string, std::string>& notes) {
  while (!content.empty()) {
    const auto origin = take_string(content);
    const auto note = origin ? take_string(content) : std::nullopt;
    if (!note) return false;
    notes[std::string(*origin)] = *note;
  }
  return true;
}

// Whether `rest`, which begins with no valid record, can be what a crash left of one write.
bool torn(std::string_view rest) {
  // A record after it was written, and acknowledged, after it.
  for (std::size_t at = sector_bytes; at < rest.size(); at += sector_bytes) {
    if (body(rest.substr(at))) return false;
  }
  if (zeros(rest.substr(0, sector_bytes))) return true;  // later sectors came first
  const std::size_t written = rest.find_last_not_of('\0') + 1;
  const auto length = body_length(rest);
  if (!length) return written < header_bytes;
  const std::size_t end = header_bytes + *length;
  if (written < end) return true;
  for (std::size_t at = sector_bytes; at < std::min(end, rest.size()); at += sector_bytes) {
    if (zeros(rest.substr(at, std::min(sector_bytes, end - at)))) return true;
  }
  return false;
}

}  // namespace

std::string head() {
  std::string out(mark);
  out.resize(sector_bytes, '\0');
  return out;
}

std::string record(const std::vector<std::pair<std::string, std::string>>& notes) {
  std::string content;
  for (const auto& [origin, note] : notes) {
    append_string(content, origin);
    append_string(content, note);
  }
  LP_ASSERT(content.size() <= UINT32_MAX);
  std::string out = big_endian(static_cast<std::uint32_t>(content.size()));
  out += big_endian(crc32(out));
  out += crypto::sha256(content).view();
  out += content;
  out.resize(in_sectors(out.size()), '\0');
  return out;
}

std::optional<Contents> read(std::string bytes) {
  if (bytes.size() < sector_bytes) return std::nullopt;
  bytes.resize(in_sectors(bytes.size()), '\0');
  const std::string_view all = bytes;
  if (all.substr(0, sector_bytes) != head()) return std::nullopt;
  Contents contents;
  contents.end = sector_bytes;
  while (const auto content = body(all.substr(contents.end))) {
    if (!take_notes(*content, contents.notes)) return std::nullopt;
    ++contents.records;
    contents.end += in_sectors(header_bytes + content->size());
    if (contents.end >= all.size()) return contents;
  }
  const std::string_view rest = all.substr(contents.end);
  contents.torn = !zeros(rest);
  if (contents.torn && !torn(rest)) return std::nullopt;
  return contents;
}

}  // namespace lp::store::lock_journal
