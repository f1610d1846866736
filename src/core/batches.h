// Several requests of one action, decided by one person under one signature (evidence.md 8).
//
// What was signed is all or nothing: a list with one bad core in it is refused as a whole. What
// became of each request is its own: one may have changed or been decided meanwhile, which does not
// touch the others, and each has its own statement, leaf and receipt.

#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "core/apply.h"

namespace lp::core {

struct DecideBatch {
  struct Item {
    std::string request;
    std::string core;  // exact bytes
  };
  std::string head;                        // exact bytes (evidence/batch.h)
  std::string signature;                   // DER, over the head
  std::optional<Decide::Passkey> passkey;  // as of Decide
  std::vector<Item> items;                 // in the order of the tree
  std::string reason;                      // of each of them, "" when none
  std::optional<Decide::Session> session;  // as of Decide
  bool account_stale = false;              // as of Decide
  struct Result {
    std::vector<std::expected<Decide::Result, Refused>> items;  // in their order
  };
};

Applied<DecideBatch> apply(Work& work, DecideBatch& command);

}  // namespace lp::core
