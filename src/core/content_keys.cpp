#include "core/content_keys.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/assert.h"
#include "base/id.h"
#include "core/work.h"
#include "crypto/p256.h"
#include "identity/rights.h"

namespace lp::core {
namespace {

constexpr std::size_t keys_max = 64;    // of one project
constexpr std::size_t copies_max = 10;  // of one member
constexpr std::size_t wraps_max = 256;  // in one call
constexpr std::int64_t day_ms = 86'400'000;

std::vector<store::ContentKey> keys_of(Work& work, std::string_view project) {
  auto all = work.world.rows.content_keys();
  LP_ASSERT(all.has_value());
  std::erase_if(*all, [&](const auto& key) { return key.project != project; });
  return *std::move(all);
}

std::optional<store::ContentKey> key_of(Work& work, std::string_view project,
                                        std::string_view kid) {
  const auto keys = keys_of(work, project);
  const auto found = std::ranges::find(keys, kid, &store::ContentKey::kid);
  return found == keys.end() ? std::nullopt : std::optional(*found);
}

const store::Device* live_device(const Directory& directory, std::string_view key) {
  const auto device = directory.devices.find(key);
  const bool live = device != directory.devices.end() && !device->second.revoked &&
                    device->second.key_class == "device";
  return live ? &device->second : nullptr;
}

// Of the key that is handed over; nothing when the project has as many as it may.
std::optional<store::ContentKey> known_or_next(Work& work, const HandOverKey& command,
                                               const std::string& member) {
  const auto keys = keys_of(work, command.project);
  const auto found = std::ranges::find(keys, command.kid, &store::ContentKey::kid);
  if (found != keys.end()) return *found;
  if (keys.size() >= keys_max) return std::nullopt;
  store::ContentKey next{.project = command.project,
                         .kid = command.kid,
                         .epoch = 1,
                         .made_by = member,
                         .created = work.now,
                         .retired = {},
                         .sheet_checked = {}};
  for (const auto& key : keys) next.epoch = std::max(next.epoch, key.epoch + 1);
  return next;
}

// Whether it is what the device that receives it would take.
std::expected<void, Refused> check_wrap(const Work& work, const ProjectView& project,
                                        const HandOverKey& command, const HandOverKey::Wrap& wrap,
                                        std::uint64_t epoch) {
  const seal::WrappedKey& key = wrap.key;
  if (key.kid != command.kid || key.from != command.from || key.origin != project.row.origin) {
    return refuse(Fault::bad_core, {}, "it was wrapped for something else");
  }
  if (key.epoch != epoch || key.roster_sha256 != project.row.roster_sha256) {
    return refuse(Fault::stale);
  }
  if (reading_device(work.directory(), project, key.to) == nullptr) {
    return refuse(Fault::stale, {}, "a device that does not read payloads");
  }
  if (!crypto::P256PublicKey::from_spki(key.epk)) {
    return refuse(Fault::bad_core, {}, "the key that it was wrapped with is no P-256 key");
  }
  const store::Device* from = live_device(work.directory(), command.from);
  LP_ASSERT(from != nullptr);
  if (!crypto::p256_verify(from->spki, seal::wrap_signing_bytes(wrap.document), wrap.signature)) {
    return refuse(Fault::bad_signature);
  }
  return {};
}

std::expected<void, Refused> check_wraps(Work& work, const ProjectView& project,
                                         const HandOverKey& command, std::uint64_t epoch) {
  if (command.wraps.empty() || command.wraps.size() > wraps_max) return refuse(Fault::bad_core);
  const auto wrap_keys = work.world.rows.wrap_keys();
  LP_ASSERT(wrap_keys.has_value());
  std::set<std::string> seen;
  for (const auto& wrap : command.wraps) {
    if (!seen.insert(wrap.key.to).second) return refuse(Fault::bad_core, {}, "a device twice");
    const bool there =
        std::ranges::find(*wrap_keys, wrap.key.to, &store::WrapKey::device) != wrap_keys->end();
    if (!there) return refuse(Fault::stale, {}, "a device that has no key to wrap for");
    if (auto fine = check_wrap(work, project, command, wrap, epoch); !fine) return fine;
  }
  return {};
}

template <typename Command>
Applied<Command> change_key(Work& work, const Command& command,
                            std::optional<Instant> store::ContentKey::* at) {
  auto key = key_of(work, command.project, command.kid);
  if (!key) return refuse(Fault::unknown);
  // A second change in this batch would not see the first.
  const std::string use = "content-key:" + command.project;
  if (work.nonce_used(use)) return refuse(Fault::stale);
  work.use_nonce(use);
  (*key).*at = work.now;
  work.batch.writes.emplace_back(*std::move(key));
  work.tell_project(command.project);
  return typename Command::Result{};
}

}  // namespace

const evidence::RosterEntry* reading_device(const Directory& directory, const ProjectView& project,
                                            std::string_view device) {
  const store::Device* row = live_device(directory, device);
  if (row == nullptr) return nullptr;
  const auto* entry = project.entry_of(row->member, device);
  const bool reads =
      entry != nullptr && identity::grants(entry->roles, identity::Right::open_payload);
  return reads ? entry : nullptr;
}

Applied<KeepWrapKey> apply(Work& work, KeepWrapKey& command) {
  const store::Device* device = live_device(work.directory(), command.device);
  if (device == nullptr) return refuse(Fault::unknown);
  if (!crypto::P256PublicKey::from_spki(command.spki)) {
    return refuse(Fault::bad_core, {}, "a key for content keys is a P-256 key");
  }
  if (!crypto::p256_verify(device->spki, seal::wrap_key_signing_bytes(command.device, command.spki),
                           command.signature)) {
    return refuse(Fault::bad_signature);
  }
  const auto rows = work.world.rows.wrap_keys();
  LP_ASSERT(rows.has_value());
  const auto known = std::ranges::find(*rows, command.device, &store::WrapKey::device);
  const bool same = known != rows->end() && known->spki == command.spki;
  if (same && work.now < known->seen + day_ms) return KeepWrapKey::Result{};
  store::WrapKey row{.device = command.device,
                     .member = device->member,
                     .spki = command.spki,
                     .signature = command.signature,
                     .created = same ? known->created : work.now,
                     .seen = work.now};
  if (known != rows->end() && !same) {
    work.batch.removals.emplace_back(
        store::DeleteWrappedKeys{.device = command.device, .wrap_key_too = false});
  }
  work.batch.writes.emplace_back(std::move(row));
  for (const auto& [id, project] : work.directory().projects) {
    if (project.entry_of(device->member, command.device) != nullptr) work.tell_project(id);
  }
  return KeepWrapKey::Result{};
}

Applied<HandOverKey> apply(Work& work, HandOverKey& command) {
  const Directory& directory = work.directory();
  const ProjectView* project = directory.project(command.project);
  if (project == nullptr || directory.succeeded(command.project)) return refuse(Fault::unknown);
  const auto* entry = reading_device(directory, *project, command.from);
  if (entry == nullptr) return refuse(Fault::not_permitted);
  // Two that come in one batch would both be the next epoch.
  const std::string use = "content-key:" + command.project;
  if (work.nonce_used(use)) return refuse(Fault::stale);
  const auto key = known_or_next(work, command, entry->member);
  if (!key) return refuse(Fault::key_limit);
  if (const auto fine = check_wraps(work, *project, command, key->epoch); !fine) {
    return std::unexpected(fine.error());
  }
  work.use_nonce(use);
  work.batch.writes.emplace_back(*key);
  for (auto& wrap : command.wraps) {
    work.batch.writes.emplace_back(
        store::WrappedKey{.project = command.project,
                          .kid = command.kid,
                          .device = wrap.key.to,
                          .member = live_device(directory, wrap.key.to)->member,
                          .from = command.from,
                          .document = std::move(wrap.document),
                          .signature = std::move(wrap.signature),
                          .created = work.now});
  }
  work.tell_project(command.project);
  return HandOverKey::Result{.epoch = key->epoch};
}

Applied<DropContentKey> apply(Work& work, DropContentKey& command) {
  if (!key_of(work, command.project, command.kid)) return refuse(Fault::unknown);
  work.batch.removals.emplace_back(store::DeleteWrappedKey{
      .project = command.project, .kid = command.kid, .device = command.device});
  work.tell_project(command.project);
  return DropContentKey::Result{};
}

Applied<RetireContentKey> apply(Work& work, RetireContentKey& command) {
  const auto key = key_of(work, command.project, command.kid);
  if (key && key->retired) return refuse(Fault::already_revoked);
  return change_key(work, command, &store::ContentKey::retired);
}

Applied<NoteRecoverySheet> apply(Work& work, NoteRecoverySheet& command) {
  return change_key(work, command, &store::ContentKey::sheet_checked);
}

Applied<KeepKeyCopy> apply(Work& work, KeepKeyCopy& command) {
  const auto copies = work.world.rows.key_copies(command.member);
  LP_ASSERT(copies.has_value());
  if (copies->size() >= copies_max) return refuse(Fault::key_limit);
  store::KeyCopy row{.id = new_id("kcp", work.now, work.world.entropy),
                     .member = command.member,
                     .kind = std::move(command.kind),
                     .document = std::move(command.document),
                     .created = work.now};
  KeepKeyCopy::Result result{.id = row.id};
  work.batch.writes.emplace_back(std::move(row));
  return result;
}

Applied<RemoveKeyCopy> apply(Work& work, RemoveKeyCopy& command) {
  const auto copies = work.world.rows.key_copies(command.member);
  LP_ASSERT(copies.has_value());
  if (std::ranges::find(*copies, command.id, &store::KeyCopy::id) == copies->end()) {
    return refuse(Fault::unknown);
  }
  work.batch.removals.emplace_back(
      store::DeleteKeyCopy{.member = command.member, .id = command.id});
  return RemoveKeyCopy::Result{};
}

}  // namespace lp::core
