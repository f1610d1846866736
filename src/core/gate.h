// The output gate: holds every answer until what it says is true.
//
// Answers of a batch are held while it is committed and its checkpoints are signed, then let go in
// order. If the commit or the signing fails the process stops with the gate closed: a caller may
// have to retry, but can never have seen a decision that the log does not hold.

#pragma once

#include <functional>
#include <utility>
#include <vector>

namespace lp::core {

using Held = std::move_only_function<void()>;

class Gate {
 public:
  void hold(Held answer) { held_.push_back(std::move(answer)); }

  // Everything held is true now.
  void open() {
    for (Held& answer : std::exchange(held_, {})) answer();
  }

 private:
  std::vector<Held> held_;
};

}  // namespace lp::core
