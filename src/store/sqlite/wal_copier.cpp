#include "store/sqlite/wal_copier.h"

#include <pthread.h>

#include <utility>

namespace lp::store {
namespace {

// What may be left for whoever commits: about a megabyte.
constexpr std::uint64_t frames_left_max = 256;

}  // namespace

Result<std::unique_ptr<WalCopier>> WalCopier::start(const std::string& path) {
  auto database = Database::open(path, Access::write);
  if (!database) return std::unexpected(std::move(database.error()));
  return std::unique_ptr<WalCopier>(new WalCopier(*std::move(database)));
}

WalCopier::WalCopier(std::unique_ptr<Database> database) : database_(std::move(database)) {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "lp-copy");
    run();
  });
}

WalCopier::~WalCopier() {
  state_ = State::over;
  state_.notify_all();
  thread_.join();
}

void WalCopier::copy() {
  State idle = State::idle;
  if (state_.compare_exchange_strong(idle, State::copying)) state_.notify_all();
}

Result<void> WalCopier::wait() {
  state_.wait(State::copying);
  if (fault_) return std::unexpected(*fault_);
  return {};
}

void WalCopier::run() {
  while (true) {
    state_.wait(State::idle);
    if (state_ == State::over) return;
    if (auto done = pass(); !done) fault_ = std::move(done.error());
    State copying = State::copying;
    if (!state_.compare_exchange_strong(copying, State::idle)) return;
    state_.notify_all();
  }
}

// What came while it copied is less each time, unless a reader stands on an old frame.
Result<void> WalCopier::pass() {
  std::uint64_t before = 0;
  do {
    auto left = database_->checkpoint(0);
    if (!left) return std::unexpected(std::move(left.error()));
    if (before != 0 && *left >= before) return {};
    before = *left;
  } while (before > frames_left_max && state_ == State::copying);
  return {};
}

}  // namespace lp::store
