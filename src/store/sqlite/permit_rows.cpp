// What write_rows.h and read_rows.h declare of permits and epochs.

#include "store/sqlite/read_rows.h"
#include "store/sqlite/write_rows.h"

namespace lp::store {

Result<void> RowWriter::write(const Permit& row) {
  return run(Query::put_permit, row.id, row.project, row.request, row.executor, row.agent,
             row.service, row.action, row.issued, row.expires, row.issued_index, row.state,
             row.lease_until, row.claim_key, row.nonce, row.stream_seq, row.leaf_index,
             row.statement_sha256, row.mac, row.token, row.answer);
}

Result<void> RowWriter::write(const Epoch& row) {
  return run(Query::put_epoch, row.project, row.kind, row.subject, row.number, row.mac);
}

Permit read_permit(Row& row) {
  Permit permit;
  permit.id = row.bytes(0);
  permit.project = row.bytes(1);
  permit.request = row.bytes(2);
  permit.executor = row.bytes(3);
  permit.agent = row.bytes(4);
  permit.service = row.bytes(5);
  permit.action = row.bytes(6);
  permit.issued = row.instant(7);
  permit.expires = row.instant(8);
  permit.issued_index = row.count(9);
  permit.state = row.bytes(10);
  permit.lease_until = row.optional_instant(11);
  permit.claim_key = row.optional_digest(12);
  permit.nonce = row.bytes(13);
  permit.stream_seq = row.count(14);
  permit.leaf_index = row.count(15);
  permit.statement_sha256 = row.digest(16);
  permit.mac = row.digest(17);
  permit.token = row.bytes(18);
  permit.answer = row.bytes(19);
  return permit;
}

Epoch read_epoch(Row& row) {
  return {.project = row.bytes(0),
          .kind = row.bytes(1),
          .subject = row.bytes(2),
          .number = row.count(3),
          .mac = row.digest(4)};
}

}  // namespace lp::store
