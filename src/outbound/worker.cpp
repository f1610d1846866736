#include "outbound/worker.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <thread>
#include <utility>

#include "base/log.h"

namespace lp::outbound {

namespace {

constexpr unsigned failures_before_rest = 3;
constexpr std::int64_t rest_min_ms = 5'000;
constexpr std::int64_t rest_max_ms = 300'000;
constexpr std::int64_t overflow_ms = 5'000;

// Who is at the other end, as far as it matters for not being held up by them. The callbacks of a
// project are many receivers, so they share connections but not failures.
std::string receiver_of(const store::OutboxItem& item) {
  return item.webhook.empty() ? "callbacks of " + item.project : item.webhook;
}

struct Receiver {
  std::size_t running = 0;
  unsigned failures = 0;  // in a row
  Instant rests_until = {};
};

std::int64_t rest_ms(unsigned failures) {
  if (failures < failures_before_rest) return 0;
  const unsigned doublings = std::min(failures - failures_before_rest, 6U);
  return std::min(rest_min_ms << doublings, rest_max_ms);
}

}  // namespace

struct Worker::Impl {
  Impl(Port& used_port, Guard guard, Clock& used_clock, Entropy& used_entropy,
       WorkerOptions used_options)
      : port(used_port),
        clock(used_clock),
        entropy(used_entropy),
        options(std::move(used_options)),
        transfers(std::move(guard), options.transfer) {}

  void run();
  void begin_due();
  bool begin(store::OutboxItem item, Instant now);
  void finish(const Transfers::Finished& finished);
  void settle(Receiver& receiver, const store::OutboxItem& item, bool accepted);
  void defer(store::OutboxItem item, std::int64_t ms);
  void report();
  double jitter() { return static_cast<unsigned char>(entropy.bytes(1)[0]) / 256.0; }

  Port& port;
  Clock& clock;
  Entropy& entropy;
  const WorkerOptions options;
  Transfers transfers;
  std::atomic<bool> told = true, stopping = false;
  std::thread thread;

  // Of the thread alone.
  std::map<std::int64_t, store::OutboxItem> in_flight;  // sent or reported, not yet durable
  std::map<std::string, Receiver> receivers;
  std::vector<store::OutboxItem> to_report;
  bool backlog = false;  // something is due that there was no room for
  bool freed = false;    // there is room since
};

void Worker::Impl::defer(store::OutboxItem item, std::int64_t ms) {
  item.next_attempt = clock.now() + (ms + static_cast<std::int64_t>(1'000 * jitter()));
  to_report.push_back(item);
  in_flight.insert_or_assign(item.id, std::move(item));
}

// False: nothing to send; what is to be said of the item is noted.
bool Worker::Impl::begin(store::OutboxItem item, Instant now) {
  auto delivery = port.render(item, now);
  if (delivery) {
    transfers.begin(item.id, *std::move(delivery));
    in_flight.insert_or_assign(item.id, std::move(item));
    return true;
  }
  Unsent unsent = std::move(delivery.error());
  item = after_attempt(std::move(item), {.error = std::move(unsent.why)}, now, jitter());
  if (unsent.for_good) item.state = "dead";
  to_report.push_back(item);
  in_flight.insert_or_assign(item.id, std::move(item));
  return false;
}

void Worker::Impl::begin_due() {
  backlog = false;
  const Instant now = clock.now();
  auto items = port.due(now, options.window);
  // With a full window, what waits for a slow receiver would hide what is due for others.
  const bool crowded = items.size() >= options.window;
  for (auto& item : items) {
    if (in_flight.contains(item.id)) continue;
    Receiver& receiver = receivers[receiver_of(item)];
    if (now < receiver.rests_until) {
      defer(std::move(item), receiver.rests_until - now);
    } else if (receiver.running >= options.running_per_receiver_max) {
      backlog = true;
      if (crowded) defer(std::move(item), overflow_ms);
    } else if (transfers.running() >= options.running_max) {
      backlog = true;
      break;
    } else if (begin(std::move(item), now)) {
      ++receiver.running;
    }
  }
}

void Worker::Impl::settle(Receiver& receiver, const store::OutboxItem& item, bool accepted) {
  --receiver.running;
  receiver.failures = accepted ? 0 : receiver.failures + 1;
  receiver.rests_until = {};
  if (!item.webhook.empty() && rest_ms(receiver.failures) > 0) {
    receiver.rests_until = clock.now() + rest_ms(receiver.failures);
  }
  std::erase_if(receivers, [](const auto& known) {
    return known.second.running == 0 && known.second.failures == 0;
  });
}

void Worker::Impl::finish(const Transfers::Finished& finished) {
  auto& item = in_flight.at(finished.id);
  item = after_attempt(std::move(item), finished.answer, clock.now(), jitter());
  settle(receivers.at(receiver_of(item)), item, finished.answer.accepted());
  freed = true;
  to_report.push_back(item);
  if (item.state == "sent") return;
  log::warning("webhook.failed",
               item.state == "dead" ? "A webhook was given up." : "A webhook will be tried again.",
               {{"webhook", item.webhook},
                {"request", item.request},
                {"attempt", item.attempts},
                {"why", item.last_error}});
}

void Worker::Impl::report() {
  if (to_report.empty()) return;
  auto left = port.report(to_report);
  for (const auto& item : to_report) in_flight.erase(item.id);
  // What was not taken stays ours, so that it is not sent a second time in the meantime.
  for (const auto& item : left) in_flight.insert_or_assign(item.id, item);
  to_report = std::move(left);
}

void Worker::Impl::run() {
  pthread_setname_np(pthread_self(), "lp-outbound");
  using Monotonic = std::chrono::steady_clock;
  auto next_poll = Monotonic::now();
  for (;;) {
    if (stopping && transfers.running() == 0) break;
    const bool room = backlog && std::exchange(freed, false);
    if (!stopping && (told.exchange(false) || room || Monotonic::now() >= next_poll)) {
      begin_due();
      report();
      next_poll = Monotonic::now() + std::chrono::milliseconds(options.poll_ms);
    }
    for (const auto& finished : transfers.wait(options.poll_ms)) finish(finished);
    report();
  }
  report();
}

Worker::Worker(Port& port, Guard guard, Clock& clock, Entropy& entropy, WorkerOptions options)
    : impl_(std::make_unique<Impl>(port, std::move(guard), clock, entropy, std::move(options))) {}

Worker::~Worker() {
  stop();
}

void Worker::start() {
  impl_->thread = std::thread([this] { impl_->run(); });
}

void Worker::notify() {
  impl_->told = true;
  impl_->transfers.wake();
}

void Worker::stop() {
  impl_->stopping = true;
  impl_->transfers.wake();
  if (impl_->thread.joinable()) impl_->thread.join();
}

}  // namespace lp::outbound
