// Breaks the real server in the ways that a machine breaks it, and holds what it had acknowledged
// against what is there afterwards.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <functional>
#include <iostream>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "rigs.h"

namespace {

using Rig = void (*)(const lp::faults::Plan&, lp::faults::Report&);

const std::vector<std::pair<std::string, Rig>>& rigs() {
  static const std::vector<std::pair<std::string, Rig>> all = {
      {"control", lp::faults::negative_control},
      {"kill", lp::faults::kill_cycles},
      {"races", lp::faults::races},
      {"points", lp::faults::kill_points},
      {"erasure", lp::faults::erasure_kills},
      {"permits", lp::faults::permit_kills},
      {"failing", lp::faults::failing_calls},
      {"flush", lp::faults::flush_order},
      {"power", lp::faults::power_cuts},
      {"disk", lp::faults::full_disk},
      {"soak", lp::faults::soak}};
  return all;
}

std::vector<std::string> names() {
  std::vector<std::string> result;
  for (const auto& [name, rig] : rigs()) result.push_back(name);
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  lp::faults::Plan plan;
  plan.seed = std::random_device()();
  std::vector<std::string> wanted;
  CLI::App app("Faults against the real server");
  // `run` gives values that further words may change.
  app.option_defaults()->take_last();
  app.add_option("--binary", plan.binary, "The letsping to test")
      ->required()
      ->check(CLI::ExistingFile);
  app.add_option("--cycles", plan.cycles, "Kills under load")->capture_default_str();
  app.add_option("--points", plan.points, "System calls of a kind that are made to fail")
      ->capture_default_str();
  app.add_flag("--every-call", plan.every_call, "All system calls, not only flushes and writes");
  app.add_option("--minutes", plan.minutes, "Of the soak")
      ->check(CLI::Range(1, 1'440))
      ->capture_default_str();
  app.add_option("--cuts", plan.cuts, "Power cuts")->capture_default_str();
  app.add_option("--keep", plan.keep, "A directory for disks on which something is wrong")
      ->check(CLI::ExistingDirectory);
  app.add_option("--seed", plan.seed, "Of the moments of the kills and of the load");
  app.add_option("rig", wanted, "Which rigs (default: all but soak)")
      ->take_all()
      ->check(CLI::IsMember(names()));
  CLI11_PARSE(app, argc, argv);

  // A peer that is gone is an answer here, not an end.
  std::signal(SIGPIPE, SIG_IGN);
  std::cout << "seed " << plan.seed << std::endl;
  lp::faults::Report report;
  for (const auto& [name, rig] : rigs()) {
    // The soak takes minutes: only where it is asked for.
    const bool played =
        wanted.empty() ? name != "soak" : std::ranges::find(wanted, name) != wanted.end();
    if (played) rig(plan, report);
  }
  return report.finish();
}
