#include "flush_trace.h"

#include <utility>

namespace lp::faults {
namespace {

constexpr std::string_view unfinished_mark = " <unfinished ...>";
constexpr std::string_view resumed_mark = " resumed>";

// The file or socket of a call's first argument: what stands between < and >.
std::string_view subject_of(std::string_view call) {
  const std::size_t begin = call.find('<');
  const std::size_t end = call.find('>', begin);
  if (begin == std::string_view::npos || end == std::string_view::npos) return {};
  return call.substr(begin + 1, end - begin - 1);
}

bool is_write_ahead_log(std::string_view file) {
  return file.ends_with("/letsping.db-wal");
}

bool is_journal(std::string_view file) {
  return file.ends_with("/checkpoints");
}

}  // namespace

// A call of one thread may begin on one line and end on another: writes and sends count when they
// begin, reads and flushes when they have ended well.
void FlushTrace::line(std::string_view text) {
  const std::size_t blank = text.find(' ');
  if (blank == std::string_view::npos) return;
  const std::string thread(text.substr(0, blank));
  std::string_view call = text.substr(text.find_first_not_of(' ', blank));
  if (call.starts_with("<... ")) {
    const std::size_t mark = call.find(resumed_mark);
    const auto begun = unfinished_.find(thread);
    if (mark == std::string_view::npos || begun == unfinished_.end()) return;
    const std::string whole =
        std::exchange(begun->second, {}) + std::string(call.substr(mark + resumed_mark.size()));
    return ended(whole);
  }
  began(call);
  if (call.ends_with(unfinished_mark)) {
    call.remove_suffix(unfinished_mark.size());
    unfinished_[thread] = call;
    return;
  }
  ended(call);
}

void FlushTrace::began(std::string_view call) {
  if (call.starts_with("pwrite64(")) written(subject_of(call));
  if (call.starts_with("sendmsg(") || call.starts_with("sendto(")) sent(subject_of(call), call);
}

void FlushTrace::ended(std::string_view call) {
  if (call.starts_with("recvfrom(")) received(subject_of(call), call);
  const bool flush = call.starts_with("fdatasync(") || call.starts_with("fsync(");
  if (flush && call.ends_with(" = 0")) flushed(subject_of(call));
}

void FlushTrace::written(std::string_view file) {
  for (auto& [socket, waiting] : waiting_) {
    if (is_write_ahead_log(file) && waiting.stage <= Stage::committed) {
      waiting.stage = Stage::committing;
    } else if (is_journal(file) && waiting.stage >= Stage::committed) {
      waiting.stage = Stage::signing;
    }
  }
}

void FlushTrace::flushed(std::string_view file) {
  for (auto& [socket, waiting] : waiting_) {
    if (is_write_ahead_log(file) && waiting.stage == Stage::committing) {
      waiting.stage = Stage::committed;
    } else if (is_journal(file) && waiting.stage == Stage::signing) {
      waiting.stage = Stage::durable;
    }
  }
}

void FlushTrace::received(std::string_view socket, std::string_view call) {
  const bool ask = call.contains("\"POST /api/ingest ");
  const bool decision = call.contains("\"POST /admin/requests/") && call.contains("/decision ");
  if (ask || decision) waiting_[std::string(socket)] = {.decision = decision};
}

void FlushTrace::sent(std::string_view socket, std::string_view call) {
  const auto found = waiting_.find(socket);
  if (found == waiting_.end()) return;
  const Waiting waiting = found->second;
  waiting_.erase(found);
  if (!call.contains("\"HTTP/1.1 200 ")) return;
  const std::string what = waiting.decision ? "a decision" : "an ask";
  switch (waiting.stage) {
    case Stage::received:
    case Stage::committing:
      wrong_.push_back(what + " was acknowledged before it was flushed");
      return;
    case Stage::committed:
    case Stage::signing:
      wrong_.push_back(what + " was acknowledged before its checkpoint was flushed");
      return;
    case Stage::durable:
      ++(waiting.decision ? decisions_ : asks_);
      return;
  }
}

}  // namespace lp::faults
