// What write_rows.h and read_rows.h declare of policies.

#include "store/sqlite/read_rows.h"
#include "store/sqlite/write_rows.h"

namespace lp::store {

Result<void> RowWriter::write(const PolicyVersion& row) {
  return run(Query::put_policy_version, row.project, row.version, row.author, row.created,
             row.leaf_index, row.sha256, Blob{row.document});
}

Result<void> RowWriter::write(const PolicyActivation& row) {
  return run(Query::put_policy_activation, row.project, row.leaf_index, row.version, row.request,
             row.member, row.at);
}

PolicyVersion read_policy_version(Row& row) {
  return {.project = row.bytes(0),
          .version = row.count(1),
          .document = row.bytes(6),
          .sha256 = row.digest(5),
          .author = row.bytes(2),
          .created = row.instant(3),
          .leaf_index = row.count(4)};
}

PolicyActivation read_policy_activation(Row& row) {
  return {.project = row.bytes(0),
          .leaf_index = row.count(1),
          .version = row.count(2),
          .request = row.bytes(3),
          .member = row.bytes(4),
          .at = row.instant(5)};
}

}  // namespace lp::store
