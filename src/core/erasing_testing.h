// What is left of a house after an erasure, for the tests of both kinds.

#pragma once

#include <fstream>
#include <sstream>
#include <string>

#include "core/receipt.h"
#include "core/testing.h"
#include "evidence/receipt.h"
#include "evidence/verify_receipt.h"

namespace lp::core {

// All files under a directory, one after another.
inline std::string bytes_under(const std::filesystem::path& root) {
  std::string bytes;
  for (const auto& item : std::filesystem::recursive_directory_iterator(root)) {
    if (!item.is_regular_file()) continue;
    std::ifstream file(item.path(), std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    bytes += text.str();
  }
  return bytes;
}

inline std::expected<evidence::Receipt, NoReceipt> receipt_at(House& house, std::uint64_t index) {
  const DirectoryPtr directory = house.engine->directory();
  return receipt_of(house.engine->reader(), *house.keys, *house.notary, *directory,
                    *directory->project(house.project), {.index = index});
}

// What somebody says of the entry's receipt who trusts the first roster and the logs' keys.
inline evidence::ReceiptReport report_on(House& house, std::uint64_t index) {
  const DirectoryPtr directory = house.engine->directory();
  const ProjectView& view = *directory->project(house.project);
  evidence::Trust trust;
  trust.origin = view.row.origin;
  trust.roster_genesis = (*house.engine->reader().roster(house.project, 1))->sha256;
  trust.log_vkeys = {*tlog::VerifierKey::parse(view.log_vkey)};
  const auto root = *tlog::VerifierKey::parse(directory->root_vkey);
  trust.root = evidence::RootLog{.origin = root.name, .log_vkeys = {root}};
  const auto made = receipt_at(house, index);
  EXPECT_TRUE(made.has_value()) << index;
  return made ? evidence::verify_receipt(made->bytes(), {trust}, {}) : evidence::ReceiptReport{};
}

}  // namespace lp::core
