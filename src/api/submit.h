// From a command to a reply that is true: the core answers after the batch is durable and signed.

#pragma once

#include <expected>
#include <memory>
#include <utility>

#include "api/context.h"
#include "api/errors.h"
#include "core/engine.h"
#include "net/message.h"

namespace lp::api {

// The error body for a refusal of the core, with the decision that was first where there is one.
net::Reply refuse_with_decision(Context& context, const core::Refused& refused);

// Hands `command` to the core; `render(Result&&)` makes the reply, on the net thread: the core
// thread has the next batch to think of.
template <typename Command, typename Render>
net::Outcome submit(Context& context, Command command, Render render) {
  return net::Later{[&context, command = std::move(command), render = std::move(render)](
                        std::shared_ptr<net::Responder> responder) mutable {
    using Result = std::expected<typename Command::Result, core::Refused>;
    const bool taken = context.engine.submit<Command>(
        std::move(command),
        [&context, responder, render = std::move(render)](Result result) mutable {
          responder->render(
              [&context, render = std::move(render), result = std::move(result)]() mutable {
                return result ? render(std::move(*result))
                              : refuse_with_decision(context, result.error());
              });
        });
    if (!taken) responder->reply(refuse(Reason::overloaded));
  }};
}

}  // namespace lp::api
