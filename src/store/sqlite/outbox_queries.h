// The statements about what is still to be sent (listed with all others in queries.cpp).

#pragma once

#include <string_view>

namespace lp::store::outbox {

inline constexpr std::string_view insert_outbox_item = R"(
INSERT INTO outbox (project, request, event, webhook, leaf_index, created, next_attempt,
  attempts, state, last_error)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10))";

inline constexpr std::string_view put_outbox_item = R"(
INSERT INTO outbox (id, project, request, event, webhook, leaf_index, created,
  next_attempt, attempts, state, last_error)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
ON CONFLICT (id) DO UPDATE SET project = excluded.project, request = excluded.request,
  event = excluded.event, webhook = excluded.webhook, leaf_index = excluded.leaf_index,
  created = excluded.created, next_attempt = excluded.next_attempt,
  attempts = excluded.attempts, state = excluded.state, last_error = excluded.last_error)";

inline constexpr std::string_view outbox_due = R"(
SELECT id, project, request, event, webhook, leaf_index, created, next_attempt, attempts,
  state, last_error
FROM outbox
WHERE state = 'due' AND next_attempt <= ?1 AND (next_attempt, id) > (?3, ?4)
ORDER BY next_attempt, id LIMIT ?2)";

}  // namespace lp::store::outbox
