#include "monitor/follower.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "monitor/contradiction.h"
#include "monitor/freshness.h"
#include "tlog/tree.h"

namespace lp::monitor {
namespace {

// More than a thousand signature lines.
constexpr std::size_t note_bytes_max = 1 << 17;

std::string_view why(tlog::NoteFault fault) {
  switch (fault) {
    case tlog::NoteFault::malformed:
      return "what is shown as the newest checkpoint is none";
    case tlog::NoteFault::unknown_key:
      return "no key of the trust file signed the newest checkpoint";
    case tlog::NoteFault::bad_signature:
      return "the signature of the newest checkpoint does not verify";
    case tlog::NoteFault::wrong_origin:
      break;
  }
  return "the newest checkpoint is of another log";
}

}  // namespace

Follower::Follower(LogTiles& tiles, const std::vector<tlog::VerifierKey>& keys,
                   const std::optional<evidence::LogKeyRanges>& ranges, LogMemory& memory)
    : tiles_(tiles), keys_(keys), ranges_(ranges), memory_(memory) {
  head_.origin = tiles_.origin();
  head_.root = tlog::empty_root();
  if (const auto known = open_signed(memory_.note, keys_)) head_ = *known;
}

Found<Follower::Head> Follower::open(std::string note) const {
  // What goes into the memory must also come out of it.
  if (note.size() > note_bytes_max) {
    return std::unexpected(
        tiles_.finding(Alarm::bad_signature, std::string(why(tlog::NoteFault::malformed))));
  }
  auto checkpoint = open_signed(note, keys_);
  if (checkpoint && ranges_ && !evidence::open_in_range(note, *ranges_)) {
    return std::unexpected(
        tiles_.finding(Alarm::bad_signature,
                       "the newest checkpoint is signed by a key that does not sign its size",
                       unsigned_head_evidence(note)));
  }
  if (checkpoint) return Head{std::move(note), *std::move(checkpoint)};
  return std::unexpected(tiles_.finding(Alarm::bad_signature, std::string(why(checkpoint.error())),
                                        unsigned_head_evidence(note)));
}

Found<void> Follower::look() {
  auto note = tiles_.fetch("checkpoint");
  if (!note) return std::unexpected(note.error());
  auto head = open(*std::move(note));
  if (!head) return std::unexpected(head.error());
  return take(*std::move(head));
}

Found<void> Follower::take(Head head) {
  if (!memory_.note.empty()) {
    if (head.checkpoint.size < head_.size) {
      return std::unexpected(tiles_.finding(
          Alarm::rollback,
          fmt::format("the newest checkpoint has {} leaves, and {} were signed before",
                      head.checkpoint.size, head_.size),
          rollback_evidence(memory_.note, head.note)));
    }
    if (auto grew = extends({memory_.note, head_}, head); !grew) return grew;
  }
  memory_.note = std::move(head.note);
  head_ = std::move(head.checkpoint);
  return {};
}

// Two heads that cannot both be are told apart from a server that only serves wrong tiles: the
// former are evidence, whoever serves them.
Found<void> Follower::extends(const Head& first, const Head& second) {
  const std::uint64_t size = first.checkpoint.size;
  Contradiction found{.first = first.note, .second = second.note, .prefix = {}, .proof = {}};
  const auto fork = [&] {
    return std::unexpected(tiles_.finding(
        Alarm::fork,
        fmt::format("two signed checkpoints contradict each other, of {} and of {} leaves", size,
                    second.checkpoint.size),
        found.to_text()));
  };
  if (size == 0) return {};
  if (size == second.checkpoint.size) {
    if (first.checkpoint.root == second.checkpoint.root) return {};
    return fork();
  }
  const auto tree = tiles_.tree(second.checkpoint.size);
  auto proof = tlog::consistency_proof(size, second.checkpoint.size, tree);
  if (!proof) return std::unexpected(tiles_.why_not());
  if (tlog::verify_consistency(size, first.checkpoint.root, second.checkpoint.size,
                               second.checkpoint.root, *proof)) {
    return {};
  }
  found.prefix = tlog::root_of(size, tree);
  if (!found.prefix) return std::unexpected(tiles_.why_not());
  found.proof = *std::move(proof);
  if (found.holds(keys_)) return fork();
  return std::unexpected(tiles_.finding(
      Alarm::wrong_tile, fmt::format("the tiles do not lead to the signed root of {} leaves",
                                     second.checkpoint.size)));
}

Found<void> Follower::look_for_cosigned(const evidence::WitnessPolicy& policy) {
  const Head newest{memory_.note, head_};
  const auto own = cosigned(newest.note, policy);
  if (own && own->quorum_s) return cosigned_by_quorum(newest, policy);
  // A log that grows all the time shows a head that nobody had time to cosign.
  auto note = tiles_.fetch("checkpoint?cosigned=true");
  if (!note && note.error().alarm == Alarm::withheld) return cosigned_by_quorum(newest, policy);
  if (!note) return std::unexpected(note.error());
  auto head = open(*std::move(note));
  if (!head) return std::unexpected(head.error());
  if (head->checkpoint.size > head_.size) {
    if (auto taken = take(*head); !taken) return taken;
  } else if (auto prefix = extends(*head, newest); !prefix) {
    return prefix;
  }
  return cosigned_by_quorum(*head, policy);
}

Found<void> Follower::cosigned_by_quorum(const Head& head, const evidence::WitnessPolicy& policy) {
  const auto now = cosigned(head.note, policy);
  if (!now) {
    return std::unexpected(tiles_.finding(Alarm::bad_signature,
                                          "a cosignature in the name of a witness does not verify",
                                          unsigned_head_evidence(head.note)));
  }
  const auto before = cosigned(memory_.cosigned, policy);
  const bool newer =
      now->quorum_s && (!before || !before->quorum_s || *now->quorum_s > *before->quorum_s);
  if (newer) memory_.cosigned = head.note;
  return {};
}

Found<void> Follower::read(const Visit& visit, const Pause& pause) {
  while (memory_.read.size() < head_.size) {
    if (auto tile = read_tile(visit); !tile) return tile;
    if (auto kept = pause(); !kept) return kept;
  }
  if (memory_.read.root() != head_.root) {
    reject();
    return std::unexpected(
        tiles_.finding(Alarm::inconsistent,
                       fmt::format("the {} leaves do not lead to the signed root", head_.size)));
  }
  // The partial tiles at the edge, which no full tile above has vouched for yet.
  if (memory_.verified.size() < head_.size) {
    const auto root = tlog::root_of(head_.size, tiles_.tree(head_.size));
    if (!root) return std::unexpected(tiles_.why_not());
    if (*root != head_.root) {
      return std::unexpected(tiles_.finding(
          Alarm::wrong_tile,
          fmt::format("the tiles do not lead to the signed root of {} leaves", head_.size)));
    }
  }
  return {};
}

Found<void> Follower::read_tile(const Visit& visit) {
  const std::uint64_t number = memory_.read.size() / tlog::tile_width;
  const auto leaves = tiles_.entries(number, head_.size);
  if (!leaves) return std::unexpected(leaves.error());
  const auto tile = tiles_.hashes(0, number, head_.size);
  if (!tile) return std::unexpected(tile.error());
  const std::vector<Digest> hashes = **tile;
  struct Upper {
    unsigned level;
    std::uint64_t number;
    Digest hash;
  };
  std::vector<Upper> full;
  const auto completed = [&](unsigned level, std::uint64_t position, const Digest& hash) {
    // The hash over a whole tile of an upper level.
    const unsigned above = level / tlog::tile_height;
    if (level % tlog::tile_height == 0 && above >= 2) full.push_back({above - 1, position, hash});
  };
  tlog::CompactRange range = memory_.read;
  for (std::size_t at = range.size() % tlog::tile_width; at < leaves->size(); ++at) {
    const Digest hash = tlog::leaf_hash((*leaves)[at]);
    if (hash != hashes[at]) return std::unexpected(blame(range.size(), hash, hashes[at]));
    if (auto wrong = visit(range.size(), (*leaves)[at])) return std::unexpected(*std::move(wrong));
    range.append(hash, completed);
  }
  for (const Upper& upper : full) {
    if (auto good = check_upper_tile(upper.level, upper.number, upper.hash); !good) return good;
  }
  memory_.read = std::move(range);
  return {};
}

Found<void> Follower::check_upper_tile(unsigned level, std::uint64_t number,
                                       const Digest& expected) {
  const auto hashes = tiles_.hashes(level, number, head_.size);
  if (!hashes) return std::unexpected(hashes.error());
  tlog::CompactRange whole;
  for (const Digest& hash : **hashes) whole.append(hash);
  if (whole.root() == expected) return {};
  const std::string path = tlog::tile_path({.level = level, .number = number});
  return std::unexpected(tiles_.finding(Alarm::wrong_tile, path + " is not of the tree"));
}

// Which of the two is not what the signed root says.
Finding Follower::blame(std::uint64_t index, const Digest& of_leaf, const Digest& in_tile) {
  const auto path = tlog::inclusion_proof(index, head_.size, tiles_.tree(head_.size));
  if (!path) return tiles_.why_not();
  const auto is_there = [&](const Digest& hash) {
    return tlog::verify_inclusion(hash, index, head_.size, *path, head_.root);
  };
  if (is_there(in_tile)) {
    return tiles_.finding(Alarm::wrong_leaf,
                          fmt::format("entry {} is not the one that the tree has", index));
  }
  const std::string_view other = is_there(of_leaf) ? "" : ", and what is around it neither";
  return tiles_.finding(Alarm::wrong_tile,
                        fmt::format("the tile of entry {} is not of the tree{}", index, other));
}

}  // namespace lp::monitor
