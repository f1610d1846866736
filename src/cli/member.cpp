#include "base/id.h"
#include "cli/roster_change.h"
#include "crypto/hash.h"

namespace lp::cli {
namespace {

struct MemberFlags : AdminFlags, KeyFlags {
  std::string name, id;
  std::vector<std::string> roles, groups;
  bool no_groups = false;
};

const std::vector<std::string> role_names{"owner",    "admin",   "policy_author",
                                          "reviewer", "auditor", "developer"};

int list(const MemberFlags& flags) {
  return get_and_print(flags, "/admin/members", "members",
                       {"id", "name", "roles", "devices", "created_at", "removed_at", "erased_at"});
}

json::Value id_object(const std::string& id) {
  return json::Value::object().add("id", id);
}

int add(const MemberFlags& flags) {
  AdminClient client(flags.place);
  const auto rosters = fetch_rosters(client);
  if (!rosters) return rosters.error();
  auto owner = owner_at(flags, *rosters);
  crypto::SystemEntropy entropy;
  const std::string id = new_id("mem", rosters->time, entropy);
  return carry_out(flags, client, owner, *rosters,
                   {.wish = {.act = evidence::RosterAct::add_member,
                             .member = id,
                             .name = flags.name,
                             .roles = flags.roles,
                             .groups = flags.groups,
                             .spki = {}},
                    .result = id_object(id)});
}

// The groups that a member has; all their entries say the same.
std::vector<std::string> groups_of(const Rosters& rosters, std::string_view member) {
  for (const auto& project : rosters.projects) {
    for (const auto& entry : project.history.newest().entries) {
      if (entry.member == member) return entry.groups;
    }
  }
  return {};
}

int change(const MemberFlags& flags) {
  AdminClient client(flags.place);
  const auto rosters = fetch_rosters(client);
  if (!rosters) return rosters.error();
  if (!rosters->lists(flags.id)) {
    return fail(no_such_member);
  }
  const bool keeps_groups = flags.groups.empty() && !flags.no_groups;
  auto owner = owner_at(flags, *rosters);
  return carry_out(flags, client, owner, *rosters,
                   {.wish = {.act = evidence::RosterAct::change_member,
                             .member = flags.id,
                             .name = {},
                             .roles = flags.roles,
                             .groups = keeps_groups ? groups_of(*rosters, flags.id) : flags.groups,
                             .spki = {}},
                    .result = id_object(flags.id)});
}

int remove(const MemberFlags& flags) {
  AdminClient client(flags.place);
  const auto rosters = fetch_rosters(client);
  if (!rosters) return rosters.error();
  if (!rosters->lists(flags.id)) {
    return fail(no_such_member);
  }
  auto owner = owner_at(flags, *rosters);
  return carry_out(flags, client, owner, *rosters,
                   {.wish = {.act = evidence::RosterAct::remove_member,
                             .member = flags.id,
                             .name = {},
                             .roles = {},
                             .groups = {},
                             .spki = {}},
                    .result = id_object(flags.id)});
}

}  // namespace

void add_member(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<MemberFlags>();
  auto* group = app.add_subcommand("member", "The people of this installation");
  group->require_subcommand(1);
  auto* add_command = add_admin_command(
      *group, "add", "Add a person to all projects; an owner signs that", flags, chosen, add);
  add_key_file(*add_command, *flags);
  add_command->add_option("--name", flags->name, "Their name, as others see it")->required();
  add_command->add_option("--role", flags->roles, "What they may do; may be given several times")
      ->required()
      ->check(OneOf{role_names});
  add_command->add_option("--group", flags->groups, "A group that rules can name; likewise");
  auto* change_command = add_admin_command(
      *group, "change", "Give a person other roles or groups; an owner signs that", flags, chosen,
      change);
  add_key_file(*change_command, *flags);
  change_command->add_option("id", flags->id, "mem_…")->required();
  change_command
      ->add_option("--role", flags->roles, "All that they may do; may be given several times")
      ->required()
      ->allow_extra_args(false)
      ->check(OneOf{role_names});
  auto* none =
      change_command->add_flag("--no-groups", flags->no_groups, "They are in no group any more");
  change_command
      ->add_option("--group", flags->groups, "All their groups; likewise (default: as they are)")
      ->allow_extra_args(false)
      ->excludes(none);
  add_admin_command(*group, "list", "List members, removed ones too", flags, chosen, list);
  auto* remove_command =
      add_admin_command(*group, "remove", "Remove a person and their devices; an owner signs that",
                        flags, chosen, remove);
  add_key_file(*remove_command, *flags);
  remove_command->add_option("id", flags->id, "mem_…")->required();
}

}  // namespace lp::cli
