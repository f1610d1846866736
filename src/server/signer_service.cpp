#include "server/signer_service.h"

#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "base/file.h"
#include "base/log.h"
#include "core/signer_desk.h"
#include "crypto/hash.h"
#include "net/framed_socket.h"
#include "net/listener.h"
#include "server/notify.h"
#include "store/lock_store.h"

namespace lp::server {
namespace {

constexpr std::size_t secret_bytes = 32;
constexpr std::size_t connections_max = 128;
// The rest of a frame follows its beginning at once, and an answer is read at once: who does
// otherwise holds up everybody, and is cut off.
constexpr std::int64_t frame_timeout_ms = 1'000;
constexpr std::size_t strangers_told_max = 16;
constexpr int exit_stopped = 70;

int fail(std::string_view sentence) {
  fmt::print(stderr, "letsping: {}\n", sentence);
  return 1;
}

// Neither a core dump nor another process of the same user may read the keys (security.md D-59).
void close_memory() {
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
}

class Service {
 public:
  Service(core::SignerDesk& desk, const SignerOptions& options, int listening, int signals)
      : desk_(desk), options_(options), listening_(listening), signals_(signals) {}

  // Until a signal says to end: false when the memory could not be written.
  bool run() {
    for (;;) {
      std::vector<pollfd> waits{{signals_, POLLIN, 0}, {listening_, POLLIN, 0}};
      for (const auto& [number, socket] : connections_) waits.push_back({number, POLLIN, 0});
      if (::poll(waits.data(), waits.size(), -1) < 0) continue;
      if (waits[0].revents != 0) return true;
      if (waits[1].revents != 0) accept_one();
      // Who has gone first: a server that comes back on another connection must not find its old
      // one before it.
      for (std::size_t i = 2; i < waits.size(); ++i) {
        if ((waits[i].revents & ~POLLIN) != 0) end(waits[i].fd);
      }
      for (std::size_t i = 2; i < waits.size(); ++i) {
        if (waits[i].revents == POLLIN) answer(waits[i].fd);
        if (desk_.broken()) return false;
      }
    }
  }

 private:
  void accept_one() {
    net::FileDescriptor accepted(
        ::accept4(listening_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!accepted.open()) return;
    net::FramedSocket socket(std::move(accepted));
    const auto peer = socket.peer();
    if (!peer || std::ranges::find(options_.peers, *peer) == options_.peers.end()) {
      return tell_of_stranger(peer.value_or(static_cast<uid_t>(-1)));
    }
    if (connections_.size() >= connections_max) return;
    const int number = socket.number();
    connections_.emplace(number, std::move(socket));
  }

  // Once each: who may knock must not fill the disk.
  void tell_of_stranger(uid_t uid) {
    if (strangers_.size() >= strangers_told_max || !strangers_.insert(uid).second) return;
    log::warning("signer.stranger", "A process of an account that is not named was turned away.",
                 {{"uid", uid}});
  }

  void answer(int number) {
    const auto found = connections_.find(number);
    if (found == connections_.end()) return;
    net::FramedSocket& socket = found->second;
    const auto body = socket.receive(frame_timeout_ms);
    const std::string reply = body ? desk_.answer_bytes(number, *body) : std::string();
    const bool malformed = reply == core::signer_message::to_bytes(core::signer_message::Answer(
                                        core::signer_message::Refusal::malformed));
    if (malformed) {
      log::warning("signer.malformed", "A frame that is no message was refused.");
    }
    // What follows something that was not understood is not looked at.
    if (!body || !socket.send(reply, frame_timeout_ms) || malformed) end(number);
  }

  void end(int number) {
    desk_.gone(number);
    connections_.erase(number);
  }

  core::SignerDesk& desk_;
  const SignerOptions& options_;
  const int listening_, signals_;
  std::map<int, net::FramedSocket> connections_;
  std::set<uid_t> strangers_;
};

// Every note in the memory must be of the log's key: with another one nothing could be extended.
std::expected<void, std::string> check_memory(const store::LockStore& locks,
                                              core::OwnNotary& notary) {
  for (const auto& [name, text] : locks.notes()) {
    if (name.contains('\n')) continue;
    if (!evidence::open_in_range(text, notary.keys(name)->ranges)) {
      return std::unexpected(
          fmt::format("The memory holds a checkpoint of {} that this key did not sign.", name));
    }
  }
  return {};
}

net::FileDescriptor signal_descriptor() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT}) sigaddset(&signals, signal);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  return net::FileDescriptor(::signalfd(-1, &signals, SFD_CLOEXEC));
}

}  // namespace

std::expected<void, std::string> make_log_key(const std::string& path) {
  crypto::SystemEntropy entropy;
  const Secret fresh(entropy.bytes(secret_bytes));
  if (const auto written = create_file_durably(path, fresh.reveal(), 0400); !written) {
    return std::unexpected(to_string(written.error()));
  }
  return {};
}

int run_signer(const SignerOptions& options) {
  close_memory();
  const net::FileDescriptor signals = signal_descriptor();
  crypto::SystemEntropy entropy;
  auto secret = core::LogSecret::open(options.key_file, false, entropy);
  if (!secret) return fail(secret.error());
  // The lock first: one signer a memory, whatever its socket is called.
  const auto locks = store::open_lock_store(options.state);
  if (!locks) return fail(locks.error().what);
  core::OwnNotary notary(**locks, *secret, entropy);
  if (auto checked = check_memory(**locks, notary); !checked) return fail(checked.error());
  // Who may knock is its directory's matter, who is let in ours.
  auto listening = net::listen_unix(options.socket, 0660);
  if (!listening) return fail(listening.error());
  core::SignerDesk desk(notary, options.may_adopt);
  if (options.may_adopt) {
    log::warning("signer.may_adopt",
                 "Logs that are not empty may begin here: take "
                 "--allow-adoption away once they have.");
  }
  fmt::print("listening {}\n", options.socket);
  std::fflush(stdout);
  notify_manager("READY=1");
  const bool ended = Service(desk, options, listening->socket().get(), signals.get()).run();
  if (ended) {
    notify_manager("STOPPING=1");
    return 0;
  }
  log::error("signer.not_kept", "The memory cannot be written: nothing is signed.");
  return exit_stopped;
}

}  // namespace lp::server
