#include "store/sqlite/database.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/assert.h"
#include "store/sqlite/gathered_wal.h"

namespace lp::store {
namespace {

constexpr int busy_timeout_ms = 5'000;

std::string_view view_of(const void* data, int size) {
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

IoError error_of(sqlite3* handle, std::string_view step) {
  std::string what = "sqlite ";
  what += step;
  what += ": ";
  what += sqlite3_errmsg(handle);
  what += " (";
  what += std::to_string(sqlite3_extended_errcode(handle));
  what += ')';
  return {std::move(what)};
}

}  // namespace

std::int64_t Row::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::uint64_t Row::count(int column) {
  const std::int64_t value = integer(column);
  if (value < 0) damage();
  return value < 0 ? 0 : static_cast<std::uint64_t>(value);
}

std::string Row::bytes(int column) const {
  // The pointer first: sqlite3_column_bytes speaks of what the last conversion gave.
  const void* data = sqlite3_column_type(statement_, column) == SQLITE_TEXT
                         ? static_cast<const void*>(sqlite3_column_text(statement_, column))
                         : sqlite3_column_blob(statement_, column);
  if (data == nullptr) return {};
  return std::string(view_of(data, sqlite3_column_bytes(statement_, column)));
}

Digest Row::digest(int column) {
  const void* data = sqlite3_column_blob(statement_, column);
  std::optional<Digest> digest;
  if (data != nullptr) {
    digest = Digest::from_bytes(view_of(data, sqlite3_column_bytes(statement_, column)));
  }
  if (!digest) damage();
  return digest.value_or(Digest{});
}

bool Row::null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::optional<Digest> Row::optional_digest(int column) {
  if (null(column)) return std::nullopt;
  return digest(column);
}

std::optional<Instant> Row::optional_instant(int column) const {
  if (null(column)) return std::nullopt;
  return instant(column);
}

Rows::~Rows() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Result<bool> Rows::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return std::unexpected(error_of(sqlite3_db_handle(statement_), name_of(query_)));
}

Statement::Statement(Statement&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)), query_(other.query_) {}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

void Statement::bind(int position, std::int64_t value) {
  LP_ASSERT(sqlite3_bind_int64(statement_, position, value) == SQLITE_OK);
}

void Statement::bind(int position, std::uint64_t value) {
  LP_ASSERT(value <= std::uint64_t{std::numeric_limits<std::int64_t>::max()});
  bind(position, static_cast<std::int64_t>(value));
}

// Bound in place: run() and Rows clear the bindings before the caller's values end.
void Statement::bind(int position, std::string_view text) {
  const char* data = text.data() == nullptr ? "" : text.data();
  LP_ASSERT(sqlite3_bind_text64(statement_, position, data, text.size(), SQLITE_STATIC,
                                SQLITE_UTF8) == SQLITE_OK);
}

void Statement::bind(int position, Blob blob) {
  const char* data = blob.bytes.data() == nullptr ? "" : blob.bytes.data();
  LP_ASSERT(sqlite3_bind_blob64(statement_, position, data, blob.bytes.size(), SQLITE_STATIC) ==
            SQLITE_OK);
}

Result<void> Statement::finish() {
  Rows rows(statement_, query_);
  auto more = rows.next();
  if (!more) return std::unexpected(std::move(more.error()));
  return {};
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path, Access access) {
  sqlite3* handle = nullptr;
  // NOMUTEX: a connection never serves two threads at once.
  const int flags =
      SQLITE_OPEN_NOMUTEX |
      (access == Access::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
  const char* vfs = access == Access::write ? gathered_wal_vfs() : nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, vfs);
  if (handle == nullptr) return std::unexpected(IoError{"sqlite open: out of memory"});
  std::unique_ptr<Database> database(new Database(handle));
  if (code != SQLITE_OK) return std::unexpected(database->error("open"));
  if (auto done = database->configure(access); !done) {
    return std::unexpected(std::move(done.error()));
  }
  return database;
}

Database::~Database() {
  statements_.clear();  // sqlite3_close refuses while statements live
  LP_ASSERT(sqlite3_close(handle_) == SQLITE_OK);
}

Result<void> Database::configure(Access access) {
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_timeout(handle_, busy_timeout_ms);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_limit(handle_, SQLITE_LIMIT_ATTACHED, 0);
  const char* pragmas =
      access == Access::write
          // page_size counts only before the file has content, and before WAL. cache_spill off: a
          // page that is changed twice in a batch reaches the WAL once. recursive_triggers: a
          // REPLACE fires the triggers that refuse DELETE.
          ? "PRAGMA page_size=4096; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "PRAGMA wal_autocheckpoint=0; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON;"
            "PRAGMA secure_delete=ON; PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY;"
            "PRAGMA cache_size=-32768; PRAGMA cache_spill=OFF;"
          : "PRAGMA query_only=ON; PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY;"
            "PRAGMA cache_size=-4096;";
  if (auto done = execute(pragmas); !done) return done;
  // After the pragma, which installs its own hook.
  sqlite3_wal_hook(
      handle_,
      [](void* self, sqlite3*, const char*, int frames) {
        static_cast<Database*>(self)->wal_frames_ = static_cast<std::uint64_t>(frames);
        return SQLITE_OK;
      },
      this);
  return {};
}

Result<Statement*> Database::statement(Query query) {
  auto& slot = statements_[static_cast<std::size_t>(query)];
  if (!slot) {
    sqlite3_stmt* prepared = nullptr;
    const std::string_view sql = sql_of(query);
    if (sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &prepared, nullptr) != SQLITE_OK) {
      return std::unexpected(error(name_of(query)));
    }
    slot.emplace(prepared, query);
  }
  return &*slot;
}

Result<void> Database::execute(const char* sql) {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    const std::string_view text(sql);
    return std::unexpected(error(text.substr(0, text.find_first_of(";(\n"))));
  }
  return {};
}

Result<std::int64_t> Database::integer(const char* sql) {
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(handle_, sql, -1, &prepared, nullptr) != SQLITE_OK) {
    return std::unexpected(error(sql));
  }
  if (sqlite3_step(prepared) != SQLITE_ROW) {
    IoError failed = error(sql);
    sqlite3_finalize(prepared);
    return std::unexpected(std::move(failed));
  }
  const std::int64_t value = sqlite3_column_int64(prepared, 0);
  sqlite3_finalize(prepared);
  return value;
}

Result<std::uint64_t> Database::checkpoint(int patience_ms) {
  int frames = 0;
  int copied = 0;
  const int mode = patience_ms > 0 ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE;
  sqlite3_busy_timeout(handle_, patience_ms);
  const int code = sqlite3_wal_checkpoint_v2(handle_, nullptr, mode, &frames, &copied);
  sqlite3_busy_timeout(handle_, busy_timeout_ms);
  // Busy or full: the WAL keeps what the main file has not taken, and a later call goes on.
  if (code == SQLITE_BUSY || code == SQLITE_FULL) return std::numeric_limits<std::uint64_t>::max();
  if (code != SQLITE_OK) return std::unexpected(error("checkpoint"));
  return static_cast<std::uint64_t>(frames - copied);
}

Result<bool> Database::truncate_wal(int patience_ms) {
  int frames = 0;
  int copied = 0;
  sqlite3_busy_timeout(handle_, patience_ms);
  const int code =
      sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, &frames, &copied);
  sqlite3_busy_timeout(handle_, busy_timeout_ms);
  if (code == SQLITE_BUSY || code == SQLITE_FULL) return false;
  if (code != SQLITE_OK) return std::unexpected(error("checkpoint truncate"));
  wal_frames_ = 0;
  return true;
}

Result<sqlite3_file*> Database::wal_file() {
  sqlite3_file* file = nullptr;
  const int code = sqlite3_file_control(handle_, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
  if (code != SQLITE_OK || file == nullptr || file->pMethods == nullptr) {
    return std::unexpected(IoError{"sqlite: there is no write-ahead log"});
  }
  return file;
}

Result<std::uint64_t> Database::wal_bytes() {
  const auto file = wal_file();
  if (!file) return std::unexpected(file.error());
  sqlite3_int64 bytes = 0;
  if ((*file)->pMethods->xFileSize(*file, &bytes) != SQLITE_OK) {
    return std::unexpected(IoError{"sqlite: the write-ahead log has no size"});
  }
  return static_cast<std::uint64_t>(bytes);
}

Result<void> Database::zero_wal(std::uint64_t from, std::uint64_t to) {
  static const std::array<char, 64u << 10> zeros{};  // xWrite takes less than 128 KiB at once
  const auto file = wal_file();
  if (!file) return std::unexpected(file.error());
  const sqlite3_io_methods& methods = *(*file)->pMethods;
  int code = SQLITE_OK;
  while (code == SQLITE_OK && from < to) {
    const std::uint64_t count = std::min<std::uint64_t>(zeros.size(), to - from);
    code = methods.xWrite(*file, zeros.data(), static_cast<int>(count),
                          static_cast<sqlite3_int64>(from));
    from += count;
  }
  if (code == SQLITE_OK || code == SQLITE_FULL) {
    code = methods.xSync(*file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
  }
  if (code != SQLITE_OK) {
    return std::unexpected(
        IoError{"sqlite: zeros for the write-ahead log: " + std::string(sqlite3_errstr(code))});
  }
  return {};
}

IoError Database::error(std::string_view step) const {
  return error_of(handle_, step);
}

Result<Transaction> Transaction::begin(Database& database, Access access) {
  if (access == Access::read && database.in_transaction()) return Transaction(nullptr);
  auto statement =
      database.statement(access == Access::write ? Query::begin_write : Query::begin_read);
  if (!statement) return std::unexpected(std::move(statement.error()));
  auto begun = (*statement)->run();
  if (!begun) return std::unexpected(std::move(begun.error()));
  return Transaction(&database);
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  // SQLite has rolled back by itself after some failures; then this says so and nothing else.
  if (database_ != nullptr) (void)database_->execute("ROLLBACK");
}

Result<void> Transaction::commit() {
  if (database_ == nullptr) return {};
  auto statement = database_->statement(Query::commit);
  if (!statement) return std::unexpected(std::move(statement.error()));
  auto committed = (*statement)->run();
  if (committed) database_ = nullptr;  // otherwise the destructor rolls back
  return committed;
}

}  // namespace lp::store
