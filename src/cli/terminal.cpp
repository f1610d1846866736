#include "cli/terminal.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>

namespace lp::cli {
namespace {

constexpr std::size_t line_bytes_max = 4'096;
constexpr unsigned char interrupt = 3, end_of_input = 4, erase_line = 21, backspace = 8,
                        rubout = 127;

// The terminal as it was, once this goes.
class Quiet {
 public:
  // Neither echo nor signals: a ^C would leave the terminal silent, so it is read like a letter.
  explicit Quiet(int tty) : tty_(tty) {
    if (tcgetattr(tty_, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON | ISIG);
    silent.c_cc[VMIN] = 1;
    silent.c_cc[VTIME] = 0;
    ok_ = tcsetattr(tty_, TCSAFLUSH, &silent) == 0;
  }
  ~Quiet() {
    if (ok_) tcsetattr(tty_, TCSAFLUSH, &before_);
  }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  int tty_;
  termios before_{};
  bool ok_ = false;
};

std::optional<unsigned char> next_byte(int tty) {
  unsigned char byte = 0;
  ssize_t count = 0;
  do {
    count = read(tty, &byte, 1);
  } while (count < 0 && errno == EINTR);
  if (count != 1) return std::nullopt;
  return byte;
}

// Takes back the last character, which may be several bytes of UTF-8.
void erase_last(std::string& line) {
  while (!line.empty() && (static_cast<unsigned char>(line.back()) & 0xc0) == 0x80) line.pop_back();
  if (!line.empty()) line.pop_back();
}

// Nothing when the person gave up. `line` is wiped by the caller.
bool read_silently(int tty, std::string& line) {
  while (true) {
    const auto byte = next_byte(tty);
    if (!byte || *byte == interrupt || *byte == end_of_input) return false;
    if (*byte == '\r' || *byte == '\n') return true;
    if (*byte == backspace || *byte == rubout) {
      erase_last(line);
    } else if (*byte == erase_line) {
      line.clear();
    } else if (line.size() < line_bytes_max) {
      line += static_cast<char>(*byte);
    }
  }
}

}  // namespace

std::expected<Terminal, std::string> Terminal::open() {
  constexpr std::string_view nobody =
      "There is no terminal here: only a person at one can answer, no pipe, file or variable.";
  if (isatty(STDIN_FILENO) != 1) return std::unexpected(std::string(nobody));
  net::FileDescriptor tty(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!tty.open() || isatty(tty.get()) != 1) return std::unexpected(std::string(nobody));
  return Terminal(std::move(tty));
}

void Terminal::say(std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(tty_.get(), text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::optional<std::string> Terminal::ask(std::string_view question) {
  tcflush(tty_.get(), TCIFLUSH);
  say(question);
  std::string line;
  while (const auto byte = next_byte(tty_.get())) {
    if (*byte == '\n') return line;
    if (line.size() < line_bytes_max) line += static_cast<char>(*byte);
  }
  return std::nullopt;
}

std::optional<Secret> Terminal::ask_secret(std::string_view question) {
  const Quiet quiet(tty_.get());
  if (!quiet.ok()) return std::nullopt;
  say(question);
  std::string line;
  // One allocation: growing would leave copies of the beginning behind.
  line.reserve(line_bytes_max);
  const bool whole = read_silently(tty_.get(), line);
  Secret secret(std::move(line));
  say("\n");
  if (!whole) return std::nullopt;
  return secret;
}

bool Terminal::confirm(std::string_view question) {
  return ask(question) == "yes";
}

}  // namespace lp::cli
