#include "cli/monitor_place.h"

#include <errno.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "base/file.h"
#include "crypto/hash.h"

namespace lp::cli {
namespace {

constexpr std::size_t memory_bytes_max = 1 << 20;
constexpr std::size_t name_digits = 16;
constexpr mode_t directory_mode = 0700, file_mode = 0600;

std::expected<std::string, std::string> first_evidence(const std::string& directory) {
  std::error_code failed;
  std::string first;
  for (const auto& entry : std::filesystem::directory_iterator(directory, failed)) {
    const std::string name = entry.path().filename();
    const bool evidence = name.starts_with("evidence-") && name.ends_with(".json");
    if (evidence && (first.empty() || name < first)) first = name;
  }
  if (failed) return std::unexpected(directory + ": " + failed.message());
  return first.empty() ? first : directory + "/" + first;
}

}  // namespace

MonitorPlace::MonitorPlace(std::string directory, store::FileLock lock, std::string memory,
                           std::string evidence)
    : directory_(std::move(directory)),
      lock_(std::move(lock)),
      memory_(std::move(memory)),
      evidence_(std::move(evidence)) {}

std::expected<MonitorPlace, std::string> MonitorPlace::open(const std::string& directory) {
  if (const auto made = make_directory(directory, directory_mode); !made) {
    return std::unexpected(to_string(made.error()));
  }
  auto lock = store::FileLock::take(directory + "/lock");
  if (!lock) return std::unexpected(lock.error().what);
  auto memory = read_file(directory + "/memory.json", memory_bytes_max);
  if (!memory && memory.error().errno_value != ENOENT) {
    return std::unexpected(to_string(memory.error()));
  }
  auto evidence = first_evidence(directory);
  if (!evidence) return std::unexpected(evidence.error());
  return MonitorPlace(directory, *std::move(lock), memory.value_or(""), *std::move(evidence));
}

std::string MonitorPlace::memory_path() const {
  return directory_ + "/memory.json";
}

std::expected<void, std::string> MonitorPlace::keep(std::string_view memory) {
  if (memory == memory_) return {};
  if (const auto written = write_file_durably(memory_path(), memory, file_mode); !written) {
    return std::unexpected(to_string(written.error()));
  }
  memory_ = memory;
  return {};
}

std::string MonitorPlace::kept_evidence() const {
  std::error_code none;
  return !evidence_.empty() && std::filesystem::exists(evidence_, none) ? evidence_ : "";
}

std::expected<std::string, std::string> MonitorPlace::keep_evidence(std::string_view alarm,
                                                                    std::string_view text) {
  const std::string hash = crypto::sha256(text).hex().substr(0, name_digits);
  const std::string path = directory_ + "/evidence-" + std::string(alarm) + "-" + hash + ".json";
  const auto written = create_file_durably(path, text, file_mode);
  // Found before, and the same.
  if (!written && written.error().errno_value != EEXIST) {
    return std::unexpected(to_string(written.error()));
  }
  return path;
}

}  // namespace lp::cli
