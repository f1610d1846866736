// The exports under way: those that the command line goes through step by step, and places for
// those that stream. Thread-safe.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace lp::api {

class ExportRun;

// So many at once, whoever asks: each reads as fast as its client takes.
inline constexpr std::size_t exports_max = 4;

class ExportRuns {
 public:
  struct Held {
    Held(std::unique_ptr<ExportRun> held_run, std::int64_t now_ms);
    ~Held();
    std::mutex step;  // one at a time
    const std::unique_ptr<ExportRun> run;
    std::int64_t used_ms;  // of ExportRuns, under its lock
  };

  // Its id, or "" when there are too many already. One that nobody has asked for a quarter of an
  // hour makes room.
  std::string add(std::unique_ptr<ExportRun> run, std::string id, std::int64_t now_ms);
  [[nodiscard]] std::shared_ptr<Held> find(const std::string& id, std::int64_t now_ms);
  void drop(const std::string& id);

  // A place for a stream, which is held as long as the result lives; nothing when all are taken.
  [[nodiscard]] std::shared_ptr<void> take_place();

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Held>> runs_;
  std::shared_ptr<int> places_ = std::make_shared<int>(0);  // its owners but one are the streams
};

}  // namespace lp::api
