// The journal of the power rig: what a process did to the files under one directory, and what it
// sent to its peers, in the one order in which it happened. Written by power_shim.cpp from within
// the process, read by PowerJournal.
//
// A record is a RecordHead and its two texts. Numbers are in the machine's own order: both sides
// run on it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace lp::faults {

enum class Happened : std::uint32_t {
  began = 1,       // a process: the handles of the one before are void
  opened,          // handle, first: path, number: OpenedHow, mode
  written,         // handle, number: offset, first: the bytes
  resized,         // handle, number: the new size
  synced,          // handle; of a file or a directory
  mode_set,        // first: path, mode
  renamed,         // first: old path, second: new path
  linked,          // first: old path, second: new path
  unlinked,        // first: path
  made_directory,  // first: path, mode
  sent,            // first: what a peer was sent
  broken,          // first: what the shim cannot follow; the journal is no use then
};

enum OpenedHow : std::uint64_t { opened_only = 0, opened_created = 1, opened_truncated = 2 };

struct RecordHead {
  std::uint32_t happened = 0;
  std::uint32_t handle = 0;
  std::uint64_t number = 0;
  std::uint32_t mode = 0;
  std::uint32_t first_bytes = 0;
  std::uint32_t second_bytes = 0;
  std::uint32_t reserved = 0;
};

// What the shim reads from its environment.
inline constexpr const char* journal_variable = "POWER_JOURNAL";  // the file, which must exist
inline constexpr const char* root_variable = "POWER_ROOT";        // paths are relative to it

// One record. The texts belong to the PowerJournal.
struct Happening {
  Happened what = Happened::began;
  std::uint32_t handle = 0;
  std::uint64_t number = 0;
  std::uint32_t mode = 0;
  std::string_view first, second;
};

class PowerJournal {
 public:
  // The error: the file is not there, is cut off, or says that it is broken.
  static std::expected<PowerJournal, std::string> read(const std::string& path);
  PowerJournal(const PowerJournal&) = delete;
  PowerJournal& operator=(const PowerJournal&) = delete;
  PowerJournal(PowerJournal&&) = default;
  PowerJournal& operator=(PowerJournal&&) = default;

  [[nodiscard]] const std::vector<Happening>& happenings() const { return happenings_; }
  // How many of them lie in the first `bytes` of the file.
  [[nodiscard]] std::size_t count_at(std::uint64_t bytes) const;

 private:
  PowerJournal() = default;
  std::vector<char> bytes_;
  std::vector<Happening> happenings_;
  std::vector<std::uint64_t> ends_;
};

// While it lives no process that writes the journal is between a call and its record: one that is
// killed meanwhile has done what the journal says, and nothing else.
class JournalHold {
 public:
  explicit JournalHold(const std::string& path);
  JournalHold(const JournalHold&) = delete;
  JournalHold& operator=(const JournalHold&) = delete;
  ~JournalHold();
  [[nodiscard]] bool held() const { return held_; }

 private:
  int file_ = -1;
  bool held_ = false;
};

}  // namespace lp::faults
