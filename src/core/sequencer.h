// The core thread: one order for everything that happens.
//
// Takes what the queue holds, runs each command on one batch, commits it, signs the checkpoints
// that cover it, publishes what is now true and opens the gate. No timer when idle but the next
// deadline. If a commit, a read-back or a signature fails the process stops with the gate closed
// (exit 70); restart recovers. While a signer that is another process is away nothing is done: who
// asks is told so, and what was committed before it went is signed, and only then published, when
// it is back.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/bounded_queue.h"
#include "base/shared_cell.h"
#include "core/engine.h"
#include "core/feed.h"
#include "core/gate.h"
#include "core/work.h"
#include "core/wrap_keys.h"

namespace lp::core {

// What other threads may look at while the core thread goes on.
struct Published {
  explicit Published(std::string run) : feed(std::move(run)) {}

  SharedCell<Directory> directory;
  // The requests that the newest batch closed: what is asked for next, by those who wait for it.
  SharedCell<Work::Closed> closed;
  Feed feed;
  // How often batches changed what sessions are stored.
  std::atomic<std::uint64_t> sessions = 0;
  std::atomic<bool> clock_unsafe = false;
  std::atomic<bool> scrub_due = false;
  std::atomic<bool> signer_away = false;
};

class Sequencer {
 public:
  Sequencer(World& world, Published& published, std::size_t queue_max, std::size_t batch_max,
            std::function<void(std::vector<std::string>)> announce);
  ~Sequencer();
  Sequencer(const Sequencer&) = delete;
  Sequencer& operator=(const Sequencer&) = delete;

  [[nodiscard]] bool push(Job&& job, Urgency urgency) {
    return queue_.push(std::move(job), urgency);
  }
  void start();
  void stop();  // what is queued is still done

 private:
  void loop();
  // False: the server stops before what it committed could be signed.
  bool run_batch(std::vector<Job>& jobs, std::size_t first, std::size_t count);
  void look_at_clock(Work& work);
  void purge(Work& work);
  void make_room();
  void begin(std::size_t jobs);
  void commit(Work& work);
  bool settle(const Work& work, Gate& gate);
  bool show_rosters(const Work& work);
  bool sign(const Work& work);
  bool bury(const Work& work);
  bool signer_ready();
  void note_signer(bool away);
  void scrub(int patience_ms);
  void publish(Work& work);
  void anchor();
  [[nodiscard]] std::chrono::milliseconds patience();

  World& world_;
  Published& published_;
  BoundedQueue<Job> queue_;
  const std::size_t batch_max_;
  const std::function<void(std::vector<std::string>)> announce_;
  std::thread thread_;
  std::int64_t last_tidy_ms_ = 0;
  Instant last_purge_;
  WrapKeys wrap_keys_;
};

}  // namespace lp::core
