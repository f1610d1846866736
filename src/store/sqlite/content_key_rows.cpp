// What write_rows.h and read_rows.h declare of content keys.

#include "store/sqlite/read_rows.h"
#include "store/sqlite/write_rows.h"

namespace lp::store {

Result<void> RowWriter::write(const ContentKey& row) {
  return run(Query::put_content_key, row.project, row.kid, row.epoch, row.made_by, row.created,
             row.retired, row.sheet_checked);
}

Result<void> RowWriter::write(const WrapKey& row) {
  return run(Query::put_wrap_key, row.device, row.member, Blob{row.spki}, Blob{row.signature},
             row.created, row.seen);
}

Result<void> RowWriter::write(const WrappedKey& row) {
  return run(Query::put_wrapped_key, row.project, row.kid, row.device, row.member, row.from,
             row.created, Blob{row.document}, Blob{row.signature});
}

Result<void> RowWriter::write(const KeyCopy& row) {
  return run(Query::put_key_copy, row.member, row.id, row.kind, row.created, Blob{row.document});
}

Result<void> RowWriter::remove(const DeleteKeyCopy& removal) {
  return run(Query::delete_key_copy, removal.member, removal.id);
}

Result<void> RowWriter::remove(const DeleteWrappedKey& removal) {
  return run(Query::delete_wrapped_key, removal.project, removal.kid, removal.device);
}

Result<void> RowWriter::remove(const DeleteWrappedKeys& removal) {
  auto done = run(Query::delete_wrapped_keys, removal.device);
  if (done && removal.wrap_key_too) done = run(Query::delete_wrap_key, removal.device);
  return done;
}

ContentKey read_content_key(Row& row) {
  return {.project = row.bytes(0),
          .kid = row.bytes(1),
          .epoch = row.count(2),
          .made_by = row.bytes(3),
          .created = row.instant(4),
          .retired = row.optional_instant(5),
          .sheet_checked = row.optional_instant(6)};
}

WrapKey read_wrap_key(Row& row) {
  return {.device = row.bytes(0),
          .member = row.bytes(1),
          .spki = row.bytes(2),
          .signature = row.bytes(3),
          .created = row.instant(4),
          .seen = row.instant(5)};
}

WrappedKey read_wrapped_key(Row& row) {
  return {.project = row.bytes(0),
          .kid = row.bytes(1),
          .device = row.bytes(2),
          .member = row.bytes(3),
          .from = row.bytes(4),
          .document = row.bytes(6),
          .signature = row.bytes(7),
          .created = row.instant(5)};
}

KeyCopy read_key_copy(Row& row) {
  return {.id = row.bytes(1),
          .member = row.bytes(0),
          .kind = row.bytes(2),
          .document = row.bytes(4),
          .created = row.instant(3)};
}

}  // namespace lp::store
