#include "core/signer.h"

#include "base/assert.h"
#include "core/closed_logs.h"

namespace lp::core {
namespace {

Signer::Fault fault_of(Notary::Fault fault) {
  switch (fault) {
    case Notary::Fault::away:
      return Signer::Fault::away;
    case Notary::Fault::refused:
      return Signer::Fault::root_differs;
    case Notary::Fault::not_kept:
      return Signer::Fault::lock_store;
  }
  LP_ASSERT(false);
  return Signer::Fault::root_differs;
}

tlog::Checkpoint head_of(const std::string& origin, const tlog::CompactRange& range) {
  return {.origin = origin, .size = range.size(), .root = range.root()};
}

}  // namespace

std::optional<tlog::VerifierKey> Signer::verifier(std::string_view origin) const {
  const auto keys = notary_.keys(origin);
  return keys ? tlog::VerifierKey::parse(keys->ranges.front().vkey) : std::nullopt;
}

std::optional<tlog::Checkpoint> Signer::opened(std::string_view origin,
                                               std::string_view note) const {
  const auto keys = notary_.keys(origin);
  if (!keys) return std::nullopt;
  auto checkpoint = evidence::open_in_range(note, keys->ranges);
  return checkpoint ? std::optional(*std::move(checkpoint)) : std::nullopt;
}

std::optional<tlog::Checkpoint> Signer::last(std::string_view origin) const {
  const std::string text = note(origin);
  return text.empty() ? std::nullopt : opened(origin, text);
}

bool Signer::damaged(std::string_view origin) const {
  return !note(origin).empty() && !last(origin);
}

bool Signer::closed(std::string_view origin) const {
  return is_closed(notary_.memory(), origin);
}

std::string Signer::note(std::string_view origin) const {
  const auto& notes = notary_.memory().notes();
  const auto found = notes.find(std::string(origin));
  return found == notes.end() ? std::string{} : found->second;
}

bool Signer::resume(const std::string& origin, tlog::CompactRange range) {
  const auto checkpoint = last(origin);
  if (closed(origin)) return false;
  if (!checkpoint || checkpoint->size != range.size() || checkpoint->root != range.root()) {
    return false;
  }
  ranges_.insert_or_assign(origin, std::move(range));
  return true;
}

std::expected<Signer::Signed, Signer::Fault> Signer::open(const std::string& origin) {
  // A crash may have come between this and the commit of whatever the log was opened for.
  if (const auto known = last(origin); known && known->size == 0 && resume(origin, {})) {
    return Signed{.origin = origin, .size = 0, .note = note(origin)};
  }
  if (!note(origin).empty()) return std::unexpected(Fault::root_differs);
  return adopt(origin, {});
}

std::expected<Signer::Signed, Signer::Fault> Signer::adopt(const std::string& origin,
                                                           tlog::CompactRange range) {
  LP_ASSERT(note(origin).empty());
  if (closed(origin)) return std::unexpected(Fault::closed);
  auto signed_note = notary_.begin(head_of(origin, range));
  if (!signed_note) return std::unexpected(fault_of(signed_note.error()));
  const std::uint64_t size = range.size();
  ranges_.insert_or_assign(origin, std::move(range));
  return Signed{.origin = origin, .size = size, .note = *std::move(signed_note)};
}

std::expected<std::vector<Signer::Signed>, Signer::Fault> Signer::extend(
    const std::vector<Extension>& extensions) {
  std::vector<Notary::Growth> growths;
  std::vector<tlog::CompactRange> grown;
  for (const auto& extension : extensions) {
    const auto found = ranges_.find(extension.origin);
    if (found == ranges_.end()) return std::unexpected(Fault::unknown_origin);
    if (closed(extension.origin)) return std::unexpected(Fault::closed);
    tlog::CompactRange range = found->second;
    for (const Digest& leaf : extension.leaf_hashes) range.append(leaf);
    if (range.root() != extension.root) return std::unexpected(Fault::root_differs);
    growths.push_back({.before = found->second,
                       .leaf_hashes = extension.leaf_hashes,
                       .head = head_of(extension.origin, range)});
    grown.push_back(std::move(range));
  }
  auto notes = notary_.extend(growths);
  if (!notes) return std::unexpected(fault_of(notes.error()));
  LP_ASSERT(notes->size() == extensions.size());
  std::vector<Signed> answer;
  for (std::size_t i = 0; i < grown.size(); ++i) {
    const std::string& origin = extensions[i].origin;
    answer.push_back({.origin = origin, .size = grown[i].size(), .note = std::move((*notes)[i])});
    ranges_.find(origin)->second = std::move(grown[i]);
  }
  return answer;
}

}  // namespace lp::core
