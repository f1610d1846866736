#include "evidence/batch.h"

#include <utility>

#include "base/assert.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "evidence/members.h"
#include "json/write.h"
#include "tlog/tree.h"

namespace lp::evidence {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t path_max = 64;

bool well_formed(const BatchHead& head) {
  return !head.aud.empty() && head.size >= 1 && head.size <= batch_size_max;
}

tlog::HashReader subtrees_of(const std::vector<std::string>& cores) {
  return [&cores](unsigned level, std::uint64_t position) -> std::optional<Digest> {
    tlog::CompactRange subtree;
    for (std::uint64_t at = position << level; at < (position + 1) << level; ++at) {
      if (at >= cores.size()) return std::nullopt;
      subtree.append(tlog::leaf_hash(cores[at]));
    }
    return subtree.root();
  };
}

}  // namespace

std::string BatchHead::bytes() const {
  LP_ASSERT(well_formed(*this));
  json::Value head = json::Value::object();
  head.add("v", 1);
  head.add("aud", aud);
  head.add("service", service);
  head.add("action", action);
  head.add("rule_sha256", rule_sha256.hex());
  head.add("size", size);
  head.add("root", root.hex());
  return json::canonical(head);
}

std::optional<BatchHead> BatchHead::parse(std::string_view bytes) {
  const std::optional<json::Value> document = read_json(bytes);
  if (!document) return std::nullopt;
  Members members(*document);
  if (members.integer("v") != 1) return std::nullopt;
  // An agent may leave service and action empty, as in the descriptor.
  const auto text_or_empty = [&members](std::string_view name) {
    const json::Value& value = members.value(name);
    if (value.is_string()) return value.as_string();
    members.fail();
    return std::string();
  };
  BatchHead head;
  head.aud = members.text("aud");
  head.service = text_or_empty("service");
  head.action = text_or_empty("action");
  head.rule_sha256 = members.digest("rule_sha256");
  head.size = members.integer("size");
  head.root = members.digest("root");
  if (!members.complete() || !well_formed(head) || head.bytes() != bytes) return std::nullopt;
  return head;
}

Digest batch_root(const std::vector<std::string>& cores) {
  LP_ASSERT(!cores.empty() && cores.size() <= batch_size_max);
  const auto root = tlog::root_of(cores.size(), subtrees_of(cores));
  LP_ASSERT(root.has_value());
  return *root;
}

std::vector<Digest> batch_path(const std::vector<std::string>& cores, std::uint64_t index) {
  LP_ASSERT(index < cores.size() && cores.size() <= batch_size_max);
  auto path = tlog::inclusion_proof(index, cores.size(), subtrees_of(cores));
  LP_ASSERT(path.has_value());
  return *std::move(path);
}

json::Value BatchPlace::to_json() const {
  json::Value hashes = json::Value::array();
  for (const Digest& hash : path) hashes.items().emplace_back(base64(hash.view()));
  json::Value value = json::Value::object();
  value.add("head", base64(head)).add("index", index).add("path", std::move(hashes));
  return value;
}

std::optional<BatchPlace> BatchPlace::from_json(const json::Value& value) {
  Members members(value);
  BatchPlace place;
  place.head = members.binary("head");
  place.index = members.integer("index");
  // The path to the only core is empty, and there all the same.
  const json::Value& path = members.value("path");
  if (!members.complete() || !path.is_array() || path.items().size() > path_max) {
    return std::nullopt;
  }
  for (const json::Value& item : path.items()) {
    const auto bytes = item.is_string() ? from_base64(item.as_string()) : std::nullopt;
    const auto hash = bytes ? Digest::from_bytes(*bytes) : std::nullopt;
    if (!hash) return std::nullopt;
    place.path.push_back(*hash);
  }
  return place;
}

std::expected<void, std::string> may_be_batched(const DecisionCore& core) {
  if (core.level == Level::critical) {
    return std::unexpected("what is critical is decided alone, never in a batch");
  }
  if (core.base) return std::unexpected("an edit is decided alone, never in a batch");
  if (core.verdict == Verdict::request_changes) {
    return std::unexpected("changes are asked for one by one, never in a batch");
  }
  return {};
}

std::expected<BatchHead, std::string> open_batch(const BatchPlace& place, std::string_view bytes,
                                                 const DecisionCore& core) {
  auto head = BatchHead::parse(place.head);
  if (!head) return std::unexpected("the head of the batch is malformed");
  if (head->aud != core.aud) return std::unexpected("the batch is for another log");
  if (head->rule_sha256 != core.rule_sha256) {
    return std::unexpected("the batch is of another rule than the decision");
  }
  if (const auto fine = may_be_batched(core); !fine) return std::unexpected(fine.error());
  if (!tlog::verify_inclusion(tlog::leaf_hash(bytes), place.index, head->size, place.path,
                              head->root)) {
    return std::unexpected("the decision is not in the batch that was signed");
  }
  return *std::move(head);
}

SignedText text_of_core(std::string_view core) {
  return {.device = device_signing_bytes(core), .challenge = decision_challenge(core)};
}

SignedText text_of_batch(std::string_view head) {
  std::string device("lp-batch-device/1\0"sv);
  device += head;
  return {.device = std::move(device), .challenge = crypto::sha256({"lp-batch/1\0"sv, head})};
}

}  // namespace lp::evidence
