#include <fmt/core.h>
#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "cli/administer.h"
#include "server/signer_service.h"

namespace lp::cli {
namespace {

struct AdoptFlags : AdminFlags {
  std::string reason;
};

int adopt(const AdoptFlags& flags) {
  auto body = json::Value::object();
  body.add("reason", flags.reason);
  return post_and_print(flags, "/admin/signer/adopt", body);
}

struct SignerFlags {
  std::string key, state, socket;
  std::vector<std::string> users;
  bool init = false, may_adopt = false;
};

// An account by its name or its number.
std::expected<uid_t, std::string> account(const std::string& text) {
  uid_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  // What the kernel says of an account that it has no number for is nobody's name.
  constexpr uid_t nobody = 65'534;
  if (error == std::errc{} && end == text.data() + text.size() && number != nobody) return number;
  errno = 0;
  const passwd* found = getpwnam(text.c_str());
  if (found == nullptr || found->pw_uid == nobody) {
    return std::unexpected(fmt::format("There is no account {}.", visible(text)));
  }
  return found->pw_uid;
}

int run(const SignerFlags& flags) {
  if (flags.key.empty()) return fail("A signer needs --key.", exit_usage);
  if (flags.init) {
    if (auto made = server::make_log_key(flags.key); !made) return fail(made.error());
    return exit_ok;
  }
  if (flags.state.empty() || flags.socket.empty()) {
    return fail("A signer needs --state and --socket (or --init, to make its key).", exit_usage);
  }
  server::SignerOptions options{.socket = flags.socket,
                                .key_file = flags.key,
                                .state = flags.state,
                                .peers = {geteuid()},
                                .may_adopt = flags.may_adopt};
  for (const std::string& user : flags.users) {
    const auto uid = account(user);
    if (!uid) return fail(uid.error(), exit_usage);
    options.peers.push_back(*uid);
  }
  return server::run_signer(options);
}

}  // namespace

void add_signer(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<SignerFlags>();
  auto* signer = app.add_subcommand(
      "signer", "Sign checkpoints for a server, in a process of its own with the log key");
  signer->require_subcommand(-1);  // at most
  signer->add_option("--key", flags->key, "The file with the log key's secret");
  signer->add_flag("--init", flags->init, "Make the key file and end");
  signer->add_option("--state", flags->state, "Directory with what was signed");
  signer->add_option("--socket", flags->socket, "Unix socket to answer at");
  signer
      ->add_option("--user", flags->users,
                   "An account whose processes may ask, beside this one's; may be repeated")
      ->allow_extra_args(false);
  signer->add_flag("--allow-adoption", flags->may_adopt,
                   "Let logs that are not empty begin anew (`letsping signer adopt`)");
  auto adopting = std::make_shared<AdoptFlags>();
  auto* command = signer->add_subcommand(
      "adopt", "Go on with logs whose signer state is lost for good; the reason is logged");
  add_admin_flags(*command, *adopting);
  command->add_option("--reason", adopting->reason, "Why, for the log")->required();
  command->callback(
      [adopting, &chosen] { chosen.command = [adopting] { return adopt(*adopting); }; });
  // Of the group itself; CLI11 calls it also, and later, when a subcommand of it was named.
  signer->callback([flags, &chosen] {
    if (!chosen.command) chosen.command = [flags] { return run(*flags); };
  });
}

}  // namespace lp::cli
