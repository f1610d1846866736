// A process that this one started, and ends by its own number only. It dies with its owner.

#pragma once

#include <sys/types.h>

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lp::faults {

struct Ending {
  bool signalled = false;
  int value = 0;  // the signal, or the exit status
  [[nodiscard]] bool killed() const;
  [[nodiscard]] std::string text() const;  // "exit status 70", "signal 9"
};

struct Command {
  std::vector<std::string> words;
  std::vector<std::pair<std::string, std::string>> settings;  // beside this process's environment
  std::string log;           // file that takes what is not read, at its end
  bool read_errors = false;  // lines() gives standard error instead of standard output
};

class Child {
 public:
  static std::expected<Child, std::string> start(const Command& command);
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  ~Child();  // kills what still runs

  [[nodiscard]] pid_t pid() const { return pid_; }
  // The next line that it writes, without its end; nothing when it ended or the time is over.
  std::optional<std::string> line(int timeout_ms);
  // All that it writes until it closes its output.
  std::string rest();
  void signal(int number) const;
  // Waits until it has ended; nothing when the time is over first.
  std::optional<Ending> wait(int timeout_ms);

 private:
  Child(pid_t pid, int process, int output) : pid_(pid), process_(process), output_(output) {}
  bool fill(int timeout_ms);
  void swap(Child& other) noexcept;

  pid_t pid_ = -1;
  int process_ = -1;  // pidfd
  int output_ = -1;
  std::string buffer_;
  std::optional<Ending> ending_;
};

// Runs to the end: standard output, or what went wrong.
std::expected<std::string, std::string> run(const Command& command);

}  // namespace lp::faults
