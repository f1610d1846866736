#include "evidence/anchor.h"

#include "crypto/hash.h"

namespace lp::evidence {
namespace {

constexpr std::string_view tag("lp-anchor/1\0", 12);
constexpr std::size_t hash_bytes = 32;

}  // namespace

std::string anchor_leaf(const tlog::Checkpoint& checkpoint) {
  std::string leaf(tag);
  leaf += crypto::sha256(checkpoint.origin).view();
  leaf += crypto::sha256(checkpoint.body()).view();
  return leaf;
}

std::optional<Anchor> read_anchor(std::string_view leaf) {
  if (leaf.size() != tag.size() + 2 * hash_bytes || !leaf.starts_with(tag)) return std::nullopt;
  return Anchor{*Digest::from_bytes(leaf.substr(tag.size(), hash_bytes)),
                *Digest::from_bytes(leaf.substr(tag.size() + hash_bytes))};
}

}  // namespace lp::evidence
