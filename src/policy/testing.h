// Policies for tests, with quorum trees as simple as they come and the machine's time zones.

#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/file.h"
#include "policy/policy.h"

namespace lp::policy {

// `{n_of: [count, group]}` and nothing else; approval/rule.h reads the real trees.
inline std::expected<std::uint64_t, QuorumFault> n_of_only(const json::Value& rule) {
  const json::Value* pair = rule.find("n_of");
  if (pair == nullptr || !pair->is_array() || pair->items().size() != 2) {
    return std::unexpected(QuorumFault{"", "A rule is {n_of: [count, group]}."});
  }
  const auto count = pair->items().front().as_integer();
  if (!count || *count < 1) return std::unexpected(QuorumFault{"/n_of/0", "At least one person."});
  return static_cast<std::uint64_t>(*count);
}

inline Ports test_ports() {
  return {.quorum = n_of_only, .zones = [](std::string_view name) -> std::optional<std::string> {
            auto bytes = read_file("/usr/share/zoneinfo/" + std::string(name), 1 << 20);
            if (!bytes) return std::nullopt;
            return *std::move(bytes);
          }};
}

inline Document document_of(std::string_view text) {
  auto document = read_document(text, test_ports());
  if (!document) {
    for (const Problem& problem : document.error()) ADD_FAILURE() << to_string(problem);
    return {};
  }
  return *std::move(document);
}

inline Policy policy_of(std::string_view text) {
  auto policy = Policy::compile(document_of(text));
  EXPECT_TRUE(policy.has_value());
  return *std::move(policy);
}

// All that is wrong with a document, one problem a line.
inline std::string problems_of(std::string_view text) {
  const auto document = read_document(text, test_ports());
  std::string lines;
  if (document) return lines;
  for (const Problem& problem : document.error()) lines += to_string(problem) + '\n';
  return lines;
}

}  // namespace lp::policy
