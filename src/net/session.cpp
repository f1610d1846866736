#include "net/session.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <new>
#include <utility>

#include "base/log.h"
#include "net/net_thread.h"
#include "net/reply_writer.h"
#include "net/request_parser.h"
#include "net/responder.h"

namespace lp::net {

namespace asio = boost::asio;

namespace {

constexpr std::size_t read_bytes = 4 * 1024;
constexpr std::size_t body_read_bytes = 64 * 1024;
constexpr std::size_t linger_bytes_max = 16 * 1024 * 1024;

}  // namespace

Session::Session(NetThread& thread, std::unique_ptr<Connection> connection, std::string unread,
                 Turn turn, std::optional<Reply> first_reply)
    : thread_(thread),
      connection_(std::move(connection)),
      buffer_(unread),
      turn_(std::move(turn)),
      first_reply_(std::move(first_reply)) {
  thread_.watch().add(*this, thread_.now_ms());
}

Session::~Session() {
  forget_body();
  thread_.watch().remove(*this);
  thread_.session_ended(connection_ != nullptr && !connection_->admitted());
}

void Session::start(std::shared_ptr<Session> session) {
  asio::io_context& io = session->thread_.io();
  asio::co_spawn(io.get_executor(), run(std::move(session)), [](std::exception_ptr thrown) {
    // Handlers do not throw; one that does has a bug. Its client is cut off and no other, and the
    // log says so. The text of the exception may hold what came from outside, so it is left out.
    if (thrown) log::error("net.session_failed", "A handler threw; its connection was closed.");
  });
}

Task<void> Session::run(std::shared_ptr<Session> self) {
  bool out_of_memory = false;
  try {
    co_await self->serve();
  } catch (const std::bad_alloc&) {
    // The request that asked for too much is let go; the others go on.
    out_of_memory = self->connection_ != nullptr;
  }
  if (!out_of_memory) co_return;
  self->request_ = Request();
  self->forget_body();
  self->turn_.read_whole = false;
  co_await self->send(fault_reply(Fault::out_of_memory));
}

Task<void> Session::serve() {
  if (connection_->needs_handshake()) {
    const bool agreed = co_await shake_hands();
    if (!agreed) co_return;
  }
  if (first_reply_) {
    const bool go_on = co_await send(std::move(*std::exchange(first_reply_, {})));
    if (!go_on) co_return;
  }
  for (;;) {
    const Read read = co_await read_request();
    if (read == Read::gone) co_return;
    std::optional<Reply> reply;
    if (read == Read::refused) {
      reply = fault_reply(*fault_);
    } else {
      reply = co_await answer_request();
    }
    if (!reply) co_return;  // parked or streaming: the connection is no longer ours
    const bool go_on = co_await send(std::move(*reply));
    if (!go_on) co_return;
  }
}

Task<bool> Session::shake_hands() {
  enter(Phase::handshake);
  const bool agreed = co_await connection_->handshake();
  enter(Phase::idle);
  co_return agreed && !timed_out_;
}

void Session::enter(Phase phase) {
  thread_.watch().enter(*this, phase, thread_.now_ms());
}

// Why a read brought nothing.
Fault Session::read_fault() const {
  if (!timed_out_) return Fault::incomplete_request;
  return place_.phase == Phase::body ? Fault::body_timeout : Fault::header_timeout;
}

Task<bool> Session::read_more(std::size_t space_bytes) {
  const IoResult result = co_await connection_->read_some(buffer_.space(space_bytes));
  const auto& [error, count] = result;
  if (!error) buffer_.commit(count);
  co_return !error && !timed_out_;
}

Task<Session::Read> Session::read_request() {
  request_ = Request();
  turn_ = Turn();
  ++turn_number_;
  const auto head_bytes = co_await read_head();
  if (gone_) co_return Read::gone;
  if (!head_bytes) {
    fault_ = head_bytes.error();
    co_return Read::refused;
  }
  parser_.emplace(request_, thread_.limits());
  fault_ = parse_head(*head_bytes);
  if (!fault_ && framing_.has_body()) {
    fault_ = co_await read_body();
    forget_body();
  }
  parser_.reset();
  if (fault_) co_return Read::refused;
  turn_.keep_alive = framing_.keep_alive;
  turn_.read_whole = true;
  co_return Read::request;
}

// The length of a whole header at the front of the buffer.
Task<std::expected<std::size_t, Fault>> Session::read_head() {
  HeadScanner scanner(thread_.limits());
  for (;;) {
    if (!buffer_.empty()) {
      if (place_.phase == Phase::idle) {
        enter(Phase::header);
        thread_.watch().begin_request(*this, thread_.now_ms());
      }
      const auto scanned = scanner.scan(buffer_.unread());
      if (!scanned || *scanned > 0) co_return scanned;
    }
    const bool more = co_await read_more(read_bytes);
    if (more) continue;
    gone_ = place_.phase == Phase::idle;
    co_return std::unexpected(read_fault());
  }
}

std::optional<Fault> Session::parse_head(std::size_t head_bytes) {
  const auto parsed = parser_->put_head(buffer_.unread().substr(0, head_bytes));
  turn_.head_only = request_.method == Method::head;
  if (!parsed) return parsed.error();
  buffer_.consume(head_bytes);
  const auto framing = check_fields(request_, parser_->version(), thread_.limits());
  if (!framing) return framing.error();
  // Two opinions on where the body ends are one too many.
  if (framing->chunked != parser_->chunked()) return Fault::conflicting_framing;
  framing_ = *framing;
  if (const auto fault = learn_client()) return *fault;
  request_.host = framing->host;
  turn_.host = request_.host;
  framing_.host = {};  // it borrowed from headers that the handler takes away
  if (!request_.peer.unix_socket && !thread_.service().answers_for(request_.host)) {
    return Fault::unknown_host;
  }
  // A handler sees a GET and need not know that only the header will leave.
  if (turn_.head_only) request_.method = Method::get;
  return {};
}

// Who asks, and whether over TLS.
std::optional<Fault> Session::learn_client() {
  request_.peer = connection_->peer();
  request_.tls = connection_->encrypted();
  if (request_.peer.proxy) {
    const auto said = read_forwarding(request_.headers, thread_.service().options.trusted_proxies);
    if (!said) return said.error();
    if (said->client) {
      request_.peer.address = said->client->text();
      request_.peer.loopback = said->client->is_loopback();
    }
    request_.tls = said->tls.value_or(request_.tls);
  }
  turn_.tls = request_.tls;
  return {};
}

// What all bodies under way hold together has a bound, whatever each may hold.
std::optional<Fault> Session::count_body() {
  const std::size_t grown = request_.body.size() - body_bytes_counted_;
  const std::size_t before =
      thread_.service().body_bytes.fetch_add(grown, std::memory_order_relaxed);
  body_bytes_counted_ += grown;
  if (before + grown > thread_.limits().bodies_bytes_max) return Fault::overloaded;
  return {};
}

void Session::forget_body() {
  thread_.service().body_bytes.fetch_sub(std::exchange(body_bytes_counted_, 0),
                                         std::memory_order_relaxed);
}

Task<std::optional<Fault>> Session::read_body() {
  enter(Phase::body);
  if (framing_.expects_continue && buffer_.empty()) {
    const IoResult sent = co_await connection_->write("HTTP/1.1 100 Continue\r\n\r\n", {});
    if (std::get<0>(sent)) co_return Fault::incomplete_request;
  }
  for (;;) {
    if (!buffer_.empty()) {
      const auto taken = parser_->put_body(buffer_.unread());
      if (!taken) co_return taken.error();
      buffer_.consume(*taken);
      if (const auto fault = count_body()) co_return *fault;
    }
    if (parser_->done()) co_return std::nullopt;
    const bool large = framing_.length > body_read_bytes || request_.body.size() > body_read_bytes;
    const bool more = co_await read_more(large ? body_read_bytes : read_bytes);
    if (!more) co_return read_fault();
  }
}

Task<std::optional<Reply>> Session::answer_request() {
  enter(Phase::answer);
  const Service& service = thread_.service();
  const bool admin = connection_->peer().unix_socket;
  Outcome outcome = (admin ? service.admin_handler : service.public_handler)(std::move(request_));
  for (;;) {
    if (auto* reply = std::get_if<Reply>(&outcome)) co_return std::move(*reply);
    if (auto* park = std::get_if<Park>(&outcome)) {
      Parked parked{std::move(connection_), std::string(buffer_.unread()), turn_, {}, {}};
      auto reply = thread_.park(parked, std::move(*park));
      if (reply) connection_ = std::move(parked.connection);
      co_return reply;
    }
    if (auto* stream = std::get_if<Stream>(&outcome)) {
      co_await begin(std::move(*stream));
      co_return std::nullopt;
    }
    outcome_.reset();
    std::get<Later>(outcome).start(std::make_shared<SessionResponder>(
        thread_.shared_from_this(), weak_from_this(), turn_number_));
    co_await wait_for_answer();
    outcome = std::move(*outcome_);
  }
}

Task<void> Session::wait_for_answer() {
  // What `answer` will call. It cannot be missed: answers are posted to this thread, and this
  // thread is here.
  auto keep = [this](auto handler) { resume_ = std::move(handler); };
  co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(
      std::move(keep), asio::use_awaitable_t<Executor>());
}

void Session::answer(std::uint64_t turn_number, Outcome outcome) {
  if (!awaits(turn_number)) return;
  outcome_ = std::move(outcome);
  std::exchange(resume_, nullptr)();
}

// Sends the head, unless it waits, and gives the connection away. What was pipelined behind is
// never answered.
Task<void> Session::begin(Stream stream) {
  if (!well_formed(stream.head)) {
    co_await send(fault_reply(Fault::bad_reply));
    co_return;
  }
  enter(Phase::write);
  const std::string& fixed_headers = thread_.service().fixed_headers(turn_.host, turn_.tls);
  if (stream.head_waits && !turn_.head_only) {
    auto waiting = std::make_unique<Streaming::WaitingHead>(std::move(stream.head), fixed_headers);
    thread_.stream(std::move(connection_), std::move(stream), std::move(waiting));
    co_return;
  }
  const std::string head = reply_head(
      stream.head,
      {.date = thread_.date(), .fixed_headers = fixed_headers, .close = true, .endless = true});
  const IoResult written = co_await connection_->write(head, {});
  if (std::get<0>(written) || turn_.head_only) co_return;
  thread_.stream(std::move(connection_), std::move(stream), nullptr);
}

Task<bool> Session::send(Reply reply) {
  enter(Phase::write);
  timed_out_ = false;  // it has been told, if it was so
  if (!well_formed(reply)) reply = fault_reply(Fault::bad_reply);
  const bool close = reply.close || !turn_.keep_alive || thread_.draining();
  const std::string head = reply_head(
      reply, {thread_.date(), thread_.service().fixed_headers(turn_.host, turn_.tls), close});
  std::string_view body = reply.body;
  if (turn_.head_only || !has_body(reply.status)) body = {};
  const IoResult written = co_await connection_->write(head, body);
  thread_.watch().end_request(*this);
  if (std::get<0>(written)) co_return false;
  if (close && (!turn_.read_whole || !buffer_.empty())) co_await linger();
  if (close || thread_.draining()) co_return false;
  buffer_.trim(read_bytes);
  enter(Phase::idle);
  co_return true;
}

// Closing a socket with unread bytes sends a reset, and that may overtake the reply on its way to
// the peer (RFC 9112 §9.6). So our half is closed first, and what still comes is thrown away.
Task<void> Session::linger() {
  enter(Phase::linger);
  connection_->finish_sending();
  std::size_t thrown_away = 0;
  while (thrown_away < linger_bytes_max) {
    buffer_.consume(buffer_.unread().size());
    const bool more = co_await read_more(read_bytes);
    if (!more) break;
    thrown_away += buffer_.unread().size();
  }
}

void Session::expire() {
  switch (place_.phase) {
    case Phase::handshake:
    case Phase::idle:
    case Phase::header:
    case Phase::body:
      timed_out_ = true;
      connection_->cancel();
      return;
    case Phase::answer:
      // Posted: resuming the coroutine here could end the session under its caller.
      asio::post(thread_.io(), [weak = weak_from_this(), turn_number = turn_number_] {
        if (auto self = weak.lock()) self->answer(turn_number, fault_reply(Fault::request_timeout));
      });
      return;
    case Phase::write:
    case Phase::linger:
      connection_->close();
      return;
  }
}

void Session::end_if_idle() {
  if (place_.phase != Phase::idle && place_.phase != Phase::handshake) return;
  timed_out_ = true;
  connection_->cancel();
}

void Session::give_up(bool at_once) {
  if (place_.phase == Phase::answer) return answer(turn_number_, fault_reply(Fault::stopping));
  if (at_once || place_.phase != Phase::write) connection_->close();
}

}  // namespace lp::net
