#include "base/file.h"
#include "base/id.h"
#include "cli/administer.h"

namespace lp::cli {
namespace {

struct ChannelFlags : AdminFlags {
  std::string project = "default", kind, name, to, token_file, audience, id;
  std::int64_t after_s = 0, repeat_s = 0;
};

constexpr std::size_t token_bytes_max = 500;

int add(const ChannelFlags& flags) {
  auto body = json::Value::object();
  body.add("project", flags.project)
      .add("kind", flags.kind)
      .add("name", flags.name)
      .add("to", flags.to)
      .add("audience", flags.audience)
      .add("after_s", flags.after_s)
      .add("repeat_s", flags.repeat_s);
  if (!flags.token_file.empty()) {
    // Not a flag: every account of the machine reads the flags of a process.
    auto token = read_secret_file(flags.token_file, token_bytes_max);
    if (!token) return fail(to_string(token.error()));
    std::string_view line = token->reveal();
    while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
    body.add("token", line);
  }
  return post_and_print(flags, "/admin/channels", body);
}

int list(const ChannelFlags& flags) {
  return get_and_print(flags, "/admin/channels", "channels",
                       {"id", "project", "kind", "name", "audience", "to", "after_s", "repeat_s",
                        "works", "last_success", "last_failure", "why"});
}

int remove(const ChannelFlags& flags) {
  return post_and_print(flags, "/admin/channels/" + flags.id + "/remove", json::Value::object());
}

int test(const ChannelFlags& flags) {
  return post_and_print(flags, "/admin/channels/" + flags.id + "/test", json::Value::object());
}

void add_id(Command& command, std::string& id) {
  command.add_option("id", id, "chn_…")->required()->check([](const std::string& text) {
    return is_id("chn", text) ? std::string() : "no id of a channel: " + text;
  });
}

}  // namespace

void add_channel(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<ChannelFlags>();
  auto* group = app.add_subcommand("channel", "How people are told that a request waits");
  group->require_subcommand(1);
  auto* add_command = add_admin_command(
      *group, "add", "Add one; the secret of a webhook is printed this once", flags, chosen, add);
  add_project_flag(*add_command, flags->project);
  add_command->add_option("--kind", flags->kind, "mail, slack, teams, webhook or ntfy")
      ->required()
      ->check(OneOf{{"mail", "slack", "teams", "webhook", "ntfy"}});
  add_command->add_option("--name", flags->name, "What people call it")->required();
  add_command->add_option("--to", flags->to, "A mail address, or the URL of the others")
      ->required();
  add_command->add_option("--token-file", flags->token_file,
                          "ntfy: a file with an access token, which others cannot read");
  add_command->add_option("--audience", flags->audience,
                          "group:NAME or member:mem_… (default: all of the project)");
  add_command
      ->add_option("--after", flags->after_s,
                   "Seconds that a request waits before this is told: a rung of a ladder")
      ->check(Between{0, 86'400})
      ->capture_default_str();
  add_command
      ->add_option("--repeat", flags->repeat_s,
                   "Told again every so many seconds while it waits, 60 at least; 0: once")
      ->check(Between{0, 86'400})
      ->capture_default_str();
  add_admin_command(*group, "list", "List them, and when each last worked", flags, chosen, list);
  add_id(*add_admin_command(*group, "test", "Send a test; `list` then says what became of it",
                            flags, chosen, test),
         flags->id);
  add_id(*add_admin_command(*group, "remove", "Remove one", flags, chosen, remove), flags->id);
}

}  // namespace lp::cli
