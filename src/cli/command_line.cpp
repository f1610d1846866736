#include "cli/command_line.h"

#include <CLI/CLI.hpp>

#include "cli/output.h"

namespace lp::cli {

Option* Option::required() {
  option_.required();
  return this;
}

Option* Option::capture_default_str() {
  option_.capture_default_str();
  return this;
}

Option* Option::allow_extra_args(bool allowed) {
  option_.allow_extra_args(allowed);
  return this;
}

Option* Option::excludes(const std::string& other) {
  option_.excludes(other);
  return this;
}

Option* Option::type_name(const std::string& name) {
  option_.type_name(name);
  return this;
}

Option* Option::excludes(const Option* other) {
  option_.excludes(&other->option_);
  return this;
}

Option* Option::check(const OneOf& one_of) {
  option_.check(CLI::IsMember(one_of.names));
  return this;
}

Option* Option::check(ExistingFile) {
  option_.check(CLI::ExistingFile);
  return this;
}

Option* Option::check(Between bounds) {
  option_.check(CLI::Range(bounds.least, bounds.most));
  return this;
}

Option* Option::check(std::function<std::string(const std::string&)> wrong) {
  option_.check(std::move(wrong));
  return this;
}

Command::Command(const std::string& description, const std::string& name)
    : owned_(std::make_unique<CLI::App>(description, name)), app_(*owned_) {}
Command::Command(CLI::App& app) : app_(app) {}
Command::~Command() = default;

Command* Command::add_subcommand(const std::string& name, const std::string& help) {
  return &subcommands_.emplace_back(*app_.add_subcommand(name, help));
}

Option* Command::add_option(const std::string& name, std::string& value, const std::string& help) {
  return &options_.emplace_back(*app_.add_option(name, value, help));
}

Option* Command::add_option(const std::string& name, std::vector<std::string>& value,
                            const std::string& help) {
  return &options_.emplace_back(*app_.add_option(name, value, help));
}

Option* Command::add_option(const std::string& name, std::int64_t& value, const std::string& help) {
  return &options_.emplace_back(*app_.add_option(name, value, help));
}

Option* Command::add_flag(const std::string& name, bool& value, const std::string& help) {
  return &options_.emplace_back(*app_.add_flag(name, value, help));
}

void Command::require_subcommand(int count) {
  app_.require_subcommand(count);
}

void Command::footer(const std::string& text) {
  app_.footer(text);
}

void Command::callback(std::function<void()> chosen) {
  app_.callback(std::move(chosen));
}

std::optional<int> Command::parse(int argc, char** argv) {
  // CLI11 reports by exception; it ends here.
  try {
    app_.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app_.exit(error) == 0 ? exit_ok : exit_usage;
  }
  return std::nullopt;
}

}  // namespace lp::cli
