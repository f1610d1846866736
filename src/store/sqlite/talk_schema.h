// Step 12 of the schema: what reviewers do besides deciding, and the statements about it (listed
// with all others in queries.cpp).
//
// - What people say about a request stands in the log, as evidence of its leaf; an index finds it
//   there, so that there is no second copy to keep true or to erase.
// - Whose turn it is and who wants to see it later are no evidence of anything: they help people
//   to find their work, and nobody may decide more or less because of them.

#pragma once

#include <string_view>

namespace lp::store {

inline constexpr const char* talk_schema = R"sql(
CREATE INDEX leaf_talk ON leaf (stream, position)
  WHERE type IN ('review.commented', 'review.changes_requested', 'review.edited');

CREATE TABLE assignment (
  request TEXT PRIMARY KEY,
  member TEXT NOT NULL,
  by TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE snooze (
  member TEXT NOT NULL,
  request TEXT NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (member, request)
) STRICT, WITHOUT ROWID;
CREATE INDEX snooze_request ON snooze (request);
CREATE INDEX snooze_until ON snooze (until);
)sql";

namespace talking {

inline constexpr std::string_view put_assignment = R"(
INSERT INTO assignment (request, member, by, at)
VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (request) DO UPDATE SET member = excluded.member, by = excluded.by,
  at = excluded.at)";
inline constexpr std::string_view delete_assignment = R"(
DELETE FROM assignment WHERE request = ?1)";
inline constexpr std::string_view delete_assignments_of = R"(
DELETE FROM assignment WHERE member = ?1)";
inline constexpr std::string_view put_snooze = R"(
INSERT INTO snooze (member, request, until)
VALUES (?1, ?2, ?3)
ON CONFLICT (member, request) DO UPDATE SET until = excluded.until)";
inline constexpr std::string_view delete_snoozes_of_request = R"(
DELETE FROM snooze WHERE request = ?1)";
inline constexpr std::string_view delete_snoozes_of_member = R"(
DELETE FROM snooze WHERE member = ?1)";
inline constexpr std::string_view delete_expired_snoozes = R"(
DELETE FROM snooze WHERE until <= ?1)";
inline constexpr std::string_view snoozes = R"(
SELECT member, request, until FROM snooze WHERE member = ?1 ORDER BY request)";
inline constexpr std::string_view talk = R"(
SELECT position, hash, type, stream, leaf, evidence, statement
FROM leaf INDEXED BY leaf_talk
WHERE type IN ('review.commented', 'review.changes_requested', 'review.edited') AND stream = ?1
ORDER BY position)";

}  // namespace talking

}  // namespace lp::store
