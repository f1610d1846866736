// Several decisions of one person under one signature (spec/log-format.md §6).
//
// What is signed is a head: whose log, which action, which rule, and the root of an RFC 6962 tree
// whose leaves are the decision cores. Each core then needs nothing but its own path to be proven,
// so each request keeps a receipt of its own, which says nothing of the others but that they were.

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "evidence/decision_core.h"
#include "json/value.h"

namespace lp::evidence {

// As many as one person reads in one go.
inline constexpr std::uint64_t batch_size_max = 20;

struct BatchHead {
  std::string aud;  // log origin
  std::string service, action;
  Digest rule_sha256;
  std::uint64_t size = 0;  // 1 to batch_size_max
  Digest root;             // over the cores

  [[nodiscard]] std::string bytes() const;                        // JCS, member v = 1
  static std::optional<BatchHead> parse(std::string_view bytes);  // exact round trip only
};

// The root over these cores, in their order; at most batch_size_max, at least one.
Digest batch_root(const std::vector<std::string>& cores);
// From the core at `index` to that root: its sibling first.
std::vector<Digest> batch_path(const std::vector<std::string>& cores, std::uint64_t index);

// Where one core stands in a batch, as evidence and receipts carry it.
struct BatchPlace {
  std::string head;         // exact bytes
  std::uint64_t index = 0;  // of the core in the tree
  std::vector<Digest> path;

  [[nodiscard]] json::Value to_json() const;  // {head, index, path}, binary in base64
  static std::optional<BatchPlace> from_json(const json::Value& value);
};

// Whether a core may stand in a batch at all: no edit, no wish for changes, nothing critical. The
// error is a sentence.
std::expected<void, std::string> may_be_batched(const DecisionCore& core);

// The head, if it is well-formed, of the core's log and rule, and has `bytes` in its tree at the
// place's index. `core` is what `bytes` hold. The error is a sentence.
std::expected<BatchHead, std::string> open_batch(const BatchPlace& place, std::string_view bytes,
                                                 const DecisionCore& core);

// What a key signs for a core: the core alone, or the head of the batch that it stands in.
struct SignedText {
  std::string device;  // what a class B key signs with ECDSA-SHA-256
  Digest challenge;    // of a passkey of class A
};
// "lp-decision-device/1\0" ‖ core and SHA-256("lp-decision/1\0" ‖ core).
SignedText text_of_core(std::string_view core);
// "lp-batch-device/1\0" ‖ head and SHA-256("lp-batch/1\0" ‖ head).
SignedText text_of_batch(std::string_view head);

}  // namespace lp::evidence
