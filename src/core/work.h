// One batch in the making: what its commands read, write and append, before any of it is true.
//
// Commands of a batch see each other's changes through it. A command checks everything first and
// appends last, so a refused one leaves nothing behind. lp-core only.

#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/commands.h"
#include "core/feed.h"
#include "core/refusal.h"
#include "core/tombstones.h"
#include "core/world.h"
#include "evidence/statement.h"
#include "json/value.h"

namespace lp::core {

class Work {
 public:
  explicit Work(World& world);

  World& world;
  const Instant now;  // read once, after the queue was drained
  store::Batch batch;

  // --- the log ---

  // A statement to append: the caller fills in everything but origin, stream position and time.
  struct Event {
    evidence::Statement statement;
    std::vector<json::Value> evidence;  // entries with their own salt; hashed into the statement
  };
  struct Appended {
    std::uint64_t index;
    Digest statement_sha256;
  };
  // The log of a project that may be appended to, or why not.
  std::expected<ProjectLog*, Refused> log(std::string_view project);
  // The empty log of a new project, which stands in the batch and in the directory from now on. The
  // signer knows its origin: a log without signer state can then only mean that it was lost.
  ProjectLog& begin_log(const store::Project& row);
  // In the stream "project".
  Appended append(ProjectLog& log, Event event);
  // In the stream of a request: continues `state` and marks it changed.
  Appended append(ProjectLog& log, store::RequestState& state, Event event);
  // In the stream of a handoff: continues `handoff` and marks it changed.
  Appended append(ProjectLog& log, store::Handoff& handoff, Event event);
  // In the stream of the permit's request, behind its decision: continues `permit`.
  Appended append(ProjectLog& log, store::Permit& permit, Event event);
  // The time the next statement of this log bears: never before its last one.
  [[nodiscard]] Instant time_of(const ProjectLog& log) const;

  // --- requests ---

  struct Open {
    store::Request row;
    store::RequestState state;
    ProjectLog* log = nullptr;
  };
  // The request as this batch has made it so far, its state row verified; `project` "" for any.
  std::expected<Open*, Refused> request(std::string_view id, std::string_view project = {});
  // Takes a new request into the batch. `open.log` must be set.
  Open& add_request(Open open);

  // This batch closes it: its agent is about to ask what was decided.
  void close(const std::string& request) { closed_.insert(request); }
  using Closed = std::map<std::string, store::FullRequest, std::less<>>;
  // What the database now says of those, but for the large ones; null when there are none. They
  // are moved out: `request` must not be asked for any more.
  [[nodiscard]] std::shared_ptr<const Closed> closed();

  // Takes a request out of the data with this batch: nothing of it is served or changed from now
  // on.
  void erase(Tombstone tombstone);
  // Whether it is gone; `project` "" for any.
  [[nodiscard]] bool erased(std::string_view request, std::string_view project = {}) const;
  [[nodiscard]] const std::vector<Tombstone>& tombstones() const { return tombstones_; }
  // Takes who a person was out of the data; the directory says so already.
  void erase(PersonTombstone tombstone);
  [[nodiscard]] const std::vector<PersonTombstone>& gone_people() const { return gone_people_; }

  // --- handoffs ---

  struct OpenHandoff {
    store::Handoff row;
    std::vector<store::HandoffEvent> events;
  };
  // The handoff as this batch has made it so far, its row verified.
  std::expected<OpenHandoff*, Refused> handoff(std::string_view id, std::string_view project);
  OpenHandoff& add_handoff(store::Handoff row);

  // --- permits ---

  // The permit as this batch has made it so far, its row verified.
  std::expected<store::Permit*, Refused> permit(std::string_view id, std::string_view project);
  store::Permit& add_permit(store::Permit row);
  // The ids of those that this batch would leave issued.
  [[nodiscard]] std::vector<std::string> issued_permits(std::string_view project);
  // The ids of requests of an agent that this batch would leave pending.
  [[nodiscard]] std::vector<std::string> pending_of(std::string_view project,
                                                    std::string_view agent);

  // --- proofs ---

  // Whether the nonce of an HTTP signature is fresh; proofs of other kinds have none.
  [[nodiscard]] std::expected<void, Refused> check_nonce(const AgentProof& proof) const;
  // Takes it, with whatever this batch makes true.
  void keep_nonce(const AgentProof& proof);

  // --- the directory ---

  [[nodiscard]] const Directory& directory() const { return draft_ ? *draft_ : *world.directory; }
  // A copy to change; published when the batch is true.
  Directory& change_directory();
  [[nodiscard]] std::shared_ptr<const Directory> changed_directory();

  // --- the rest ---

  // Whether the disk is down to its reserve; looked at once a batch.
  [[nodiscard]] bool disk_low();

  [[nodiscard]] bool nonce_used(std::string_view nonce) const { return nonces_.contains(nonce); }
  void use_nonce(std::string_view nonce) { nonces_.emplace(nonce); }
  std::map<std::pair<std::string, std::string>, store::Idempotency> idempotency;

  // Wakes whoever waits for this topic, once the batch is true.
  void announce(std::string topic) { topics_.insert(std::move(topic)); }
  [[nodiscard]] std::vector<std::string> topics() { return {topics_.begin(), topics_.end()}; }

  // Members who see the project are told that the request changed, once the batch is true.
  void tell(std::string_view project, std::string_view request) {
    told_.insert_or_assign(std::string(request), std::string(project));
  }
  // The same of the project itself: its roster, or what shall become of it.
  void tell_project(std::string_view project) { told_projects_.emplace(project); }
  // Somebody may see more or less than before. A changed directory says so by itself.
  void tell_access() { access_changed_ = true; }
  [[nodiscard]] std::vector<Notice> notices() const;

  // Writes what changed into `batch`, once a row.
  void finish();
  // The logs this batch appended to.
  [[nodiscard]] const std::set<std::string>& touched() const { return touched_; }
  // Added to a project's count of pending requests when the batch is true.
  std::map<std::string, std::int64_t> pending_delta;

 private:
  Appended append_at(ProjectLog& log, Event& event, evidence::StreamPosition position);
  void name_roster(const ProjectLog& log, evidence::Statement& statement) const;
  // The stream that a row of its own stands for: `row` becomes that after the event.
  template <typename Row>
  Appended continue_stream(ProjectLog& log, const std::string& id, Row& row, Event event);

  std::map<std::string, Open, std::less<>> requests_;
  std::set<std::string> changed_requests_;
  std::set<std::string> closed_;
  std::vector<Tombstone> tombstones_;
  std::vector<PersonTombstone> gone_people_;
  std::map<std::string, OpenHandoff, std::less<>> handoffs_;
  std::set<std::string> changed_handoffs_;
  std::map<std::string, store::Permit, std::less<>> permits_;
  std::set<std::string> changed_permits_;
  std::set<std::string> touched_;
  std::set<std::string> topics_;
  std::map<std::string, std::string> told_;  // request → project
  std::set<std::string> told_projects_;
  bool access_changed_ = false;
  std::set<std::string, std::less<>> nonces_;
  std::shared_ptr<Directory> draft_;
  std::optional<bool> disk_low_;
};

}  // namespace lp::core
