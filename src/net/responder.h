// The answer on its way from another thread to the session that waits for it.

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "net/message.h"
#include "net/net_thread.h"

namespace lp::net {

class Session;

// Holds the thread, so that an answer after the server is gone goes nowhere instead of wrong; holds
// the session weakly, since the connection may be gone long before the answer comes.
class SessionResponder final : public Responder {
 public:
  SessionResponder(std::shared_ptr<NetThread> thread, std::weak_ptr<Session> session,
                   std::uint64_t turn_number);
  ~SessionResponder() override;

  void reply(Reply reply) override;
  void render(std::move_only_function<Reply()> make) override;
  void park(Park park) override;

 private:
  void deliver(std::move_only_function<Outcome()> make, NetThread::Leaves leaves);

  const std::shared_ptr<NetThread> thread_;
  const std::weak_ptr<Session> session_;
  const std::uint64_t turn_number_;
  std::atomic<bool> answered_ = false;
};

}  // namespace lp::net
