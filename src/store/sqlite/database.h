// The SQLite C API as owners and values: Database, Statement, Rows, Transaction. No exceptions.
//
// One connection belongs to one thread at a time. Statements are prepared once per connection and
// kept; `Rows` and `Transaction` undo themselves when they go out of scope. Error texts name the
// statement and SQLite's reason, never a bound value.

#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/time.h"
#include "store/sqlite/queries.h"
#include "store/store.h"

namespace lp::store {

// Bytes that are no text: bound and stored as BLOB.
struct Blob {
  std::string_view bytes;
};

// The columns of the row a statement stands on, by position from 0. A value that the schema does
// not allow (a digest of another length, an unknown name) marks the row as damaged, and the caller
// must refuse the row after reading it.
class Row {
 public:
  explicit Row(sqlite3_stmt* statement) : statement_(statement) {}

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::uint64_t count(int column);  // damaged when negative
  [[nodiscard]] bool boolean(int column) {        // damaged when neither 0 nor 1
    if (const std::int64_t value = integer(column); value != 0 && value != 1) damage();
    return integer(column) != 0;
  }
  [[nodiscard]] std::string bytes(int column) const;  // of TEXT or BLOB; "" for NULL
  [[nodiscard]] Digest digest(int column);
  [[nodiscard]] Instant instant(int column) const { return {integer(column)}; }
  [[nodiscard]] bool null(int column) const;
  [[nodiscard]] std::optional<Digest> optional_digest(int column);
  [[nodiscard]] std::optional<Instant> optional_instant(int column) const;

  void damage() { damaged_ = true; }
  [[nodiscard]] bool damaged() const { return damaged_; }

 private:
  sqlite3_stmt* statement_;
  bool damaged_ = false;
};

// The rows of a running query; resets the statement at the end of the scope.
class Rows {
 public:
  explicit Rows(sqlite3_stmt* statement, Query query) : statement_(statement), query_(query) {}
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  ~Rows();

  // Goes to the next row; false at the end.
  Result<bool> next();
  [[nodiscard]] Row row() const { return Row(statement_); }

 private:
  friend class Statement;
  sqlite3_stmt* statement_;
  Query query_;
};

// A prepared statement. Values are bound in the order of its parameters ?1, ?2, …
class Statement {
 public:
  Statement(sqlite3_stmt* statement, Query query) : statement_(statement), query_(query) {}
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  // Runs a statement that returns no rows.
  template <typename... Values>
  Result<void> run(const Values&... values) {
    bind_all(values...);
    return finish();
  }
  // Starts a query. The values must live as long as the rows.
  template <typename... Values>
  [[nodiscard]] Rows rows(const Values&... values) {
    bind_all(values...);
    return Rows(statement_, query_);
  }

 private:
  template <typename... Values>
  void bind_all(const Values&... values) {
    int position = 0;
    (bind(++position, values), ...);
  }
  void bind(int position, std::int64_t value);
  void bind(int position, std::uint64_t value);        // must be below 2^63: LP_ASSERTed
  void bind(int position, const char* text) = delete;  // would convert to bool
  void bind(int position, bool value) { bind(position, std::int64_t{value}); }
  void bind(int position, std::string_view text);
  void bind(int position, const std::string& text) { bind(position, std::string_view(text)); }
  void bind(int position, Blob blob);
  void bind(int position, const Digest& digest) { bind(position, Blob{digest.view()}); }
  void bind(int position, Instant at) { bind(position, at.ms); }
  template <typename T>
  void bind(int position, const std::optional<T>& value) {
    if (value) bind(position, *value);  // otherwise NULL: bindings are cleared after each use
  }
  Result<void> finish();

  sqlite3_stmt* statement_;
  Query query_;
};

enum class Access : std::uint8_t { write, read };

class Database {
 public:
  // Opens `path` and sets the connection up: pragmas, limits, busy timeout. With `write` the file
  // is created when missing.
  static Result<std::unique_ptr<Database>> open(const std::string& path, Access access);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  // The statement of this connection, prepared at its first use.
  Result<Statement*> statement(Query query);

  // Runs SQL without parameters and without results: schema, pragmas, BEGIN.
  Result<void> execute(const char* sql);
  // The first column of the first row of SQL without parameters.
  Result<std::int64_t> integer(const char* sql);

  [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
  [[nodiscard]] std::int64_t last_row_id() const { return sqlite3_last_insert_rowid(handle_); }
  // Frames of the WAL after the newest commit of this connection.
  [[nodiscard]] std::uint64_t wal_frames() const { return wal_frames_; }
  // Copies what it can of the WAL back, and says how many frames are left: all that there can be
  // when another connection is at it. Waits so long for readers, of old frames and, so that the WAL
  // begins again, of any; with 0 for nobody.
  Result<std::uint64_t> checkpoint(int patience_ms);
  // Copies all of the WAL back and cuts its file to nothing. False when a reader stood on an old
  // frame for `patience_ms`.
  Result<bool> truncate_wal(int patience_ms);
  // The size of the WAL's file, whose end may be unused.
  Result<std::uint64_t> wal_bytes();
  // Writes zeros there, and flushes them. Only behind its end (`from`), where no frame is and no
  // reader looks: a frame of zeros ends the log. Less when the disk is full.
  Result<void> zero_wal(std::uint64_t from, std::uint64_t to);

 private:
  explicit Database(sqlite3* handle) : handle_(handle) {}
  Result<void> configure(Access access);
  [[nodiscard]] IoError error(std::string_view step) const;
  Result<sqlite3_file*> wal_file();

  sqlite3* handle_;
  std::uint64_t wal_frames_ = 0;
  std::vector<std::optional<Statement>> statements_{query_count};
};

// Rolls back unless committed. `write` takes the write lock at once; a read transaction fixes the
// snapshot that its first query sees; within another transaction it is a part of that one.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database, Access access);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  // On failure nothing of the transaction remains.
  Result<void> commit();

 private:
  explicit Transaction(Database* database) : database_(database) {}
  Database* database_;  // null: nothing is to be ended
};

}  // namespace lp::store
