#include "net/responder.h"

#include <boost/asio/post.hpp>
#include <utility>

#include "net/fault.h"
#include "net/net_thread.h"
#include "net/session.h"

namespace lp::net {

SessionResponder::SessionResponder(std::shared_ptr<NetThread> thread,
                                   std::weak_ptr<Session> session, std::uint64_t turn_number)
    : thread_(std::move(thread)), session_(std::move(session)), turn_number_(turn_number) {}

// Given up without an answer: the client must not wait for one.
SessionResponder::~SessionResponder() {
  deliver(fault_reply(Fault::no_answer));
}

void SessionResponder::reply(Reply reply) {
  deliver(std::move(reply));
}

void SessionResponder::park(Park park) {
  deliver(std::move(park));
}

void SessionResponder::deliver(Outcome outcome) {
  if (answered_.exchange(true)) return;
  boost::asio::post(thread_->io(), [session = session_, turn_number = turn_number_,
                                    outcome = std::move(outcome)]() mutable {
    if (auto self = session.lock()) self->answer(turn_number, std::move(outcome));
  });
}

}  // namespace lp::net
