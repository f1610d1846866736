#include "cli/verify.h"

#include <errno.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "cli/commands.h"
#include "cli/output.h"

namespace lp::cli {
namespace {

constexpr const char* program_name = "letsping-verify";

// Beside this program, as after a build; else where the package puts it. Never by PATH: who
// verifies must know what runs.
std::string verifier() {
  std::error_code none;
  const auto own = std::filesystem::read_symlink("/proc/self/exe", none);
  const auto directory = own.parent_path();
  const auto beside = directory / program_name;
  if (std::filesystem::exists(beside, none)) return beside;
  return directory.parent_path() / "libexec/letsping" / program_name;
}

}  // namespace

int run_verifier(const VerifyFlags& flags) {
  const std::string program = verifier();
  std::vector<std::string> words{program};
  if (flags.bundle) words.emplace_back("--bundle");
  for (const std::string& path : flags.trust) words.push_back("--trust=" + path);
  if (!flags.require.empty()) words.push_back("--require=" + flags.require);
  if (flags.allow_test) words.emplace_back("--allow-test");
  if (flags.json) words.emplace_back("--json");
  words.emplace_back("--");
  words.insert(words.end(), flags.files.begin(), flags.files.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  execv(program.c_str(), arguments.data());
  return fail(program + " cannot be run (" + std::strerror(errno) +
              "). It belongs beside letsping, or to its package.");
}

void add_verify_flags(Command& command, VerifyFlags& flags) {
  command
      .add_option("--trust", flags.trust,
                  "What you trust (`letsping trust export`); once for each log")
      ->allow_extra_args(false);
  command.add_option("--require", flags.require,
                     "More than that demands: human=passkey,log=witnessed");
  command.add_flag("--allow-test", flags.allow_test, "Accept what is marked `test`");
  command.add_flag("--json", flags.json, "One JSON object for each verdict");
}

void add_verify(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<VerifyFlags>();
  auto* command = app.add_subcommand("verify", "Check receipts: does each prove what it says?");
  command
      ->add_option("FILE", flags->files,
                   "A receipt, or many with one to a line; - for standard input")
      ->required();
  add_verify_flags(*command, *flags);
  command->footer(
      "Runs letsping-verify, a small program of its own that needs no server and no data "
      "directory.\n"
      "Exit status: 0 all are VALID, 20 ERASED, 30 INDETERMINATE, 40 INVALID: the largest of "
      "many.");
  command->callback(
      [flags, &chosen] { chosen.command = [flags] { return run_verifier(*flags); }; });
}

}  // namespace lp::cli
