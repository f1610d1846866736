#include "net/session_watch.h"

#include "base/assert.h"
#include "net/session.h"

namespace lp::net {

namespace {

// Long enough for the peer to read our last reply before the reset that closing with unread bytes
// causes; short, since nothing else comes of it.
constexpr std::int64_t linger_ms_max = 2'000;

std::size_t index(Phase phase) {
  return static_cast<std::size_t>(phase);
}

}  // namespace

std::int64_t SessionWatch::limit_ms(Phase phase) const {
  switch (phase) {
    case Phase::idle:
      return limits_.idle_ms_max;
    case Phase::handshake:
    case Phase::header:
      return limits_.header_ms_max;
    case Phase::body:
      return limits_.body_ms_max;
    case Phase::answer:
    case Phase::write:
      return limits_.request_ms_max;
    case Phase::linger:
      return linger_ms_max;
  }
  LP_ASSERT(false);
  return 0;
}

void SessionWatch::add(Session& session, std::int64_t now_ms) {
  WatchPlace& place = session.place();
  place.phase = Phase::idle;
  place.phase_since_ms = now_ms;
  auto& idle = phases_[index(Phase::idle)];
  place.in_phase = idle.insert(idle.end(), &session);
  place.in_requests = resting_.insert(resting_.end(), &session);
  ++count_;
}

void SessionWatch::remove(Session& session) {
  WatchPlace& place = session.place();
  phases_[index(place.phase)].erase(place.in_phase);
  (place.running ? requests_ : resting_).erase(place.in_requests);
  --count_;
}

void SessionWatch::enter(Session& session, Phase phase, std::int64_t now_ms) {
  WatchPlace& place = session.place();
  auto& to = phases_[index(phase)];
  to.splice(to.end(), phases_[index(place.phase)], place.in_phase);
  place.phase = phase;
  place.phase_since_ms = now_ms;
}

void SessionWatch::begin_request(Session& session, std::int64_t now_ms) {
  WatchPlace& place = session.place();
  requests_.splice(requests_.end(), place.running ? requests_ : resting_, place.in_requests);
  place.running = true;
  place.request_since_ms = now_ms;
}

void SessionWatch::end_request(Session& session) {
  WatchPlace& place = session.place();
  if (!place.running) return;
  resting_.splice(resting_.end(), requests_, place.in_requests);
  place.running = false;
}

void SessionWatch::sweep(std::int64_t now_ms) {
  for (std::size_t i = 0; i < phase_count; ++i) {
    const auto phase = static_cast<Phase>(i);
    auto& list = phases_[i];
    // Each at most once: those told go to the end of the list.
    for (std::size_t left = list.size(); left > 0; --left) {
      Session& session = *list.front();
      if (now_ms - session.place().phase_since_ms < limit_ms(phase)) break;
      enter(session, phase, now_ms);
      session.expire();
    }
  }
  for (std::size_t left = requests_.size(); left > 0; --left) {
    Session& session = *requests_.front();
    if (now_ms - session.place().request_since_ms < limits_.request_ms_max) break;
    begin_request(session, now_ms);
    session.expire();
  }
}

std::vector<std::shared_ptr<Session>> SessionWatch::all() const {
  std::vector<std::shared_ptr<Session>> out;
  for (const auto& list : phases_) {
    for (Session* session : list) out.push_back(session->shared_from_this());
  }
  return out;
}

}  // namespace lp::net
