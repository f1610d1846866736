#include "store/sqlite/sqlite_store.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>
#include <variant>

#include "base/file.h"
#include "base/log.h"
#include "store/change.h"
#include "store/file_lock.h"
#include "store/sqlite/database.h"
#include "store/sqlite/migrations.h"
#include "store/sqlite/sqlite_reader.h"
#include "store/sqlite/wal_copier.h"
#include "store/sqlite/write_rows.h"

namespace lp::store {
namespace {

// Of the write-ahead log: some lone commits' worth is always there, and comes in pieces that are
// written and flushed in about a millisecond.
constexpr std::uint64_t room_bytes_min = 256u << 10;
constexpr std::uint64_t room_bytes = 1u << 20;

// For a reader that stands on an old frame. Those of one call are done in a fraction of it.
constexpr int reader_patience_ms = 10;

class SqliteStore final : public Store {
 public:
  SqliteStore(std::string path, FileLock lock, std::unique_ptr<Database> database)
      : path_(std::move(path)),
        lock_(std::move(lock)),
        database_(std::move(database)),
        own_reader_(share_sqlite_reader(database_)) {}

  Result<void> prepare(const SqliteOptions& options);
  Result<void> begin() override;
  Result<void> commit(const Batch& batch) override;
  Result<std::unique_ptr<Reader>> reader() override { return open_sqlite_reader(path_); }
  Reader& own_reader() override { return *own_reader_; }
  [[nodiscard]] std::uint64_t backlog_bytes() const override;
  Result<void> checkpoint() override;
  Result<void> make_room() override;
  Result<bool> scrub(int patience_ms) override;

 private:
  Result<void> read_numbers();
  Result<void> transact(const Batch& batch);
  Result<void> apply(const Batch& batch);
  Result<void> keep_wal_small();
  Result<void> copy_beside();
  Result<void> copy_rest(std::uint64_t frames);

  const std::string path_;
  const FileLock lock_;  // before database_: let go after it is closed
  const std::shared_ptr<Database> database_;
  const std::unique_ptr<Reader> own_reader_;
  std::optional<Transaction> begun_;  // after database_: rolled back before it is closed
  ProjectNumbers numbers_;
  std::uint64_t page_bytes_ = 0;
  std::uint64_t wal_bytes_max_ = 0;
  std::uint64_t frames_max_ = 0;   // of SqliteOptions::wal_bytes_max
  std::uint64_t frames_next_ = 0;  // from here on keep_wal_small acts
  // From the first time that there is much to copy; after database_, whose file it must not be the
  // last to close.
  std::unique_ptr<WalCopier> copier_;
  bool copied_ = false;  // it was asked to, since the WAL began
  // Why a COMMIT failed. What is on disk is then unknown until the file is opened again.
  std::optional<IoError> failed_;
};

Result<void> SqliteStore::prepare(const SqliteOptions& options) {
  if (auto done = migrate(*database_); !done) return done;
  auto page_bytes = database_->integer("PRAGMA page_size");
  if (!page_bytes) return std::unexpected(std::move(page_bytes.error()));
  page_bytes_ = static_cast<std::uint64_t>(*page_bytes);
  wal_bytes_max_ = options.wal_bytes_max;
  frames_max_ = wal_bytes_max_ / page_bytes_;
  frames_next_ = frames_max_ / 2;
  return read_numbers();
}

Result<void> SqliteStore::read_numbers() {
  numbers_.clear();
  auto statement = database_->statement(Query::project_numbers);
  if (!statement) return std::unexpected(std::move(statement.error()));
  Rows rows = (*statement)->rows();
  while (true) {
    auto more = rows.next();
    if (!more) return std::unexpected(std::move(more.error()));
    if (!*more) return {};
    numbers_.emplace(rows.row().bytes(1), rows.row().integer(0));
  }
}

Result<void> SqliteStore::apply(const Batch& batch) {
  RowWriter writer(*database_, numbers_);
  // Projects first: the rows of a new project may stand before it in the batch.
  for (const Write& write : batch.writes.all()) {
    const auto* project = std::get_if<Project>(&write);
    if (project == nullptr) continue;
    if (auto done = writer.write(*project); !done) return done;
  }
  for (const Write& write : batch.writes.all()) {
    if (std::holds_alternative<Project>(write)) continue;
    auto done = std::visit([&](const auto& row) { return writer.write(row); },
                           static_cast<const AnyWrite&>(write));
    if (!done) return done;
  }
  for (const Removal& removal : batch.removals.all()) {
    auto done = std::visit([&](const auto& which) { return writer.remove(which); },
                           static_cast<const AnyRemoval&>(removal));
    if (!done) return done;
  }
  for (const Setting& setting : batch.settings) {
    if (auto done = writer.set(setting); !done) return done;
  }
  return {};
}

Result<void> SqliteStore::begin() {
  if (failed_) return std::unexpected(*failed_);
  if (begun_) return {};
  auto transaction = Transaction::begin(*database_, Access::write);
  if (!transaction) return std::unexpected(std::move(transaction.error()));
  begun_.emplace(*std::move(transaction));
  return {};
}

Result<void> SqliteStore::transact(const Batch& batch) {
  if (auto begun = begin(); !begun) return begun;
  Transaction transaction = *std::move(begun_);
  begun_.reset();
  if (auto applied = apply(batch); !applied) return applied;
  auto committed = transaction.commit();
  if (!committed) failed_ = committed.error();
  return committed;
}

Result<void> SqliteStore::commit(const Batch& batch) {
  if (failed_) return std::unexpected(*failed_);
  if (batch.empty()) {
    begun_.reset();
    return {};
  }
  auto done = transact(batch);
  if (done) return keep_wal_small();
  // The numbers that the batch gave to its projects are void.
  if (auto read = read_numbers(); !read && !failed_) failed_ = read.error();
  return done;
}

// The batch is on disk whatever happens here; but a disk that fails is a reason to stop all the
// same, and a reply that is not sent can be asked for again.
Result<void> SqliteStore::keep_wal_small() {
  const std::uint64_t frames = database_->wal_frames();
  if (frames < frames_max_ / 2) {
    // The WAL has begun again from its start.
    frames_next_ = frames_max_ / 2;
    copied_ = false;
    return {};
  }
  if (frames < frames_next_) return {};
  auto done = copied_ ? copy_rest(frames) : copy_beside();
  if (!done) failed_ = done.error();
  return done;
}

Result<void> SqliteStore::copy_beside() {
  if (copier_ == nullptr) {
    auto started = WalCopier::start(path_);
    if (!started) return std::unexpected(std::move(started.error()));
    copier_ = *std::move(started);
  }
  copier_->copy();
  copied_ = true;
  return {};
}

// What was committed while the others were copied. With nothing left, the WAL begins again.
Result<void> SqliteStore::copy_rest(std::uint64_t frames) {
  if (copier_->busy() && frames < frames_next_ + frames_max_ / 2) return {};
  if (auto copied = copier_->wait(); !copied) return copied;
  const auto left = database_->checkpoint(reader_patience_ms);
  if (!left) return std::unexpected(left.error());
  if (*left == 0) return {};
  // Not again with every commit: each try flushes the file.
  frames_next_ = frames + frames_max_ / 2;
  copied_ = false;
  log::warning("store.wal_large", "The write-ahead log grows: a reader keeps an old snapshot.",
               {{"frames", frames}});
  return {};
}

std::uint64_t SqliteStore::backlog_bytes() const {
  std::error_code fault;
  const std::uintmax_t bytes = std::filesystem::file_size(path_ + "-wal", fault);
  if (fault == std::errc::no_such_file_or_directory) return 0;
  return fault ? std::numeric_limits<std::uint64_t>::max() : bytes;
}

Result<void> SqliteStore::checkpoint() {
  if (failed_) return std::unexpected(*failed_);
  auto done = database_->checkpoint(0);
  if (!done) return std::unexpected(std::move(done.error()));
  return {};
}

Result<void> SqliteStore::make_room() {
  constexpr std::uint64_t head_bytes = 32, frame_head_bytes = 24;
  if (failed_) return std::unexpected(*failed_);
  const std::uint64_t end = head_bytes + database_->wal_frames() * (page_bytes_ + frame_head_bytes);
  auto size = database_->wal_bytes();
  if (size && (*size >= end + room_bytes_min || *size >= wal_bytes_max_)) return {};
  auto done = size ? database_->zero_wal(*size, std::min(end + room_bytes, wal_bytes_max_))
                   : Result<void>(std::unexpected(std::move(size.error())));
  if (!done) failed_ = done.error();
  return done;
}

Result<bool> SqliteStore::scrub(int patience_ms) {
  if (failed_) return std::unexpected(*failed_);
  auto empty = database_->truncate_wal(patience_ms);
  if (!empty) failed_ = empty.error();
  return empty;
}

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(const std::string& path, const SqliteOptions& options) {
  auto lock = FileLock::take(path + ".lock");
  if (!lock) return std::unexpected(std::move(lock.error()));
  auto database = Database::open(path, Access::write);
  if (!database) return std::unexpected(std::move(database.error()));
  auto store = std::make_unique<SqliteStore>(path, std::move(*lock), std::move(*database));
  if (auto done = store->prepare(options); !done) return std::unexpected(std::move(done.error()));
  if (auto synced = sync_directory(parent_directory(path)); !synced) {
    return std::unexpected(IoError{to_string(synced.error())});
  }
  return store;
}

}  // namespace lp::store
