// Copies the write-ahead log back into the main file while commits go on: on a thread and a
// connection of its own, so that no commit waits for the tens of megabytes that gather under load.
//
// SQLite lets one connection copy what was committed while another appends. Only when nothing is
// left uncopied does the log begin again from its start; so the owner of the commits copies the
// little that came meanwhile, itself, once this is done.

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "store/sqlite/database.h"

namespace lp::store {

class WalCopier {
 public:
  static Result<std::unique_ptr<WalCopier>> start(const std::string& path);
  WalCopier(const WalCopier&) = delete;
  WalCopier& operator=(const WalCopier&) = delete;
  ~WalCopier();  // ends what it is at

  // Begins to copy what is committed now. One thread calls this and those below.
  void copy();
  [[nodiscard]] bool busy() const { return state_ == State::copying; }
  // Until it is no longer busy; why it failed, when it did.
  Result<void> wait();

 private:
  enum class State : std::uint8_t { idle, copying, over };

  explicit WalCopier(std::unique_ptr<Database> database);
  void run();
  Result<void> pass();

  const std::unique_ptr<Database> database_;  // of the thread
  std::atomic<State> state_ = State::idle;
  std::optional<IoError> fault_;  // written while copying, read otherwise
  std::thread thread_;
};

}  // namespace lp::store
