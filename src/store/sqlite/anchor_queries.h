// The texts of the statements about the root log, which anchors the checkpoints of all projects,
// and about what witnesses cosigned; listed with all others in queries.cpp.

#pragma once

#include <string_view>

namespace lp::store::anchoring {

inline constexpr std::string_view insert_anchor = R"(
INSERT INTO anchor (position, project, size, hash, leaf)
VALUES (
  (SELECT coalesce(max(CAST(value AS INTEGER)), 0) << 32 FROM setting WHERE name = 'root.log')
  + ?1, ?2, ?3, ?4, ?5))";

inline constexpr std::string_view insert_anchor_upper_hash = R"(
INSERT INTO anchor_upper_hash (tile_level, position, hash)
VALUES (?1, (
  (SELECT coalesce(max(CAST(value AS INTEGER)), 0) << 32 FROM setting WHERE name = 'root.log')
  >> (8 * ?1)) + ?2, ?3))";

inline constexpr std::string_view put_cosigned_head = R"(
INSERT INTO cosigned_head (origin, size, note, mac)
VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (origin) DO UPDATE SET size = excluded.size, note = excluded.note,
  mac = excluded.mac)";

inline constexpr std::string_view anchor_count = R"(
SELECT position + 1 -
  (SELECT coalesce(max(CAST(value AS INTEGER)), 0) << 32 FROM setting WHERE name = 'root.log')
FROM anchor
WHERE position >=
  (SELECT coalesce(max(CAST(value AS INTEGER)), 0) << 32 FROM setting WHERE name = 'root.log')
ORDER BY position DESC LIMIT 1)";

inline constexpr std::string_view anchors = R"(
SELECT position -
  (SELECT coalesce(max(CAST(value AS INTEGER)), 0) << 32 FROM setting WHERE name = 'root.log'),
  project, size, hash, leaf
FROM anchor
WHERE position >=
  (SELECT coalesce(max(CAST(value AS INTEGER)), 0) << 32 FROM setting WHERE name = 'root.log')
  + ?1 AND position <
  (SELECT coalesce(max(CAST(value AS INTEGER)), 0) << 32 FROM setting WHERE name = 'root.log')
  + ?2
ORDER BY position)";

inline constexpr std::string_view anchor_hashes = R"(
SELECT hash
FROM anchor
WHERE position >=
  (SELECT coalesce(max(CAST(value AS INTEGER)), 0) << 32 FROM setting WHERE name = 'root.log')
  + ?1 AND position <
  (SELECT coalesce(max(CAST(value AS INTEGER)), 0) << 32 FROM setting WHERE name = 'root.log')
  + ?2
ORDER BY position)";

inline constexpr std::string_view anchor_upper_hashes = R"(
SELECT hash
FROM anchor_upper_hash
WHERE tile_level = ?1 AND position >= (
  (SELECT coalesce(max(CAST(value AS INTEGER)), 0) << 32 FROM setting WHERE name = 'root.log')
  >> (8 * ?1)) + ?2 AND position < (
  (SELECT coalesce(max(CAST(value AS INTEGER)), 0) << 32 FROM setting WHERE name = 'root.log')
  >> (8 * ?1)) + ?3
ORDER BY position)";

inline constexpr std::string_view anchored_size = R"(
SELECT size
FROM anchor INDEXED BY anchor_of_project
WHERE project = ?1 AND position >=
  (SELECT coalesce(max(CAST(value AS INTEGER)), 0) << 32 FROM setting WHERE name = 'root.log')
ORDER BY size DESC LIMIT 1)";

inline constexpr std::string_view anchor_of = R"(
SELECT position -
  (SELECT coalesce(max(CAST(value AS INTEGER)), 0) << 32 FROM setting WHERE name = 'root.log'),
  project, size, hash, leaf
FROM anchor INDEXED BY anchor_of_project
WHERE project = ?1 AND size = ?2 AND position >=
  (SELECT coalesce(max(CAST(value AS INTEGER)), 0) << 32 FROM setting WHERE name = 'root.log'))";

inline constexpr std::string_view newest_anchor = R"(
SELECT position -
  (SELECT coalesce(max(CAST(value AS INTEGER)), 0) << 32 FROM setting WHERE name = 'root.log'),
  project, size, hash, leaf
FROM anchor INDEXED BY anchor_of_project
WHERE project = ?1 AND position >=
  (SELECT coalesce(max(CAST(value AS INTEGER)), 0) << 32 FROM setting WHERE name = 'root.log')
  AND position <
  (SELECT coalesce(max(CAST(value AS INTEGER)), 0) << 32 FROM setting WHERE name = 'root.log')
  + ?2
ORDER BY size DESC
LIMIT 1)";

inline constexpr std::string_view cosigned_heads = R"(
SELECT origin, size, note, mac
FROM cosigned_head)";

}  // namespace lp::store::anchoring
