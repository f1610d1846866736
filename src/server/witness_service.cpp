#include "server/witness_service.h"

#include <fmt/core.h>
#include <signal.h>

#include <cstdio>

#include "base/file.h"
#include "base/log.h"
#include "server/notify.h"

namespace lp::server {
namespace {

constexpr std::size_t key_bytes_max = 4'096;
constexpr std::size_t submission_bytes_max = 64 * 1'024;
constexpr std::int64_t drain_ms = 2'000;

net::Reply text(int status, std::string body) {
  net::Reply reply;
  reply.status = status;
  reply.content_type = "text/plain; charset=utf-8";
  reply.body = std::move(body);
  return reply;
}

net::Reply refusal(const core::Witness::Refused& refused) {
  using Fault = core::Witness::Fault;
  switch (refused.fault) {
    case Fault::malformed:
      return text(400, "not a submission\n");
    case Fault::unknown_origin:
      return text(404, "unknown origin\n");
    case Fault::not_signed:
      return text(403, "not signed by a known key of the log\n");
    case Fault::another_size: {
      net::Reply reply = text(409, std::to_string(refused.size) + "\n");
      reply.content_type = "text/x.tlog.size";
      return reply;
    }
    case Fault::inconsistent:
      log::warning("witness.inconsistent",
                   "A signed checkpoint does not extend what was cosigned.");
      return text(422, "the proof does not verify\n");
    case Fault::state_not_written:
      break;
  }
  log::error("witness.state_not_written", "The state could not be written: nothing is cosigned.");
  return text(500, "internal error\n");
}

int fail(std::string_view sentence) {
  fmt::print(stderr, "letsping: {}\n", sentence);
  return 1;
}

std::expected<core::WitnessKey, std::string> read_key(const std::string& path) {
  const auto file = read_secret_file(path, key_bytes_max);
  if (!file) return std::unexpected(to_string(file.error()));
  auto key = core::WitnessKey::parse(file->reveal());
  if (!key) return std::unexpected(path + " is not a witness key (`letsping witness --init`).");
  return *std::move(key);
}

void wait_for_end(const sigset_t& signals) {
  int signal = 0;
  while (sigwait(&signals, &signal) != 0) {
  }
}

}  // namespace

net::Reply answer_as_witness(core::Witness& witness, const net::Request& request) {
  constexpr std::string_view checkpoint = "/checkpoint";
  constexpr std::size_t hash_characters = 64;
  const std::string_view path = request.path;
  if (path == "/add-checkpoint") {
    if (request.method != net::Method::post) return text(405, "POST only\n");
    auto line = witness.add(request.body);
    return line ? text(200, *std::move(line)) : refusal(line.error());
  }
  if (path.size() == 1 + hash_characters + checkpoint.size() && path.ends_with(checkpoint)) {
    auto note = witness.newest(path.substr(1, hash_characters));
    if (note) return text(200, *std::move(note));
  }
  return text(404, "not found\n");
}

int run_witness(const WitnessOptions& options) {
  auto key = read_key(options.key_file);
  if (!key) return fail(key.error());
  const std::string vkey = key->verifier().to_string();
  auto state = store::open_lock_store(options.state);
  if (!state) return fail(state.error().what);
  SystemClock clock;
  core::Witness witness(*std::move(key), options.logs, **state, clock);
  if (const auto origin = witness.refuse_state()) {
    return fail(fmt::format("{} holds a checkpoint of {} that this key did not cosign.",
                            options.state, *origin));
  }

  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const net::Limits limits{.body_bytes_max = submission_bytes_max};
  const auto answer = [&witness](net::Request&& request) -> net::Outcome {
    return answer_as_witness(witness, request);
  };
  // One thread: check and store are then one step.
  net::Server server({.endpoint = options.listen,
                      .unix_socket = {},
                      .threads = 1,
                      .limits = limits,
                      .hosts = {},
                      .tls = nullptr,
                      .trusted_proxies = {},
                      .import_map_hash = ""},
                     answer, answer);
  if (!server.error().empty()) return fail(server.error());
  server.start();
  fmt::print("listening http://{}:{}\nvkey {}\n", options.listen.address, server.port(), vkey);
  std::fflush(stdout);
  notify_manager("READY=1");
  wait_for_end(signals);
  notify_manager("STOPPING=1");
  server.stop(drain_ms);
  return 0;
}

}  // namespace lp::server
