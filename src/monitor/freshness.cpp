#include "monitor/freshness.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "tlog/cosignature.h"

namespace lp::monitor {

std::expected<Cosigned, tlog::NoteFault> cosigned(std::string_view note,
                                                  const evidence::WitnessPolicy& policy) {
  const auto parsed = tlog::Note::parse(note);
  if (!parsed) return std::unexpected(tlog::NoteFault::malformed);
  std::vector<std::uint64_t> times_s;
  for (const tlog::CosignerKey& witness : policy.witnesses) {
    const auto time_s = tlog::open_cosignature(*parsed, witness);
    if (time_s) {
      times_s.push_back(*time_s);
    } else if (time_s.error() != tlog::NoteFault::unknown_key) {
      return std::unexpected(time_s.error());
    }
  }
  Cosigned answer{.witnesses = times_s.size(), .quorum_s = std::nullopt};
  if (times_s.size() >= policy.quorum) {
    std::ranges::sort(times_s, std::greater());
    answer.quorum_s = times_s[policy.quorum - 1];
  }
  return answer;
}

}  // namespace lp::monitor
