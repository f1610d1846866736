// One request's way from ask to delivery on a server of its own, that may die anywhere on it, and
// what is there after the next start. Many trials make one verdict.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audit.h"
#include "report.h"
#include "rigs.h"

namespace lp::faults {

class Trial {
 public:
  explicit Trial(const Plan& plan) : plan_(plan) {}

  // What the rig could not do, or nothing; what the server did wrong is in faults().
  std::optional<std::string> make(const Server::Settings& settings = {});
  std::optional<std::string> start(const std::vector<std::string>& wrapper = {});
  // Asks, decides and polls, as far as the server lives; then waits until it has put its
  // write-ahead log back into the database, which it does when idle.
  void walk();
  // After its end: starts it again and looks at everything.
  std::optional<std::string> audit();

  [[nodiscard]] Server& server() { return *server_; }
  [[nodiscard]] std::string file(const std::string& name) const {
    return home_.path() + "/" + name;
  }
  [[nodiscard]] std::vector<Fault> faults() const { return history_.finish(); }
  [[nodiscard]] Figures figures() const { return history_.figures(); }
  [[nodiscard]] std::vector<std::string> log_faults() const;

 private:
  void decide(const std::string& id);
  void wait_until_tidy();

  const Plan& plan_;
  const Home home_;
  std::unique_ptr<Server> server_;
  History history_;
  Promises promises_;
  std::optional<Audit> audit_;
  Unanswered unanswered_;
};

// What many trials came to.
struct Verdicts {
  std::vector<Fault> faults;
  std::vector<std::string> log_faults;
  Figures figures;
  std::uint64_t points = 0;

  void add(const Trial& trial);
  void tell(std::string_view rig, Report& report) const;
};

}  // namespace lp::faults
