#include "core/signer.h"

#include "base/assert.h"
#include "core/closed_logs.h"

namespace lp::core {
namespace {

std::optional<tlog::Checkpoint> verified(const Keys& keys, std::string_view origin,
                                         std::string_view note) {
  const auto key = keys.log_key(origin);
  const auto opened =
      tlog::open_checkpoint(note, tlog::VerifierKey::make(origin, key.public_key()));
  if (!opened) return std::nullopt;
  return *opened;
}

std::string note_of(const std::string& origin, const tlog::CompactRange& range,
                    const crypto::Ed25519Key& key) {
  return tlog::sign_checkpoint({.origin = origin, .size = range.size(), .root = range.root()}, key);
}

}  // namespace

std::optional<tlog::Checkpoint> Signer::last(std::string_view origin) const {
  const auto found = locks_.notes().find(std::string(origin));
  if (found == locks_.notes().end()) return std::nullopt;
  return verified(keys_, origin, found->second);
}

bool Signer::damaged(std::string_view origin) const {
  return locks_.notes().contains(std::string(origin)) && !last(origin);
}

bool Signer::closed(std::string_view origin) const {
  return is_closed(locks_, origin);
}

std::string Signer::note(std::string_view origin) const {
  const auto found = locks_.notes().find(std::string(origin));
  return found == locks_.notes().end() ? std::string{} : found->second;
}

bool Signer::resume(const std::string& origin, tlog::CompactRange range) {
  const auto checkpoint = last(origin);
  if (closed(origin)) return false;
  if (!checkpoint || checkpoint->size != range.size() || checkpoint->root != range.root()) {
    return false;
  }
  origins_.insert_or_assign(origin, Origin{keys_.log_key(origin), std::move(range)});
  return true;
}

std::expected<Signer::Signed, Signer::Fault> Signer::open(const std::string& origin) {
  // A crash may have come between this and the commit of whatever the log was opened for.
  if (const auto known = last(origin); known && known->size == 0 && resume(origin, {})) {
    return Signed{.origin = origin, .size = 0, .note = note(origin)};
  }
  if (locks_.notes().contains(origin)) return std::unexpected(Fault::root_differs);
  return adopt(origin, {});
}

std::expected<Signer::Signed, Signer::Fault> Signer::adopt(const std::string& origin,
                                                           tlog::CompactRange range) {
  LP_ASSERT(!locks_.notes().contains(origin));
  if (closed(origin)) return std::unexpected(Fault::closed);
  Origin fresh{keys_.log_key(origin), std::move(range)};
  std::string note = note_of(origin, fresh.range, fresh.key);
  if (!locks_.put({{origin, note}})) return std::unexpected(Fault::lock_store);
  const std::uint64_t size = fresh.range.size();
  origins_.insert_or_assign(origin, std::move(fresh));
  return Signed{.origin = origin, .size = size, .note = std::move(note)};
}

std::expected<std::vector<Signer::Signed>, Signer::Fault> Signer::extend(
    const std::vector<Extension>& extensions) {
  std::vector<Signed> answer;
  std::vector<std::pair<std::string, std::string>> notes;
  std::vector<tlog::CompactRange> ranges;
  for (const auto& extension : extensions) {
    const auto found = origins_.find(extension.origin);
    if (found == origins_.end()) return std::unexpected(Fault::unknown_origin);
    if (closed(extension.origin)) return std::unexpected(Fault::closed);
    tlog::CompactRange range = found->second.range;
    for (const Digest& leaf : extension.leaf_hashes) range.append(leaf);
    if (range.root() != extension.root) return std::unexpected(Fault::root_differs);
    std::string note = note_of(extension.origin, range, found->second.key);
    notes.emplace_back(extension.origin, note);
    answer.push_back({.origin = extension.origin, .size = range.size(), .note = std::move(note)});
    ranges.push_back(std::move(range));
  }
  if (!notes.empty() && !locks_.put(notes)) return std::unexpected(Fault::lock_store);
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    origins_.find(extensions[i].origin)->second.range = std::move(ranges[i]);
  }
  return answer;
}

}  // namespace lp::core
