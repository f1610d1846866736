#include <fstream>

#include "actors.h"
#include "flush_trace.h"
#include "rigs.h"
#include "tracer.h"

namespace lp::faults {
namespace {

constexpr unsigned rounds = 20;

// One thing after the other, so that each flush in the trace belongs to one request.
std::optional<std::string> serve(Server& server, const std::string& trace) {
  if (auto started = server.start(); !started) return started.error();
  History history;
  Promises promises;
  crypto::SystemEntropy entropy;
  auto approver = Approver::open(server, history, promises);
  if (!approver) return approver.error();
  auto tracer =
      Tracer::attach(server.pid(), trace, "recvfrom,sendto,sendmsg,pwrite64,fdatasync,fsync");
  if (!tracer) return tracer.error();
  Agent agent(server, history);
  for (unsigned round = 0; round < rounds; ++round) {
    const auto told = agent.ask(make_ask("flush-" + std::to_string(round), false, entropy));
    if (!told || told->status != 200) return "an ask was not acknowledged";
    const auto decision = approver->consider(told->id, Verdict::approve);
    if (!decision || approver->decide(*decision) != Approver::Heard::granted) {
      return "a decision was not acknowledged";
    }
    agent.look(told->id);
  }
  tracer->detach();
  return std::nullopt;
}

}  // namespace

void flush_order(const Plan& plan, Report& report) {
  if (const auto why = no_tracing()) return report.skip("flush", *why);
  const Home home;
  const std::string trace = home.path() + "/trace";
  auto server = Server::make(plan.binary, home.path());
  if (!server) return report.test("flush: a server is made", false, server.error());
  const auto broken = serve(**server, trace);
  (*server)->kill();
  if (broken) return report.test("flush: the way is walked under strace", false, *broken);
  FlushTrace read;
  std::ifstream file(trace);
  for (std::string line; std::getline(file, line);) read.line(line);
  report.test("flush: no byte of an acknowledgement before its flushes (R-COR-01)", read.wrong());
  report.test("flush: all acknowledgements were seen",
              read.asks() == rounds && read.decisions() == rounds,
              std::to_string(read.asks()) + " asks, " + std::to_string(read.decisions()) +
                  " decisions of " + std::to_string(rounds));
}

}  // namespace lp::faults
