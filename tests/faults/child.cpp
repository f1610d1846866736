#include "child.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

extern char** environ;  // NOLINT: POSIX names it so

namespace lp::faults {
namespace {

constexpr int run_ms_max = 60'000;

// Without what would change the program under test, and with what this command sets.
std::vector<std::string> environment_of(const Command& command) {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!text.starts_with("LETSPING_") && !text.starts_with("STATE_DIRECTORY=")) {
      entries.emplace_back(text);
    }
  }
  for (const auto& [name, value] : command.settings) entries.push_back(name + "=" + value);
  return entries;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (auto& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

// In the child, between fork and exec: only what is safe there.
[[noreturn]] void become(const Command& command, char** words, char** environment, int output,
                         pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  const int read_from = command.read_errors ? STDERR_FILENO : STDOUT_FILENO;
  const int unread = command.read_errors ? STDOUT_FILENO : STDERR_FILENO;
  const char* log = command.log.empty() ? "/dev/null" : command.log.c_str();
  const int nothing = open("/dev/null", O_RDONLY);
  const int kept = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (nothing < 0 || kept < 0) _exit(127);
  dup2(nothing, STDIN_FILENO);
  dup2(output, read_from);
  dup2(kept, unread);
  execvpe(words[0], words, environment);
  _exit(127);
}

bool readable(int file, int timeout_ms) {
  pollfd wait{file, POLLIN, 0};
  return poll(&wait, 1, timeout_ms) == 1;
}

}  // namespace

bool Ending::killed() const {
  return signalled && value == SIGKILL;
}

std::string Ending::text() const {
  return (signalled ? "signal " : "exit status ") + std::to_string(value);
}

std::expected<Child, std::string> Child::start(const Command& command) {
  std::array<int, 2> pipe_ends{};
  if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) return std::unexpected("no pipe");
  std::vector<std::string> word_texts = command.words;
  std::vector<std::string> entry_texts = environment_of(command);
  const auto words = pointers(word_texts);
  const auto environment = pointers(entry_texts);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0)
    become(command, const_cast<char**>(words.data()), const_cast<char**>(environment.data()),
           pipe_ends[1], parent);
  close(pipe_ends[1]);
  const int process = pid < 0 ? -1 : static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  Child child(pid, process, pipe_ends[0]);
  if (process < 0) return std::unexpected("cannot start " + command.words.front());
  return child;
}

Child::Child(Child&& other) noexcept {
  swap(other);
}

Child& Child::operator=(Child&& other) noexcept {
  swap(other);
  return *this;
}

void Child::swap(Child& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(process_, other.process_);
  std::swap(output_, other.output_);
  std::swap(buffer_, other.buffer_);
  std::swap(ending_, other.ending_);
}

Child::~Child() {
  if (pid_ > 0 && !ending_) {
    signal(SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (process_ >= 0) close(process_);
  if (output_ >= 0) close(output_);
}

bool Child::fill(int timeout_ms) {
  std::array<char, 4'096> piece{};
  if (!readable(output_, timeout_ms)) return false;
  const ssize_t count = read(output_, piece.data(), piece.size());
  if (count <= 0) return false;
  buffer_.append(piece.data(), static_cast<std::size_t>(count));
  return true;
}

std::optional<std::string> Child::line(int timeout_ms) {
  std::size_t end = buffer_.find('\n');
  while (end == std::string::npos) {
    if (!fill(timeout_ms)) return std::nullopt;
    end = buffer_.find('\n');
  }
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 1);
  return line;
}

std::string Child::rest() {
  while (fill(run_ms_max)) {
  }
  return std::exchange(buffer_, {});
}

void Child::signal(int number) const {
  if (pid_ > 0 && !ending_) kill(pid_, number);
}

std::optional<Ending> Child::wait(int timeout_ms) {
  if (ending_) return ending_;
  if (!readable(process_, timeout_ms)) return std::nullopt;
  int status = 0;
  if (waitpid(pid_, &status, 0) != pid_) return std::nullopt;
  ending_ = WIFSIGNALED(status) ? Ending{.signalled = true, .value = WTERMSIG(status)}
                                : Ending{.signalled = false, .value = WEXITSTATUS(status)};
  return ending_;
}

std::expected<std::string, std::string> run(const Command& command) {
  auto child = Child::start(command);
  if (!child) return std::unexpected(child.error());
  std::string output = child->rest();
  const auto ending = child->wait(run_ms_max);
  if (!ending || ending->signalled || ending->value != 0) {
    return std::unexpected(command.words.front() + " " + command.words.at(1) + ": " +
                           (ending ? ending->text() : "does not end") + " " + output);
  }
  return output;
}

}  // namespace lp::faults
