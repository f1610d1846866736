// The person at the terminal. What only a person may say, a passphrase or a yes, is asked through
// /dev/tty, and only when standard input is a terminal too: no pipe, file or environment variable
// can answer.
//
// What stood in the terminal's queue before a question is thrown away, so that nothing typed or
// pasted early answers it.

#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "net/file_descriptor.h"

namespace lp::cli {

class Terminal {
 public:
  // The error is a sentence: there is nobody to ask.
  static std::expected<Terminal, std::string> open();

  // Writes as it is: texts of others go through visible() first (base/visible.h).
  void say(std::string_view text);
  // A line, without its end; nothing when the person ended the input instead.
  std::optional<std::string> ask(std::string_view question);
  // The same without echo. Nothing for ^C and ^D too.
  std::optional<Secret> ask_secret(std::string_view question);
  // Whether the answer was the word yes.
  bool confirm(std::string_view question);

 private:
  explicit Terminal(net::FileDescriptor tty) : tty_(std::move(tty)) {}
  net::FileDescriptor tty_;
};

}  // namespace lp::cli
