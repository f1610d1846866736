// The output gate: holds every answer until what it says is true.
//
// Answers of a batch are held while it is committed and its checkpoints are signed, then let go in
// order. If the commit or the signing fails the process stops with the gate closed: a caller may
// have to retry, but can never have seen a decision that the log does not hold. If the signer is
// away they are told that, and nothing of what will be true once it is back.

#pragma once

#include <functional>
#include <utility>
#include <vector>

namespace lp::core {

// How it stands with what an answer says.
enum class Standing : bool { not_signed_yet, is_true };

using Held = std::move_only_function<void(Standing)>;

class Gate {
 public:
  void hold(Held answer) { held_.push_back(std::move(answer)); }

  // Everything held is true now.
  void open() { let_go(Standing::is_true); }

  // It will be, but nobody waits any longer.
  void send_away() { let_go(Standing::not_signed_yet); }

 private:
  void let_go(Standing standing) {
    for (Held& answer : std::exchange(held_, {})) answer(standing);
  }

  std::vector<Held> held_;
};

}  // namespace lp::core
