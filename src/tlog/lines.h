// Reading texts that are made of lines, as all texts of the C2SP family are. Of this folder only.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/digest.h"

namespace lp::tlog {

// No proof in a tree of 2^63 leaves is longer.
inline constexpr std::size_t path_hashes_max = 63;

// The line up to the next newline, which `rest` then stands behind; nothing without a newline.
std::optional<std::string_view> take_line(std::string_view& rest);

// Canonical decimal of 64 bits: digits only, no leading zero.
std::optional<std::uint64_t> read_decimal(std::string_view text);

// The number behind `name` and one space: "index 5".
std::optional<std::uint64_t> read_named_decimal(std::string_view line, std::string_view name);

// Lines of one base64 hash each up to an empty line, which `rest` then stands behind; nothing when
// one is no hash, there are more than `path_hashes_max`, or the empty line is missing.
std::optional<std::vector<Digest>> take_hashes(std::string_view& rest);

}  // namespace lp::tlog
