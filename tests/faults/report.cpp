#include "report.h"

#include <algorithm>
#include <iostream>
#include <utility>

namespace lp::faults {
namespace {

constexpr std::size_t shown_max = 5;

struct Claim {
  Wrong wrong;
  std::string_view says;
};
constexpr Claim claims[] = {
    {Wrong::lost, "nothing acknowledged or shown is lost (R-COR-01)"},
    {Wrong::stale, "no read is behind what was told before it (R-COR-05)"},
    {Wrong::changed, "no verdict changes (R-COR-05)"},
    {Wrong::duplicated, "one ask is one request, one request has one winner (R-COR-08, R-COR-10)"},
    {Wrong::unexpected, "nothing happens that nobody asked for"},
    {Wrong::stuck, "a living server answers (R-COR-02)"},
};

}  // namespace

void Report::note(std::string_view text) {
  std::cout << "        " << text << std::endl;
}

void Report::test(std::string_view name, const std::vector<std::string>& wrong) {
  std::cout << (wrong.empty() ? "ok      " : "FAILED  ") << name << std::endl;
  ++(wrong.empty() ? passed_ : failed_);
  for (std::size_t i = 0; i < std::min(wrong.size(), shown_max); ++i) note(wrong[i]);
  if (wrong.size() > shown_max) note("and " + std::to_string(wrong.size() - shown_max) + " more");
}

void Report::test(std::string_view name, bool passed, std::string_view otherwise) {
  test(name, passed ? std::vector<std::string>{} : std::vector{std::string(otherwise)});
}

void Report::skip(std::string_view name, std::string_view why) {
  std::cout << "skipped " << name << ": " << why << std::endl;
  ++skipped_;
}

void Report::history(std::string_view rig, const std::vector<Fault>& faults,
                     const Figures& figures) {
  std::string counts;
  for (const auto& [wrong, says] : claims) {
    std::vector<std::string> found;
    for (const auto& fault : faults) {
      if (fault.wrong == wrong) found.push_back(fault.what);
    }
    test(std::string(rig) + ": " + std::string(says), found);
    counts += ", " + std::to_string(found.size()) + " " + std::string(to_string(wrong));
  }
  note(std::to_string(figures.attempts) + " attempts, " + std::to_string(figures.acknowledged) +
       " acknowledged, " + std::to_string(figures.recovered) + " recovered, " +
       std::to_string(figures.reads) + " reads" + counts);
}

int Report::finish() {
  std::cout << passed_ << " passed, " << failed_ << " failed, " << skipped_ << " skipped"
            << std::endl;
  return failed_ > 0 || passed_ == 0 ? 1 : 0;
}

}  // namespace lp::faults
