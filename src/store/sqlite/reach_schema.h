// Step 10 of the schema: where people are told that something waits, and what became of it; and the
// statements about them (listed with all others in queries.cpp).
//
// - Rows go when the channel, the browser or their person goes: nothing rests on them.
// - Where something is sent to, and with which secret, is sealed; `hint` is what may be shown of
// it.
// - Health is apart, so that a message that arrives changes nothing that the directory's seal is
//   over.

#pragma once

#include <string_view>

namespace lp::store {

inline constexpr const char* reach_schema = R"sql(
CREATE TABLE channel (
  id TEXT PRIMARY KEY,
  project TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('mail', 'slack', 'teams', 'webhook', 'ntfy')),
  name TEXT NOT NULL,
  audience TEXT NOT NULL,
  hint TEXT NOT NULL,
  after_ms INTEGER NOT NULL,
  repeat_ms INTEGER NOT NULL,
  created INTEGER NOT NULL,
  target_sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE push_subscription (
  id TEXT PRIMARY KEY,
  member TEXT NOT NULL,
  name TEXT NOT NULL,
  endpoint BLOB NOT NULL UNIQUE,
  after_ms INTEGER NOT NULL,
  created INTEGER NOT NULL,
  target_sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE reach_health (
  destination TEXT PRIMARY KEY,
  succeeded INTEGER,
  failed INTEGER,
  last_error TEXT NOT NULL,
  shown INTEGER
) STRICT, WITHOUT ROWID;
)sql";

namespace reaching {

inline constexpr std::string_view put_channel = R"(
INSERT INTO channel (id, project, kind, name, audience, hint, after_ms, repeat_ms, created,
  target_sealed)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
ON CONFLICT (id) DO UPDATE SET project = excluded.project, kind = excluded.kind,
  name = excluded.name, audience = excluded.audience, hint = excluded.hint,
  after_ms = excluded.after_ms, repeat_ms = excluded.repeat_ms, created = excluded.created,
  target_sealed = excluded.target_sealed)";
inline constexpr std::string_view delete_channel = R"(
DELETE FROM channel WHERE id = ?1)";
inline constexpr std::string_view channels = R"(
SELECT id, project, kind, name, audience, hint, after_ms, repeat_ms, created, target_sealed
FROM channel ORDER BY id)";

inline constexpr std::string_view put_push_subscription = R"(
INSERT INTO push_subscription (id, member, name, endpoint, after_ms, created, target_sealed)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (id) DO UPDATE SET member = excluded.member, name = excluded.name,
  endpoint = excluded.endpoint, after_ms = excluded.after_ms, created = excluded.created,
  target_sealed = excluded.target_sealed)";
inline constexpr std::string_view delete_push_subscription = R"(
DELETE FROM push_subscription WHERE id = ?1)";
inline constexpr std::string_view push_subscriptions = R"(
SELECT id, member, name, endpoint, after_ms, created, target_sealed
FROM push_subscription ORDER BY id)";

inline constexpr std::string_view put_reach_health = R"(
INSERT INTO reach_health (destination, succeeded, failed, last_error, shown)
VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (destination) DO UPDATE SET
  last_error = CASE WHEN excluded.failed IS NULL THEN last_error ELSE excluded.last_error END,
  succeeded = coalesce(excluded.succeeded, succeeded),
  failed = coalesce(excluded.failed, failed), shown = coalesce(excluded.shown, shown))";
inline constexpr std::string_view delete_reach_health = R"(
DELETE FROM reach_health WHERE destination = ?1)";
inline constexpr std::string_view reach_health = R"(
SELECT destination, succeeded, failed, last_error, shown FROM reach_health ORDER BY destination)";

// Of a member who is erased; the health first, which is found through the others.
inline constexpr std::string_view delete_reach_health_of = R"(
DELETE FROM reach_health WHERE destination IN (SELECT id FROM push_subscription WHERE member = ?1)
  OR destination IN (SELECT id FROM channel WHERE audience = 'member:' || ?1))";
inline constexpr std::string_view delete_push_subscriptions_of = R"(
DELETE FROM push_subscription WHERE member = ?1)";
inline constexpr std::string_view delete_channels_of = R"(
DELETE FROM channel WHERE audience = 'member:' || ?1)";

// Ids are ordered by time (base/id.h).
inline constexpr std::string_view oldest_pending = R"(
SELECT request FROM request_state INDEXED BY request_pending
WHERE project = (SELECT number FROM project WHERE id = ?1) AND state = 'pending'
ORDER BY request LIMIT 1)";

}  // namespace reaching

}  // namespace lp::store
