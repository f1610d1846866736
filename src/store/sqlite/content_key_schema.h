// Step 11 of the schema: content keys by their ids, and wrapped copies of them; and the statements
// about them (listed with all others in queries.cpp).
//
// - A device's rows go when it is revoked, a member's when it is erased who they were: what nobody
//   may open any more is not kept.
// - No row is sealed: a device believes a wrapped key because another device of its roster signed
//   it, not because it stands here.

#pragma once

#include <string_view>

namespace lp::store {

inline constexpr const char* content_key_schema = R"sql(
CREATE TABLE content_key (
  project TEXT NOT NULL,
  kid TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  made_by TEXT NOT NULL,
  created INTEGER NOT NULL,
  retired INTEGER,
  sheet_checked INTEGER,
  PRIMARY KEY (project, kid)
) STRICT, WITHOUT ROWID;

CREATE TABLE wrap_key (
  device TEXT PRIMARY KEY,
  member TEXT NOT NULL,
  spki BLOB NOT NULL,
  signature BLOB NOT NULL,
  created INTEGER NOT NULL,
  seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE wrapped_key (
  project TEXT NOT NULL,
  kid TEXT NOT NULL,
  device TEXT NOT NULL,
  member TEXT NOT NULL,
  wrapped_by TEXT NOT NULL,
  created INTEGER NOT NULL,
  document BLOB NOT NULL,
  signature BLOB NOT NULL,
  PRIMARY KEY (project, kid, device)
) STRICT, WITHOUT ROWID;

CREATE TABLE key_copy (
  member TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('passkey', 'passphrase')),
  created INTEGER NOT NULL,
  document BLOB NOT NULL,
  PRIMARY KEY (member, id)
) STRICT, WITHOUT ROWID;
)sql";

namespace content_keys {

inline constexpr std::string_view put_content_key = R"(
INSERT INTO content_key (project, kid, epoch, made_by, created, retired, sheet_checked)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (project, kid) DO UPDATE SET retired = excluded.retired,
  sheet_checked = excluded.sheet_checked)";
inline constexpr std::string_view content_keys = R"(
SELECT project, kid, epoch, made_by, created, retired, sheet_checked
FROM content_key ORDER BY project, kid)";
inline constexpr std::string_view put_wrap_key = R"(
INSERT INTO wrap_key (device, member, spki, signature, created, seen)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (device) DO UPDATE SET spki = excluded.spki, signature = excluded.signature,
  created = excluded.created, seen = excluded.seen)";
inline constexpr std::string_view wrap_keys = R"(
SELECT device, member, spki, signature, created, seen FROM wrap_key ORDER BY device)";
inline constexpr std::string_view put_wrapped_key = R"(
INSERT INTO wrapped_key (project, kid, device, member, wrapped_by, created, document, signature)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (project, kid, device) DO UPDATE SET wrapped_by = excluded.wrapped_by,
  created = excluded.created, document = excluded.document, signature = excluded.signature)";
inline constexpr std::string_view wrapped_keys = R"(
SELECT project, kid, device, member, wrapped_by, created, document, signature
FROM wrapped_key ORDER BY project, kid, device)";
inline constexpr std::string_view put_key_copy = R"(
INSERT INTO key_copy (member, id, kind, created, document) VALUES (?1, ?2, ?3, ?4, ?5))";
inline constexpr std::string_view key_copies = R"(
SELECT member, id, kind, created, document FROM key_copy WHERE member = ?1 ORDER BY id)";
inline constexpr std::string_view delete_key_copy = R"(
DELETE FROM key_copy WHERE member = ?1 AND id = ?2)";
inline constexpr std::string_view delete_wrap_key = R"(
DELETE FROM wrap_key WHERE device = ?1)";
inline constexpr std::string_view delete_wrapped_key = R"(
DELETE FROM wrapped_key WHERE project = ?1 AND kid = ?2 AND device = ?3)";
inline constexpr std::string_view delete_wrapped_keys = R"(
DELETE FROM wrapped_key WHERE device = ?1)";
inline constexpr std::string_view delete_wrap_keys_of = R"(
DELETE FROM wrap_key WHERE member = ?1)";
inline constexpr std::string_view delete_wrapped_keys_of = R"(
DELETE FROM wrapped_key WHERE member = ?1)";
inline constexpr std::string_view delete_key_copies_of = R"(
DELETE FROM key_copy WHERE member = ?1)";

}  // namespace content_keys

}  // namespace lp::store
