#include "evidence/log_keys.h"

#include <algorithm>

namespace lp::evidence {

bool hand_over(LogKeyRanges& keys, const std::string& vkey, std::uint64_t from) {
  if (keys.empty() || keys.back().to || from <= keys.back().from) return false;
  if (std::ranges::find(keys, vkey, &LogKeyRange::vkey) != keys.end()) return false;
  keys.back().to = from;
  keys.push_back({.vkey = vkey, .from = from, .to = {}});
  return true;
}

std::expected<tlog::Checkpoint, tlog::NoteFault> open_in_range(std::string_view note,
                                                               const LogKeyRanges& keys) {
  const auto parsed = tlog::Note::parse(note);
  const auto said = parsed ? tlog::Checkpoint::parse_body(parsed->body) : std::nullopt;
  if (!said) return std::unexpected(tlog::NoteFault::malformed);
  const auto covers = [&](const LogKeyRange& range) { return range.covers(said->size); };
  const auto range = std::ranges::find_if(keys, covers);
  const auto key = range == keys.end() ? std::nullopt : tlog::VerifierKey::parse(range->vkey);
  if (!key) return std::unexpected(tlog::NoteFault::unknown_key);
  return tlog::open_checkpoint(note, *key);
}

}  // namespace lp::evidence
