// The directory of a monitor: what it remembers, and the evidence that it found.
//
//   DIR/memory.json                  see monitor/memory.h
//   DIR/evidence-ALARM-HASH.json     one file for each thing found, named by its SHA-256
//   DIR/lock                         one monitor at a time

#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "store/file_lock.h"

namespace lp::cli {

class MonitorPlace {
 public:
  // Creates the directory (0700) when missing. The error is a sentence.
  static std::expected<MonitorPlace, std::string> open(const std::string& directory);

  // As it was at the opening; "" when there was none.
  [[nodiscard]] const std::string& memory() const { return memory_; }
  [[nodiscard]] std::string memory_path() const;
  // Durable when it returns.
  std::expected<void, std::string> keep(std::string_view memory);

  // The path of a file of evidence that was there at the opening and still is; "" when none.
  [[nodiscard]] std::string kept_evidence() const;
  // The path of the file that holds this now.
  std::expected<std::string, std::string> keep_evidence(std::string_view alarm,
                                                        std::string_view text);

 private:
  MonitorPlace(std::string directory, store::FileLock lock, std::string memory,
               std::string evidence);

  std::string directory_;
  store::FileLock lock_;
  std::string memory_, evidence_;
};

}  // namespace lp::cli
