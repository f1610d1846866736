// What a handler sees of an HTTP request and what it may answer. Nothing here knows approvals.
//
// A handler never waits. It answers at once (Reply), says that the answer comes from another thread
// once something is true (Later: the gate opens it), says what to wait for (Park), or what to go on
// saying (Stream).

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.h"

namespace lp::net {

using Headers = std::vector<std::pair<std::string, std::string>>;

// A HEAD reaches the handler as a GET; the session leaves the body out of the reply.
enum class Method : std::uint8_t { get, head, post, put, del, options };

// Who asks: the other end of the socket, as the kernel says it, or the client that a trusted proxy
// at that end speaks for (forwarding.h).
struct Peer {
  std::string address;  // "127.0.0.1", "::1", or "" on the Unix socket
  bool loopback = false;
  bool unix_socket = false;
  bool proxy = false;  // at the other end of the socket is a trusted proxy
  // The account of the process there, where the kernel tells it: on the Unix socket, and of a
  // process on this machine that no proxy speaks for.
  std::optional<unsigned> uid;
};

struct Request {
  Method method = Method::get;
  std::string path;   // percent-decoded once; duplicate slashes collapsed; always starts with '/'
  std::string query;  // raw, without '?'
  Headers headers;    // names lower case, values trimmed
  std::string body;   // whole; bounded by Limits
  Peer peer;
  std::string host;  // the Host header, already checked against the allow-list
  bool tls = false;  // on the way here, or to the trusted proxy

  // First value of a header (name in lower case); empty when absent.
  [[nodiscard]] std::string_view header(std::string_view name) const [[clang::lifetimebound]];
  // Decoded query parameter; nothing when absent.
  [[nodiscard]] std::optional<std::string> query_value(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> cookie(std::string_view name) const;
};

struct Reply {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  Headers headers;  // beside the fixed ones that the session adds (security.md D-10)
  bool close = false;
};

// Gives the answer from any thread, exactly once; calling it after the connection is gone is fine.
struct Park;
class Responder {
 public:
  virtual ~Responder() = default;
  virtual void reply(Reply reply) = 0;
  // The same, but the reply is made on the net thread, and leaves with the next
  // Server::announce: for the core thread, which answers many at once and then announces.
  virtual void render(std::move_only_function<Reply()> make) { reply(make()); }
  virtual void park(Park park) = 0;
};

// The work has been handed on; whoever holds the responder answers.
struct Later {
  // Called once on the net thread with the responder to keep.
  std::move_only_function<void(std::shared_ptr<Responder>)> start;
};

// Hold the connection until `topic` is announced (Server::announce) or `deadline` passes.
// `render` runs on the net thread: first right after the topic is registered, so that nothing
// announced in between is missed, then at each announcement, and last with `expired` true.
// It returns nothing to go on waiting (not allowed when `expired`). A parked connection costs a
// slot, not a coroutine: keep the captures small.
struct Park {
  std::string topic;
  std::int64_t hold_ms = 0;
  std::move_only_function<std::optional<Reply>(bool expired)> render;
  // Called when the client goes away while parked; may be empty.
  std::move_only_function<void()> abandoned;
};

// Why a stream is asked for more.
enum class Prompt : std::uint8_t {
  news,  // it has just begun, or its topic was announced
  time,  // what it said before: `again_ms` have passed
  stop,  // the server stops; these are the last words
};

struct Chunk {
  std::string bytes;          // may be empty
  std::int64_t again_ms = 0;  // ask again after so long, if nothing is announced before
  bool last = false;          // the connection ends after the bytes
  // Leaves in place of the head, and the connection ends. Of a stream whose head waits, and only as
  // long as it has said nothing.
  std::optional<Reply> instead = {};
};

// An answer without an end: after its head the connection is written to until one side closes it.
// `next` runs on the net thread, and only once everything it has said before has left, so a slow
// reader holds up nobody and costs one chunk: keep in it where you are, not what is to be said. It
// is asked at most once in `gap_ms`, then for all that was announced meanwhile. A reader that takes
// nothing for Limits::request_ms_max is cut off. When the client goes away `next` is destroyed.
struct Stream {
  Reply head;  // status, type and fields; its body is not looked at
  std::string topic;
  std::int64_t gap_ms = 0;
  std::move_only_function<Chunk(Prompt)> next;
  // The head leaves with the first words: whether there will be any is not known yet.
  bool head_waits = false;
};

using Outcome = std::variant<Reply, Later, Park, Stream>;

// The whole application as the net module sees it. Called on net threads, concurrently.
using Handler = std::function<Outcome(Request&&)>;

}  // namespace lp::net
