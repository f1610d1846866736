#include "power_journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace lp::faults {

std::expected<PowerJournal, std::string> PowerJournal::read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::unexpected("the journal " + path + " cannot be read");
  PowerJournal journal;
  journal.bytes_.assign(std::istreambuf_iterator<char>(file), {});
  const std::string_view all(journal.bytes_.data(), journal.bytes_.size());
  for (std::size_t at = 0; at < all.size();) {
    RecordHead head;
    if (all.size() - at < sizeof(head)) return std::unexpected("the journal is cut off");
    std::memcpy(&head, all.data() + at, sizeof(head));
    at += sizeof(head);
    if (all.size() - at < std::size_t{head.first_bytes} + head.second_bytes) {
      return std::unexpected("the journal is cut off");
    }
    const Happening happening{.what = static_cast<Happened>(head.happened),
                              .handle = head.handle,
                              .number = head.number,
                              .mode = head.mode,
                              .first = all.substr(at, head.first_bytes),
                              .second = all.substr(at + head.first_bytes, head.second_bytes)};
    if (happening.what == Happened::broken) {
      return std::unexpected("the shim cannot follow: " + std::string(happening.first));
    }
    at += std::size_t{head.first_bytes} + head.second_bytes;
    journal.happenings_.push_back(happening);
    journal.ends_.push_back(at);
  }
  return journal;
}

std::size_t PowerJournal::count_at(std::uint64_t bytes) const {
  return static_cast<std::size_t>(std::ranges::upper_bound(ends_, bytes) - ends_.begin());
}

JournalHold::JournalHold(const std::string& path) : file_(open(path.c_str(), O_RDWR | O_CLOEXEC)) {
  while (file_ >= 0 && !held_) {
    held_ = flock(file_, LOCK_EX) == 0;
    if (!held_ && errno != EINTR) return;
  }
}

JournalHold::~JournalHold() {
  if (file_ >= 0) close(file_);
}

}  // namespace lp::faults
