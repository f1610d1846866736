#include "store/sqlite/migrations.h"

#include <array>
#include <string>

#include "store/sqlite/content_key_schema.h"
#include "store/sqlite/erasure_schema.h"
#include "store/sqlite/identity_schema.h"
#include "store/sqlite/passkey_schema.h"
#include "store/sqlite/permit_schema.h"
#include "store/sqlite/person_erasure_schema.h"
#include "store/sqlite/policy_schema.h"
#include "store/sqlite/reach_schema.h"
#include "store/sqlite/talk_schema.h"

namespace lp::store {
namespace {

// Step 1. How it is laid out, and why:
// - What an ingest writes goes to the right edge of few trees: the leaf (an integer key, project
//   number << 40 | index), the request (row numbers, with a unique index over time-ordered ids) and
//   its state, whose key (project, request) is at the same time the index of the history.
// - Small columns stand before large ones: a list never walks overflow pages.
// - TEXT is for names and ids, BLOB for exact bytes and whatever is sealed.
// - Tables that are never to change refuse UPDATE and DELETE by trigger (security.md I3). Against
//   somebody who edits the file there is the log, not the trigger.
constexpr const char* step_1 = R"sql(
CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE project (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE,
  origin TEXT NOT NULL UNIQUE,
  payloads TEXT NOT NULL CHECK (payloads IN ('encrypted', 'server_sealed')),
  single_operator INTEGER NOT NULL CHECK (single_operator IN (0, 1)),
  created INTEGER NOT NULL,
  roster_version INTEGER NOT NULL,
  roster_sha256 BLOB
) STRICT;

CREATE TABLE log_head (
  project INTEGER PRIMARY KEY REFERENCES project (number),
  size INTEGER NOT NULL,
  frontier BLOB NOT NULL,
  last_time INTEGER NOT NULL,
  stream_seq INTEGER NOT NULL,
  stream_prev BLOB
) STRICT;

CREATE TABLE leaf (
  position INTEGER PRIMARY KEY,
  hash BLOB NOT NULL,
  type TEXT NOT NULL,
  stream TEXT NOT NULL,
  leaf BLOB NOT NULL,
  evidence BLOB NOT NULL,
  statement BLOB NOT NULL
) STRICT;

CREATE TABLE upper_hash (
  project INTEGER NOT NULL REFERENCES project (number),
  tile_level INTEGER NOT NULL CHECK (tile_level >= 1),
  position INTEGER NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (project, tile_level, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE member (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  created INTEGER NOT NULL,
  removed INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE device (
  key TEXT PRIMARY KEY,
  member TEXT NOT NULL,
  spki BLOB NOT NULL,
  key_class TEXT NOT NULL,
  created INTEGER NOT NULL,
  revoked INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE roster (
  project TEXT NOT NULL,
  version INTEGER NOT NULL,
  sha256 BLOB NOT NULL,
  created INTEGER NOT NULL,
  head BLOB NOT NULL,
  signatures BLOB NOT NULL,
  PRIMARY KEY (project, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE roster_entry (
  project TEXT NOT NULL,
  version INTEGER NOT NULL,
  position INTEGER NOT NULL,
  entry BLOB NOT NULL,
  PRIMARY KEY (project, version, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_key (
  id TEXT PRIMARY KEY,
  project TEXT NOT NULL,
  role TEXT NOT NULL,
  name TEXT NOT NULL,
  digest BLOB NOT NULL UNIQUE,
  made_by TEXT NOT NULL,
  created INTEGER NOT NULL,
  revoked INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE agent (
  id TEXT PRIMARY KEY,
  project TEXT NOT NULL,
  handle TEXT NOT NULL,
  secret_sealed BLOB NOT NULL,
  public_key BLOB NOT NULL,
  made_by TEXT NOT NULL,
  created INTEGER NOT NULL,
  revoked INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
  token BLOB PRIMARY KEY,
  member TEXT NOT NULL,
  key TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE setup_token (
  token BLOB PRIMARY KEY,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE webhook (
  id TEXT PRIMARY KEY,
  project TEXT NOT NULL,
  url TEXT NOT NULL,
  secret_sealed BLOB NOT NULL,
  created INTEGER NOT NULL,
  removed INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE request (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  project INTEGER NOT NULL REFERENCES project (number),
  api_key TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  agent_owner TEXT NOT NULL,
  strength TEXT NOT NULL,
  candidate TEXT NOT NULL,
  service TEXT NOT NULL,
  action TEXT NOT NULL,
  priority TEXT NOT NULL,
  role TEXT NOT NULL,
  environment TEXT NOT NULL,
  trace_id TEXT NOT NULL,
  parent_request_id TEXT NOT NULL,
  client TEXT NOT NULL,
  payload_kind TEXT NOT NULL,
  request_sha256 BLOB NOT NULL,
  created INTEGER NOT NULL,
  decide_by INTEGER NOT NULL,
  leaf_index INTEGER NOT NULL,
  dek_wrapped BLOB NOT NULL,
  commit_key_sealed BLOB NOT NULL,
  details_sealed BLOB NOT NULL,
  payload BLOB NOT NULL
) STRICT;

CREATE TABLE revision (
  request TEXT NOT NULL,
  version INTEGER NOT NULL,
  request_sha256 BLOB NOT NULL,
  commit_key_sealed BLOB NOT NULL,
  details_sealed BLOB NOT NULL,
  payload BLOB NOT NULL,
  PRIMARY KEY (request, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE request_state (
  project INTEGER NOT NULL REFERENCES project (number),
  request TEXT NOT NULL,
  state TEXT NOT NULL,
  decide_by INTEGER NOT NULL,
  leaf_index INTEGER NOT NULL,
  statement_sha256 BLOB NOT NULL,
  stream_seq INTEGER NOT NULL,
  mac BLOB NOT NULL,
  decided INTEGER,
  actor TEXT NOT NULL,
  actor_kind TEXT NOT NULL,
  method TEXT NOT NULL,
  detail TEXT NOT NULL,
  reason_sealed BLOB NOT NULL,
  edited_payload BLOB NOT NULL,
  PRIMARY KEY (project, request)
) STRICT, WITHOUT ROWID;
CREATE INDEX request_pending ON request_state (project, request, decide_by)
  WHERE state = 'pending';

CREATE TABLE review (
  request TEXT NOT NULL,
  leaf_index INTEGER NOT NULL,
  version INTEGER NOT NULL,
  member TEXT NOT NULL,
  key TEXT NOT NULL,
  nonce TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  signature BLOB NOT NULL,
  core BLOB NOT NULL,
  PRIMARY KEY (request, leaf_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery (
  request TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  how TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency (
  project INTEGER NOT NULL REFERENCES project (number),
  key BLOB NOT NULL,
  content BLOB NOT NULL,
  request TEXT NOT NULL,
  created INTEGER NOT NULL,
  PRIMARY KEY (project, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_created ON idempotency (created);

CREATE TABLE snapshot (
  number INTEGER PRIMARY KEY,
  request TEXT NOT NULL UNIQUE,
  content_type TEXT NOT NULL,
  blob TEXT NOT NULL,
  sealing TEXT NOT NULL,
  created INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE graph_checkpoint (
  number INTEGER PRIMARY KEY,
  project TEXT NOT NULL,
  thread_id TEXT NOT NULL,
  checkpoint_id TEXT NOT NULL,
  created INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  UNIQUE (project, thread_id, checkpoint_id)
) STRICT;
CREATE INDEX graph_checkpoint_newest
  ON graph_checkpoint (project, thread_id, created, checkpoint_id);

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY,
  project TEXT NOT NULL,
  request TEXT NOT NULL,
  event TEXT NOT NULL,
  webhook TEXT NOT NULL,
  leaf_index INTEGER NOT NULL,
  created INTEGER NOT NULL,
  next_attempt INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('due', 'sent', 'dead')),
  last_error TEXT NOT NULL
) STRICT;
CREATE INDEX outbox_due ON outbox (next_attempt, id) WHERE state = 'due';

CREATE TRIGGER leaf_is_not_changed BEFORE UPDATE ON leaf
  BEGIN SELECT RAISE(ABORT, 'leaf is immutable'); END;
CREATE TRIGGER leaf_is_not_deleted BEFORE DELETE ON leaf
  BEGIN SELECT RAISE(ABORT, 'leaf is immutable'); END;
CREATE TRIGGER upper_hash_is_not_changed BEFORE UPDATE ON upper_hash
  BEGIN SELECT RAISE(ABORT, 'upper_hash is immutable'); END;
CREATE TRIGGER upper_hash_is_not_deleted BEFORE DELETE ON upper_hash
  BEGIN SELECT RAISE(ABORT, 'upper_hash is immutable'); END;
CREATE TRIGGER roster_is_not_changed BEFORE UPDATE ON roster
  BEGIN SELECT RAISE(ABORT, 'roster is immutable'); END;
CREATE TRIGGER roster_is_not_deleted BEFORE DELETE ON roster
  BEGIN SELECT RAISE(ABORT, 'roster is immutable'); END;
CREATE TRIGGER roster_entry_is_not_changed BEFORE UPDATE ON roster_entry
  BEGIN SELECT RAISE(ABORT, 'roster_entry is immutable'); END;
CREATE TRIGGER roster_entry_is_not_deleted BEFORE DELETE ON roster_entry
  BEGIN SELECT RAISE(ABORT, 'roster_entry is immutable'); END;
CREATE TRIGGER request_is_not_changed BEFORE UPDATE ON request
  BEGIN SELECT RAISE(ABORT, 'request is immutable'); END;
CREATE TRIGGER request_is_not_deleted BEFORE DELETE ON request
  BEGIN SELECT RAISE(ABORT, 'request is immutable'); END;
CREATE TRIGGER revision_is_not_changed BEFORE UPDATE ON revision
  BEGIN SELECT RAISE(ABORT, 'revision is immutable'); END;
CREATE TRIGGER revision_is_not_deleted BEFORE DELETE ON revision
  BEGIN SELECT RAISE(ABORT, 'revision is immutable'); END;
CREATE TRIGGER review_is_not_changed BEFORE UPDATE ON review
  BEGIN SELECT RAISE(ABORT, 'review is immutable'); END;
CREATE TRIGGER review_is_not_deleted BEFORE DELETE ON review
  BEGIN SELECT RAISE(ABORT, 'review is immutable'); END;
)sql";

constexpr const char* step_2 = R"sql(
CREATE INDEX session_expires ON session (expires);

CREATE TABLE roster_proposal (
  id TEXT PRIMARY KEY,
  wish BLOB NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX roster_proposal_expires ON roster_proposal (expires);

CREATE TABLE login_link (
  token BLOB PRIMARY KEY,
  member TEXT NOT NULL,
  key TEXT NOT NULL,
  proposal TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX login_link_expires ON login_link (expires);
)sql";

// What agents prove, hand over and claim, and what a request's row held when it was written, so
// that the MAC of its state guards it too. An unsigned request is not in the index of signed ones,
// so that it costs no more to write than before.
constexpr const char* step_3 = R"sql(
ALTER TABLE request_state ADD COLUMN asked_sha256 BLOB;

ALTER TABLE agent ADD COLUMN previous_secret_sealed BLOB NOT NULL DEFAULT x'';
ALTER TABLE agent ADD COLUMN previous_public_key BLOB NOT NULL DEFAULT x'';
ALTER TABLE agent ADD COLUMN rotated INTEGER;
ALTER TABLE agent ADD COLUMN previous_until INTEGER;

CREATE TABLE agent_nonce (
  agent TEXT NOT NULL,
  nonce BLOB NOT NULL,
  expires INTEGER NOT NULL,
  PRIMARY KEY (agent, nonce)
) STRICT, WITHOUT ROWID;
CREATE INDEX agent_nonce_expires ON agent_nonce (expires);

CREATE TABLE project_secret (
  id TEXT PRIMARY KEY,
  project TEXT NOT NULL,
  purpose TEXT NOT NULL CHECK (purpose IN ('claims', 'escrow')),
  sealed BLOB NOT NULL,
  created INTEGER NOT NULL,
  UNIQUE (project, purpose)
) STRICT, WITHOUT ROWID;

CREATE TABLE handoff (
  id TEXT PRIMARY KEY,
  project TEXT NOT NULL,
  request TEXT NOT NULL,
  upstream TEXT NOT NULL,
  upstream_key TEXT NOT NULL,
  downstream TEXT NOT NULL,
  created INTEGER NOT NULL,
  created_index INTEGER NOT NULL,
  stream_seq INTEGER NOT NULL,
  leaf_index INTEGER NOT NULL,
  statement_sha256 BLOB NOT NULL,
  mac BLOB NOT NULL,
  commitment_sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX handoff_upstream ON handoff (project, upstream, created, created_index);
CREATE INDEX handoff_downstream ON handoff (project, downstream, created, created_index);

CREATE TABLE handoff_event (
  handoff TEXT NOT NULL,
  seq INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  by TEXT NOT NULL,
  recorded INTEGER NOT NULL,
  leaf_index INTEGER NOT NULL,
  statement_sha256 BLOB NOT NULL,
  note_sealed BLOB NOT NULL,
  PRIMARY KEY (handoff, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX request_signed ON request (project, agent_id, created, leaf_index)
  WHERE strength <> 'none';

CREATE TRIGGER handoff_is_not_changed BEFORE UPDATE OF id, project, request, upstream, upstream_key,
    downstream, created, created_index, commitment_sealed ON handoff
  BEGIN SELECT RAISE(ABORT, 'handoff is immutable'); END;
CREATE TRIGGER handoff_is_not_deleted BEFORE DELETE ON handoff
  BEGIN SELECT RAISE(ABORT, 'handoff is immutable'); END;
CREATE TRIGGER handoff_event_is_not_changed BEFORE UPDATE ON handoff_event
  BEGIN SELECT RAISE(ABORT, 'handoff_event is immutable'); END;
CREATE TRIGGER handoff_event_is_not_deleted BEFORE DELETE ON handoff_event
  BEGIN SELECT RAISE(ABORT, 'handoff_event is immutable'); END;
)sql";

// The root log, and what witnesses signed.
constexpr const char* step_4 = R"sql(
CREATE TABLE anchor (
  position INTEGER PRIMARY KEY,
  project TEXT NOT NULL,
  size INTEGER NOT NULL,
  hash BLOB NOT NULL,
  leaf BLOB NOT NULL
) STRICT;
CREATE INDEX anchor_of_project ON anchor (project, size);

CREATE TABLE anchor_upper_hash (
  tile_level INTEGER NOT NULL CHECK (tile_level >= 1),
  position INTEGER NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (tile_level, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE cosigned_head (
  origin TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  note BLOB NOT NULL,
  mac BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER anchor_is_not_changed BEFORE UPDATE ON anchor
  BEGIN SELECT RAISE(ABORT, 'anchor is immutable'); END;
CREATE TRIGGER anchor_is_not_deleted BEFORE DELETE ON anchor
  BEGIN SELECT RAISE(ABORT, 'anchor is immutable'); END;
CREATE TRIGGER anchor_upper_hash_is_not_changed BEFORE UPDATE ON anchor_upper_hash
  BEGIN SELECT RAISE(ABORT, 'anchor_upper_hash is immutable'); END;
CREATE TRIGGER anchor_upper_hash_is_not_deleted BEFORE DELETE ON anchor_upper_hash
  BEGIN SELECT RAISE(ABORT, 'anchor_upper_hash is immutable'); END;
)sql";

// What owners signed of an erasure, in a copy of the data whose log has lost the event.
constexpr const char* step_7 = R"sql(
ALTER TABLE erasure ADD COLUMN record BLOB NOT NULL DEFAULT x'';
)sql";

constexpr std::array steps{step_1,
                           step_2,
                           step_3,
                           step_4,
                           erasure_schema,
                           person_erasure_schema,
                           step_7,
                           passkey_schema,
                           identity_schema,
                           reach_schema,
                           content_key_schema,
                           talk_schema,
                           policy_schema,
                           permit_schema};

Result<void> apply(Database& database, std::size_t index) {
  auto transaction = Transaction::begin(database, Access::write);
  if (!transaction) return std::unexpected(std::move(transaction.error()));
  if (auto done = database.execute(steps[index]); !done) return done;
  const std::string version = "PRAGMA user_version=" + std::to_string(index + 1);
  if (auto done = database.execute(version.c_str()); !done) return done;
  if (index == 0) {
    const std::string ours = "PRAGMA application_id=" + std::to_string(application_id);
    if (auto done = database.execute(ours.c_str()); !done) return done;
  }
  return transaction->commit();
}

}  // namespace

std::int64_t schema_version() {
  return static_cast<std::int64_t>(steps.size());
}

Result<void> migrate(Database& database) {
  auto version = database.integer("PRAGMA user_version");
  if (!version) return std::unexpected(std::move(version.error()));
  auto owner = database.integer("PRAGMA application_id");
  if (!owner) return std::unexpected(std::move(owner.error()));
  auto tables = database.integer("SELECT count(*) FROM sqlite_schema");
  if (!tables) return std::unexpected(std::move(tables.error()));
  const bool fresh = *version == 0 && *owner == 0 && *tables == 0;
  if (!fresh && *owner != application_id) {
    return std::unexpected(IoError{"the file is a database of another program"});
  }
  if (*version > schema_version()) {
    return std::unexpected(IoError{
        "the data has schema version " + std::to_string(*version) + ", this program knows up to " +
        std::to_string(schema_version()) + ": start the newer program that wrote it"});
  }
  for (auto index = static_cast<std::size_t>(*version); index < steps.size(); ++index) {
    if (auto done = apply(database, index); !done) return done;
  }
  return {};
}

}  // namespace lp::store
