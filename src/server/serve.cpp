#include "server/serve.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>

#include "api/review/session.h"
#include "api/routes.h"
#include "base/file.h"
#include "base/log.h"
#include "core/new_keys.h"
#include "core/request_event.h"
#include "net/server.h"
#include "net/socket_owner.h"
#include "net/tls.h"
#include "server/home.h"
#include "server/notify.h"
#include "server/outbox_port.h"
#include "server/sign_on.h"
#include "server/reach_port.h"
#include "server/witness_submitter.h"

namespace lp::server {
namespace {

// Neither a core dump nor another process of the same user may read our keys (security.md D-59).
void close_memory() {
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
}

// A parked agent is an open file: take as many as the system gives.
void raise_file_limit() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

// The server must not be able to read payloads: it does not even look at a content key that stands
// in its environment (security.md D-57).
std::expected<void, std::string> drop_content_key() {
  if (std::getenv("LETSPING_ENCRYPTION_KEY") == nullptr) return {};
  if (std::getenv("INVOCATION_ID") != nullptr) {
    return std::unexpected(
        "LETSPING_ENCRYPTION_KEY is in the server's environment. It belongs to agents and "
        "approvers only: take it out of the unit.");
  }
  unsetenv("LETSPING_ENCRYPTION_KEY");
  log::warning("server.content_key_dropped",
               "LETSPING_ENCRYPTION_KEY was in the environment and was dropped unread: it belongs "
               "to agents and approvers only.");
  return {};
}

// Approvals of what a process of our own account asks are advice: it can read our files. Such
// requests are marked one by one; this says beforehand whether they are noticed (approval.md).
void tell_isolation() {
  if (net::accounts_can_be_told()) {
    log::info(
        "server.account",
        "Requests from processes of this account are marked no_isolation: their approvals are "
        "advisory. Run agents under another account.",
        {{"uid", geteuid()}});
  } else {
    log::warning("server.isolation_unknown",
                 "Whether agents on this machine run under the server's account cannot be told: "
                 "AF_NETLINK is not allowed here. Nothing will be marked no_isolation.");
  }
}

sigset_t expected_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

int fail(std::string_view what) {
  fmt::print(stderr, "letsping: {}\n", what);
  return 1;
}

// Host headers that are answered: the names of this machine's loopback, the public URL's host, and
// what the operator adds. Everything else is another site's page trying our port.
std::vector<std::string> hosts_of(const Config& config) {
  std::vector<std::string> hosts = config.hosts;
  for (const char* name : {"localhost:*", "127.0.0.1:*", "[::1]:*"}) hosts.emplace_back(name);
  const std::size_t scheme = config.public_url.find("://");
  if (scheme != std::string::npos) hosts.push_back(config.public_url.substr(scheme + 3));
  return hosts;
}

using Tls = std::shared_ptr<const net::TlsContext>;

// None where TLS is not configured.
std::expected<Tls, std::string> tls_of(const Config& config) {
  if (config.tls_cert.empty()) return Tls();
  auto tls = net::TlsContext::load(config.tls_cert, config.tls_key);
  if (!tls) return tls;
  log::info("tls.loaded", "New connections are shown this certificate.",
            {{"cert", config.tls_cert}, {"valid_until", to_string((*tls)->valid_until())}});
  return tls;
}

// Mail goes to the server that the operator named, wherever it is, and to nobody else.
std::expected<outbound::TransferOptions, std::string> transfer_options(const Config& config) {
  constexpr std::size_t authorities_bytes_max = 8U << 20;
  outbound::TransferOptions options;
  options.authorities = config.webhooks_authorities;
  if (!options.authorities.empty()) {
    const auto readable = read_file(options.authorities, authorities_bytes_max);
    if (!readable) {
      return std::unexpected("webhooks.authorities: " + to_string(readable.error()));
    }
  }
  if (const auto place = outbound::mail_place(config.mail.url)) {
    auto guard = outbound::Guard::make({*place});
    if (!guard) return std::unexpected("mail.server: " + guard.error());
    options.mail_guard = *std::move(guard);
  }
  return options;
}

// A certificate renewed on disk. One that cannot be used leaves the old one in place: a server that
// goes on is better than one that stops over a typing error.
void reload(net::Server& server, Tls& tls, const Config& config,
            std::atomic<std::int64_t>& certificate_until) {
  if (!tls) return log::info("server.reloaded", "Nothing is read anew without server.tls.");
  notify_manager("RELOADING=1");
  if (auto fresh = tls_of(config)) {
    tls = *std::move(fresh);
    certificate_until = tls->valid_until().ms;
    server.use(tls);
  } else {
    log::error("tls.not_loaded", fresh.error());
  }
  notify_manager("READY=1");
}

// Returns when a signal says to end. What a ticket was sealed with is gone after half a day.
void serve_until_told(const sigset_t& signals, net::Server& server, Tls tls, const Config& config,
                      std::atomic<std::int64_t>& certificate_until) {
  // From a terminal SIGHUP says that it is gone; a service is told so to reload.
  const bool hangup_ends = isatty(STDIN_FILENO) == 1;
  const timespec half_a_day{.tv_sec = 12 * 3'600, .tv_nsec = 0};
  for (;;) {
    const int signal = sigtimedwait(&signals, nullptr, &half_a_day);
    if (signal == SIGTERM || signal == SIGINT || (signal == SIGHUP && hangup_ends)) return;
    if (signal == SIGHUP) {
      reload(server, tls, config, certificate_until);
    } else if (tls) {
      server.use(tls = tls->with_new_ticket_keys());
    }
  }
}

}  // namespace

int serve(const ServeOptions& options) {
  close_memory();
  raise_file_limit();
  const Config& config = options.config;
  const bool pretty =
      config.log_format == "pretty" || (config.log_format.empty() && isatty(STDERR_FILENO) == 1);
  log::configure(pretty ? log::Format::pretty : log::Format::json);
  if (auto exposed = check_exposure(config); !exposed) return fail(exposed.error());
  if (auto dropped = drop_content_key(); !dropped) return fail(dropped.error());
  const auto tls = tls_of(config);
  if (!tls) return fail(tls.error());
  auto witnesses = read_witness_policy(config.witness_policy);
  if (!witnesses) return fail(witnesses.error());
  auto guard = outbound::Guard::make(config.webhooks_allow);
  if (!guard) return fail(guard.error());
  const auto mail = mail_server_of(config);
  if (!mail) return fail(mail.error());
  auto transfer = transfer_options(config);
  if (!transfer) return fail(transfer.error());
  if (!initialised(options.place)) {
    if (auto made = initialise(options.place, {}); !made) return fail(made.error());
  }

  // Before any thread exists, so that all of them leave these to us.
  const sigset_t signals = expected_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  pthread_setname_np(pthread_self(), "lp-main");

  std::atomic<net::Server*> listening = nullptr;
  std::atomic<outbound::Worker*> sending = nullptr;
  core::EngineOptions limits = config.core;
  limits.accept_rollback = options.accept_rollback;
  auto installation = Installation::open(
      options.place, std::move(limits), [&listening, &sending](std::vector<std::string> topics) {
        // Most batches have nothing to send, and a thread that
        // looks for it would be in the way of those that answer.
        const bool to_send = std::ranges::count(topics, core::outbox_topic) > 0;
        if (net::Server* server = listening) server->announce(std::move(topics));
        outbound::Worker* worker = sending;
        if (worker != nullptr && to_send) worker->notify();
      });
  if (!installation) return fail(installation.error());
  core::Engine& engine = (*installation)->engine();
  if (auto home = settle_home(engine, config.public_url, options.accept_lost_credentials); !home) {
    return fail(home.error());
  }
  if (auto set = engine.run(core::SetWitnessPolicy{.policy = witnesses->text}); !set) {
    return fail(core::to_string(set.error().fault));
  }
  auto submitter = WitnessSubmitter::make(engine, std::move(witnesses->policy),
                                          [&listening](std::vector<std::string> topics) {
                                            if (net::Server* server = listening)
                                              server->announce(std::move(topics));
                                          });
  if (!submitter) return fail(submitter.error());
  const auto assets = options.web_directory.empty() ? net::embedded_assets()
                                                    : net::directory_assets(options.web_directory);
  const auto test_approver = (*installation)->test_approver();
  api::Context context{.engine = engine,
                       .assets = *assets,
                       .public_url = config.public_url,
                       .self_signup = config.self_signup,
                       .security_contacts = config.security_contacts,
                       .security_policy = config.security_policy};
  context.test_approver = test_approver ? &*test_approver : nullptr;
  auto provider = provider_of(config, engine.clock());
  if (!provider) return fail(provider.error());
  context.identity_provider = provider->get();
  context.session_reads_log = api::session_reads_log;
  context.limits.per_key = api::Rate{config.key_rate_per_minute, 60'000, config.key_burst};
  context.limits.holds.total = config.net.connections_max / 2;
  context.limits.streams.total = config.net.connections_max / 4;

  net::Server server(
      {.endpoint = config.listen,
       .unix_socket = options.place.socket(),
       .threads = config.threads,
       .limits = config.net,
       .hosts = hosts_of(config),
       .tls = *tls,
       .trusted_proxies = config.trusted_proxies,
       .import_map_hash = assets->import_map_hash()},
      [&context](net::Request&& request) { return api::dispatch(context, std::move(request)); },
      [&context](net::Request&& request) {
        return api::dispatch_admin(context, std::move(request));
      });
  if (!server.error().empty()) return fail(server.error());
  const std::string url = config.public_url.empty()
                              ? fmt::format("http{}://localhost:{}", *tls ? "s" : "", server.port())
                              : config.public_url;
  context.local_url = url;
  OutboxPort outbox(engine, url);
  std::atomic<std::int64_t> certificate_until = *tls ? (*tls)->valid_until().ms : 0;
  ReachPort reach(engine, outbox,
                  {.base_url = url,
                   .mail = *mail,
                   .push_subject = config.push_subject,
                   .alarm_after_ms = config.alarm_after_ms,
                   .certificate_until =
                       [&certificate_until] {
                         const Instant until{certificate_until};
                         return until.ms == 0 ? std::nullopt : std::optional(until);
                       },
                   .wake =
                       [&sending] {
                         if (outbound::Worker* worker = sending) worker->notify();
                       }});
  context.reach = &reach;
  context.waiting_ms_max = config.alarm_after_ms;
  outbound::Worker worker(reach, *std::move(guard), engine.clock(), engine.entropy(),
                          {.transfer = *std::move(transfer)});
  listening = &server;
  sending = &worker;
  if (*provider) (*provider)->start();
  server.start();
  worker.start();
  (*submitter)->start();

  fmt::print("listening {}\n", url);
  std::fflush(stdout);
  tell_isolation();
  if (const auto lowered = core::lowered_wait(engine.options(), *engine.directory());
      !lowered.empty()) {
    log::warning("server.new_key_wait_lowered", lowered);
  }
  log::info("server.started", "Answering requests.", {{"port", server.port()}});

  notify_manager("READY=1");

  serve_until_told(signals, server, *tls, config, certificate_until);
  notify_manager("STOPPING=1");
  log::info("server.stopping", "No new requests; the running ones end.");
  server.stop(config.drain_ms);
  worker.stop();
  (*submitter)->stop();
  if (*provider) (*provider)->stop();
  engine.stop();
  listening = nullptr;
  sending = nullptr;
  log::info("server.stopped", "Everything acknowledged is on disk.");
  return 0;
}

}  // namespace lp::server
