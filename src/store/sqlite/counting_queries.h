// The texts of the statements with which a whole log is verified: how many rows there are, so that
// one more is found too; one in a wrong place counts twice. Listed with all others in queries.cpp.

#pragma once

#include <string_view>

namespace lp::store::counting {

inline constexpr std::string_view row_counts = R"(
SELECT
  (SELECT count(*) FROM leaf WHERE position >> 40 = p.number),
  (SELECT count(*) FROM upper_hash WHERE project = p.number),
  (SELECT count(*) FROM roster WHERE project = p.id),
  (SELECT count(*) FROM roster_entry WHERE project = p.id) +
    (SELECT count(*) FROM roster_entry e WHERE project = p.id AND position <>
      (SELECT count(*) FROM roster_entry WHERE project = e.project AND version = e.version
        AND position < e.position)),
  (SELECT count(*) FROM request WHERE project = p.number),
  (SELECT count(*) FROM request_state WHERE project = p.number),
  (SELECT count(*) FROM revision v JOIN request r ON r.id = v.request
    WHERE r.project = p.number),
  (SELECT count(*) FROM review v JOIN request r ON r.id = v.request
    WHERE r.project = p.number),
  (SELECT count(*) FROM handoff WHERE project = p.id),
  (SELECT count(*) FROM handoff_event v JOIN handoff h ON h.id = v.handoff
    WHERE h.project = p.id),
  (SELECT count(*) FROM erasure WHERE project = p.number),
  (SELECT count(*) FROM legal_hold WHERE project = p.id),
  (SELECT count(*) FROM member_erasure WHERE project = p.number),
  (SELECT count(*) FROM permit WHERE project = p.id),
  (SELECT count(*) FROM epoch WHERE project = p.id)
FROM project p
WHERE p.id = ?1)";

inline constexpr std::string_view rows_of_nobody = R"(
SELECT
  (SELECT count(*) FROM setting WHERE name NOT IN
    ('log.name', 'test', 'demo', 'set_up', 'setup_owner', 'directory_mac', 'witness.policy',
     'witness.ahead', 'log.successors', 'root.log', 'public_url')) +
  (SELECT count(*) FROM anchor WHERE project NOT IN (SELECT id FROM project)) +
  (SELECT count(*) FROM leaf WHERE position >> 40 NOT IN (SELECT number FROM project)) +
  (SELECT count(*) FROM log_head WHERE project NOT IN (SELECT number FROM project)) +
  (SELECT count(*) FROM upper_hash WHERE project NOT IN (SELECT number FROM project)) +
  (SELECT count(*) FROM roster WHERE project NOT IN (SELECT id FROM project)) +
  (SELECT count(*) FROM roster_entry WHERE project NOT IN (SELECT id FROM project)) +
  (SELECT count(*) FROM request WHERE project NOT IN (SELECT number FROM project)) +
  (SELECT count(*) FROM request_state WHERE project NOT IN (SELECT number FROM project)) +
  (SELECT count(*) FROM revision WHERE request NOT IN (SELECT id FROM request)) +
  (SELECT count(*) FROM review WHERE request NOT IN (SELECT id FROM request)) +
  (SELECT count(*) FROM handoff WHERE project NOT IN (SELECT id FROM project)) +
  (SELECT count(*) FROM erasure WHERE project NOT IN (SELECT number FROM project)) +
  (SELECT count(*) FROM legal_hold WHERE project NOT IN (SELECT id FROM project)) +
  (SELECT count(*) FROM member_erasure WHERE project NOT IN (SELECT number FROM project)) +
  (SELECT count(*) FROM permit WHERE request NOT IN (SELECT id FROM request)) +
  (SELECT count(*) FROM epoch WHERE project NOT IN (SELECT id FROM project)) +
  (SELECT count(*) FROM request_key WHERE request NOT IN (SELECT number FROM request)) +
  (SELECT count(*) FROM handoff_event WHERE handoff NOT IN (SELECT id FROM handoff)) +
  (SELECT count(*) FROM assignment WHERE request NOT IN (SELECT id FROM request)) +
  (SELECT count(*) FROM snooze WHERE request NOT IN (SELECT id FROM request)))";

}  // namespace lp::store::counting
