// Policies as files: `policy lint`, `test` and `diff` need no server and no data directory.

#include <fmt/core.h>

#include <utility>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/policy_files.h"
#include "json/write.h"
#include "policy/difference.h"
#include "policy/lint.h"

namespace lp::cli {
namespace {

struct PolicyFlags {
  std::string file, other, cases;
  bool json = false, strict = false;
};

int lint(const PolicyFlags& flags) {
  const auto policy = compile_policy_file(flags.file, flags.json);
  if (!policy) return exit_error;
  const auto& document = policy->document();
  const auto findings = policy::lint(document);
  for (const policy::Finding& finding : findings) {
    if (flags.json) {
      auto row = json::Value::object();
      row.add("severity", "warning")
          .add("file", flags.file)
          .add("line", finding.at.line)
          .add("column", finding.at.column)
          .add("code", finding.code)
          .add("message", finding.sentence);
      print_object(row, true);
    } else {
      fmt::print(stderr, "{}:{}:{}: warning: {}: {}\n", visible(flags.file), finding.at.line,
                 finding.at.column, finding.code, visible(finding.sentence));
    }
  }
  if (!flags.json) {
    fmt::print("{}: {} rules, {} tools, sha256 {}\n", visible(flags.file), document.rules.size(),
               document.tools.size(), document.sha256.hex());
  }
  return flags.strict && !findings.empty() ? exit_error : exit_ok;
}

json::Value describe(const policy::Case& one, const policy::CaseResult& result,
                     const policy::Policy& policy) {
  auto row = json::Value::object();
  auto differences = json::Value::array();
  for (const auto& difference : result.differences) differences.items().emplace_back(difference);
  row.add("case", one.name)
      .add("line", one.at.line)
      .add("passed", result.differences.empty())
      .add("differences", std::move(differences))
      .add("ruling", policy.explain(result.ruling));
  return row;
}

int test(const PolicyFlags& flags) {
  const auto policy = compile_policy_file(flags.file, flags.json);
  const auto cases = read_cases_file(flags.cases, flags.json);
  if (!policy || !cases) return exit_error;
  std::size_t failed = 0;
  for (const policy::Case& one : *cases) {
    const policy::CaseResult result = policy::run_case(*policy, one);
    failed += result.differences.empty() ? 0 : 1;
    if (flags.json) print_object(describe(one, result, *policy), true);
    if (flags.json || result.differences.empty()) continue;
    std::string what;
    for (const auto& difference : result.differences)
      what += (what.empty() ? "" : "; ") + difference;
    fmt::print(stderr, "{}:{}:{}: failed: {}: {}\n", visible(flags.cases), one.at.line,
               one.at.column, visible(one.name), visible(what));
  }
  if (!flags.json) fmt::print("{} passed, {} failed\n", cases->size() - failed, failed);
  return failed == 0 ? exit_ok : exit_error;
}

void print_difference(const policy::Difference& difference, bool as_json) {
  if (!as_json) {
    fmt::print("{:<8} {}\n", difference.kind, visible(difference.part));
    if (!difference.before.is_null()) {
      fmt::print("  - {}\n", visible(json::compact(difference.before)));
    }
    if (!difference.after.is_null()) {
      fmt::print("  + {}\n", visible(json::compact(difference.after)));
    }
    return;
  }
  auto row = json::Value::object();
  row.add("change", difference.kind).add("part", difference.part);
  if (!difference.before.is_null()) row.add("before", difference.before);
  if (!difference.after.is_null()) row.add("after", difference.after);
  print_object(row, true);
}

// What a ruling comes to, in a line.
std::string summary(const policy::Policy& policy, const policy::Ruling& ruling) {
  std::string text(to_string(ruling.effect));
  if (ruling.effect == policy::Effect::review) {
    const auto people = policy::people_asked(policy, ruling);
    text += fmt::format(", {}, {} {}", to_string(ruling.level), people,
                        people == 1 ? "person" : "people");
  }
  return text + " (" + policy.rule_name(ruling) + ")";
}

// The cases on which the two do not agree.
int compare_rulings(const PolicyFlags& flags, const policy::Policy& before,
                    const policy::Policy& after) {
  const auto cases = read_cases_file(flags.cases, flags.json);
  if (!cases) return exit_error;
  for (const policy::Case& one : *cases) {
    const std::string was = summary(before, policy::run_case(before, one).ruling);
    const std::string is = summary(after, policy::run_case(after, one).ruling);
    if (was == is) continue;
    if (flags.json) {
      auto row = json::Value::object();
      row.add("change", "ruling").add("case", one.name).add("before", was).add("after", is);
      print_object(row, true);
    } else {
      fmt::print("ruling   {}\n  - {}\n  + {}\n", visible(one.name), visible(was), visible(is));
    }
  }
  return exit_ok;
}

int diff(const PolicyFlags& flags) {
  const auto before = compile_policy_file(flags.file, flags.json);
  const auto after = compile_policy_file(flags.other, flags.json);
  if (!before || !after) return exit_error;
  for (const auto& one : policy::differences(before->document(), after->document())) {
    print_difference(one, flags.json);
  }
  return flags.cases.empty() ? exit_ok : compare_rulings(flags, *before, *after);
}

Command* subcommand(Command& group, const std::string& name, const std::string& help,
                    const std::shared_ptr<PolicyFlags>& flags) {
  auto* command = group.add_subcommand(name, help);
  command->add_flag("--json", flags->json, "One JSON object a line");
  return command;
}

}  // namespace

void add_policy(Command& app, Chosen& chosen) {
  auto* group = app.add_subcommand("policy", "Policies as files: what needs whom");
  group->require_subcommand(1);

  auto flags = std::make_shared<PolicyFlags>();
  auto* linting =
      subcommand(*group, "lint", "Check a policy: errors, and what cannot be meant", flags);
  linting->add_option("FILE", flags->file, "The policy, YAML or JSON")->required();
  linting->add_flag("--strict", flags->strict, "Warnings fail too");
  linting->callback([flags, &chosen] { chosen.command = [flags] { return lint(*flags); }; });

  flags = std::make_shared<PolicyFlags>();
  auto* testing = subcommand(*group, "test", "Run the cases of a policy", flags);
  testing->add_option("FILE", flags->file, "The policy")->required();
  testing->add_option("CASES", flags->cases, "Requests with the ruling that is expected of each")
      ->required();
  testing->callback([flags, &chosen] { chosen.command = [flags] { return test(*flags); }; });

  flags = std::make_shared<PolicyFlags>();
  auto* diffing = subcommand(*group, "diff", "What changes from one policy to another", flags);
  diffing->add_option("OLD", flags->file, "The policy as it was")->required();
  diffing->add_option("NEW", flags->other, "The policy as it would be")->required();
  diffing->add_option("--cases", flags->cases, "Also the cases on which they do not agree");
  diffing->callback([flags, &chosen] { chosen.command = [flags] { return diff(*flags); }; });
}

}  // namespace lp::cli
