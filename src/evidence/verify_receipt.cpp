#include "evidence/verify_receipt.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/assert.h"
#include "evidence/examination.h"
#include "evidence/roster_marks.h"

namespace lp::evidence {
namespace {

using namespace std::string_view_literals;

constexpr std::array check_names{"parse"sv,
                                 "canonical"sv,
                                 "statement"sv,
                                 "erasure"sv,
                                 "marks"sv,
                                 "leaf"sv,
                                 "issuer_signature"sv,
                                 "inclusion"sv,
                                 "checkpoint"sv,
                                 "roster"sv,
                                 "issuer_range"sv,
                                 "human"sv,
                                 "quorum"sv,
                                 "agent"sv,
                                 "semantics"sv,
                                 "anchor"sv,
                                 "witnesses"sv,
                                 "time"sv,
                                 "trust"sv,
                                 "requirement"sv};
static_assert(check_names.size() == static_cast<std::size_t>(Check::requirement) + 1);

constexpr std::array outcome_names{"ok"sv, "erased"sv, "failed"sv, "absent"sv, "not run"sv};
constexpr std::array finding_names{"VALID"sv, "ERASED"sv, "INDETERMINATE"sv, "INVALID"sv};

Checking check_parse(Examination& it) {
  auto receipt = Receipt::parse(it.bytes);
  if (receipt) {
    it.receipt = *std::move(receipt);
    return Outcome::ok;
  }
  // The way it is written is the business of the next check.
  if (receipt.error() == ReceiptFault::not_canonical) return Outcome::ok;
  return invalid(it.bytes.size() > receipt_bytes_max
                     ? "it is longer than a receipt can be"
                     : "it is no receipt: a member is missing, unknown or not of its form");
}

Checking check_canonical(Examination& it) {
  if (it.receipt.logged.leaf.empty()) {
    return invalid("it is written in another way than the one way there is");
  }
  return Outcome::ok;
}

using Function = Checking (*)(Examination&);
struct Step {
  Check check;
  Function run;
};

constexpr std::array steps{
    Step{Check::parse, check_parse},
    Step{Check::canonical, check_canonical},
    Step{Check::statement, check_statement},
    Step{Check::marks, check_marks},
    Step{Check::leaf, check_leaf},
    Step{Check::issuer_signature, check_issuer_signature},
    Step{Check::inclusion, check_inclusion},
    Step{Check::checkpoint, check_checkpoint},
    Step{Check::roster, check_roster},
    Step{Check::issuer_range, check_issuer_range},
    Step{Check::human, check_human},
    Step{Check::quorum, check_quorum},
    Step{Check::agent, check_agent},
    Step{Check::semantics, check_semantics},
    Step{Check::anchor, check_anchor},
    Step{Check::witnesses, check_witnesses},
    Step{Check::time, check_time},
    Step{Check::trust, check_trust},
    Step{Check::requirement, check_requirement},
};

// What is left to check of a leaf whose statement is gone.
bool applies_when_erased(Check check) {
  return check == Check::parse || check == Check::canonical || check == Check::erasure ||
         check == Check::inclusion || check == Check::checkpoint;
}

// Runs one step, unless an earlier one failed or it has nothing to look at.
void run(const Step& step, Examination& it, ReceiptReport& report) {
  CheckResult result{.check = step.check};
  Function function = step.run;
  if (it.is_erased() && step.check == Check::statement) {
    result.check = Check::erasure;
    function = check_erasure;
  }
  if (report.check) {
    report.checks.push_back(std::move(result));
    return;
  }
  if (it.is_erased() && !applies_when_erased(result.check)) {
    result.outcome = Outcome::absent;
    report.checks.push_back(std::move(result));
    return;
  }
  const Checking checking = function(it);
  result.outcome = checking ? *checking : Outcome::failed;
  if (!checking) {
    result.why = checking.error().why;
    report.check = result.check;
    report.why = result.why;
    report.verdict = checking.error().verdict;
  }
  report.checks.push_back(std::move(result));
}

// What one entry is checked for beside its place in the log.
constexpr std::array entry_steps{
    Step{Check::statement, check_statement},
    Step{Check::marks, check_marks},
    Step{Check::leaf, check_leaf},
    Step{Check::issuer_signature, check_issuer_signature},
    Step{Check::issuer_range, check_issuer_range},
};

}  // namespace

std::string_view to_string(Check check) {
  return check_names[static_cast<std::size_t>(check)];
}

std::string_view to_string(Outcome outcome) {
  return outcome_names[static_cast<std::size_t>(outcome)];
}

std::string_view to_string(Finding finding) {
  return finding_names[static_cast<std::size_t>(finding)];
}

int exit_status(Finding finding) {
  switch (finding) {
    case Finding::valid:
      return 0;
    case Finding::erased:
      return 20;
    case Finding::indeterminate:
      return 30;
    case Finding::invalid:
      return 40;
  }
  LP_ASSERT(false);
  return 40;
}

bool is_people_decision(const Statement& statement) {
  return is_decision_by_people(statement.type) && statement.actor.kind == ActorKind::member;
}

void Examination::choose_trust(std::string_view of_origin) {
  origin = of_origin;
  trust = trust_of(trusts, origin);
}

namespace {

// What the statement bears, and what its rosters say of the whole log.
std::vector<std::string> shown_marks(const Examination& it) {
  std::set<std::string> marks(it.statement().marks.begin(), it.statement().marks.end());
  for (const SignedHead& one : it.rosters()) {
    for (const std::string_view mark : lasting_marks) {
      if (is_marked(one.head, mark)) marks.emplace(mark);
    }
  }
  return {marks.begin(), marks.end()};
}

}  // namespace

bool is_of_people(const Statement& statement) {
  return is_review(statement.type) || is_people_decision(statement);
}

std::string_view without_line_feed(std::string_view bytes) {
  if (bytes.ends_with('\n')) bytes.remove_suffix(1);
  return bytes;
}

ReceiptReport verify_receipt(std::string_view bytes, const std::vector<Trust>& trusts,
                             const Demands& demands) {
  Examination it{.bytes = bytes, .trusts = trusts, .demands = demands};
  ReceiptReport report;
  for (const Step& step : steps) run(step, it, report);
  if (!report.check) report.verdict = it.is_erased() ? Finding::erased : Finding::valid;
  report.human = it.human;
  report.log = it.log;
  report.origin = it.origin;
  report.names = std::move(it.names);
  if (it.human > HumanClass::session) report.cosigned = it.cosigned;
  if (!it.entries.empty()) {
    report.index = it.own().index();
    if (!it.is_erased()) {
      report.statement = it.statement();
      report.marks = shown_marks(it);
    }
  }
  return report;
}

ReceiptReport verify_entry(const LoggedStatement& entry, const HeadOf& head_of,
                           const std::vector<Trust>& trusts, const Demands& demands) {
  Examination it{.bytes = {}, .trusts = trusts, .demands = demands};
  it.receipt.logged = entry;
  ReceiptReport report;
  for (const Step& step : entry_steps) {
    run(step, it, report);
    if (step.check != Check::statement || report.check) continue;
    const RosterHead* const head = head_of(it.statement().roster_sha256);
    if (head != nullptr) it.receipt.rosters.push_back({*head, {}});
    if (!it.own().subject_fits) {
      report.check = Check::semantics;
      report.why = "the subject is not what the statement is about";
    } else if (head == nullptr && it.statement().roster_sha256) {
      report.check = Check::roster;
      report.why = "the roster that the statement names is missing";
    }
  }
  if (!report.check) report.verdict = Finding::valid;
  report.origin = it.origin;
  report.index = entry.proof.index;
  if (!it.entries.empty()) {
    report.statement = it.statement();
    report.marks = shown_marks(it);
  }
  return report;
}

}  // namespace lp::evidence
