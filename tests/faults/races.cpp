#include <barrier>
#include <thread>
#include <vector>

#include "audit.h"
#include "rigs.h"

namespace lp::faults {
namespace {

constexpr unsigned approvers = 32;

// All have signed; then all send at the same moment.
std::optional<std::string> race(const Server& server, History& history, Promises& promises,
                                unsigned rounds) {
  crypto::SystemEntropy entropy;
  Agent agent(server, history);
  std::vector<std::string> ids;
  for (unsigned round = 0; round < rounds; ++round) {
    const auto told = agent.ask(make_ask("race-" + std::to_string(round), true, entropy));
    if (!told || told->status != 200) return "an ask was not acknowledged";
    ids.push_back(told->id);
  }
  std::vector<Approver> people;
  for (unsigned i = 0; i < approvers; ++i) {
    auto opened = Approver::open(server, history, promises);
    if (!opened) return opened.error();
    people.push_back(*std::move(opened));
  }
  std::barrier together(approvers);
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < approvers; ++i) {
    threads.emplace_back([&, i] {
      for (const auto& id : ids) {
        const auto decision =
            people[i].consider(id, i % 2 == 0 ? Verdict::approve : Verdict::reject);
        together.arrive_and_wait();
        if (!decision || people[i].decide(*decision) == Approver::Heard::nothing) {
          history.report(Wrong::stuck, id + ": a decision got no answer");
        }
        together.arrive_and_wait();
      }
    });
  }
  return std::nullopt;
}

}  // namespace

void races(const Plan& plan, Report& report) {
  const Home home;
  const unsigned rounds = plan.every_call ? 1'000 : 40;
  auto server = Server::make(plan.binary, home.path());
  if (!server) return report.test("races: a server is made", false, server.error());
  History history;
  Promises promises;
  Audit audit(**server, history, promises);
  std::optional<std::string> broken;
  if (auto started = (*server)->start(); !started) broken = started.error();
  if (!broken) broken = race(**server, history, promises, rounds);
  (*server)->kill();
  history.restarted();
  if (auto started = (*server)->start(); !started) broken = started.error();
  if (auto done = audit.finish(); !done) broken = done.error();
  if (broken) return report.test("races: all rounds are run", false, *broken);

  report.history("races", history.finish(), history.figures());
  const std::uint64_t acknowledged = history.figures().acknowledged;
  report.test("races: " + std::to_string(rounds) + " requests with " + std::to_string(approvers) +
                  " simultaneous decisions have one winner each (R-COR-08)",
              acknowledged == 2 * std::uint64_t{rounds},
              std::to_string(acknowledged) + " acknowledgements");
}

}  // namespace lp::faults
