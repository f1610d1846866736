// One connection while requests run on it: bytes to Request, the handler, Reply to bytes.
//
// A session is a coroutine on its net thread. It takes one request at a time, so pipelined requests
// are answered in order. When a handler parks, the session ends and gives its connection to
// Parking; another session goes on with it when the park is over. After any fault the reply goes
// out and the connection is closed.

#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "net/connection.h"
#include "net/fault.h"
#include "net/http_rules.h"
#include "net/message.h"
#include "net/read_buffer.h"
#include "net/request_parser.h"
#include "net/session_watch.h"

namespace lp::net {

class NetThread;

// What must be known of a request to answer it.
struct Turn {
  bool head_only = false;
  bool keep_alive = false;
  bool read_whole = false;  // to its last byte: closing throws nothing away
  bool tls = false;
  std::string host;
};

// Shared by its own coroutine and, weakly, by the responder that another thread may hold.
class Session : public std::enable_shared_from_this<Session> {
 public:
  // `thread` outlives the session. `first_reply`, if any, is sent before a request is read: the
  // end of a park, or the refusal of the connection.
  Session(NetThread& thread, std::unique_ptr<Connection> connection, std::string unread, Turn turn,
          std::optional<Reply> first_reply);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  static void start(std::shared_ptr<Session> session);

  // All on the net thread, from outside the coroutine; none of them ends it before they return.
  void expire();               // a limit of its phase has passed
  void end_if_idle();          // the server drains
  void give_up(bool at_once);  // the drain is over
  void answer(std::uint64_t turn_number, Outcome outcome);
  [[nodiscard]] bool awaits(std::uint64_t turn_number) const {
    return turn_number == turn_number_ && resume_ != nullptr;
  }

  [[nodiscard]] WatchPlace& place() { return place_; }

 private:
  enum class Read : std::uint8_t { request, refused, gone };

  static Task<void> run(std::shared_ptr<Session> self);
  Task<void> serve();
  Task<bool> shake_hands();
  Task<Read> read_request();
  Task<std::expected<std::size_t, Fault>> read_head();
  Task<std::optional<Fault>> read_body();
  Task<bool> read_more(std::size_t space_bytes);
  Task<std::optional<Reply>> answer_request();
  Task<void> wait_for_answer();
  Task<void> begin(Stream stream);
  Task<bool> send(Reply reply);
  Task<void> linger();

  std::optional<Fault> parse_head(std::size_t head_bytes);
  std::optional<Fault> learn_client();
  [[nodiscard]] Fault read_fault() const;
  std::optional<Fault> count_body();
  void forget_body();
  void enter(Phase phase);

  NetThread& thread_;
  std::unique_ptr<Connection> connection_;
  ReadBuffer buffer_;
  WatchPlace place_;
  Request request_;
  std::optional<RequestParser> parser_;
  Framing framing_;
  Turn turn_;
  std::optional<Reply> first_reply_;
  std::optional<Fault> fault_;
  std::size_t body_bytes_counted_ = 0;
  bool timed_out_ = false;
  bool gone_ = false;  // nothing was asked, nothing need be said

  // While another thread has the request.
  std::uint64_t turn_number_ = 0;
  std::optional<Outcome> outcome_;
  std::move_only_function<void()> resume_;
};

}  // namespace lp::net
