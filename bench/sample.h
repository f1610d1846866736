// What was measured once: a JSON object on a line of its own, for bench/run.

#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "json/value.h"
#include "latencies.h"

namespace lp::bench {

class Sample {
 public:
  // `part` is which table of the workload it belongs to, `subject` whose figure it is.
  Sample(std::string_view workload, std::string_view part, std::string_view subject);

  Sample& add(std::string_view name, std::string_view text);
  Sample& add(std::string_view name, double value);
  template <std::integral T>
  Sample& add(std::string_view name, T value) {
    object_.add(name, static_cast<std::int64_t>(value));
    return *this;
  }
  // p50_us, p99_us and p999_us.
  Sample& add(Latencies& latencies);
  // All members of what another program printed.
  Sample& add(const json::Value& object);
  void print() const;

 private:
  json::Value object_ = json::Value::object();
};

}  // namespace lp::bench
