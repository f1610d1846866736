// A step of the schema: the versions of each project's policy and when which came into force; and
// the statements about them (listed with all others in queries.cpp).

#pragma once

#include <string_view>

namespace lp::store {

inline constexpr const char* policy_schema = R"sql(
ALTER TABLE project ADD COLUMN policy_version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE project ADD COLUMN policy_sha256 BLOB;

CREATE TABLE policy_version (
  project TEXT NOT NULL,
  version INTEGER NOT NULL,
  author TEXT NOT NULL,
  created INTEGER NOT NULL,
  leaf_index INTEGER NOT NULL,
  sha256 BLOB NOT NULL,
  document BLOB NOT NULL,
  PRIMARY KEY (project, version)
) STRICT;

CREATE TABLE policy_activation (
  project TEXT NOT NULL,
  leaf_index INTEGER NOT NULL,
  version INTEGER NOT NULL,
  request TEXT NOT NULL,
  member TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (project, leaf_index)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER policy_version_is_not_changed BEFORE UPDATE ON policy_version
  BEGIN SELECT RAISE(ABORT, 'policy_version is immutable'); END;
CREATE TRIGGER policy_version_is_not_deleted BEFORE DELETE ON policy_version
  BEGIN SELECT RAISE(ABORT, 'policy_version is immutable'); END;
CREATE TRIGGER policy_activation_is_not_changed BEFORE UPDATE ON policy_activation
  BEGIN SELECT RAISE(ABORT, 'policy_activation is immutable'); END;
CREATE TRIGGER policy_activation_is_not_deleted BEFORE DELETE ON policy_activation
  BEGIN SELECT RAISE(ABORT, 'policy_activation is immutable'); END;
)sql";

namespace policies {

// A project's row, which has the version in force.
inline constexpr std::string_view put_project = R"(
INSERT INTO project (id, name, origin, payloads, single_operator, created, roster_version,
  roster_sha256, policy_version, policy_sha256)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, origin = excluded.origin,
  payloads = excluded.payloads, single_operator = excluded.single_operator,
  created = excluded.created, roster_version = excluded.roster_version,
  roster_sha256 = excluded.roster_sha256, policy_version = excluded.policy_version,
  policy_sha256 = excluded.policy_sha256)";
inline constexpr std::string_view projects = R"(
SELECT id, name, origin, payloads, single_operator, created, roster_version, roster_sha256,
  policy_version, policy_sha256
FROM project
ORDER BY number)";

inline constexpr std::string_view put_policy_version = R"(
INSERT INTO policy_version (project, version, author, created, leaf_index, sha256, document)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7))";
inline constexpr std::string_view policy_version = R"(
SELECT project, version, author, created, leaf_index, sha256, document
FROM policy_version WHERE project = ?1 AND version = ?2)";
inline constexpr std::string_view policy_versions = R"(
SELECT project, version, author, created, leaf_index, sha256, x''
FROM policy_version WHERE project = ?1 ORDER BY version DESC)";
inline constexpr std::string_view put_policy_activation = R"(
INSERT INTO policy_activation (project, leaf_index, version, request, member, at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6))";
inline constexpr std::string_view policy_activations = R"(
SELECT project, leaf_index, version, request, member, at
FROM policy_activation WHERE project = ?1 ORDER BY leaf_index DESC)";
// Ids begin with the time, so that this walks the end of the key and no more.
inline constexpr std::string_view requests_since = R"(
SELECT s.request FROM project p CROSS JOIN request_state s
WHERE p.id = ?1 AND s.project = p.number AND s.request >= ?2 ORDER BY s.request)";

}  // namespace policies

}  // namespace lp::store
