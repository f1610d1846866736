// The texts of the statements that erase, and of those that know what was erased; listed with all
// others in queries.cpp.

#pragma once

#include <string_view>

namespace lp::store::erasing {

inline constexpr std::string_view insert_request_key = R"(
INSERT INTO request_key (request, wrapped)
VALUES (?1, ?2))";

// Only in place of a key that is there: a request that was erased in between has none.
inline constexpr std::string_view put_request_key = R"(
UPDATE request_key SET wrapped = ?2 WHERE request = (SELECT number FROM request WHERE id = ?1))";

inline constexpr std::string_view insert_erasure = R"(
INSERT INTO erasure (request, project, leaf_index, at)
VALUES (?1, ?2, ?3, ?4))";

inline constexpr std::string_view erase_leaf = R"(
UPDATE leaf SET type = 'erasure.performed', stream = ?2, evidence = x'', statement = x''
WHERE position = ?1)";

inline constexpr std::string_view delete_handoff_events = R"(
DELETE FROM handoff_event WHERE handoff IN (SELECT id FROM handoff WHERE request = ?1))";
inline constexpr std::string_view delete_handoffs = R"(
DELETE FROM handoff WHERE request = ?1)";
inline constexpr std::string_view delete_reviews = R"(
DELETE FROM review WHERE request = ?1)";
inline constexpr std::string_view delete_revisions = R"(
DELETE FROM revision WHERE request = ?1)";
inline constexpr std::string_view delete_delivery = R"(
DELETE FROM delivery WHERE request = ?1)";
inline constexpr std::string_view delete_idempotency = R"(
DELETE FROM idempotency WHERE request = ?1)";
inline constexpr std::string_view delete_snapshot = R"(
DELETE FROM snapshot WHERE request = ?1)";
inline constexpr std::string_view delete_outbox = R"(
DELETE FROM outbox WHERE request = ?1)";
inline constexpr std::string_view delete_state = R"(
DELETE FROM request_state WHERE project = ?2 AND request = ?1)";
inline constexpr std::string_view delete_request_key = R"(
DELETE FROM request_key WHERE request = (SELECT number FROM request WHERE id = ?1))";
inline constexpr std::string_view delete_request = R"(
DELETE FROM request WHERE id = ?1)";

inline constexpr std::string_view insert_hold = R"(
INSERT INTO legal_hold (id, project, request, reason, created, leaf_index)
VALUES (?1, ?2, ?3, ?4, ?5, ?6))";
inline constexpr std::string_view delete_hold = R"(
DELETE FROM legal_hold WHERE id = ?1)";

inline constexpr std::string_view erasure = R"(
SELECT e.request, p.id, e.leaf_index, e.at
FROM erasure e JOIN project p ON p.number = e.project
WHERE e.request = ?1)";
inline constexpr std::string_view erasures = R"(
SELECT e.request, p.id, e.leaf_index, e.at
FROM project p CROSS JOIN erasure e ON e.project = p.number
WHERE p.id = ?1 AND e.request < ?2
ORDER BY e.request DESC LIMIT ?3)";
inline constexpr std::string_view legal_holds = R"(
SELECT id, project, request, reason, created, leaf_index FROM legal_hold ORDER BY id)";
inline constexpr std::string_view handoffs_of = R"(
SELECT id, project, request, upstream, upstream_key, downstream, created, created_index,
  stream_seq, leaf_index, statement_sha256, mac, commitment_sealed
FROM handoff
WHERE request = ?1
ORDER BY id)";
inline constexpr std::string_view leaves_of_stream = R"(
SELECT position
FROM leaf
WHERE position >= (SELECT number << 40 FROM project WHERE id = ?1) + ?2 AND position <=
  (SELECT number << 40 FROM project WHERE id = ?1) + ?3 AND stream = ?4
ORDER BY position)";
inline constexpr std::string_view exports = R"(
SELECT position, hash, type, stream, leaf, evidence, statement
FROM leaf INDEXED BY leaf_export
WHERE type = 'export.made'
  AND position >= (SELECT number << 40 FROM project WHERE id = ?1) + ?2 AND position <
  (SELECT (number + 1) << 40 FROM project WHERE id = ?1)
ORDER BY position)";
inline constexpr std::string_view request_keys = R"(
SELECT r.id, k.wrapped
FROM request_key k CROSS JOIN request r ON r.number = k.request
WHERE k.request > coalesce((SELECT number FROM request WHERE id = ?1), 0)
ORDER BY k.request LIMIT ?2)";

}  // namespace lp::store::erasing
