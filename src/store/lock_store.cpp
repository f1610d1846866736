#include "store/lock_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>

#include "base/file.h"
#include "store/file_lock.h"
#include "store/lock_journal.h"

namespace lp::store {
namespace {

constexpr std::size_t journal_bytes = 4u << 20;
constexpr std::size_t journal_bytes_max = 1u << 30;  // refuse to read what is no journal of ours

std::unexpected<IoError> failure(const lp::IoError& error) {
  return std::unexpected(IoError{to_string(error)});
}

class JournalLockStore final : public LockStore {
 public:
  JournalLockStore(const std::string& directory, FileLock lock)
      : path_(directory + "/checkpoints"), lock_(std::move(lock)) {}
  JournalLockStore(const JournalLockStore&) = delete;
  JournalLockStore& operator=(const JournalLockStore&) = delete;
  ~JournalLockStore() override {
    if (file_ >= 0) ::close(file_);
  }

  Result<void> load();
  [[nodiscard]] const std::map<std::string, std::string>& notes() const override { return notes_; }
  Result<void> put(const std::vector<std::pair<std::string, std::string>>& notes) override;

 private:
  Result<void> rewrite();
  Result<void> append(const std::string& record);
  [[nodiscard]] std::unexpected<IoError> fail(std::string_view step);

  const std::string path_;
  const FileLock lock_;
  std::map<std::string, std::string> notes_;
  int file_ = -1;
  std::size_t end_ = 0;
  std::size_t size_ = 0;
  // After a failed write nobody knows what is on disk until the journal is read again.
  std::optional<IoError> failed_;
};

std::unexpected<IoError> JournalLockStore::fail(std::string_view step) {
  failed_ =
      IoError{std::string(step) + ' ' + path_ + ": " + std::generic_category().message(errno)};
  return std::unexpected(*failed_);
}

Result<void> JournalLockStore::load() {
  auto bytes = read_file(path_, journal_bytes_max);
  if (!bytes && bytes.error().errno_value != ENOENT) return failure(bytes.error());
  if (!bytes) return rewrite();
  const std::size_t size = bytes->size();
  auto contents = lock_journal::read(std::move(*bytes));
  if (!contents) {
    return std::unexpected(IoError{path_ + " is damaged: the signer's memory cannot be trusted"});
  }
  notes_ = std::move(contents->notes);
  // More than one record says the same as one would, unless nothing was ever put twice; a shorter
  // file is a copy without its zeros.
  if (contents->torn || contents->records > 1 || size < journal_bytes) return rewrite();
  end_ = contents->end;
  size_ = size;
  file_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
  if (file_ < 0) return fail("open");
  return {};
}

// All notes in one record of a new file, with room for as many again.
Result<void> JournalLockStore::rewrite() {
  std::string bytes = lock_journal::head();
  if (!notes_.empty()) bytes += lock_journal::record({notes_.begin(), notes_.end()});
  end_ = bytes.size();
  size_ = std::max(journal_bytes, 2 * end_);
  bytes.resize(size_, '\0');
  if (auto written = write_file_durably(path_, bytes, 0600); !written) {
    failed_ = IoError{to_string(written.error())};
    return std::unexpected(*failed_);
  }
  if (file_ >= 0) ::close(file_);
  file_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
  if (file_ < 0) return fail("open");
  return {};
}

Result<void> JournalLockStore::append(const std::string& record) {
  for (std::size_t done = 0; done < record.size();) {
    const ssize_t count = ::pwrite(file_, record.data() + done, record.size() - done,
                                   static_cast<off_t>(end_ + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail("write");
    done += static_cast<std::size_t>(count);
  }
  if (::fdatasync(file_) != 0) return fail("fdatasync");
  end_ += record.size();
  return {};
}

Result<void> JournalLockStore::put(const std::vector<std::pair<std::string, std::string>>& notes) {
  if (failed_) return std::unexpected(*failed_);
  if (notes.empty()) return {};
  const std::string record = lock_journal::record(notes);
  const bool room = size_ - end_ >= record.size();
  if (room) {
    if (auto done = append(record); !done) return done;
  }
  for (const auto& [origin, note] : notes) notes_[origin] = note;
  return room ? Result<void>{} : rewrite();
}

}  // namespace

Result<std::map<std::string, std::string>> read_lock_store(const std::string& directory) {
  const std::string path = directory + "/checkpoints";
  auto bytes = read_file(path, journal_bytes_max);
  if (!bytes) return failure(bytes.error());
  auto contents = lock_journal::read(std::move(*bytes));
  if (!contents) return std::unexpected(IoError{path + " is damaged"});
  return std::move(contents->notes);
}

Result<std::unique_ptr<LockStore>> open_lock_store(const std::string& directory) {
  if (auto made = make_directory(directory, 0700); !made) return failure(made.error());
  auto lock = FileLock::take(directory + "/lock");
  if (!lock) return std::unexpected(std::move(lock.error()));
  auto store = std::make_unique<JournalLockStore>(directory, std::move(*lock));
  if (auto done = store->load(); !done) return std::unexpected(std::move(done.error()));
  return store;
}

}  // namespace lp::store
