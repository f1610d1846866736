#include "core/closing.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include "base/id.h"
#include "base/log.h"
#include "core/engine.h"
#include "core/tiles.h"

namespace lp::core {
namespace {

using Outcome = std::expected<void, std::string>;

// The newest checkpoint of ours that the rows beside it lead to: what closed logs are served under.
std::shared_ptr<const std::string> kept_head(World& world, const ProjectLog& log) {
  const auto heads = world.reader.cosigned_heads();
  if (!heads) return nullptr;
  const auto head =
      std::ranges::find(*heads, own_head_name(log.origin), &store::CosignedHead::origin);
  if (head == heads->end() || world.keys.row_mac(*head) != head->mac) return nullptr;
  const auto checkpoint = world.signer.opened(log.origin, head->note);
  if (!checkpoint || checkpoint->size > log.range.size()) return nullptr;
  const auto root = tlog::root_of(checkpoint->size,
                                  hashes_of_log(world.reader, log.head.project, checkpoint->size));
  if (root != checkpoint->root) return nullptr;
  return std::make_shared<const std::string>(head->note);
}

// Whether what took its place was lost with a copy of the data that is older than its opening.
bool successor_lost(const World& world, const ClosedLog& closed) {
  if (world.logs.contains(closed.successor)) return false;
  const auto opened = world.signer.last(successor_origin(world.options.log_name, closed));
  return opened && opened->size > 0;
}

class Closing {
 public:
  explicit Closing(World& world) : world_(world) {}

  Outcome run() {
    if (auto done = close_succeeded(world_); !done) return done;
    auto known = world_.closed_logs.all();
    if (!known) return std::unexpected(std::move(known.error()));
    for (ClosedLog& log : *known) {
      // Without its key nobody could tell whether the one in its place was lost too.
      if (!world_.signer.verifier(origin_after(log))) return away();
      closed_.emplace(log.origin, std::move(log));
    }
    if (world_.options.accept_rollback) {
      if (auto done = accept(*world_.options.accept_rollback); !done) return done;
    }
    show();
    if (auto done = reopen_root(); !done) return done;
    return show_keys();
  }

 private:
  static Outcome away() {
    return std::unexpected(std::string("The signer does not answer: is it running?"));
  }

  // Why this one cannot be closed, or nothing; `fresh_` is what the signer shall remember.
  Outcome close(const ProjectLog& log, const AcceptedRollback& accepted) {
    const auto last = world_.signer.last(log.origin);
    if (!world_.directory->project(log.head.project)->roster) {
      return std::unexpected(fmt::format(
          "In this copy project {} has no owner yet, so nobody can sign for a new log. Bring back "
          "a newer copy, or begin a new data directory.",
          world_.directory->project(log.head.project)->row.name));
    }
    ClosedLog closed{.origin = log.origin,
                     .successor = new_id("proj", now(), world_.entropy),
                     .last_signed = {.size = last->size, .root = last->root},
                     .restored = {.size = log.range.size(), .root = log.range.root()},
                     .reason = accepted.reason,
                     .operator_name = accepted.operator_name,
                     .at = now()};
    // The one that took its place and is not here any more is never signed again either.
    const auto before = closed_.find(log.origin);
    if (before != closed_.end()) {
      ClosedLog lost = closed;
      lost.origin = successor_origin(world_.options.log_name, before->second);
      const auto signed_there = world_.signer.last(lost.origin);
      lost.last_signed = {.size = signed_there->size, .root = signed_there->root};
      lost.restored = {.size = 0, .root = tlog::CompactRange().root()};
      fresh_.push_back(std::move(lost));
    }
    fresh_.push_back(std::move(closed));
    return {};
  }

  Outcome accept(const AcceptedRollback& accepted) {
    bool waits = false;
    for (const auto& [id, log] : world_.logs) {
      if (world_.directory->succeeded(id)) continue;
      const auto known = closed_.find(log.origin);
      const bool lost = known != closed_.end() && successor_lost(world_, known->second);
      if (known != closed_.end() && !lost) {
        waits = true;
      } else if (lost || log.rolled_back || (log.witness_ahead && world_.signer.last(log.origin))) {
        if (auto done = close(log, accepted); !done) return done;
      }
    }
    accept_root(accepted);
    // Whoever leaves the flag in a unit would accept the next rollback unseen.
    if (fresh_.empty() && !waits) {
      return std::unexpected(
          "No log was rolled back: there is nothing to accept. Start without --accept-rollback.");
    }
    if (fresh_.empty()) return {};
    if (const auto kept = world_.closed_logs.close(fresh_); !kept) {
      return std::unexpected(kept.error().what);
    }
    for (ClosedLog& log : fresh_) {
      log::warning("log.closed", "A log that was rolled back is closed for ever.",
                   {{"origin", log.origin},
                    {"signed", log.last_signed.size},
                    {"restored", log.restored.size}});
      closed_.insert_or_assign(log.origin, std::move(log));
    }
    return {};
  }

  // The root log says nothing that somebody would have to sign for: another begins at once.
  void accept_root(const AcceptedRollback& accepted) {
    const std::string& origin = world_.root.origin();
    const auto known = closed_.find(origin);
    const auto last = world_.signer.last(origin);
    if (!last || (known == closed_.end() ? !world_.root.behind() : !root_lost(known->second)))
      return;
    ClosedLog closed{.origin = origin,
                     .successor = new_id("root", now(), world_.entropy),
                     .last_signed = {.size = last->size, .root = last->root},
                     .restored = root_as_stored(),
                     .reason = accepted.reason,
                     .operator_name = accepted.operator_name,
                     .at = now()};
    if (known != closed_.end()) {
      ClosedLog lost = closed;
      lost.origin = root_successor(known->second);
      const auto signed_there = world_.signer.last(lost.origin);
      lost.last_signed = {.size = signed_there->size, .root = signed_there->root};
      fresh_.push_back(std::move(lost));
    }
    fresh_.push_back(std::move(closed));
  }

  evidence::TreeHead root_as_stored() {
    const std::uint64_t size = world_.reader.anchor_count().value_or(0);
    const auto root = tlog::root_of(size, hashes_of_root_log(world_.reader, size));
    return {.size = size, .root = root.value_or(Digest{})};
  }

  std::string root_successor(const ClosedLog& closed) const {
    return RootLog::origin_of(world_.options.log_name, "0 " + closed.successor);
  }
  bool root_lost(const ClosedLog& closed) const {
    const auto opened = world_.signer.last(root_successor(closed));
    return opened && opened->size > 0;
  }

  // Of the log that takes its place.
  std::string origin_after(const ClosedLog& closed) const {
    return is_id("root", closed.successor) ? root_successor(closed)
                                           : successor_origin(world_.options.log_name, closed);
  }

  // What people sign or trust of logs that no project has, or not yet: asked for now, because later
  // the signer may be away.
  Outcome show_keys() {
    auto directory = std::make_shared<Directory>(*world_.directory);
    std::vector<std::string> origins =
        RootLog::origins_before(world_.options.log_name, directory->root_log.value_or(""));
    for (const auto& [id, log] : directory->closed) origins.push_back(origin_after(log));
    for (const std::string& origin : origins) {
      const auto key = world_.signer.verifier(origin);
      if (!key) return away();
      directory->other_vkeys.insert_or_assign(origin, key->to_string());
    }
    world_.directory = std::move(directory);
    return {};
  }

  Outcome reopen_root() {
    const auto closed = closed_.find(world_.root.origin());
    if (closed == closed_.end()) return {};
    if (!root_lost(closed->second)) return world_.root.begin_anew(world_, closed->second.successor);
    log::error(
        "root.rolled_back",
        "This copy is older than the opening of the root log that took the place of one that "
        "was closed: it was rolled back once more. Nothing is anchored.",
        {{"origin", closed->first}});
    return {};
  }

  // What waits for an owner, and the checkpoints under which closed logs are read.
  void show() {
    auto directory = std::make_shared<Directory>(*world_.directory);
    for (auto& [id, log] : world_.logs) {
      const auto closed = closed_.find(log.origin);
      const bool succeeded = directory->succeeded(id);
      if (closed == closed_.end() && !succeeded) continue;
      freeze(log, true);
      if (auto head = kept_head(world_, log)) log.live->checkpoint.store(std::move(head));
      if (succeeded) continue;
      if (successor_lost(world_, closed->second)) {
        log::error("log.rolled_back",
                   "This copy is older than the opening of the log that took the place of one that "
                   "was closed: it was rolled back once more. Nothing is signed; reads go on.",
                   {{"project", id}});
        continue;
      }
      log::warning("log.waits_for_owner",
                   "The log is closed. An owner signs for the one that opens in its place: "
                   "`letsping log reopen`, or on the page /settings/rollback.",
                   {{"project", id}});
      directory->closed.emplace(id, closed->second);
    }
    world_.directory = std::move(directory);
  }

  Instant now() { return world_.clock.now(); }

  World& world_;
  std::map<std::string, ClosedLog> closed_;  // by origin
  std::vector<ClosedLog> fresh_;
};

}  // namespace

std::string own_head_name(std::string_view origin) {
  // No origin has a blank in it.
  return std::string("signed ").append(origin);
}

bool stays_closed(World& world, ProjectLog& log) {
  if (!world.signer.closed(log.origin) && !world.directory->succeeded(log.head.project)) {
    return false;
  }
  freeze(log, true);
  return true;
}

std::expected<void, std::string> close_succeeded(World& world) {
  std::vector<ClosedLog> fresh;
  for (const auto& [before, after] : world.directory->successors) {
    const ProjectView* project = world.directory->project(before);
    if (project == nullptr || world.signer.closed(project->row.origin)) continue;
    const auto opening = world.reader.leaf(after, 0);
    if (!opening) return std::unexpected(opening.error().what);
    const auto record = *opening ? evidence::SuccessionRecord::find((*opening)->evidence)
                                 : std::optional<evidence::SuccessionRecord>();
    const auto said =
        record ? evidence::SuccessionDocument::parse(record->document) : std::nullopt;
    if (!said || said->predecessor != project->row.origin) {
      return std::unexpected(fmt::format(
          "What opened the log in the place of that of project {} is damaged.", before));
    }
    fresh.push_back({.origin = said->predecessor,
                     .successor = after,
                     .last_signed = said->last_signed,
                     .restored = said->restored,
                     .reason = said->reason,
                     .operator_name = said->operator_name,
                     .at = said->time});
  }
  if (fresh.empty()) return {};
  if (const auto kept = world.closed_logs.close(fresh); !kept) {
    return std::unexpected(kept.error().what);
  }
  return {};
}

std::expected<void, std::string> take_up_closed(World& world) {
  return Closing(world).run();
}

}  // namespace lp::core
