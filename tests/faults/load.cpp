#include "load.h"

#include <chrono>
#include <random>
#include <utility>

namespace lp::faults {
namespace {

constexpr std::size_t backlog_max = 32;
constexpr std::size_t recent_max = 256;
constexpr std::size_t repeatable_max = 4;

// Every so many: with an Idempotency-Key, contested, held polls.
constexpr std::uint64_t keyed_every = 2, contested_every = 3, held_every = 4;

// Returns early when stopped.
void pause(const std::stop_token& stop, unsigned time_ms) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, std::chrono::milliseconds(time_ms), [] { return false; });
}

}  // namespace

void Backlog::add(const std::string& id, Verdict verdict, bool contested) {
  const std::lock_guard lock(mutex_);
  targets_.push_back({id, verdict});
  const Verdict opposite = verdict == Verdict::approve ? Verdict::reject : Verdict::approve;
  if (contested) targets_.push_back({id, opposite});
  recent_.push_back(id);
  if (recent_.size() > recent_max) recent_.pop_front();
  changed_.notify_all();
}

std::optional<Backlog::Target> Backlog::take(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait(lock, stop, [&] { return !targets_.empty(); })) return std::nullopt;
  Target target = std::move(targets_.front());
  targets_.pop_front();
  changed_.notify_all();
  return target;
}

void Backlog::give_back(const Target& target) {
  const std::lock_guard lock(mutex_);
  targets_.push_front(target);
  changed_.notify_all();
}

void Backlog::wait_for_room(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, stop, [&] { return targets_.size() < backlog_max; });
}

std::string Backlog::recent(std::uint64_t random, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait(lock, stop, [&] { return !recent_.empty(); })) return {};
  return recent_[random % recent_.size()];
}

Load::Load(const Server& server, History& history, Promises& promises, Backlog& backlog,
           Shape shape, std::string name, std::uint64_t seed)
    : server_(server),
      history_(history),
      promises_(promises),
      backlog_(backlog),
      shape_(shape),
      name_(std::move(name)),
      seed_(seed) {}

std::optional<std::string> Load::start() {
  for (unsigned i = 0; i < shape_.approvers; ++i) {
    auto opened = Approver::open(server_, history_, promises_);
    if (!opened) return opened.error();
    threads_.emplace_back([this, one = *std::move(opened)](const std::stop_token& stop) mutable {
      approver(stop, std::move(one));
    });
  }
  for (unsigned i = 0; i < shape_.agents; ++i) {
    threads_.emplace_back([this, i](const std::stop_token& stop) { agent(stop, i); });
  }
  for (unsigned i = 0; i < shape_.readers; ++i) {
    threads_.emplace_back([this, i](const std::stop_token& stop) { reader(stop, i); });
  }
  return std::nullopt;
}

void Load::count_answer() {
  const std::lock_guard lock(mutex_);
  ++acknowledged_;
  answered_.notify_all();
}

bool Load::wait_for_answers(std::uint64_t count, int timeout_ms) {
  std::unique_lock lock(mutex_);
  return answered_.wait_for(lock, std::chrono::milliseconds(timeout_ms),
                            [&] { return acknowledged_ >= count; });
}

std::uint64_t Load::acknowledged() {
  const std::lock_guard lock(mutex_);
  return acknowledged_;
}

Unanswered Load::stop() {
  for (auto& thread : threads_) thread.request_stop();
  threads_.clear();
  return std::move(unanswered_);
}

void Load::agent(const std::stop_token& stop, unsigned number) {
  std::mt19937_64 random(seed_ ^ (number * 0x9e3779b97f4a7c15ULL));
  crypto::SystemEntropy entropy;
  Agent agent(server_, history_);
  for (std::uint64_t count = 0; !stop.stop_requested(); ++count) {
    backlog_.wait_for_room(stop);
    if (shape_.pause_ms > 0) pause(stop, shape_.pause_ms);
    std::string name = name_ + "-a" + std::to_string(number) + "-" + std::to_string(count);
    const Ask ask = make_ask(std::move(name), random() % keyed_every == 0, entropy, shape_.filler);
    const auto told = agent.ask(ask);
    if (!told) {
      const std::lock_guard lock(mutex_);
      unanswered_.asks.push_back(ask);
      return;
    }
    if (told->status != 200) {
      history_.report(Wrong::unexpected, ask.name + " was refused: " + told->reason);
      return;
    }
    const bool approve = random() % 2 == 0;
    backlog_.add(told->id, approve ? Verdict::approve : Verdict::reject,
                 random() % contested_every == 0);
    count_answer();
    if (ask.keyed) {
      const std::lock_guard lock(mutex_);
      if (repeatable_.size() < repeatable_max) repeatable_.push_back(ask);
    }
  }
}

void Load::approver(const std::stop_token& stop, Approver approver) {
  while (const auto target = backlog_.take(stop)) {
    const auto decision = approver.consider(target->id, target->verdict);
    if (!decision && approver.gone()) return backlog_.give_back(*target);
    if (!decision) continue;  // somebody was first
    switch (approver.decide(*decision)) {
      case Approver::Heard::granted:
        count_answer();
        break;
      case Approver::Heard::beaten:
        break;
      case Approver::Heard::nothing:
        const std::lock_guard lock(mutex_);
        unanswered_.decisions.push_back(*decision);
        return;
    }
  }
}

void Load::reader(const std::stop_token& stop, unsigned number) {
  std::mt19937_64 random(seed_ + number + 1);
  Agent agent(server_, history_);
  while (!stop.stop_requested()) {
    if (shape_.pause_ms > 0) pause(stop, shape_.pause_ms);
    const std::string id = backlog_.recent(random(), stop);
    if (id.empty() || !agent.look(id, random() % held_every == 0 ? 1 : 0)) return;
  }
}

}  // namespace lp::faults
