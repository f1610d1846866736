#include "cli/administer.h"

#include <fmt/core.h>

namespace lp::cli {

void add_admin_flags(Command& app, AdminFlags& flags) {
  add_place(app, flags);
  app.add_flag("--json", flags.json, "Print JSON, one object a line for lists");
}

void add_project_flag(Command& app, std::string& project) {
  app.add_option("--project", project, "Project, by name or id")->capture_default_str();
}

Command* add_admin_command(Command& parent, const char* name, const char* help, AdminFlags& flags,
                           Chosen& chosen, std::function<int()> run) {
  auto* command = parent.add_subcommand(name, help);
  add_admin_flags(*command, flags);
  command->callback([run = std::move(run), &chosen] { chosen.command = run; });
  return command;
}

std::string dashboard_link(const Answer& made, std::string_view page) {
  constexpr std::string_view default_url = "http://localhost:8400";
  const auto base = made.body().find_string("url").value_or("");
  return fmt::format("{}{}", base.empty() ? default_url : base, page);
}

int post_and_print(const AdminFlags& flags, const std::string& target, const json::Value& body) {
  AdminClient client(flags.place);
  const auto answer = client.post(target, body);
  if (!answer) return fail(answer.error());
  if (!answer->ok()) return fail(*answer);
  if (flags.json || !answer->body().members().empty()) print_object(answer->body(), flags.json);
  return exit_ok;
}

int get_and_print(const AdminFlags& flags, const std::string& target, std::string_view list,
                  std::initializer_list<std::string_view> columns) {
  AdminClient client(flags.place);
  const auto answer = client.get(target);
  if (!answer) return fail(answer.error());
  if (!answer->ok()) return fail(*answer);
  const json::Value* rows = answer->body().find(list);
  print_rows(rows == nullptr ? json::Array{} : rows->items(), columns, flags.json);
  return exit_ok;
}

std::string query_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.';
    escaped += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return escaped;
}

}  // namespace lp::cli
