// Step 14 of the schema: permits and epochs; and the statements about them (listed with all others
// in queries.cpp).
//
// - What a permit says of itself is written once; how it stands is replaced with each event, and
//   what has ended does not begin again.
// - It goes with its request, when that is erased.

#pragma once

#include <string_view>

namespace lp::store {

inline constexpr const char* permit_schema = R"sql(
CREATE TABLE permit (
  id TEXT PRIMARY KEY,
  project TEXT NOT NULL,
  request TEXT NOT NULL UNIQUE,
  executor TEXT NOT NULL,
  agent TEXT NOT NULL,
  service TEXT NOT NULL,
  action TEXT NOT NULL,
  issued INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  issued_index INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('issued', 'claimed', 'succeeded', 'failed',
    'indeterminate', 'expired', 'revoked')),
  lease_until INTEGER,
  claim_key BLOB,
  nonce TEXT NOT NULL,
  stream_seq INTEGER NOT NULL,
  leaf_index INTEGER NOT NULL,
  statement_sha256 BLOB NOT NULL,
  mac BLOB NOT NULL,
  token TEXT NOT NULL,
  answer TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX permit_open ON permit (project, id) WHERE state IN ('issued', 'claimed');

CREATE INDEX leaf_permit ON leaf (stream, position)
  WHERE type IN ('permit.issued', 'permit.claimed', 'permit.succeeded', 'permit.failed',
    'permit.indeterminate', 'permit.expired', 'permit.revoked');

CREATE TABLE epoch (
  project TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('project', 'agent', 'tool')),
  subject TEXT NOT NULL,
  number INTEGER NOT NULL CHECK (number >= 1),
  mac BLOB NOT NULL,
  PRIMARY KEY (project, kind, subject)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER permit_is_not_changed BEFORE UPDATE OF id, project, request, executor, agent,
    service, action, issued, expires, issued_index, token ON permit
  BEGIN SELECT RAISE(ABORT, 'permit is immutable'); END;
CREATE TRIGGER permit_does_not_begin_again BEFORE UPDATE OF state ON permit
  WHEN NOT (OLD.state = 'issued' OR
            (OLD.state = 'claimed' AND NEW.state IN ('succeeded', 'failed', 'indeterminate')))
  BEGIN SELECT RAISE(ABORT, 'permit is immutable'); END;
CREATE TRIGGER permit_is_not_deleted BEFORE DELETE ON permit
  WHEN NOT EXISTS (SELECT 1 FROM erasure e WHERE e.request = OLD.request)
  BEGIN SELECT RAISE(ABORT, 'permit is immutable'); END;
CREATE TRIGGER epoch_is_not_lowered BEFORE UPDATE ON epoch WHEN NEW.number <= OLD.number
  BEGIN SELECT RAISE(ABORT, 'epoch is never lowered'); END;
CREATE TRIGGER epoch_is_not_deleted BEFORE DELETE ON epoch
  BEGIN SELECT RAISE(ABORT, 'epoch is never lowered'); END;
)sql";

namespace permits {

inline constexpr std::string_view put_permit = R"(
INSERT INTO permit (id, project, request, executor, agent, service, action, issued, expires,
  issued_index, state, lease_until, claim_key, nonce, stream_seq, leaf_index, statement_sha256,
  mac, token, answer)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)
ON CONFLICT (id) DO UPDATE SET state = excluded.state, lease_until = excluded.lease_until,
  claim_key = excluded.claim_key, nonce = excluded.nonce, stream_seq = excluded.stream_seq,
  leaf_index = excluded.leaf_index, statement_sha256 = excluded.statement_sha256,
  mac = excluded.mac, answer = excluded.answer)";
inline constexpr std::string_view permit = R"(
SELECT id, project, request, executor, agent, service, action, issued, expires, issued_index,
  state, lease_until, claim_key, nonce, stream_seq, leaf_index, statement_sha256, mac, token, answer
FROM permit WHERE id = ?1)";
inline constexpr std::string_view permit_of = R"(
SELECT id, project, request, executor, agent, service, action, issued, expires, issued_index,
  state, lease_until, claim_key, nonce, stream_seq, leaf_index, statement_sha256, mac, token, answer
FROM permit WHERE request = ?1)";
inline constexpr std::string_view open_permits = R"(
SELECT id, project, request, executor, agent, service, action, issued, expires, issued_index,
  state, lease_until, claim_key, nonce, stream_seq, leaf_index, statement_sha256, mac, token, answer
FROM permit INDEXED BY permit_open
WHERE project = ?1 AND state IN ('issued', 'claimed') ORDER BY id)";
inline constexpr std::string_view newest_permit_leaf = R"(
SELECT max(position) & ((1 << 40) - 1) FROM leaf INDEXED BY leaf_permit
WHERE stream = ?1 AND type IN ('permit.issued', 'permit.claimed', 'permit.succeeded',
  'permit.failed', 'permit.indeterminate', 'permit.expired', 'permit.revoked'))";
inline constexpr std::string_view delete_permit = R"(
DELETE FROM permit WHERE request = ?1)";
inline constexpr std::string_view put_epoch = R"(
INSERT INTO epoch (project, kind, subject, number, mac) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (project, kind, subject) DO UPDATE SET number = excluded.number, mac = excluded.mac)";
inline constexpr std::string_view epochs = R"(
SELECT project, kind, subject, number, mac FROM epoch ORDER BY project, kind, subject)";

}  // namespace permits

}  // namespace lp::store
