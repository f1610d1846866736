#include "cli/interruption.h"

#include <signal.h>

#include <array>

namespace lp::cli {
namespace {

constexpr std::array<int, 3> signals{SIGINT, SIGTERM, SIGHUP};
// The one thing that a handler may write to.
volatile sig_atomic_t noted = 0;

void note(int) {
  noted = 1;
}

void handle_with(void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (const int signal : signals) sigaction(signal, &action, nullptr);
}

}  // namespace

Interruption::Interruption() {
  noted = 0;
  handle_with(note);
}

Interruption::~Interruption() {
  handle_with(SIG_DFL);
}

bool Interruption::came() {
  return noted != 0;
}

}  // namespace lp::cli
