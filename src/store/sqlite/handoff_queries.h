// The texts of the statements about handoffs; listed with all others in queries.cpp.

#pragma once

#include <string_view>

namespace lp::store::handing {

inline constexpr std::string_view put_handoff = R"(
INSERT INTO handoff (id, project, request, upstream, upstream_key, downstream, created,
  created_index, stream_seq, leaf_index, statement_sha256, mac, commitment_sealed)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
ON CONFLICT (id) DO UPDATE SET stream_seq = excluded.stream_seq,
  leaf_index = excluded.leaf_index, statement_sha256 = excluded.statement_sha256,
  mac = excluded.mac)";
inline constexpr std::string_view insert_handoff_event = R"(
INSERT INTO handoff_event (handoff, seq, outcome, by, recorded, leaf_index, statement_sha256,
  note_sealed)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8))";
inline constexpr std::string_view handoff = R"(
SELECT id, project, request, upstream, upstream_key, downstream, created, created_index,
  stream_seq, leaf_index, statement_sha256, mac, commitment_sealed
FROM handoff
WHERE id = ?1)";
inline constexpr std::string_view handoff_events = R"(
SELECT handoff, seq, outcome, by, recorded, leaf_index, statement_sha256, note_sealed
FROM handoff_event
WHERE handoff = ?1
ORDER BY seq)";

}  // namespace lp::store::handing
