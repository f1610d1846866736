// The shape that most administrative subcommands share: ask the door once, print what it says.

#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "cli/commands.h"
#include "cli/output.h"

namespace lp::cli {

struct AdminFlags : PlaceFlags {
  bool json = false;
};
void add_admin_flags(CLI::App& app, AdminFlags& flags);

// POST, then the object that comes back.
int post_and_print(const AdminFlags& flags, const std::string& target, const json::Value& body);
// GET, then the rows of its member `list`.
int get_and_print(const AdminFlags& flags, const std::string& target, std::string_view list,
                  std::initializer_list<std::string_view> columns);

// A value in a query string.
std::string query_escaped(std::string_view text);

}  // namespace lp::cli
