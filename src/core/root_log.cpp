#include "core/root_log.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/id.h"
#include "base/log.h"
#include "core/closing.h"
#include "core/engine.h"
#include "core/tiles.h"
#include "core/world.h"
#include "evidence/anchor.h"
#include "tlog/tile.h"

namespace lp::core {
namespace {

constexpr std::int64_t round_ms = 1'000;

std::unexpected<std::string> broken(std::string_view what) {
  return std::unexpected(fmt::format("The root log cannot be trusted: {}.", what));
}

// What the entry would be if this server had written it; nothing when it would not have.
std::optional<std::string> expected_leaf(World& world, const store::Anchor& entry) {
  const auto log = world.logs.find(entry.project);
  if (log == world.logs.end() || entry.size > log->second.signed_size) return std::nullopt;
  const auto root =
      tlog::root_of(entry.size, hashes_of_log(world.reader, entry.project, entry.size));
  if (!root) return std::nullopt;
  return evidence::anchor_leaf({log->second.origin, entry.size, *root});
}

// What a log shows signed right now.
std::optional<tlog::Checkpoint> signed_checkpoint(const ProjectLog& log) {
  const auto text = log.live->checkpoint.load();
  const auto note = tlog::Note::parse(text == nullptr ? "" : *text);
  return note ? tlog::Checkpoint::parse_body(note->body) : std::nullopt;
}

void append(tlog::CompactRange& range, store::Batch& batch, const Digest& leaf_hash) {
  range.append(leaf_hash, [&batch](unsigned level, std::uint64_t position, const Digest& hash) {
    if (level == 0 || level % tlog::tile_height != 0) return;
    batch.writes.emplace_back(store::AnchorUpperHash{
        .tile_level = level / tlog::tile_height, .position = position, .hash = hash});
  });
}

// The checkpoint itself, for whoever restores a copy of the data: it has all leaves of this one.
store::CosignedHead own_head(const World& world, const ProjectLog& log, std::uint64_t size) {
  store::CosignedHead head{.origin = own_head_name(log.origin),
                           .size = size,
                           .note = *log.live->checkpoint.load(),
                           .mac = {}};
  head.mac = world.keys.row_mac(head);
  return head;
}

}  // namespace

std::expected<void, std::string> RootLog::recover(World& world) {
  origin_ = origin_of(world.options.log_name, world.directory->root_log.value_or(""));
  const auto count = world.reader.anchor_count();
  if (!count) return std::unexpected(count.error().what);
  auto range = tlog::CompactRange::read(*count, hashes_of_root_log(world.reader, *count));
  if (!range) return broken("hashes are missing");
  range_ = *std::move(range);
  if (auto resumed = resume(world); !resumed) return resumed;
  for (auto& [project, log] : world.logs) {
    const auto anchored = world.reader.anchored_size(project);
    if (!anchored) return std::unexpected(anchored.error().what);
    log.anchored_size = *anchored;
    if (log.signed_size > log.anchored_size) touch(project);
  }
  return {};
}

std::string RootLog::origin_of(const std::string& log_name, const std::string& opened) {
  const std::size_t blank = opened.find(' ');
  if (blank == std::string::npos) return log_name + "/root";
  const std::size_t end = opened.find(' ', blank + 1);
  return log_name + "/root/" + id_hex(std::string_view(opened).substr(blank + 1, end - blank - 1));
}

std::vector<std::string> RootLog::origins_before(const std::string& log_name, std::string opened) {
  std::vector<std::string> origins;
  while (!opened.empty()) {
    const std::size_t id = opened.find(' ');
    const std::size_t before = id == std::string::npos ? id : opened.find(' ', id + 1);
    opened = before == std::string::npos ? std::string() : "0" + opened.substr(before);
    origins.push_back(origin_of(log_name, opened));
  }
  return origins;
}

std::expected<void, std::string> RootLog::begin_anew(World& world, const std::string& id) {
  auto directory = std::make_shared<Directory>(*world.directory);
  const std::string before = directory->root_log.value_or("0");
  // The number tells its rows apart from those before (store/sqlite/queries.cpp).
  std::uint64_t number = 0;
  const auto read = std::from_chars(before.data(), before.data() + before.size(), number);
  if (read.ec != std::errc{}) return broken("what the directory says of it is damaged");
  const std::size_t blank = before.find(' ');
  directory->root_log = fmt::format("{} {}{}", number + 1, id,
                                    blank == std::string::npos ? "" : before.substr(blank));
  const std::string origin = origin_of(world.options.log_name, *directory->root_log);
  const auto opened = world.signer.open(origin);
  const auto key = world.signer.verifier(origin);
  if (!opened || !key) {
    return std::unexpected(
        std::string("The signer does not answer, or its state cannot be written."));
  }
  directory->root_vkey = key->to_string();
  store::Batch batch;
  batch.settings.push_back({.name = "root.log", .value = *directory->root_log});
  batch.settings.push_back(
      {.name = "directory_mac", .value = world.keys.directory_mac(*directory).hex()});
  if (const auto done = world.store.commit(batch); !done) return std::unexpected(done.error().what);
  world.directory = std::move(directory);
  frozen_ = rolled_back_ = witness_ahead_ = false;
  dirty_.clear();
  live_->cosigned.store(std::shared_ptr<const std::string>());
  return recover(world);
}

std::expected<void, std::string> RootLog::resume(World& world) {
  if (world.signer.closed(origin_)) {
    freeze("root.closed", "The root log is closed: nothing is anchored.");
    return {};
  }
  if (world.signer.damaged(origin_)) {
    return broken("the signer's last checkpoint does not verify with its key");
  }
  const auto last = world.signer.last(origin_);
  if (!last) {
    const bool lost = range_.size() > 0 || std::ranges::any_of(world.logs, [](const auto& item) {
                        return item.second.frozen;
                      });
    if (lost) {
      freeze("root.state_missing",
             "The signer has no memory of the root log: nothing is anchored.");
    } else if (!world.signer.open(origin_)) {
      return std::unexpected(
          std::string("The signer does not answer, or its state cannot be written."));
    }
  } else if (last->size > range_.size()) {
    rolled_back_ = true;
    freeze("root.rolled_back",
           fmt::format("The database holds {} entries of the root log, but {} were signed: it was "
                       "rolled back. Nothing is anchored.",
                       range_.size(), last->size));
  } else {
    auto range = tlog::CompactRange::read(last->size, hashes_of_root_log(world.reader, last->size));
    if (!range || !world.signer.resume(origin_, *std::move(range))) {
      return broken("it does not contain what was signed");
    }
    const auto rest = sign_stored(world, last->size);
    if (!rest) return std::unexpected(rest.error());
  }
  if (frozen_) return {};
  live_->checkpoint.store(std::make_shared<const std::string>(world.signer.note(origin_)));
  live_->signed_size = range_.size();
  return {};
}

// Entries that a crash left without a signature.
std::expected<bool, std::string> RootLog::sign_stored(World& world, std::uint64_t signed_size) {
  std::vector<Digest> leaf_hashes;
  if (const auto why = refuse_entries(world, signed_size, leaf_hashes)) return broken(*why);
  if (leaf_hashes.empty()) return false;
  if (const auto done = sign(world, std::move(leaf_hashes)); !done) {
    return broken(done.error() == Signer::Fault::away ? "its signer does not answer"
                                                      : "what is stored does not lead to its head");
  }
  return true;
}

std::optional<std::string> RootLog::refuse_entries(World& world, std::uint64_t first,
                                                   std::vector<Digest>& leaf_hashes) const {
  constexpr std::uint64_t chunk = 1'024;
  for (std::uint64_t at = first; at < range_.size(); at += chunk) {
    const auto entries = world.reader.anchors(at, std::min(chunk, range_.size() - at));
    if (!entries) return entries.error().what;
    for (const store::Anchor& entry : *entries) {
      if (expected_leaf(world, entry) != entry.leaf ||
          tlog::leaf_hash(entry.leaf) != entry.leaf_hash) {
        return fmt::format("entry {} is of no signed checkpoint", entry.index);
      }
      leaf_hashes.push_back(entry.leaf_hash);
    }
  }
  return std::nullopt;
}

std::expected<void, Signer::Fault> RootLog::sign(World& world, std::vector<Digest> leaf_hashes) {
  const auto heads = world.signer.extend(
      {{.origin = origin_, .leaf_hashes = std::move(leaf_hashes), .root = range_.root()}});
  if (!heads) return std::unexpected(heads.error());
  publish(*live_, heads->front());
  return {};
}

void RootLog::freeze(std::string_view event, std::string_view why) {
  frozen_ = true;
  log::error(event, why, {{"origin", origin_}});
}

void RootLog::stand_still() {
  if (!frozen_) witness_ahead_ = true;
  freeze("root.witness_ahead",
         "A witness has seen more of the root log, or another one, than is here: nothing is "
         "anchored.");
}

void RootLog::go_on() {
  if (std::exchange(witness_ahead_, false)) frozen_ = false;
}

std::optional<std::int64_t> RootLog::due_ms() const {
  if (frozen_ || (dirty_.empty() && all_signed())) return std::nullopt;
  return next_round_ms_;
}

std::expected<void, RootLog::Fault> RootLog::anchor(World& world) {
  next_round_ms_ = world.clock.monotonic_ms() + round_ms;
  tlog::CompactRange range = range_;
  store::Batch batch;
  std::vector<std::pair<ProjectLog*, std::uint64_t>> anchored;
  for (const std::string& project : std::exchange(dirty_, {})) {
    ProjectLog& log = world.logs.find(project)->second;
    const auto checkpoint = signed_checkpoint(log);
    if (!checkpoint || checkpoint->size <= log.anchored_size) continue;
    store::Anchor entry{.index = range.size(),
                        .project = project,
                        .size = checkpoint->size,
                        .leaf = evidence::anchor_leaf(*checkpoint),
                        .leaf_hash = {}};
    entry.leaf_hash = tlog::leaf_hash(entry.leaf);
    append(range, batch, entry.leaf_hash);
    batch.writes.emplace_back(std::move(entry));
    batch.writes.emplace_back(own_head(world, log, checkpoint->size));
    anchored.emplace_back(&log, checkpoint->size);
  }
  if (anchored.empty() && all_signed()) return {};
  if (!anchored.empty() && !world.store.commit(batch)) return std::unexpected(Fault::commit);
  range_ = std::move(range);
  for (const auto& [log, size] : anchored) log->anchored_size = size;
  // Signed is what the database gives back, as with every log; and with it what an earlier round
  // committed while the signer was away.
  const std::uint64_t first = live_->signed_size, count = range_.size() - first;
  const auto entries = world.reader.anchors(first, count);
  if (!entries || entries->size() != count) return std::unexpected(Fault::read_back);
  std::vector<Digest> leaf_hashes;
  for (const store::Anchor& entry : *entries) leaf_hashes.push_back(tlog::leaf_hash(entry.leaf));
  const auto done = sign(world, std::move(leaf_hashes));
  if (done || done.error() == Signer::Fault::away) return {};
  // What the signer could not keep stops everything: nobody knows what is on that disk.
  if (done.error() == Signer::Fault::lock_store) return std::unexpected(Fault::not_kept);
  freeze("root.not_signed",
         "The root log could not be signed: nothing is anchored until the server starts anew.");
  return {};
}

std::expected<bool, std::string> RootLog::adopt(World& world) {
  // A root log with a memory is frozen because it was rolled back; that is nothing to adopt.
  if (!frozen_ || world.signer.last(origin_) || world.signer.damaged(origin_)) return false;
  std::vector<Digest> leaf_hashes;
  if (auto why = refuse_entries(world, 0, leaf_hashes)) return std::unexpected(*std::move(why));
  tlog::CompactRange range;
  for (const Digest& leaf : leaf_hashes) range.append(leaf);
  if (range.root() != range_.root()) return std::unexpected(std::string("the hashes differ"));
  const auto adopted = world.signer.adopt(origin_, std::move(range));
  if (!adopted) {
    return std::unexpected(std::string("the signer does not answer, or cannot write its state"));
  }
  publish(*live_, *adopted);
  frozen_ = false;
  return true;
}

}  // namespace lp::core
