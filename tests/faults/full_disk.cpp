#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include "audit.h"
#include "rigs.h"

namespace lp::faults {
namespace {

// The ballast is as large as the rest: whatever of that the write-ahead log has taken can be copied
// into the main file once the ballast is gone.
constexpr const char* disk_size = "size=64m";
constexpr off_t ballast_bytes = 32 << 20;
constexpr std::size_t filler_bytes = 100'000;
constexpr int exit_stopped = 70;
constexpr int fill_ms_max = 60'000;
constexpr int recovery_ms_max = 5'000;

// A small disk that goes when this does, with a file on it that can be taken away to make room.
class Disk {
 public:
  explicit Disk(std::string path) : path_(std::move(path)) {}
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;
  ~Disk() {
    if (mounted_) umount2(path_.c_str(), MNT_DETACH);
  }

  std::optional<std::string> mount() {
    if (mkdir_failed() || ::mount("tmpfs", path_.c_str(), "tmpfs", 0, disk_size) != 0) {
      return std::string("a tmpfs cannot be mounted: ") + std::strerror(errno);
    }
    mounted_ = true;
    return std::nullopt;
  }
  [[nodiscard]] bool take_room() const {
    const int file = open(ballast().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const bool taken = file >= 0 && posix_fallocate(file, 0, ballast_bytes) == 0;
    if (file >= 0) close(file);
    return taken;
  }
  void make_room() const { unlink(ballast().c_str()); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  [[nodiscard]] bool mkdir_failed() const {
    return ::mkdir(path_.c_str(), 0700) != 0 && errno != EEXIST;
  }
  [[nodiscard]] std::string ballast() const { return path_ + "/ballast"; }

  const std::string path_;
  bool mounted_ = false;
};

// A server on a small disk, and what it was asked.
struct Scene {
  explicit Scene(const std::string& home) : disk(home + "/disk") {}

  std::optional<std::string> make(const Plan& plan, const std::string& reserve_bytes);
  std::optional<std::string> restart_and_look(const Unanswered& unanswered);

  Disk disk;
  std::unique_ptr<Server> server;
  History history;
  Promises promises;
  std::optional<Audit> audit;
};

std::optional<std::string> Scene::make(const Plan& plan, const std::string& reserve_bytes) {
  auto made = Server::make(plan.binary, disk.path(),
                           {{"LETSPING_LIMITS__DISK_RESERVE_BYTES", reserve_bytes}});
  if (!made) return made.error();
  server = *std::move(made);
  audit.emplace(*server, history, promises);
  if (!disk.take_room()) return "no room for the ballast";
  if (auto started = server->start(); !started) return started.error();
  return std::nullopt;
}

std::optional<std::string> Scene::restart_and_look(const Unanswered& unanswered) {
  server->kill();
  history.restarted();
  if (auto started = server->start(); !started) return started.error();
  auto done = audit->after_restart(unanswered, {}, 1);
  if (done) done = audit->finish();
  if (done) return std::nullopt;
  const auto ending = server->wait(0);
  return done.error() + (ending ? ": the server ended with " + ending->text() : "") +
         "; the end of its log is " + server->last_words();
}

void tell(std::string_view rig, const Scene& scene, Report& report) {
  report.history(rig, scene.history.finish(), scene.history.figures());
  std::vector<std::string> wrong = scene.audit->shrunk();
  wrong.insert(wrong.end(), scene.audit->invalid().begin(), scene.audit->invalid().end());
  report.test(std::string(rig) + ": the whole log verifies and only grows", wrong);
}

// --- below the reserve --------------------------------------------------------------------------

struct Filled {
  std::vector<std::string> ids;
  Told refusal;
};

// Asks until it is refused; nothing when no refusal came.
std::optional<Filled> fill(Scene& scene) {
  crypto::SystemEntropy entropy;
  Agent agent(*scene.server, scene.history);
  Filled filled;
  for (unsigned count = 0; count < 2'000; ++count) {
    const auto told =
        agent.ask(make_ask("fill-" + std::to_string(count), false, entropy, filler_bytes));
    if (!told) return std::nullopt;
    if (told->status != 200) {
      filled.refusal = *told;
      return filled;
    }
    filled.ids.push_back(told->id);
  }
  return std::nullopt;
}

bool decides(Scene& scene, const std::vector<std::string>& ids) {
  auto approver = Approver::open(*scene.server, scene.history, scene.promises);
  Agent agent(*scene.server, scene.history);
  for (std::size_t i = 0; approver && i < ids.size(); i += 10) {
    const Verdict verdict = i % 20 == 0 ? Verdict::approve : Verdict::reject;
    const auto decision = approver->consider(ids[i], verdict);
    if (!decision || approver->decide(*decision) != Approver::Heard::granted) return false;
    if (agent.look(ids[i]) != shown(verdict)) return false;
  }
  return approver.has_value();
}

// Until an ask is taken again; nothing when that takes too long.
std::optional<int> time_to_recover(Scene& scene) {
  crypto::SystemEntropy entropy;
  Agent agent(*scene.server, scene.history);
  const auto began = std::chrono::steady_clock::now();
  for (unsigned count = 0;; ++count) {
    const auto told = agent.ask(make_ask("again-" + std::to_string(count), false, entropy));
    const auto took = static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                           std::chrono::steady_clock::now() - began)
                                           .count());
    if (told && told->status == 200) return took;
    if (!told || took > recovery_ms_max) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

void below_reserve(const Plan& plan, Scene& scene, Report& report) {
  if (auto wrong = scene.make(plan, std::to_string(8 << 20))) {
    return report.test("reserve: the server starts on a small disk", false, *wrong);
  }
  const auto filled = fill(scene);
  if (!filled) return report.test("reserve: asks are refused at last", false, "they are not");
  const Told& refusal = filled->refusal;
  report.test("reserve: an ask is refused with 503 disk_reserve and Retry-After (R-COR-17)",
              refusal.status == 503 && refusal.reason == "disk_reserve" && refusal.retry_after,
              std::to_string(refusal.status) + " " + refusal.reason);
  report.test("reserve: deciding, polling and the log go on",
              filled->ids.size() >= 20 && decides(scene, filled->ids) &&
                  scene.server->admin("/admin/log/default/head").has_value(),
              "they do not; asked " + std::to_string(filled->ids.size()));
  scene.disk.make_room();
  const auto recovered = time_to_recover(scene);
  report.test("reserve: asks are taken again within 5 s of room (R-COR-17)", recovered.has_value(),
              "they are not");
  if (auto wrong = scene.restart_and_look({})) {
    return report.test("reserve: the server starts again", false, *wrong);
  }
  tell("reserve", scene, report);
}

// --- until nothing can be written ---------------------------------------------------------------

void until_full(const Plan& plan, Scene& scene, Report& report) {
  if (auto wrong = scene.make(plan, "0")) {
    return report.test("full: the server starts on a small disk", false, *wrong);
  }
  Backlog backlog;
  Load load(*scene.server, scene.history, scene.promises, backlog, {.filler = filler_bytes}, "full",
            plan.seed);
  if (auto wrong = load.start()) return report.test("full: the load begins", false, *wrong);
  const auto ending = scene.server->wait(fill_ms_max);
  scene.server->kill();
  const auto unanswered = load.stop();
  report.test("full: the process stops with status 70 when a commit finds no room (R-COR-17)",
              ending && !ending->signalled && ending->value == exit_stopped,
              ending ? ending->text() : "it goes on");
  // On the full disk it may start or say why not; it must not crash, and must harm nothing.
  const auto started = scene.server->start();
  const auto second = started ? std::nullopt : scene.server->wait(fill_ms_max);
  report.test("full: a start on the full disk works or ends in order",
              started || (second && !second->signalled), second ? second->text() : "it hangs");
  scene.server->kill();
  scene.disk.make_room();
  if (auto wrong = scene.restart_and_look(unanswered)) {
    return report.test("full: the server starts again once there is room", false, *wrong);
  }
  tell("full", scene, report);
}

void on_small_disk(const Plan& plan, Report& report, std::string_view name,
                   void (*rig)(const Plan&, Scene&, Report&)) {
  const Home home;
  Scene scene(home.path());
  if (const auto why = scene.disk.mount()) return report.skip(name, *why);
  rig(plan, scene, report);
  if (scene.server) scene.server->kill();
}

}  // namespace

void full_disk(const Plan& plan, Report& report) {
  on_small_disk(plan, report, "reserve", below_reserve);
  on_small_disk(plan, report, "full", until_full);
}

}  // namespace lp::faults
