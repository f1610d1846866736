// A request as a person reads it at the terminal before they decide: every fact, every value in its
// source text, who asks, and what is unusual about it.
//
// Pure. All that an agent wrote goes through visible(), so that it can neither move the cursor nor
// hide (security.md R-UNI-04), and a line of ours always begins at the margin that it has here.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "json/value.h"
#include "seal/content_key.h"

namespace lp::cli {

// What could be read of a payload.
struct Reading {
  std::optional<std::string> text;  // the exact plaintext
  std::string problem;              // a sentence when it cannot be read, or not in one way; else ""

  // What nobody can read in one way only nobody can approve.
  [[nodiscard]] bool clear() const { return text && problem.empty(); }
};
Reading read_payload(std::string_view kind, const std::string& payload,
                     const std::optional<seal::ContentKey>& key);
Reading read_text(std::string text);

// The payload as it stands now: the edit when there is one.
std::string current_payload(const json::Value& detail);

// Whoever decides must see all; whoever looks may be spared megabytes.
enum class Extent : std::uint8_t { all, beginnings };

// One line a value: its JSON pointer and its source text; numbers that programs round are marked.
std::string value_lines(const std::string& text, Extent extent = Extent::all);

// `detail` as the server shows a request.
std::string request_page(const json::Value& detail, const std::optional<seal::ContentKey>& key,
                         Extent extent = Extent::all);

// "medium", and what it means in words from high on.
std::string level_words(std::string_view level);

}  // namespace lp::cli
