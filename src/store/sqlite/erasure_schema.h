// Step 5 of the schema: what can be erased, and what may not be for a while.
//
// - A request's wrapped key stands in a table of its own: it is wrapped anew when its month's wrap
//   key goes (core/wrap_keys.cpp), and the request's row stays as it was written.
// - A row of `erasure` is what lets the rows of its request go; without one the triggers refuse
//   as before. A leaf keeps its hash and its bytes for ever: they are the log.
// - Exports are found by an index of their own, because an erasure names those that hold it.

#pragma once

namespace lp::store {

inline constexpr const char* erasure_schema = R"sql(
CREATE TABLE request_key (
  request INTEGER PRIMARY KEY,
  wrapped BLOB NOT NULL
) STRICT;
INSERT INTO request_key SELECT number, dek_wrapped FROM request;
ALTER TABLE request DROP COLUMN dek_wrapped;

CREATE TABLE erasure (
  request TEXT PRIMARY KEY,
  project INTEGER NOT NULL REFERENCES project (number),
  leaf_index INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX erasure_project ON erasure (project, request);

CREATE TABLE legal_hold (
  id TEXT PRIMARY KEY,
  project TEXT NOT NULL,
  request TEXT NOT NULL,
  reason TEXT NOT NULL,
  created INTEGER NOT NULL,
  leaf_index INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX handoff_request ON handoff (request);
CREATE INDEX leaf_export ON leaf (position) WHERE type = 'export.made';

DROP TRIGGER leaf_is_not_changed;
CREATE TRIGGER leaf_is_not_changed BEFORE UPDATE ON leaf
  WHEN NEW.position <> OLD.position OR NEW.hash <> OLD.hash OR NEW.leaf <> OLD.leaf
    OR NEW.type <> 'erasure.performed' OR NEW.statement <> x'' OR NEW.evidence <> x''
    OR NOT EXISTS (SELECT 1 FROM erasure
                   WHERE request = NEW.stream AND project = OLD.position >> 40)
  BEGIN SELECT RAISE(ABORT, 'leaf is immutable'); END;
DROP TRIGGER request_is_not_deleted;
CREATE TRIGGER request_is_not_deleted BEFORE DELETE ON request
  WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE request = OLD.id)
  BEGIN SELECT RAISE(ABORT, 'request is immutable'); END;
DROP TRIGGER revision_is_not_deleted;
CREATE TRIGGER revision_is_not_deleted BEFORE DELETE ON revision
  WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE request = OLD.request)
  BEGIN SELECT RAISE(ABORT, 'revision is immutable'); END;
DROP TRIGGER review_is_not_deleted;
CREATE TRIGGER review_is_not_deleted BEFORE DELETE ON review
  WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE request = OLD.request)
  BEGIN SELECT RAISE(ABORT, 'review is immutable'); END;
DROP TRIGGER handoff_is_not_deleted;
CREATE TRIGGER handoff_is_not_deleted BEFORE DELETE ON handoff
  WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE request = OLD.request)
  BEGIN SELECT RAISE(ABORT, 'handoff is immutable'); END;
DROP TRIGGER handoff_event_is_not_deleted;
CREATE TRIGGER handoff_event_is_not_deleted BEFORE DELETE ON handoff_event
  WHEN NOT EXISTS (SELECT 1 FROM handoff h JOIN erasure e ON e.request = h.request
                   WHERE h.id = OLD.handoff)
  BEGIN SELECT RAISE(ABORT, 'handoff_event is immutable'); END;
CREATE TRIGGER erasure_is_not_changed BEFORE UPDATE ON erasure
  BEGIN SELECT RAISE(ABORT, 'erasure is immutable'); END;
CREATE TRIGGER erasure_is_not_deleted BEFORE DELETE ON erasure
  BEGIN SELECT RAISE(ABORT, 'erasure is immutable'); END;
)sql";

}  // namespace lp::store
