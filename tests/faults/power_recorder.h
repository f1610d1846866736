// The journal's writing side, within the recorded process: which of its files are recorded, and the
// lock that makes a call and its record one step.

#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "power_journal.h"

namespace lp::faults {

inline constexpr std::size_t files_max = 1 << 20;

// A system call by its number: the C library's names lead back here.
template <typename... Arguments>
long kernel(long number, Arguments... arguments) {
  return syscall(number, arguments...);
}

// The process's only one. Handles are numbers that are never used twice.
class Recorder {
 public:
  static Recorder& instance() {
    // Never destroyed: calls may come from the last destructors.
    static Recorder* const one = new Recorder;
    return *one;
  }

  [[nodiscard]] bool on() const { return journal_ >= 0; }
  [[nodiscard]] std::uint32_t handle(int file) const {
    const auto index = static_cast<std::size_t>(file);
    return file >= 0 && index < files_max ? handles_[index].load(std::memory_order_relaxed) : 0;
  }
  void bind(int file, std::uint32_t handle) {
    if (file < 0) return;
    if (static_cast<std::size_t>(file) >= files_max) return broken("too many open files");
    handles_[static_cast<std::size_t>(file)].store(handle, std::memory_order_relaxed);
  }
  std::uint32_t new_handle() { return ++last_handle_; }

  // The path below the root; nothing when it is elsewhere, or the -shm file.
  [[nodiscard]] bool below(int directory, const char* path, std::string& relative) const;

  void record(RecordHead head, std::string_view first = {}, std::string_view second = {});
  void broken(const char* what) {
    record({.happened = static_cast<std::uint32_t>(Happened::broken)}, what);
  }

  // Also against JournalHold.
  void lock();
  void unlock();

 private:
  Recorder();

  int journal_ = -1;
  std::string root_;
  std::mutex mutex_;
  std::uint32_t last_handle_ = 0;
  std::uint64_t written_ = 0;
  std::array<std::atomic<std::uint32_t>, files_max> handles_{};
};

inline RecordHead head_of(Happened what, std::uint32_t handle = 0, std::uint64_t number = 0,
                          std::uint32_t mode = 0) {
  return {.happened = static_cast<std::uint32_t>(what),
          .handle = handle,
          .number = number,
          .mode = mode};
}

}  // namespace lp::faults
