// GET /api/status/{id}: what became of the ask. Held open where the client can bear it, so that
// unmodified clients learn of a decision at once (wire.md Decision 9).

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/routes.h"
#include "core/views.h"

namespace lp::api {

net::Outcome status(Context& context, Call& call);

// What is told beside it to clients that asked for it: JSON texts, "" when there is none.
struct Told {
  std::string changes_requested;  // while people want something else than this version
  std::string diff_summary;       // what they changed before they approved it
  std::string number_match;       // the number to show (number_told.h)
  std::string permit = {};        // the right to execute what was approved (permits.h)
};

// The body of a reply. Payloads are the exact source text, embedded and never re-serialised.
std::string status_body(const core::RequestView& view, const Told& told = {});

// Who closed the request and how, as `decision` of a 409: status, state, resolved_at, actor_id, …
std::string decision_body(const core::RequestView& view);

// A poll that begins so soon after an earlier one of the same ask ended is not a client's first.
inline constexpr std::int64_t poll_recent_ms = 15'000;

// How long a poll may be held: what the client asked for (`?wait=`, `Prefer: wait=`, in seconds, at
// most 60), else what its name says it can bear, from its second poll on; 0 for not at all.
std::int64_t hold_ms(std::optional<std::string_view> wait, std::string_view prefer,
                     std::string_view user_agent, bool polled_before);

}  // namespace lp::api
