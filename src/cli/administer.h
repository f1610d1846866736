// The shape that most administrative subcommands share: ask the door once, print what it says.

#pragma once

#include <concepts>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "cli/commands.h"
#include "cli/output.h"

namespace lp::cli {

struct AdminFlags : PlaceFlags {
  bool json = false;
};
void add_admin_flags(Command& app, AdminFlags& flags);
// --project, the one called `default` unless told otherwise.
void add_project_flag(Command& app, std::string& project);

Command* add_admin_command(Command& parent, const char* name, const char* help, AdminFlags& flags,
                           Chosen& chosen, std::function<int()> run);
// A subcommand of `parent` that has the flags of them all and does `run` when it was chosen.
template <std::derived_from<AdminFlags> Flags>
Command* add_admin_command(Command& parent, const char* name, const char* help,
                           const std::shared_ptr<Flags>& flags, Chosen& chosen,
                           int (*run)(const Flags&)) {
  return add_admin_command(parent, name, help, *flags, chosen,
                           [flags, run] { return run(*flags); });
}

// POST, then the object that comes back.
int post_and_print(const AdminFlags& flags, const std::string& target, const json::Value& body);
// GET, then the rows of its member `list`.
int get_and_print(const AdminFlags& flags, const std::string& target, std::string_view list,
                  std::initializer_list<std::string_view> columns);

inline constexpr std::string_view no_such_member =
    "There is no such member. `letsping member list` names them.";

// The link to a page of the dashboard; `made` has the server's own address as `url`, or not.
std::string dashboard_link(const Answer& made, std::string_view page);

// A value in a query string.
std::string query_escaped(std::string_view text);

}  // namespace lp::cli
