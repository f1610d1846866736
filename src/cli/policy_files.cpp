#include "cli/policy_files.h"

#include <fmt/core.h>

#include "base/file.h"
#include "cli/output.h"
#include "core/policy_ports.h"

namespace lp::cli {
namespace {

std::optional<std::string> text_of(const std::string& path) {
  auto text = read_file(path, policy::text_bytes_max);
  if (text) return *std::move(text);
  fail(to_string(text.error()));
  return std::nullopt;
}

void tell(const std::string& path, const policy::Problems& problems, bool as_json) {
  for (const policy::Problem& problem : problems) {
    if (as_json) {
      auto row = json::Value::object();
      row.add("severity", "error")
          .add("file", path)
          .add("line", problem.at.line)
          .add("column", problem.at.column)
          .add("message", problem.sentence);
      print_object(row, true);
    } else {
      fmt::print(stderr, "{}:{}:{}: error: {}\n", visible(path), problem.at.line, problem.at.column,
                 visible(problem.sentence));
    }
  }
}

}  // namespace

std::optional<policy::Document> read_policy_file(const std::string& path, bool as_json) {
  const auto text = text_of(path);
  if (!text) return std::nullopt;
  auto document = policy::read_document(*text, core::policy_ports());
  if (document) return *std::move(document);
  tell(path, document.error(), as_json);
  return std::nullopt;
}

std::optional<policy::Policy> compile_policy_file(const std::string& path, bool as_json) {
  auto document = read_policy_file(path, as_json);
  if (!document) return std::nullopt;
  auto compiled = policy::Policy::compile(*std::move(document));
  if (compiled) return *std::move(compiled);
  tell(path, {compiled.error()}, as_json);
  return std::nullopt;
}

std::optional<std::vector<policy::Case>> read_cases_file(const std::string& path, bool as_json) {
  const auto text = text_of(path);
  if (!text) return std::nullopt;
  auto cases = policy::read_cases(*text);
  if (cases) return *std::move(cases);
  tell(path, cases.error(), as_json);
  return std::nullopt;
}

}  // namespace lp::cli
