#include "net/net_thread.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>

#include <boost/asio/post.hpp>
#include <cerrno>
#include <chrono>
#include <new>
#include <utility>

#include "base/wake_later.h"
#include "net/fault.h"
#include "net/listener.h"
#include "net/reply_writer.h"
#include "net/session.h"
#include "net/socket_owner.h"

namespace lp::net {

namespace asio = boost::asio;

namespace {

constexpr int handlers_per_turn = 64;
// Per wake-up, so that a flood of clients does not starve the sessions there are.
constexpr int accepts_per_turn = 64;
// Refused clients that are told why, at a time; beyond that they are cut off without a word.
constexpr std::size_t refusals_max = 256;
// For the last words of a drain to leave.
constexpr std::int64_t drain_grace_ms = 250;

Outcome made(Delivery& delivery) {
  try {
    return delivery.make();
  } catch (const std::bad_alloc&) {
    return fault_reply(Fault::out_of_memory);
  }
}

FileDescriptor spare_descriptor() {
  return FileDescriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

}  // namespace

NetThread::NetThread(unsigned number, Service& service)
    : number_(number),
      service_(service),
      io_(1),
      watch_(service.options.limits),
      parking_(io_, clock_,
               [this](Parked&& parked, Reply&& reply) {
                 Session::start(std::make_shared<Session>(
                     *this, std::move(parked.connection), std::move(parked.unread),
                     std::move(parked.turn), std::move(reply)));
               }),
      streaming_(io_, clock_, service.options.limits.request_ms_max, [this] { stop_if_drained(); }),
      tls_(service.options.tls),
      sweep_timer_(io_),
      drain_timer_(io_),
      spare_(spare_descriptor()),
      bell_(io_, [this] { answer_bell(); }) {}

NetThread::~NetThread() = default;

void NetThread::add_listener(FileDescriptor socket) {
  listeners_.emplace_back(io_, socket.release());
}

void NetThread::run() {
  pthread_setname_np(pthread_self(), ("lp-net-" + std::to_string(number_)).c_str());
  for (auto& listener : listeners_) wait_for_clients(listener);
  schedule_sweep();
  // In turns: what is ready now is looked at together, and other threads hear of it at the end.
  for (;;) {
    const WakeLater turn;
    if (io_.run_one() == 0) return;
    for (int i = 1; i < handlers_per_turn && io_.poll_one() > 0; ++i) {
    }
  }
}

bool NetThread::announce(const Topics& topics) {
  if (!parking_.concerned(*topics) && !streaming_.concerned(*topics)) return false;
  {
    const MutexLock lock(box_mutex_);
    announcements_.push_back(topics);
  }
  bell_.ring();
  return true;
}

void NetThread::let_out() {
  if (has_deliveries()) bell_.ring();
}

void NetThread::deliver(Delivery&& delivery, Leaves leaves) {
  {
    const MutexLock lock(box_mutex_);
    deliveries_.push_back(std::move(delivery));
  }
  // To wake the thread for each of many costs more than all else about an answer: where threads
  // share a processor it comes at once, and waits for whoever woke it.
  if (leaves == Leaves::now) bell_.ring();
}

void NetThread::answer_bell() {
  std::vector<Topics> announcements;
  {
    const MutexLock lock(box_mutex_);
    announcements.swap(announcements_);
  }
  for (const Topics& topics : announcements) {
    parking_.announce(*topics);
    streaming_.announce(*topics);
  }
  take_deliveries();
}

bool NetThread::has_deliveries() {
  const MutexLock lock(box_mutex_);
  return !deliveries_.empty();
}

void NetThread::take_deliveries() {
  std::vector<Delivery> deliveries;
  {
    const MutexLock lock(box_mutex_);
    deliveries.swap(deliveries_);
  }
  for (Delivery& delivery : deliveries) {
    const auto session = delivery.session.lock();
    if (!session || !session->awaits(delivery.turn_number)) continue;
    session->answer(delivery.turn_number, made(delivery));
  }
}

std::string_view NetThread::date() {
  const Instant now = clock_.now();
  if (now.ms / 1000 != date_second_) {
    date_second_ = now.ms / 1000;
    date_ = http_date(now);
  }
  return date_;
}

std::optional<Reply> NetThread::park(Parked& parked, Park park) {
  if (draining_) park.hold_ms = 0;
  return parking_.park(parked, std::move(park));
}

void NetThread::stream(std::unique_ptr<Connection> connection, Stream stream,
                       std::unique_ptr<Streaming::WaitingHead> head) {
  streaming_.begin(std::move(connection), std::move(stream), std::move(head));
  if (draining_) streaming_.stop_all();
}

void NetThread::wait_for_clients(Descriptor& listener) {
  listener.async_wait(Descriptor::wait_read, [this, &listener](boost::system::error_code error) {
    if (!error && !draining_) accept_clients(listener);
  });
}

void NetThread::accept_clients(Descriptor& listener) {
  for (int i = 0; i < accepts_per_turn; ++i) {
    FileDescriptor socket(::accept4(listener.native_handle(), nullptr, nullptr, SOCK_CLOEXEC));
    if (socket.open()) {
      admit(std::move(socket));
      continue;
    }
    if (errno == EAGAIN) break;
    if (errno == EMFILE || errno == ENFILE) {
      shed(listener);
    } else if (errno == ENOMEM || errno == ENOBUFS) {
      // Waiting would return at once and fail again: the sweep tries anew.
      resting_listeners_.push_back(&listener);
      return;
    }
    // Everything else is about the one client that is gone by now (accept(2)).
  }
  wait_for_clients(listener);
}

// Out of descriptors. The client is turned away with the spare one: left in the backlog it would
// wait, and this thread would spin on a listener that is always readable.
void NetThread::shed(Descriptor& listener) {
  spare_.reset();
  const FileDescriptor socket(::accept4(listener.native_handle(), nullptr, nullptr, SOCK_CLOEXEC));
  if (socket.open() && !tls_) {
    const Reply reply = fault_reply(Fault::too_many_connections);
    const std::string bytes =
        reply_head(reply, {date(), service_.plain_headers, true}) + reply.body;
    [[maybe_unused]] const ssize_t sent =
        ::send(socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  spare_ = spare_descriptor();
}

void NetThread::admit(FileDescriptor socket) {
  Peer peer = peer_of(socket.get());
  peer.proxy = service_.trusts(peer);
  auto pass = service_.admission.admit(peer);
  std::optional<Reply> refusal;
  const TlsContext* tls = peer.unix_socket ? nullptr : tls_.get();
  if (!pass) {
    // Under TLS it could be told only after a handshake, the dearest thing that it can ask for.
    if (refusals_ >= refusals_max || tls != nullptr) return;
    ++refusals_;
    refusal = fault_reply(pass.error());
    pass = Admission::Pass();
  } else if (peer.loopback && !peer.proxy) {
    // After admission: whoever is turned away shall cost nothing more.
    peer.uid = account_at_other_end(socket.get());
  }
  auto connection =
      std::make_unique<Connection>(io_, std::move(socket), std::move(peer), std::move(*pass), tls);
  Session::start(std::make_shared<Session>(*this, std::move(connection), std::string(), Turn(),
                                           std::move(refusal)));
}

void NetThread::schedule_sweep() {
  sweep_timer_.expires_after(std::chrono::milliseconds(limits().sweep_ms));
  sweep_timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    watch_.sweep(now_ms());
    take_deliveries();  // should an announcement ever be forgotten
    for (Descriptor* listener : std::exchange(resting_listeners_, {})) wait_for_clients(*listener);
    schedule_sweep();
  });
}

void NetThread::use(std::shared_ptr<const TlsContext> tls) {
  asio::post(io_, [this, tls = std::move(tls)]() mutable { tls_ = std::move(tls); });
}

void NetThread::drain(std::int64_t drain_ms) {
  asio::post(io_, [this, drain_ms] { begin_drain(drain_ms); });
}

void NetThread::begin_drain(std::int64_t drain_ms) {
  draining_ = true;
  resting_listeners_.clear();
  boost::system::error_code ignored;
  for (auto& listener : listeners_) listener.close(ignored);
  for (const auto& session : watch_.all()) session->end_if_idle();
  parking_.expire_all();
  streaming_.stop_all();
  drain_timer_.expires_after(std::chrono::milliseconds(drain_ms));
  drain_timer_.async_wait([this](boost::system::error_code error) {
    if (!error) end_drain(drain_grace_ms);
  });
  stop_if_drained();
}

// Whoever still waits for a handler is told; then, after the grace, everything is closed.
void NetThread::end_drain(std::int64_t grace_ms) {
  for (const auto& session : watch_.all()) session->give_up(grace_ms == 0);
  if (grace_ms == 0) return streaming_.clear();
  drain_timer_.expires_after(std::chrono::milliseconds(grace_ms));
  drain_timer_.async_wait([this](boost::system::error_code error) {
    if (!error) end_drain(0);
  });
}

void NetThread::session_ended(bool was_refusal) {
  if (was_refusal) --refusals_;
  stop_if_drained();
}

void NetThread::stop_if_drained() {
  const bool drained = watch_.empty() && parking_.size() == 0 && streaming_.size() == 0;
  if (draining_ && drained) io_.stop();
}

void NetThread::clear() {
  {
    const MutexLock lock(box_mutex_);
    deliveries_.clear();
    announcements_.clear();
  }
  parking_.clear();
  streaming_.clear();
  listeners_.clear();
}

}  // namespace lp::net
