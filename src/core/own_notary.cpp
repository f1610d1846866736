#include "core/own_notary.h"

#include <utility>

#include "base/log.h"
#include "core/log_owners.h"

namespace lp::core {
namespace {

// More logs than anybody has, and a bound on what a stranger may ask for.
constexpr std::size_t asked_max = 4'096;

bool is_log(std::string_view name) {
  return !name.contains('\n');
}

}  // namespace

OwnNotary::OwnNotary(store::LockStore& locks, LogSecret& secret, Entropy& entropy)
    : locks_(locks), secret_(secret), entropy_(entropy), handing_over_(secret.handing_over()) {
  destroy_spent();
}

std::optional<Notary::LogKeys> OwnNotary::keys(std::string_view origin) {
  const auto found = asked_.find(origin);
  if (found != asked_.end()) return found->second;
  LogKeys keys{.ranges = secret_.ranges(origin), .next = secret_.next(origin)};
  if (asked_.size() < asked_max) asked_.emplace(origin, keys);
  return keys;
}

std::expected<std::string, Notary::Fault> OwnNotary::draft(std::string_view origin) {
  auto vkey = secret_.draft(origin, entropy_);
  if (!vkey) {
    log::error("log_key.not_made",
               "The next key of a log cannot be kept: the file of the log keys cannot be written.",
               {{"origin", origin}});
    return std::unexpected(Fault::refused);
  }
  if (const auto found = asked_.find(origin); found != asked_.end()) found->second.next = *vkey;
  return *std::move(vkey);
}

std::expected<void, Notary::Fault> OwnNotary::follow(const std::string& origin,
                                                     const std::vector<SignedRoster>& versions) {
  auto followed = LogOwners(locks_, secret_).follow(origin, versions);
  handing_over_ = secret_.handing_over();
  ready_.erase(origin);
  if (const auto found = asked_.find(origin); found != asked_.end()) {
    found->second = {.ranges = secret_.ranges(origin), .next = secret_.next(origin)};
  }
  return followed;
}

const crypto::Ed25519Key* OwnNotary::key(const std::string& origin, std::uint64_t size) {
  const auto found = ready_.find(origin);
  if (found != ready_.end() && found->second.range.covers(size)) return &found->second.key;
  auto key = secret_.key(origin, size);
  if (!key) return nullptr;
  for (evidence::LogKeyRange& range : secret_.ranges(origin)) {
    if (!range.covers(size)) continue;
    ready_.insert_or_assign(origin, Ready{.range = std::move(range), .key = *std::move(key)});
    return &ready_.at(origin).key;
  }
  return nullptr;
}

std::expected<std::vector<std::string>, Notary::Fault> OwnNotary::sign(
    const std::vector<tlog::Checkpoint>& heads) {
  std::vector<std::string> notes;
  std::vector<std::pair<std::string, std::string>> kept;
  for (const tlog::Checkpoint& head : heads) {
    const crypto::Ed25519Key* const signing = key(head.origin, head.size);
    if (signing == nullptr) return std::unexpected(Fault::refused);
    notes.push_back(tlog::sign_checkpoint(head, *signing));
    kept.emplace_back(head.origin, notes.back());
  }
  // Before anybody sees them.
  if (!kept.empty() && !locks_.put(kept)) return std::unexpected(Fault::not_kept);
  destroy_spent();
  return notes;
}

// After what was signed is kept: a tree of that size and the ones before it are never signed again.
void OwnNotary::destroy_spent() {
  if (handing_over_.empty()) return;
  bool any = false;
  for (const std::string& origin : handing_over_) {
    any = any || secret_.spent(origin, signed_size(locks_, origin));
  }
  if (!any) return;
  std::map<std::string, std::uint64_t> sizes;
  for (const auto& [origin, keys] : asked_) sizes.emplace(origin, 0);
  for (const auto& [name, note] : locks_.notes()) {
    if (is_log(name)) sizes.insert_or_assign(name, signed_size(locks_, name));
  }
  if (secret_.destroy_spent(sizes, entropy_)) {
    ready_.clear();
    handing_over_ = secret_.handing_over();
    log::info("log_key.destroyed", "A log key that another one has followed was destroyed.");
    return;
  }
  // What was signed counts; this is tried again with the next checkpoint.
  if (!std::exchange(told_, true)) {
    log::error("log_key.not_destroyed",
               "A log key that signs nothing any more cannot be destroyed: the file of the log "
               "keys cannot be written.");
  }
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

// A head that came before one of ours was ours too, so it may be said again, while its key is here;
// Ed25519 over a note without time gives the bytes of then. That it came before is proven, not
// believed.
std::optional<std::string> OwnNotary::earlier(const Earlier& wanted) const {
  const std::string& origin = wanted.head.origin;
  const auto newest = evidence::open_in_range(wanted.note, secret_.ranges(origin));
  if (!newest || newest->origin != origin ||
      !tlog::verify_consistency(wanted.head.size, wanted.head.root, newest->size, newest->root,
                                wanted.proof)) {
    return std::nullopt;
  }
  const auto key = secret_.key(origin, wanted.head.size);
  if (!key) return std::nullopt;
  return tlog::sign_checkpoint(wanted.head, *key);
}

}  // namespace lp::core
