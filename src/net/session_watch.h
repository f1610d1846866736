// Every session of one net thread, in the order in which their time runs out.
//
// Each phase of a request has one limit, so the sessions of a phase, kept in the order in which
// they entered it, are in the order of their deadlines: the sweep looks at the front of each list
// and stops at the first that has time left. No session owns a timer.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <vector>

#include "net/server.h"

namespace lp::net {

class Session;

enum class Phase : std::uint8_t {
  handshake,  // of TLS
  idle,       // between requests
  header,     // its first byte is there
  body,
  answer,  // the handler has it, or another thread
  write,
  linger,  // the last reply is out; what still arrives is thrown away
};
inline constexpr std::size_t phase_count = 7;

// Where a session stands; part of the session.
struct WatchPlace {
  Phase phase = Phase::idle;
  bool running = false;  // a request has begun and is not answered
  std::int64_t phase_since_ms = 0;
  std::int64_t request_since_ms = 0;
  std::list<Session*>::iterator in_phase;
  std::list<Session*>::iterator in_requests;
};

class SessionWatch {
 public:
  explicit SessionWatch(const Limits& limits) : limits_(limits) {}

  void add(Session& session, std::int64_t now_ms);
  void remove(Session& session);
  void enter(Session& session, Phase phase, std::int64_t now_ms);
  void begin_request(Session& session, std::int64_t now_ms);
  void end_request(Session& session);

  // Calls Session::expire on all whose time is over. One that does not end by that is told again
  // after another such span.
  void sweep(std::int64_t now_ms);

  [[nodiscard]] std::vector<std::shared_ptr<Session>> all() const;
  [[nodiscard]] bool empty() const { return count_ == 0; }

 private:
  [[nodiscard]] std::int64_t limit_ms(Phase phase) const;

  const Limits& limits_;
  std::size_t count_ = 0;
  std::array<std::list<Session*>, phase_count> phases_;
  std::list<Session*> requests_;  // by request_since_ms
  std::list<Session*> resting_;   // nodes of those without a running request
};

}  // namespace lp::net
