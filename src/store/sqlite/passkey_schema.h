// Step 7 of the schema: passkeys, and the statements about them (listed with all others in
// queries.cpp).
//
// - Those that decide are rows of `device` too, because they stand in rosters; what only WebAuthn
//   needs of them is here. Those that sign in are here alone.
// - A row stays when its passkey goes, as a device's does: where it was used belongs to what it
//   signed. The credential's id goes when it is erased who its owner was.

#pragma once

#include <string_view>

namespace lp::store {

inline constexpr const char* passkey_schema = R"sql(
CREATE TABLE passkey (
  key TEXT PRIMARY KEY,
  member TEXT NOT NULL,
  purpose TEXT NOT NULL CHECK (purpose IN ('decision', 'login')),
  credential BLOB NOT NULL,
  spki BLOB NOT NULL,
  rp_id TEXT NOT NULL,
  origin TEXT NOT NULL,
  aaguid TEXT NOT NULL,
  backup_eligible INTEGER NOT NULL CHECK (backup_eligible IN (0, 1)),
  backed_up INTEGER NOT NULL CHECK (backed_up IN (0, 1)),
  counter INTEGER NOT NULL,
  created INTEGER NOT NULL,
  removed INTEGER,
  flagged INTEGER
) STRICT, WITHOUT ROWID;
)sql";

namespace passkeys {

inline constexpr std::string_view put_passkey = R"(
INSERT INTO passkey (key, member, purpose, credential, spki, rp_id, origin, aaguid,
  backup_eligible, backed_up, counter, created, removed, flagged)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
ON CONFLICT (key) DO UPDATE SET member = excluded.member, purpose = excluded.purpose,
  credential = excluded.credential, spki = excluded.spki, rp_id = excluded.rp_id,
  origin = excluded.origin, aaguid = excluded.aaguid,
  backup_eligible = excluded.backup_eligible, backed_up = excluded.backed_up,
  counter = excluded.counter, created = excluded.created, removed = excluded.removed,
  flagged = excluded.flagged)";
inline constexpr std::string_view passkeys = R"(
SELECT key, member, purpose, credential, spki, rp_id, origin, aaguid, backup_eligible, backed_up,
  counter, created, removed, flagged
FROM passkey ORDER BY key)";
inline constexpr std::string_view erase_passkeys_of = R"(
UPDATE passkey SET credential = x'', removed = coalesce(removed, ?2) WHERE member = ?1)";

}  // namespace passkeys

}  // namespace lp::store
