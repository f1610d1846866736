#include "core/own_notary.h"

#include <utility>

namespace lp::core {

const crypto::Ed25519Key& OwnNotary::key(std::string_view origin) {
  auto found = keys_.find(origin);
  if (found == keys_.end()) found = keys_.emplace(origin, secret_.key(origin)).first;
  return found->second;
}

std::optional<tlog::VerifierKey> OwnNotary::verifier(std::string_view origin) {
  return tlog::VerifierKey::make(origin, key(origin).public_key());
}

std::expected<std::vector<std::string>, Notary::Fault> OwnNotary::sign(
    const std::vector<tlog::Checkpoint>& heads) {
  std::vector<std::string> notes;
  std::vector<std::pair<std::string, std::string>> kept;
  for (const tlog::Checkpoint& head : heads) {
    notes.push_back(tlog::sign_checkpoint(head, key(head.origin)));
    kept.emplace_back(head.origin, notes.back());
  }
  // Before anybody sees them.
  if (!kept.empty() && !locks_.put(kept)) return std::unexpected(Fault::not_kept);
  return notes;
}

std::expected<std::vector<std::string>, Notary::Fault> OwnNotary::extend(
    const std::vector<Growth>& growths) {
  std::vector<tlog::Checkpoint> heads;
  heads.reserve(growths.size());
  for (const Growth& growth : growths) heads.push_back(growth.head);
  return sign(heads);
}

std::expected<std::string, Notary::Fault> OwnNotary::begin(const tlog::Checkpoint& head) {
  auto notes = sign({head});
  if (!notes) return std::unexpected(notes.error());
  return std::move(notes->front());
}

// A head that came before one of ours was ours too, so it may be said again; Ed25519 over a note
// without time gives the bytes of then. That it came before is proven, not believed.
std::optional<std::string> OwnNotary::earlier(const Earlier& wanted) const {
  const auto key = secret_.key(wanted.head.origin);
  const auto newest = tlog::open_checkpoint(
      wanted.note, tlog::VerifierKey::make(wanted.head.origin, key.public_key()));
  if (!newest || !tlog::verify_consistency(wanted.head.size, wanted.head.root, newest->size,
                                           newest->root, wanted.proof)) {
    return std::nullopt;
  }
  return tlog::sign_checkpoint(wanted.head, key);
}

}  // namespace lp::core
