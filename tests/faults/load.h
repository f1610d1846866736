// Clients of one life of the server: agents ask, approvers decide, readers poll, all at once, until
// they are stopped or their server is gone.

#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "actors.h"

namespace lp::faults {

// Requests that wait for an approver. It outlives the server, so that what one life left undecided
// the next decides. Any thread.
class Backlog {
 public:
  struct Target {
    std::string id;
    Verdict verdict;
  };

  // `contested`: also for the opposite verdict, so that two approvers race.
  void add(const std::string& id, Verdict verdict, bool contested);
  std::optional<Target> take(const std::stop_token& stop);
  void give_back(const Target& target);
  // Waits until the approvers have caught up.
  void wait_for_room(const std::stop_token& stop);
  // One that was asked lately. Waits for the first; empty when stopped before.
  [[nodiscard]] std::string recent(std::uint64_t random, const std::stop_token& stop);

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Target> targets_;
  std::deque<std::string> recent_;
};

// What ended without an answer: it may have happened or not, and is tried again.
struct Unanswered {
  std::vector<Ask> asks;
  std::vector<Signed> decisions;
};

class Load {
 public:
  struct Shape {
    unsigned agents = 8, approvers = 4, readers = 2;
    std::size_t filler = 64;  // bytes of text in each payload
    unsigned pause_ms = 0;    // of an agent before each ask, of a reader before each read
  };

  // References live as long as this. `name` is the start of every ask's name.
  Load(const Server& server, History& history, Promises& promises, Backlog& backlog, Shape shape,
       std::string name, std::uint64_t seed);

  // Nothing, or why it cannot begin.
  std::optional<std::string> start();
  // Whether so many acknowledgements came in time.
  bool wait_for_answers(std::uint64_t count, int timeout_ms);
  bool wait_for_answer(int timeout_ms) { return wait_for_answers(1, timeout_ms); }
  // What had no answer: after the server is gone that is normal, before it nothing should be.
  Unanswered stop();
  [[nodiscard]] std::uint64_t acknowledged();
  // Acknowledged asks that can be tried again: the answer must be the same.
  [[nodiscard]] const std::vector<Ask>& repeatable() const { return repeatable_; }

 private:
  void agent(const std::stop_token& stop, unsigned number);
  void approver(const std::stop_token& stop, Approver approver);
  void reader(const std::stop_token& stop, unsigned number);
  void count_answer();

  const Server& server_;
  History& history_;
  Promises& promises_;
  Backlog& backlog_;
  const Shape shape_;
  const std::string name_;
  const std::uint64_t seed_;

  std::mutex mutex_;
  std::condition_variable answered_;
  std::uint64_t acknowledged_ = 0;
  Unanswered unanswered_;
  std::vector<Ask> repeatable_;
  std::vector<std::jthread> threads_;  // last: they end before what they use
};

}  // namespace lp::faults
