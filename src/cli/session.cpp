#include "cli/administer.h"

namespace lp::cli {
namespace {

struct SessionFlags : AdminFlags {
  std::string id, member;
};

int list(const SessionFlags& flags) {
  return get_and_print(flags, "/admin/sessions", "sessions",
                       {"id", "name", "member", "key", "created_at", "last_used_at", "network",
                        "active", "expires_at"});
}

int end(const SessionFlags& flags) {
  if (flags.id.empty() == flags.member.empty()) {
    return fail("Name a session, or with --member whose sessions end.", exit_usage);
  }
  if (!flags.member.empty()) {
    return post_and_print(flags, "/admin/sessions/end",
                          json::Value::object().add("member", flags.member));
  }
  return post_and_print(flags, "/admin/sessions/" + query_escaped(flags.id) + "/end",
                        json::Value::object());
}

}  // namespace

void add_session(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<SessionFlags>();
  auto* group = app.add_subcommand("session", "Where people are signed in to the dashboard");
  group->require_subcommand(1);
  add_admin_command(*group, "list", "List the sessions that are open", flags, chosen, list);
  auto* end_command = add_admin_command(
      *group, "end", "End a session, or all of a member: its pages fall to the sign-in page", flags,
      chosen, end);
  auto* id = end_command->add_option("id", flags->id, "ses_…");
  end_command->add_option("--member", flags->member, "mem_…: all sessions of theirs")->excludes(id);
}

}  // namespace lp::cli
