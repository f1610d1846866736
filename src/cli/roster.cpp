#include "base/id.h"
#include "cli/roster_change.h"
#include "cli/roster_proposals.h"

namespace lp::cli {
namespace {

struct RosterFlags : AdminFlags, KeyFlags {
  std::string id;
};

int list(const RosterFlags& flags) {
  AdminClient client(flags.place);
  const auto proposals = fetch_proposals(client);
  if (!proposals) return proposals.error();
  if (flags.json) {
    print_rows(*proposals, {}, true);
    return exit_ok;
  }
  json::Array rows;
  for (const auto& proposal : *proposals) {
    auto row = json::Value::object();
    for (const char* name : {"id", "act", "key", "expires_at"}) {
      if (const json::Value* value = proposal.find(name)) row.add(name, *value);
    }
    if (const json::Value* vkey = proposal.find("vkey")) row.add("key", *vkey);
    if (const json::Value* member = proposal.find("member")) {
      row.add("member", member->find_string("id").value_or(""))
          .add("name", member->find_string("name").value_or(""));
    }
    if (const json::Value* project = proposal.find("project")) {
      row.add("project", project->find_string("name").value_or(""));
    }
    rows.push_back(std::move(row));
  }
  print_rows(rows, {"id", "act", "member", "name", "project", "key", "expires_at"}, false);
  return exit_ok;
}

int sign(const RosterFlags& flags) {
  AdminClient client(flags.place);
  const auto rosters = fetch_rosters(client);
  if (!rosters) return rosters.error();
  const auto waiting = fetch_proposal(client, flags.id);
  if (!waiting) return waiting.error();
  auto owner = owner_at(flags, *rosters);
  if (!owner) {
    if (owner.error().status) return *owner.error().status;
    return fail(owner.error().why, exit_not_authorised);
  }
  return carry_out(flags, client, owner, *rosters,
                   {.wish = waiting->wish,
                    .proposal = flags.id,
                    .from = waiting->from,
                    .result = json::Value::object().add("id", flags.id)});
}

int withdraw(const RosterFlags& flags) {
  AdminClient client(flags.place);
  if (const auto done = withdraw_proposal(client, flags.id); !done) return done.error();
  print_object(json::Value::object().add("id", flags.id), flags.json);
  return exit_ok;
}

}  // namespace

void add_roster(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<RosterFlags>();
  auto* group = app.add_subcommand("roster", "Changes of rosters that wait for an owner");
  group->require_subcommand(1);
  const auto is_proposal = [](const std::string& id) {
    return is_id("rop", id) ? std::string() : "no id of a change: " + id;
  };
  add_admin_command(*group, "list", "List what waits for an owner's signature", flags, chosen,
                    list);
  auto* sign_command = add_admin_command(*group, "sign", "Show a change and sign it as the owner",
                                         flags, chosen, sign);
  add_key_file(*sign_command, *flags);
  sign_command->add_option("id", flags->id, "rop_…")->required()->check(is_proposal);
  add_admin_command(*group, "withdraw", "Take a change back, unsigned", flags, chosen, withdraw)
      ->add_option("id", flags->id, "rop_…")
      ->required()
      ->check(is_proposal);
}

}  // namespace lp::cli
