#include "sample.h"

#include <fmt/core.h>

#include <cstdio>

#include "json/write.h"

namespace lp::bench {

Sample::Sample(std::string_view workload, std::string_view part, std::string_view subject) {
  object_.add("workload", workload).add("part", part).add("subject", subject);
}

Sample& Sample::add(std::string_view name, std::string_view text) {
  object_.add(name, text);
  return *this;
}

Sample& Sample::add(std::string_view name, double value) {
  object_.add(name, json::Value::number_literal(fmt::format("{:.3f}", value)));
  return *this;
}

Sample& Sample::add(Latencies& latencies) {
  return add("p50_us", latencies.quantile(0.5))
      .add("p99_us", latencies.quantile(0.99))
      .add("p999_us", latencies.quantile(0.999));
}

Sample& Sample::add(const json::Value& object) {
  for (const auto& [name, value] : object.members()) object_.add(name, value);
  return *this;
}

void Sample::print() const {
  std::puts(json::compact(object_).c_str());
  std::fflush(stdout);
}

}  // namespace lp::bench
