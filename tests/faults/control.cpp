#include <filesystem>

#include "audit.h"
#include "rigs.h"

namespace lp::faults {
namespace {

constexpr int first_answer_ms_max = 30'000;

// Data and signer state of a stopped server, together, so that the server itself cannot notice.
void copy_state(const std::string& from, const std::string& to) {
  namespace fs = std::filesystem;
  for (const char* name : {"/data", "/data.signer"}) {
    fs::remove_all(to + name);
    fs::remove(from + "/data/admin.sock");
    fs::copy(from + name, to + name, fs::copy_options::recursive);
  }
}

class Control {
 public:
  Control(Server& server, const Plan& plan)
      : server_(server), plan_(plan), audit_(server, history_, promises_) {}

  // Loads a life of the server and kills it.
  std::optional<std::string> live(const std::string& name) {
    if (auto started = server_.start(); !started) return started.error();
    Load load(server_, history_, promises_, backlog_, {}, name, plan_.seed);
    if (auto wrong = load.start()) return wrong;
    if (!load.wait_for_answer(first_answer_ms_max)) return "nothing was acknowledged";
    server_.kill();
    load.stop();
    history_.restarted();
    return std::nullopt;
  }
  std::optional<std::string> look() {
    if (auto started = server_.start(); !started) return started.error();
    if (auto done = audit_.finish(); !done) return done.error();
    return std::nullopt;
  }
  [[nodiscard]] bool noticed() const {
    bool lost = false;
    for (const auto& fault : history_.finish()) lost |= fault.wrong == Wrong::lost;
    return lost;
  }

 private:
  Server& server_;
  const Plan& plan_;
  History history_;
  Promises promises_;
  Backlog backlog_;
  Audit audit_;
};

}  // namespace

void negative_control(const Plan& plan, Report& report) {
  const Home home, yesterday;
  auto server = Server::make(plan.binary, home.path());
  if (!server) return report.test("control: a server is made", false, server.error());
  Control control(**server, plan);
  auto broken = control.live("before");
  copy_state(home.path(), yesterday.path());
  if (!broken) broken = control.live("after");
  copy_state(yesterday.path(), home.path());
  if (!broken) broken = control.look();
  if (broken) return report.test("control: the server lives twice", false, *broken);
  report.test("control: a state that was put back is reported as lost", control.noticed(),
              "the rig is blind");
}

}  // namespace lp::faults
