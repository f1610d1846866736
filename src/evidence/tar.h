// The one form of a bundle's tar file: USTAR (POSIX.1-1988), plain files only, every field that
// does not follow from name and size fixed. So each list of members has exactly one file, and a
// reader refuses every other by comparing bytes (spec/export-format.md §2).

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lp::evidence {

inline constexpr std::size_t tar_block = 512;

struct TarMember {
  std::string name;        // 1 to 99 bytes of a-z A-Z 0-9 . _ - /
  std::uint64_t size = 0;  // below 2^33

  // The 512 bytes before its content. LP_ASSERTs the ranges.
  [[nodiscard]] std::string header() const;
  // Exactly what header() writes, nothing else.
  static std::optional<TarMember> parse(std::string_view block);
  // How many zero bytes follow the content.
  [[nodiscard]] std::size_t padding() const;
  friend bool operator==(const TarMember&, const TarMember&) = default;
};

// Header, content and padding.
std::string tar_member(std::string_view name, std::string_view content);
// Two blocks of zeros; nothing follows them.
std::string tar_end();

}  // namespace lp::evidence
