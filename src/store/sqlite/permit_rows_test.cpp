#include <gtest/gtest.h>

#include "store/testing.h"

namespace lp::store {
namespace {

Permit sample_permit(std::string id, std::string request) {
  Permit row;
  row.id = std::move(id);
  row.project = "proj_a";
  row.request = std::move(request);
  row.executor = "key_e";
  row.agent = "agent_a";
  row.service = "db";
  row.action = "sql";
  row.token = "a.b.c";
  row.issued = {10};
  row.expires = {20};
  row.issued_index = 4;
  row.stream_seq = 3;
  row.leaf_index = 4;
  row.statement_sha256 = sample_digest(4);
  row.mac = sample_digest(5);
  return row;
}

TEST(PermitRows, AreGivenBackAsTheyStand) {
  OpenedStore opened;
  Permit row = sample_permit("pmt_a", "req_a");
  opened.commit(batch_of(row));
  Reader& reader = *opened.reader;
  EXPECT_EQ(*reader.permit("pmt_a"), row);
  EXPECT_EQ(*reader.permit_of("req_a"), row);
  EXPECT_EQ(*reader.permit("pmt_b"), std::nullopt);
  EXPECT_EQ(*reader.open_permits("proj_a"), std::vector{row});
  EXPECT_TRUE(reader.open_permits("proj_b")->empty());
  row.state = "claimed";
  row.lease_until = Instant{30};
  row.claim_key = sample_digest(6);
  row.nonce = "n";
  row.answer = "d.e.f";
  opened.commit(batch_of(row));
  EXPECT_EQ(*reader.open_permits("proj_a"), std::vector{row});
  row.state = "failed";
  opened.commit(batch_of(row));
  EXPECT_EQ(*reader.permit("pmt_a"), row);
  EXPECT_TRUE(reader.open_permits("proj_a")->empty());
}

TEST(PermitRows, NeverBeginAgainAndNeverSayAnotherThing) {
  OpenedStore opened;
  Permit row = sample_permit("pmt_a", "req_a");
  row.state = "succeeded";
  opened.commit(batch_of(row));
  const auto database = taken(Database::open(opened.path, Access::write));
  for (const char* sql : {"UPDATE permit SET state = 'issued'", "UPDATE permit SET token = 'x'",
                          "UPDATE permit SET executor = 'x'", "DELETE FROM permit"}) {
    EXPECT_FALSE(database->execute(sql)) << sql;
  }
}

TEST(PermitRows, EpochsOnlyGrow) {
  OpenedStore opened;
  Epoch row{"proj_a", "agent", "agent_a", 1, sample_digest(1)};
  opened.commit(batch_of(row));
  row.number = 2;
  opened.commit(batch_of(row));
  EXPECT_EQ(*opened.reader->epochs(), std::vector{row});
  const auto database = taken(Database::open(opened.path, Access::write));
  EXPECT_FALSE(database->execute("UPDATE epoch SET number = 1"));
  EXPECT_FALSE(database->execute("DELETE FROM epoch"));
}

}  // namespace
}  // namespace lp::store
