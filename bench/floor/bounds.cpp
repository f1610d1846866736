// What the machine itself costs, one thing at a time: each call measures one and prints one JSON
// object. Nothing of the product is in it but its assertions.
//
//   bench_bounds flush  --file PATH --bytes B --batch N --seconds S [--log 1]
//   bench_bounds tree   --leaves N --proofs M
//   bench_bounds verify --seconds S
//   bench_bounds rows   --file PATH --bytes B --rows N
//   bench_bounds read   --file PATH

#include "bounds.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>
#include <utility>

#include "base/assert.h"

namespace lp::bench {

std::uint64_t Words::number(const std::string& name) const {
  const std::string& text = (*this)[name];
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  LP_ASSERT(fault == std::errc{} && end == text.data() + text.size());
  return value;
}

const std::string& Words::operator[](const std::string& name) const {
  const auto found = values_.find(name);
  LP_ASSERT(found != values_.end());
  return found->second;
}

double quantile(std::vector<double>& values, double share) {
  LP_ASSERT(!values.empty());
  std::ranges::sort(values);
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  return values[std::clamp<std::size_t>(rank, 1, values.size()) - 1];
}

}  // namespace lp::bench

int main(int count, char** arguments) {
  using lp::bench::Words;
  const std::map<std::string, void (*)(const Words&)> bounds = {{"flush", lp::bench::bound_flush},
                                                                {"tree", lp::bench::bound_tree},
                                                                {"verify", lp::bench::bound_verify},
                                                                {"rows", lp::bench::bound_rows},
                                                                {"read", lp::bench::bound_read}};
  const auto chosen = bounds.find(count > 1 ? arguments[1] : "");
  if (chosen == bounds.end() || count % 2 != 0) {
    std::fputs("usage: bench_bounds flush|tree|verify|rows|read [--NAME VALUE]…\n", stderr);
    return 2;
  }
  std::map<std::string, std::string> values;
  for (int i = 2; i + 1 < count; i += 2) values.emplace(arguments[i], arguments[i + 1]);
  chosen->second(Words(std::move(values)));
  return 0;
}
