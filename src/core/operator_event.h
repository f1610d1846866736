// Events of whoever operates the server: the command line at its socket, and its configuration.

#pragma once

#include <string_view>

#include "core/work.h"

namespace lp::core {

// To append to the log of the project. Whoever may open the socket in the data directory (mode
// 0600) is the operator.
inline Work::Event operator_event(const Work& work, std::string_view project,
                                  evidence::EventType type) {
  Work::Event event;
  event.statement.type = type;
  event.statement.actor = {.id = "local_operator",
                           .kind = evidence::ActorKind::system,
                           .method = evidence::ActorMethod::session,
                           .key = {}};
  event.statement.marks = work.directory().project(project)->marks;
  return event;
}

}  // namespace lp::core
