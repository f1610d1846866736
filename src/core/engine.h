// The core as the rest of the program sees it: submit a command, read what is true.
//
// One thread (lp-core) takes what the bounded queue holds, runs the pure core, commits one batch,
// signs the checkpoints that cover it and opens the gate. `done` runs on that thread after all
// this; it must not block. If a commit or flush fails no held reply is ever sent and the process
// stops.

#pragma once

#include <atomic>
#include <cstdint>
#include <expected>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bounded_queue.h"
#include "base/entropy.h"
#include "base/time.h"
#include "core/apply.h"
#include "core/commands.h"
#include "core/directory.h"
#include "core/feed.h"
#include "core/gate.h"
#include "core/keys.h"
#include "core/notary.h"
#include "core/presence.h"
#include "core/refusal.h"
#include "core/views.h"
#include "store/blob_files.h"
#include "store/store.h"

namespace lp::core {

struct AcceptedRollback {
  std::string reason;
  std::string operator_name;
};

struct EngineOptions {
  std::size_t queue_max = 8'192;
  std::size_t batch_max = 1'024;
  std::uint64_t pending_per_project_max = 5'000;
  std::int64_t decide_by_default_ms = 24LL * 3'600'000;
  std::int64_t decide_by_max_ms = 30LL * 24 * 3'600'000;
  // How long a backup is kept: so long after its month a wrap key still opens one.
  std::int64_t backup_horizon_ms = 35LL * 24 * 3'600'000;
  // Only where the settings were read: by default values nobody's keys are destroyed.
  bool destroys_wrap_keys = false;
  // How long a new key of a team waits until it counts at high and critical, unless an owner
  // cosigns it; and the least that this is where nothing marks the log as a demonstration.
  std::int64_t new_key_wait_ms = 24LL * 3'600'000;
  std::int64_t new_key_wait_ms_min = 3'600'000;
  std::int64_t rotation_overlap_ms = 24LL * 3'600'000;
  std::uint64_t disk_reserve_bytes = 64ULL << 20;
  // How long callers wait for a signer that is away before they are told so.
  std::int64_t signer_patience_ms = 2'000;
  // A person's word that a database older than what was signed is all there is: such logs are
  // closed for ever, and others open in their place (closing.h).
  std::optional<AcceptedRollback> accept_rollback;
  std::string data_directory;  // for the disk reserve
  std::string log_name;        // fixed at init
};

class Work;

// A command with its answer: runs on a batch, gives back what the gate shall hold.
// Without a batch it is not done: the answer says that the signer is away.
using Job = std::move_only_function<Held(Work*)>;

template <typename C>
using Done = std::move_only_function<void(std::expected<typename C::Result, Refused>)>;

class Engine {
 public:
  // References live as long as the engine. `announce` gets the topics of a batch once it is true
  // and its answers were given: request ids, and Feed::topic when there is something new in the
  // feed, outbox_topic when there is in the outbox, or none; called on lp-core.
  Engine(EngineOptions options, store::Store& store, Notary& notary, store::BlobFiles& blobs,
         Keys& keys, Clock& clock, Entropy& entropy,
         std::function<void(std::vector<std::string>)> announce);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Recovery, then the core thread. The error is a sentence for people: a server that cannot read
  // its past must not add to it.
  std::expected<void, std::string> start();
  void stop();  // drains the queue, commits, joins

  // From any thread. False: the queue is full or closed; `done` is dropped and the caller says 503.
  // `soon` is for what nobody waits for: it need not have a flush of its own.
  template <typename C>
  [[nodiscard]] bool submit(C command, Done<C> done, Urgency urgency = Urgency::now);
  // For one caller that may wait: the command line, set-up, tests.
  template <typename C>
  std::expected<typename C::Result, Refused> run(C command);

  [[nodiscard]] const EngineOptions& options() const;
  [[nodiscard]] DirectoryPtr directory() const;
  [[nodiscard]] Presence& presence();
  [[nodiscard]] Keys& keys();
  [[nodiscard]] const Notary& notary() const;
  [[nodiscard]] Clock& clock();
  [[nodiscard]] Entropy& entropy();
  // This thread's reader.
  [[nodiscard]] store::Reader& reader();
  [[nodiscard]] store::BlobFiles& blobs();
  // As it is stored. This thread keeps it until some session changes: every call of a page asks,
  // and each commit outdates the pages that its reader holds.
  [[nodiscard]] store::Result<std::optional<store::Session>> session(const Digest& token);

  // Queries that apply the release rule: nothing that no signed checkpoint covers is shown.
  // `project` empty: any (for members, the caller checks the roster).
  [[nodiscard]] std::expected<RequestView, Refused> request(std::string_view id,
                                                            std::string_view project);
  // Of which project it is, as far as that may be told; nothing of the request is looked at.
  [[nodiscard]] std::expected<std::string, Refused> project_of(std::string_view request);
  [[nodiscard]] std::vector<RequestView> requests(const store::RequestFilter& filter);
  [[nodiscard]] std::expected<HandoffView, Refused> handoff(std::string_view id,
                                                            std::string_view project);

  // Why deciding is off right now, or nothing: an unsafe clock, a signer that is away. (A frozen
  // log is known only per project: the command itself answers log_frozen.)
  [[nodiscard]] std::optional<Fault> deciding_blocked() const;
  [[nodiscard]] std::optional<Fault> ingest_blocked() const;
  // Whether bytes of what was erased may still be in the write-ahead log, because a reader stands
  // on an old snapshot; it is emptied as soon as none does.
  [[nodiscard]] bool scrub_due() const;
  // What has changed lately.
  [[nodiscard]] const Feed& feed() const;

 private:
  struct Impl;
  [[nodiscard]] bool push(Job&& job, Urgency urgency);
  // As they are stored, or as the newest batch left them.
  store::Result<std::optional<store::FullRequest>> rows_of(std::string_view id);
  Fault gone(const Directory& directory_now, std::string_view id, std::string_view project);
  std::unique_ptr<Impl> impl_;
};

template <typename C>
bool Engine::submit(C command, Done<C> done, Urgency urgency) {
  return push(
      [command = std::move(command), done = std::move(done)](Work* work) mutable -> Held {
        if (work == nullptr) {
          return [done = std::move(done)](Standing) mutable {
            done(refuse(Fault::signer_unavailable));
          };
        }
        return [done = std::move(done), result = apply(*work, command)](Standing standing) mutable {
          if (standing == Standing::is_true) return done(std::move(result));
          done(refuse(Fault::signer_unavailable));
        };
      },
      urgency);
}

template <typename C>
std::expected<typename C::Result, Refused> Engine::run(C command) {
  auto answer = std::make_shared<std::promise<std::expected<typename C::Result, Refused>>>();
  auto future = answer->get_future();
  const bool queued = submit<C>(std::move(command),
                                [answer](auto result) { answer->set_value(std::move(result)); });
  if (!queued) return refuse(Fault::stopping);
  return future.get();
}

}  // namespace lp::core
