// Step 9 of the schema: accounts of an identity provider, and the statements about them (listed
// with all others in queries.cpp).
//
// - An account is the pair of issuer and subject. Its row stays when the account is unlinked, as a
//   device's does; the subject goes when it is erased who its owner was.
// - A session that began with one knows the provider's own session, so that the provider can end
//   it, and when the person signed in there.
// - A logout token counts once: what was used is kept until it would be refused for its age.

#pragma once

#include <string_view>

namespace lp::store {

inline constexpr const char* identity_schema = R"sql(
CREATE TABLE linked_account (
  id TEXT PRIMARY KEY,
  member TEXT NOT NULL,
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  group_names BLOB NOT NULL,
  created INTEGER NOT NULL,
  removed INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE account_link (
  token BLOB PRIMARY KEY,
  member TEXT NOT NULL,
  made_by TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX account_link_expires ON account_link (expires);

CREATE TABLE used_token (
  digest BLOB PRIMARY KEY,
  expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX used_token_expires ON used_token (expires);

ALTER TABLE session ADD COLUMN account TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN provider_session TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN authenticated INTEGER;
)sql";

namespace accounts {

inline constexpr std::string_view put_linked_account = R"(
INSERT INTO linked_account (id, member, issuer, subject, group_names, created, removed)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (id) DO UPDATE SET member = excluded.member, issuer = excluded.issuer,
  subject = excluded.subject, group_names = excluded.group_names, created = excluded.created,
  removed = excluded.removed)";
inline constexpr std::string_view linked_accounts = R"(
SELECT id, member, issuer, subject, group_names, created, removed FROM linked_account ORDER BY id)";
inline constexpr std::string_view erase_accounts_of = R"(
UPDATE linked_account SET subject = '', group_names = x'5b5d', removed = coalesce(removed, ?2)
WHERE member = ?1)";

inline constexpr std::string_view insert_account_link = R"(
INSERT INTO account_link (token, member, made_by, created, expires) VALUES (?1, ?2, ?3, ?4, ?5))";
inline constexpr std::string_view account_link = R"(
SELECT token, member, made_by, created, expires FROM account_link WHERE token = ?1)";
inline constexpr std::string_view count_account_links = R"(
SELECT count(*) FROM account_link WHERE expires > ?1)";
inline constexpr std::string_view delete_account_link = R"(
DELETE FROM account_link WHERE token = ?1)";
inline constexpr std::string_view delete_account_links_of = R"(
DELETE FROM account_link WHERE member = ?1)";
inline constexpr std::string_view delete_expired_account_links = R"(
DELETE FROM account_link WHERE expires <= ?1)";

inline constexpr std::string_view insert_used_token = R"(
INSERT INTO used_token (digest, expires) VALUES (?1, ?2))";
inline constexpr std::string_view used_token = R"(
SELECT expires FROM used_token WHERE digest = ?1)";
inline constexpr std::string_view delete_expired_used_tokens = R"(
DELETE FROM used_token WHERE expires <= ?1)";

}  // namespace accounts

}  // namespace lp::store
