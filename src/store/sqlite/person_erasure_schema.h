// Step 6 of the schema: that who a person was can be erased, and that an erasure may wait for an
// owner's signature.
//
// - A member's row keeps the pseudonym and its dates, as the rosters do; the name goes, and never
//   comes back.
// - A row of `member_erasure` says in which log that stands; a receipt of what they decided finds
//   the erasure by it.
// - A hold is over a request, over a person, or over all of a project.

#pragma once

namespace lp::store {

inline constexpr const char* person_erasure_schema = R"sql(
ALTER TABLE member ADD COLUMN erased INTEGER;
CREATE TRIGGER member_stays_erased BEFORE UPDATE ON member
  WHEN OLD.erased IS NOT NULL AND (NEW.erased IS NOT OLD.erased OR NEW.name <> '')
  BEGIN SELECT RAISE(ABORT, 'member was erased'); END;
CREATE TRIGGER erased_member_is_not_deleted BEFORE DELETE ON member WHEN OLD.erased IS NOT NULL
  BEGIN SELECT RAISE(ABORT, 'member was erased'); END;

CREATE TABLE member_erasure (
  member TEXT NOT NULL,
  project INTEGER NOT NULL REFERENCES project (number),
  leaf_index INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (member, project)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER member_erasure_is_not_changed BEFORE UPDATE ON member_erasure
  BEGIN SELECT RAISE(ABORT, 'member_erasure is immutable'); END;
CREATE TRIGGER member_erasure_is_not_deleted BEFORE DELETE ON member_erasure
  BEGIN SELECT RAISE(ABORT, 'member_erasure is immutable'); END;

ALTER TABLE legal_hold ADD COLUMN subject TEXT NOT NULL DEFAULT '';

CREATE TABLE erasure_proposal (
  id TEXT PRIMARY KEY,
  request TEXT NOT NULL,
  subject TEXT NOT NULL,
  basis TEXT NOT NULL,
  operator TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX erasure_proposal_expires ON erasure_proposal (expires);
)sql";

}  // namespace lp::store
