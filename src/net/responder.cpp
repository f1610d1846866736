#include "net/responder.h"

#include <utility>

#include "net/fault.h"
#include "net/net_thread.h"
#include "net/session.h"

namespace lp::net {

using Leaves = NetThread::Leaves;

SessionResponder::SessionResponder(std::shared_ptr<NetThread> thread,
                                   std::weak_ptr<Session> session, std::uint64_t turn_number)
    : thread_(std::move(thread)), session_(std::move(session)), turn_number_(turn_number) {}

// Given up without an answer: the client must not wait for one.
SessionResponder::~SessionResponder() {
  if (!answered_) deliver([] { return fault_reply(Fault::no_answer); }, Leaves::now);
}

void SessionResponder::reply(Reply reply) {
  deliver([reply = std::move(reply)]() mutable { return std::move(reply); }, Leaves::now);
}

void SessionResponder::render(std::move_only_function<Reply()> make) {
  deliver(std::move(make), Leaves::with_announcement);
}

void SessionResponder::park(Park park) {
  deliver([park = std::move(park)]() mutable { return std::move(park); }, Leaves::now);
}

void SessionResponder::deliver(std::move_only_function<Outcome()> make, Leaves leaves) {
  if (answered_.exchange(true)) return;
  thread_->deliver({.session = session_, .turn_number = turn_number_, .make = std::move(make)},
                   leaves);
}

}  // namespace lp::net
