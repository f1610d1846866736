#include <fmt/core.h>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "crypto/hash.h"
#include "server/config.h"
#include "server/witness_service.h"

namespace lp::cli {
namespace {

constexpr std::size_t origins_bytes_max = 1 << 20;

struct WitnessFlags {
  std::string key, listen, state, name, origins_file;
  std::vector<std::string> origins;
  bool init = false;
};

// NAME=VKEY. A vkey holds no '=', a name may.
std::expected<void, std::string> take_origin(std::string_view text, core::WitnessedLogs& logs) {
  const std::size_t equals = text.rfind('=');
  const auto key = tlog::VerifierKey::parse(
      equals == std::string_view::npos ? std::string_view() : text.substr(equals + 1));
  if (!key) {
    return std::unexpected(
        fmt::format("{} is not an origin and the vkey of its log: NAME=VKEY.", visible(text)));
  }
  logs[std::string(text.substr(0, equals))].push_back(*key);
  return {};
}

std::expected<core::WitnessedLogs, std::string> read_origins(const WitnessFlags& flags) {
  core::WitnessedLogs logs;
  for (const std::string& origin : flags.origins) {
    if (auto taken = take_origin(origin, logs); !taken) return std::unexpected(taken.error());
  }
  std::string file;
  if (!flags.origins_file.empty()) {
    auto read = read_file(flags.origins_file, origins_bytes_max);
    if (!read) return std::unexpected(to_string(read.error()));
    file = *std::move(read);
  }
  for (std::string_view rest = file; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.empty() || line.starts_with('#')) continue;
    if (auto taken = take_origin(line, logs); !taken) return std::unexpected(taken.error());
  }
  if (logs.empty()) return std::unexpected("Name the logs to witness with --origin or --origins.");
  return logs;
}

int init(const WitnessFlags& flags) {
  if (!tlog::is_key_name(flags.name)) {
    return fail("--name must name the witness: a URL without a scheme, such as witness.example/w1.",
                exit_usage);
  }
  crypto::SystemEntropy entropy;
  const Secret seed(entropy.bytes(32));
  const Secret text = core::WitnessKey::text_of(flags.name, seed.reveal());
  if (const auto written = create_file_durably(flags.key, text.reveal(), 0400); !written) {
    const bool exists = written.error().errno_value == EEXIST;
    return fail(to_string(written.error()), exists ? exit_conflict : exit_error);
  }
  const auto key = core::WitnessKey::from_seed(flags.name, seed.reveal());
  fmt::print("{}\n", key.verifier().to_string());
  return exit_ok;
}

int witness(const WitnessFlags& flags) {
  if (flags.init) return init(flags);
  if (flags.listen.empty() || flags.state.empty()) {
    return fail("A witness needs --listen and --state (or --init, to make its key).", exit_usage);
  }
  auto listen = server::parse_endpoint(flags.listen);
  if (!listen) return fail("--listen " + listen.error(), exit_usage);
  auto logs = read_origins(flags);
  if (!logs) return fail(logs.error(), exit_usage);
  return server::run_witness({.listen = *std::move(listen),
                              .key_file = flags.key,
                              .state = flags.state,
                              .logs = *std::move(logs)});
}

}  // namespace

void add_witness(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<WitnessFlags>();
  auto* command = app.add_subcommand(
      "witness", "Cosign checkpoints of other people's logs (c2sp.org/tlog-witness)");
  command->add_option("--key", flags->key, "The witness's key file")->required();
  command->add_flag("--init", flags->init, "Make the key file, print its vkey and end");
  command->add_option("--name", flags->name, "Name in the new key, such as witness.example/w1");
  command->add_option("--listen", flags->listen, "ADDRESS:PORT");
  command->add_option("--state", flags->state, "Directory with what was cosigned");
  command->add_option("--origin", flags->origins, "A log to witness: NAME=VKEY; may be repeated");
  command->add_option("--origins", flags->origins_file, "File with a NAME=VKEY a line")
      ->check(ExistingFile{});
  command->callback([flags, &chosen] { chosen.command = [flags] { return witness(*flags); }; });
}

}  // namespace lp::cli
