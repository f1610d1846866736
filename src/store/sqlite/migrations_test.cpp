// What the schema itself refuses, and which files are taken at all.

#include "store/sqlite/migrations.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "store/testing.h"

namespace lp::store {
namespace {

// A connection with the writer's settings, beside the store.
std::unique_ptr<Database> beside(const OpenedStore& opened) {
  return taken(Database::open(opened.path, Access::write));
}

TEST(Migrations, ANewFileIsOursAndOfTheNewestVersion) {
  const OpenedStore opened;
  const auto database = beside(opened);
  EXPECT_EQ(*database->integer("PRAGMA user_version"), schema_version());
  EXPECT_EQ(*database->integer("PRAGMA application_id"), application_id);
}

TEST(Migrations, AFileOfANewerProgramIsRefusedAndLeftAsItIs) {
  OpenedStore opened;
  const std::string newer = "PRAGMA user_version=" + std::to_string(schema_version() + 1);
  ASSERT_TRUE(beside(opened)->execute(newer.c_str()));
  opened.store.reset();
  const auto again = open_sqlite(opened.path);
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().what.find("newer"), std::string::npos) << again.error().what;
  EXPECT_EQ(opened.reader->projects()->size(), 1u);
}

// What step 5 and those after it made, taken back: triggers that refuse without a word of erasures,
// and the key of a request in its row.
constexpr const char* without_erasures =
    "DROP TABLE permit; DROP TABLE epoch; DROP INDEX leaf_permit;"
    "DROP TRIGGER leaf_is_not_changed; DROP TRIGGER request_is_not_deleted;"
    "DROP TRIGGER revision_is_not_deleted; DROP TRIGGER review_is_not_deleted;"
    "DROP TRIGGER handoff_is_not_deleted; DROP TRIGGER handoff_event_is_not_deleted;"
    "DROP INDEX handoff_request; DROP INDEX leaf_export; DROP TABLE erasure;"
    "DROP TABLE legal_hold; DROP TABLE request_key;"
    "CREATE TRIGGER leaf_is_not_changed BEFORE UPDATE ON leaf BEGIN SELECT 1; END;"
    "CREATE TRIGGER request_is_not_deleted BEFORE DELETE ON request BEGIN SELECT 1; END;"
    "CREATE TRIGGER revision_is_not_deleted BEFORE DELETE ON revision BEGIN SELECT 1; END;"
    "CREATE TRIGGER review_is_not_deleted BEFORE DELETE ON review BEGIN SELECT 1; END;"
    "ALTER TABLE request ADD COLUMN dek_wrapped BLOB NOT NULL DEFAULT x'6b6579';"
    "DROP TRIGGER member_stays_erased; DROP TRIGGER erased_member_is_not_deleted;"
    "ALTER TABLE member DROP COLUMN erased; DROP TABLE member_erasure;"
    "DROP TABLE erasure_proposal; DROP TABLE passkey; DROP TABLE linked_account;"
    "DROP TABLE account_link; DROP TABLE used_token;"
    "ALTER TABLE session DROP COLUMN account;"
    "ALTER TABLE session DROP COLUMN provider_session;"
    "ALTER TABLE session DROP COLUMN authenticated;"
    "DROP TABLE channel; DROP TABLE push_subscription; DROP TABLE reach_health;"
    "DROP TABLE content_key; DROP TABLE wrap_key; DROP TABLE wrapped_key; DROP TABLE key_copy;"
    "DROP INDEX leaf_talk; DROP TABLE assignment; DROP TABLE snooze;"
    "DROP TABLE policy_version; DROP TABLE policy_activation;"
    "ALTER TABLE project DROP COLUMN policy_version;"
    "ALTER TABLE project DROP COLUMN policy_sha256";

// As a program of the first version has left it.
TEST(Migrations, AnOlderFileGetsTheStepsThatItLacks) {
  OpenedStore opened;
  const Request request = sample_request("proj_a", 1);
  opened.commit(batch_of(request));
  const auto undone = beside(opened)->execute(without_erasures);
  ASSERT_TRUE(undone) << undone.error().what;
  ASSERT_TRUE(beside(opened)->execute(
      "DROP TABLE roster_proposal; DROP TABLE login_link; DROP INDEX session_expires;"
      "DROP TABLE anchor; DROP TABLE anchor_upper_hash; DROP TABLE cosigned_head;"
      "ALTER TABLE request_state DROP COLUMN asked_sha256;"
      "DROP TABLE agent_nonce; DROP TABLE project_secret; DROP TABLE handoff_event;"
      "DROP TABLE handoff; DROP INDEX request_signed; DROP TABLE agent;"
      "CREATE TABLE agent (id TEXT PRIMARY KEY, project TEXT NOT NULL, handle TEXT NOT NULL,"
      "  secret_sealed BLOB NOT NULL, public_key BLOB NOT NULL, made_by TEXT NOT NULL,"
      "  created INTEGER NOT NULL, revoked INTEGER) STRICT, WITHOUT ROWID;"
      "INSERT INTO agent VALUES ('agent_a', 'proj_a', 'bot', x'01', x'', 'mem_a', 5, NULL);"
      "PRAGMA user_version=1"));
  opened.reader.reset();
  opened.store.reset();
  const auto again = open_sqlite(opened.path);
  ASSERT_TRUE(again) << again.error().what;
  const auto reader = taken((*again)->reader());
  EXPECT_TRUE(reader->roster_proposals()->empty());
  EXPECT_TRUE(reader->login_links()->empty());
  EXPECT_EQ(*reader->anchor_count(), 0u);
  EXPECT_TRUE(reader->agent_nonces()->empty());
  EXPECT_TRUE(reader->legal_holds()->empty());
  EXPECT_TRUE(reader->passkeys()->empty());
  EXPECT_TRUE(reader->linked_accounts()->empty());
  EXPECT_TRUE(reader->content_keys()->empty());
  EXPECT_TRUE(reader->open_permits("proj_a")->empty());
  EXPECT_TRUE(reader->epochs()->empty());
  EXPECT_EQ((*reader->original(request.id))->dek_wrapped, "key");
  EXPECT_TRUE(reader->project_secrets()->empty());
  EXPECT_EQ(*reader->agents(),
            std::vector{(Agent{"agent_a", "proj_a", "bot", "\x01", "", "mem_a", {5}, {}})});
  EXPECT_EQ(reader->projects()->size(), 1u);
}

TEST(Migrations, ADatabaseOfAnotherProgramIsRefused) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("other.db");
  {
    auto other = Database::open(path, Access::write);
    ASSERT_TRUE((*other)->execute("CREATE TABLE t (x)"));
  }
  const auto opened = open_sqlite(path);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().what.find("another program"), std::string::npos);
}

TEST(Migrations, AFileThatIsNoDatabaseIsRefused) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("letsping.db");
  ASSERT_TRUE(write_file_durably(path, std::string(40'000, 'x'), 0600));
  EXPECT_FALSE(open_sqlite(path));
}

TEST(Migrations, TheWriterFlushesEachCommitAndKeepsItsPromisesOn) {
  const OpenedStore opened;
  const auto database = beside(opened);
  EXPECT_EQ(*database->integer("PRAGMA synchronous"), 2);
  EXPECT_EQ(*database->integer("PRAGMA foreign_keys"), 1);
  EXPECT_EQ(*database->integer("PRAGMA secure_delete"), 1);
  EXPECT_EQ(*database->integer("PRAGMA recursive_triggers"), 1);
  EXPECT_EQ(*database->integer("PRAGMA trusted_schema"), 0);
  EXPECT_EQ(*database->integer("PRAGMA cell_size_check"), 1);
  EXPECT_EQ(*database->integer("PRAGMA wal_autocheckpoint"), 0);
  EXPECT_EQ(*database->integer("SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
}

TEST(Migrations, EveryTableIsStrict) {
  const OpenedStore opened;
  EXPECT_EQ(*beside(opened)->integer("SELECT count(*) FROM pragma_table_list WHERE schema = 'main' "
                                     "AND type = 'table' AND NOT strict "
                                     "AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"),
            0);
}

TEST(Migrations, ImmutableRowsRefuseUpdateDeleteAndReplace) {
  OpenedStore opened;
  const Request request = sample_request("proj_a", 1);
  opened.commit(batch_of(request, sample_leaf("proj_a", 0), sample_review(request.id, 1),
                         UpperHash{"proj_a", 1, 0, sample_digest(1)},
                         Anchor{0, "proj_a", 1, "leaf", sample_digest(4)},
                         AnchorUpperHash{1, 0, sample_digest(5)},
                         Revision{request.id, 2, "bytes", "", "", sample_digest(3)},
                         Roster{"proj_a", 1, "head", {"entry"}, "[]", sample_digest(2), {1}},
                         sample_handoff("a", request.id, 1),
                         HandoffEvent{"a", 0, "created", "agent_a", "", {1}, 1, {}}));
  const auto database = beside(opened);
  for (const std::string table :
       {"leaf", "upper_hash", "anchor", "anchor_upper_hash", "request", "revision", "review",
        "roster", "roster_entry", "handoff", "handoff_event"}) {
    const bool by_position = table == "leaf" || table.starts_with("anchor");
    const std::string first_column = by_position ? "position" : "project";
    const bool of_request = table == "review" || table == "revision";
    const std::string of_project = of_request ? "request" : first_column;
    const std::string column = table == "handoff_event" ? "handoff" : of_project;
    const std::string update = "UPDATE " + table + " SET " + column + " = " + column;
    const std::string erase = "DELETE FROM " + table;
    const std::string replace = "INSERT OR REPLACE INTO " + table + " SELECT * FROM " + table;
    for (const std::string& sql : {update, erase, replace}) {
      const auto done = database->execute(sql.c_str());
      ASSERT_FALSE(done) << sql;
      EXPECT_NE(done.error().what.find("immutable"), std::string::npos) << done.error().what;
    }
  }
}

TEST(Migrations, WhoWasErasedStaysErased) {
  OpenedStore opened;
  opened.commit(batch_of(Member{.id = "mem_a", .name = "Jane", .created = {1}, .removed = {}}));
  Batch erases;
  erases.removals.emplace_back(
      EraseMember{.member = "mem_a", .at = {9}, .erasures = {{"mem_a", "proj_a", 4, {9}}}});
  opened.commit(erases);
  EXPECT_EQ(*opened.reader->members(),
            std::vector{(Member{"mem_a", "", {1}, Instant{9}, Instant{9}})});
  const auto database = beside(opened);
  for (const char* sql :
       {"UPDATE member SET name = 'Jane'", "UPDATE member SET erased = NULL", "DELETE FROM member",
        "INSERT OR REPLACE INTO member VALUES ('mem_a', 'Jane', 1, NULL, NULL)",
        "UPDATE member_erasure SET leaf_index = 5", "DELETE FROM member_erasure"}) {
    EXPECT_FALSE(database->execute(sql)) << sql;
  }
}

TEST(Migrations, AReaderCannotWrite) {
  const OpenedStore opened;
  const auto database = taken(Database::open(opened.path, Access::read));
  EXPECT_FALSE(database->execute("DELETE FROM setting"));
  EXPECT_FALSE(database->execute("PRAGMA query_only=OFF; DELETE FROM setting"));
}

}  // namespace
}  // namespace lp::store
