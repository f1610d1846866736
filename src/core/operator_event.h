// Events of whoever operates the server: the command line at its socket, and its configuration.

#pragma once

#include <string_view>

#include "core/work.h"

namespace lp::core {

// Whoever may open the socket in the data directory (mode 0600).
inline evidence::Actor operator_actor() {
  return {.id = "local_operator",
          .kind = evidence::ActorKind::system,
          .method = evidence::ActorMethod::session,
          .key = {}};
}

// To append to the log of the project.
inline Work::Event operator_event(const Work& work, std::string_view project,
                                  evidence::EventType type) {
  Work::Event event;
  event.statement.type = type;
  event.statement.actor = operator_actor();
  event.statement.marks = work.directory().project(project)->marks;
  return event;
}

}  // namespace lp::core
