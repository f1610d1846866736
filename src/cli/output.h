// What a subcommand says: data on standard output, talk on standard error; a table on a terminal,
// tab-separated values in a pipe, JSON with --json (one object a line for lists).

#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/visible.h"
#include "cli/admin_client.h"
#include "cli/program.h"
#include "json/value.h"

namespace lp::cli {

// One line on standard error, "letsping: …"; returns the exit status to end with.
int fail(std::string_view sentence, int status = exit_error);
// The same for a refusal of the server: conflict, not authorised, usage, error.
int fail(const Answer& answer);

// One object, as JSON or as "name  value" lines.
void print_object(const json::Value& object, bool as_json);
// Rows by their members `columns`, which head the table on a terminal.
void print_rows(const json::Array& rows, std::initializer_list<std::string_view> columns,
                bool as_json);

}  // namespace lp::cli
