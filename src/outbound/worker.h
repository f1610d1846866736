// Sends what the outbox holds: one thread (lp-outbound), never inside a request.
//
// An item is sent at least once: it stays due until the store says otherwise, so a crash between
// the receiver's answer and our note of it sends it again, with the same webhook_id. One receiver
// cannot hold up the others: each has so many connections at a time, and rests after failures.

#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "base/entropy.h"
#include "base/time.h"
#include "outbound/guard.h"
#include "outbound/transfers.h"
#include "store/rows.h"

namespace lp::outbound {

// Why an item has no bytes to send.
struct Unsent {
  bool for_good = false;  // the webhook was removed, say: it is given up
  std::string why;
};

// What the worker needs of the rest of the program. Called on lp-outbound only.
class Port {
 public:
  virtual ~Port() = default;
  // Items that are due and may leave: their decision is under a signed checkpoint. Oldest first.
  virtual std::vector<store::OutboxItem> due(Instant now, std::size_t limit) = 0;
  // The bytes of this attempt, made now: nothing rendered is ever kept.
  virtual std::expected<Delivery, Unsent> render(const store::OutboxItem& item, Instant now) = 0;
  // Makes these states durable and returns then; gives back those that could not be taken.
  virtual std::vector<store::OutboxItem> report(std::vector<store::OutboxItem> items) = 0;
};

struct WorkerOptions {
  TransferOptions transfer;
  std::size_t running_max = 64;
  std::size_t running_per_receiver_max = 8;
  std::size_t window = 1'024;    // items looked at together
  std::int64_t poll_ms = 1'000;  // how often the store is asked without being told
};

class Worker {
 public:
  // References live as long as the worker.
  Worker(Port& port, Guard guard, Clock& clock, Entropy& entropy, WorkerOptions options = {});
  ~Worker();  // stops
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void start();
  // There may be something new in the outbox. From any thread; never waits.
  void notify();
  // Begins nothing new, waits for what is on its way (one attempt at most), joins. The port must
  // still work until it returns.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lp::outbound
