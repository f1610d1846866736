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
INSERT INTO erasure (request, project, leaf_index, at, record)
VALUES (?1, ?2, ?3, ?4, ?5))";

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
INSERT INTO legal_hold (id, project, request, reason, created, leaf_index, subject)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7))";
inline constexpr std::string_view delete_hold = R"(
DELETE FROM legal_hold WHERE id = ?1)";

inline constexpr std::string_view erasure = R"(
SELECT e.request, p.id, e.leaf_index, e.at, e.record
FROM erasure e JOIN project p ON p.number = e.project
WHERE e.request = ?1)";
inline constexpr std::string_view erasures = R"(
SELECT e.request, p.id, e.leaf_index, e.at, e.record
FROM project p CROSS JOIN erasure e ON e.project = p.number
WHERE p.id = ?1 AND e.request < ?2
ORDER BY e.request DESC LIMIT ?3)";
inline constexpr std::string_view legal_holds = R"(
SELECT id, project, request, reason, created, leaf_index, subject FROM legal_hold ORDER BY id)";
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

// --- people ---

inline constexpr std::string_view insert_member_erasure = R"(
INSERT INTO member_erasure (member, project, leaf_index, at)
VALUES (?1, ?2, ?3, ?4))";
inline constexpr std::string_view erase_member = R"(
UPDATE member SET name = '', removed = coalesce(removed, ?2), erased = ?2 WHERE id = ?1)";
// None is left where the roster let them go first; a copy from before that has them.
inline constexpr std::string_view revoke_devices_of = R"(
UPDATE device SET revoked = ?2 WHERE member = ?1 AND revoked IS NULL)";
inline constexpr std::string_view delete_sessions_of = R"(
DELETE FROM session WHERE member = ?1)";
inline constexpr std::string_view delete_login_links_of = R"(
DELETE FROM login_link WHERE member = ?1)";
// A wish is the text of an object that names the member by their id, and perhaps by their name.
inline constexpr std::string_view delete_roster_proposals_of = R"(
DELETE FROM roster_proposal WHERE instr(CAST(wish AS TEXT), '"' || ?1 || '"') > 0)";
inline constexpr std::string_view delete_erasure_proposals_of = R"(
DELETE FROM erasure_proposal WHERE subject = ?1)";

inline constexpr std::string_view insert_erasure_proposal = R"(
INSERT INTO erasure_proposal (id, request, subject, basis, operator, created, expires)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7))";
inline constexpr std::string_view delete_erasure_proposal = R"(
DELETE FROM erasure_proposal WHERE id = ?1)";
inline constexpr std::string_view delete_expired_erasure_proposals = R"(
DELETE FROM erasure_proposal WHERE expires <= ?1)";

inline constexpr std::string_view member_erasure = R"(
SELECT e.member, p.id, e.leaf_index, e.at
FROM member_erasure e JOIN project p ON p.number = e.project
WHERE e.member = ?2 AND p.id = ?1)";
inline constexpr std::string_view member_erasures = R"(
SELECT e.member, p.id, e.leaf_index, e.at
FROM member_erasure e CROSS JOIN project p ON p.number = e.project
ORDER BY e.member, e.project)";
inline constexpr std::string_view erasure_proposals = R"(
SELECT id, request, subject, basis, operator, created, expires FROM erasure_proposal ORDER BY id)";

}  // namespace lp::store::erasing
