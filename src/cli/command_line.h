// The command line as the subcommands see it: names, words of help and where the values go.
//
// CLI11 parses it (command_line.cpp, and nowhere else: its headers cost seconds in each file that
// includes them). The methods are called as its own are.

#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace lp::cli {

// What an option's value must be; named in its help.
struct OneOf {
  std::vector<std::string> names;
};
struct ExistingFile {};
struct Between {
  std::int64_t least, most;
};

class Option {
 public:
  explicit Option(CLI::Option& option) : option_(option) {}

  Option* required();
  // The value it has before parsing is named in its help.
  Option* capture_default_str();
  // Whether a list takes all the words that follow, or one each time it is named.
  Option* allow_extra_args(bool allowed);
  // What its value is called in the help.
  Option* type_name(const std::string& name);
  // Not together with that one.
  Option* excludes(const Option* other);
  Option* excludes(const std::string& other);
  Option* check(const OneOf& one_of);
  Option* check(ExistingFile file);
  Option* check(Between bounds);
  // `wrong` says what is wrong with a value; "" if nothing is.
  Option* check(std::function<std::string(const std::string&)> wrong);

 private:
  CLI::Option& option_;
};

class Command {
 public:
  // The program itself.
  Command(const std::string& description, const std::string& name);
  explicit Command(CLI::App& app);
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  ~Command();

  // What these return lives as long as the command.
  Command* add_subcommand(const std::string& name, const std::string& help);
  // `--name` or, without the dashes, a positional argument. The last value given counts, and a list
  // takes them all.
  Option* add_option(const std::string& name, std::string& value, const std::string& help);
  Option* add_option(const std::string& name, std::vector<std::string>& value,
                     const std::string& help);
  Option* add_option(const std::string& name, std::int64_t& value, const std::string& help);
  Option* add_flag(const std::string& name, bool& value, const std::string& help);
  void require_subcommand(int count);
  // Below the help.
  void footer(const std::string& text);
  // Called once it was chosen and all is parsed.
  void callback(std::function<void()> chosen);

  // Sets the values. What was asked for is help, or wrong, and has been printed: the exit status.
  [[nodiscard]] std::optional<int> parse(int argc, char** argv);

 private:
  std::unique_ptr<CLI::App> owned_;  // the program's; a subcommand's belongs to its parent's
  CLI::App& app_;
  std::deque<Option> options_;
  std::deque<Command> subcommands_;
};

}  // namespace lp::cli
