#include "bounds_runner.h"

#include "json/parse.h"

namespace lp::bench {

std::expected<json::Value, std::string> measure_bound(const Options& options,
                                                      const std::vector<std::string>& words) {
  faults::Command command{.words = on_first_processor(), .settings = {}, .log = {}};
  command.words.push_back(options.bounds);
  command.words.insert(command.words.end(), words.begin(), words.end());
  auto printed = faults::run(command);
  if (!printed) return std::unexpected("bench_bounds " + words.front() + ": " + printed.error());
  auto document = json::parse(*std::move(printed));
  if (!document || !document->root.is_object()) {
    return std::unexpected("bench_bounds " + words.front() + " prints no JSON object");
  }
  return std::move(document->root);
}

}  // namespace lp::bench
