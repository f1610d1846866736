#include "evidence/tar.h"

#include <algorithm>

#include "base/assert.h"

namespace lp::evidence {
namespace {

constexpr std::size_t name_bytes_max = 99;
constexpr std::uint64_t size_end = std::uint64_t{1} << 33;  // eleven octal digits

// Where the fields of a header begin (POSIX.1-2017, pax, table "ustar Header Block").
constexpr std::size_t size_at = 124, checksum_at = 148, checksum_bytes = 8;
// mode, uid, gid; then, behind the size, mtime.
constexpr std::string_view before_size("0000644\0000000000\0000000000\0", 24);
constexpr std::string_view time("00000000000\0", 12);
constexpr std::string_view behind_checksum("0", 1);
constexpr std::size_t magic_at = 257, device_at = 329;
constexpr std::string_view magic("ustar\00000", 8);
constexpr std::string_view device("0000000\0000000000\0", 16);

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= name_bytes_max && name.front() != '/' &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-' || c == '/';
         });
}

std::string octal(std::uint64_t value, std::size_t digits) {
  std::string text(digits, '0');
  for (std::size_t at = digits; at > 0; --at, value >>= 3) {
    text[at - 1] = static_cast<char>('0' + (value & 7));
  }
  return text;
}

void put(std::string& block, std::size_t at, std::string_view bytes) {
  block.replace(at, bytes.size(), bytes);
}

}  // namespace

std::string TarMember::header() const {
  LP_ASSERT(is_name(name) && size < size_end);
  std::string block(tar_block, '\0');
  put(block, 0, name);
  put(block, 100, before_size);
  put(block, size_at, octal(size, 11));
  put(block, 136, time);
  put(block, checksum_at, std::string(checksum_bytes, ' '));
  put(block, 156, behind_checksum);
  put(block, magic_at, magic);
  put(block, device_at, device);
  std::uint64_t sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  put(block, checksum_at, octal(sum, 6));
  block[checksum_at + 6] = '\0';
  return block;
}

std::optional<TarMember> TarMember::parse(std::string_view block) {
  if (block.size() != tar_block) return std::nullopt;
  TarMember member;
  member.name = block.substr(0, std::min(block.find('\0'), tar_block));
  if (!is_name(member.name)) return std::nullopt;
  for (const char c : block.substr(size_at, 11)) {
    if (c < '0' || c > '7') return std::nullopt;
    member.size = member.size << 3 | static_cast<std::uint64_t>(c - '0');
  }
  if (member.header() != block) return std::nullopt;
  return member;
}

std::size_t TarMember::padding() const {
  return static_cast<std::size_t>((tar_block - size % tar_block) % tar_block);
}

std::string tar_member(std::string_view name, std::string_view content) {
  const TarMember member{.name = std::string(name), .size = content.size()};
  std::string bytes = member.header();
  bytes.reserve(bytes.size() + content.size() + tar_block);
  bytes += content;
  return bytes.append(member.padding(), '\0');
}

std::string tar_end() {
  return std::string(2 * tar_block, '\0');
}

}  // namespace lp::evidence
