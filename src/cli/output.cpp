#include "cli/output.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/visible.h"
#include "json/write.h"

namespace lp::cli {
namespace {

std::string cell(const json::Value& row, std::string_view column) {
  const json::Value* value = row.find(column);
  if (value == nullptr) return "-";
  if (value->is_string()) return visible(value->as_string());
  return visible(json::compact(*value));
}

}  // namespace

int fail(std::string_view sentence, int status) {
  fmt::print(stderr, "letsping: {}\n", sentence);
  return status;
}

int fail(const Answer& answer) {
  int status = exit_error;
  if (answer.status == 409) status = exit_conflict;
  if (answer.status == 401 || answer.status == 403) status = exit_not_authorised;
  if (answer.reason() == "member_invalid" || answer.reason() == "query_invalid") {
    status = exit_usage;
  }
  if (answer.reason() == "past_deadline") status = exit_expired;
  return fail(answer.sentence(), status);
}

void print_object(const json::Value& object, bool as_json) {
  if (as_json) {
    fmt::print("{}\n", json::compact(object));
    return;
  }
  std::size_t width = 0;
  for (const auto& [name, value] : object.members()) width = std::max(width, name.size());
  for (const auto& [name, value] : object.members()) {
    fmt::print("{:<{}}  {}\n", name, width, cell(object, name));
  }
}

void print_rows(const json::Array& rows, std::initializer_list<std::string_view> columns,
                bool as_json) {
  if (as_json) {
    for (const auto& row : rows) fmt::print("{}\n", json::compact(row));
    return;
  }
  const bool terminal = isatty(STDOUT_FILENO) == 1;
  std::vector<std::vector<std::string>> cells;
  if (terminal) cells.emplace_back(columns.begin(), columns.end());
  for (const auto& row : rows) {
    auto& line = cells.emplace_back();
    for (const auto column : columns) line.push_back(cell(row, column));
  }
  std::vector<std::size_t> widths(columns.size(), 0);
  for (const auto& line : cells) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  for (const auto& line : cells) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      const bool last = i + 1 == line.size();
      if (last) {
        fmt::print("{}\n", line[i]);
      } else if (terminal) {
        fmt::print("{:<{}}  ", line[i], widths[i]);
      } else {
        fmt::print("{}\t", line[i]);
      }
    }
  }
}

}  // namespace lp::cli
