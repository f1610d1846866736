// The root log: one an installation, in which each project's checkpoints are anchored, so that one
// public tree, and who witnesses it, stands behind all logs (evidence.md 5).
//
// Apart from the decision path: a round runs on lp-core when the gate is open and no command is in
// hand, at most once a second while something is dirty. No answer waits for it, and when the root
// log cannot be signed, decisions go on. A round is one commit and one signature: a crash between
// them leaves entries that recovery checks and signs.

#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "core/directory.h"
#include "core/signer.h"
#include "tlog/tree.h"

namespace lp::core {

struct World;

class RootLog {
 public:
  // `opened` is what the directory says of the root log (Directory::root_log): the first one, or
  // one that opened in the place of another that was rolled back.
  static std::string origin_of(const std::string& log_name, const std::string& opened);
  // Of those in whose place it opened, the newest first.
  static std::vector<std::string> origins_before(const std::string& log_name, std::string opened);

  // Takes up what is stored, after the logs of the projects were; a first root log is made. Fails
  // when it is not what was signed. Frozen, and said so in the log, when the signer has no memory
  // of it or more than is stored.
  std::expected<void, std::string> recover(World& world);

  // The log of this project has grown.
  void touch(const std::string& project) { dirty_.insert(project); }
  // When the next round may begin, in monotonic ms; nothing while there is nothing to anchor.
  [[nodiscard]] std::optional<std::int64_t> due_ms() const;

  enum class Fault : std::uint8_t { commit, read_back, not_kept };
  // One round. A fault is one after which the process must not go on. While the signer is away what
  // was committed waits for the next round.
  std::expected<void, Fault> anchor(World& world);

  // Goes on after the signer's memory was lost, on a person's word: false when there is nothing to
  // adopt. The error says which entry cannot be signed.
  std::expected<bool, std::string> adopt(World& world);

  // Whether more was signed of it, or a witness has seen more, than is here.
  [[nodiscard]] bool behind() const { return rolled_back_ || witness_ahead_; }
  // Begins an empty one, of the id, in the place of this one, which is never signed again. The rows
  // of this one stay where they are, and nobody reads them.
  std::expected<void, std::string> begin_anew(World& world, const std::string& id);

  // Nothing is anchored while a witness knows more of the root log than is here.
  void stand_still();
  void go_on();

  [[nodiscard]] const std::string& origin() const { return origin_; }
  [[nodiscard]] const std::shared_ptr<LiveLog>& live() const { return live_; }

 private:
  std::expected<void, std::string> resume(World& world);
  std::expected<bool, std::string> sign_stored(World& world, std::uint64_t signed_size);
  std::optional<std::string> refuse_entries(World& world, std::uint64_t first,
                                            std::vector<Digest>& leaf_hashes) const;
  std::expected<void, Signer::Fault> sign(World& world, std::vector<Digest> leaf_hashes);
  [[nodiscard]] bool all_signed() const { return live_->signed_size == range_.size(); }
  void freeze(std::string_view event, std::string_view why);

  std::string origin_;
  tlog::CompactRange range_;  // of what is stored
  std::shared_ptr<LiveLog> live_ = std::make_shared<LiveLog>();
  bool frozen_ = false;
  bool rolled_back_ = false;    // why: more was signed than is here
  bool witness_ahead_ = false;  // and that alone is why
  std::set<std::string> dirty_;
  std::int64_t next_round_ms_ = 0;
};

}  // namespace lp::core
