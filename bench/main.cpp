// lp_bench WORKLOAD --letsping PATH --floor PATH --bounds PATH [--nginx PATH] [--python PATH]
//          [--typescript PATH] [--pairs N] [--quick]
//
// Runs one workload against the server and its floor, in turn, and prints a JSON object for each
// sample. bench/run calls it and makes the tables.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <string>

#include "workloads.h"

int main(int count, char** words) {
  using lp::bench::Done;
  using lp::bench::Options;
  const std::map<std::string, Done (*)(const Options&)> workloads = {
      {"w1", lp::bench::ingest},   {"w2", lp::bench::decide}, {"w3", lp::bench::wake},
      {"w3u", lp::bench::clients}, {"w4", lp::bench::parked}, {"w5", lp::bench::append},
      {"w6", lp::bench::prove},    {"w7", lp::bench::verify}, {"w8", lp::bench::export_log},
      {"w11", lp::bench::start}};
  Options options;
  std::string name;
  CLI::App app("One workload of the benchmark suite.");
  app.add_option("workload", name, "Which one")->required()->check(CLI::IsMember(workloads));
  app.add_option("--letsping", options.letsping, "The server's binary")->required();
  app.add_option("--floor", options.floor, "The floor's binary")->required();
  app.add_option("--bounds", options.bounds, "bench_bounds")->required();
  app.add_option("--nginx", options.nginx, "A static server to compare with");
  app.add_option("--python", options.python, "An interpreter that finds letsping_verify");
  app.add_option("--typescript", options.typescript, "main.js of the TypeScript verifier");
  app.add_option("--pairs", options.pairs, "Pairs of ours and the floor, in turn");
  app.add_flag("--quick", options.quick, "Shorter and with less data");
  CLI11_PARSE(app, count, words);

  lp::bench::take_file_limit();
  lp::bench::take_client_processor();
  const Done done = workloads.at(name)(options);
  if (done) return 0;
  std::fprintf(stderr, "lp_bench: %s\n", done.error().c_str());
  return 1;
}
