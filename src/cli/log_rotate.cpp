#include "cli/log_rotate.h"

#include <algorithm>

#include "cli/administer.h"
#include "cli/roster_change.h"
#include "cli/roster_proposals.h"
#include "cli/test_approver.h"

namespace lp::cli {
namespace {

struct LogRotateFlags : AdminFlags, KeyFlags {
  std::string project = "default";
  bool test_approver = false;
  evidence::RosterAct act = evidence::RosterAct::rotate_issuer;
};

json::Value result_of(const Answer& proposed) {
  auto result = json::Value::object();
  for (const char* name : {"project", "previous", "key", "vkey"}) {
    const json::Value* value = proposed.body().find(name);
    if (value != nullptr) result.add(name, value->is_object() ? *value->find("name") : *value);
  }
  return result;
}

// By the key that a test directory has for that.
int sign_as_test(AdminClient& client, const LogRotateFlags& flags, const Rosters& rosters,
                 RosterChange change) {
  const auto approver = test_approver(client);
  if (!approver) return fail(approver.error(), exit_not_authorised);
  if (const auto stop = send_rotation(client, approver->key, rosters, change)) return *stop;
  print_object(change.result, flags.json);
  return exit_ok;
}

int rotate(const LogRotateFlags& flags) {
  AdminClient client(flags.place);
  const auto rosters = fetch_rosters(client);
  if (!rosters) return rosters.error();
  auto body = json::Value::object();
  body.add("act", evidence::to_string(flags.act)).add("project", flags.project);
  const auto proposed = client.post("/admin/roster-proposals", body);
  if (!proposed) return fail(proposed.error());
  if (!proposed->ok()) return fail(*proposed);
  const auto waiting = read_proposal(proposed->body());
  const std::string id(proposed->body().find_string("id").value_or(""));
  if (!waiting || id.empty()) return fail("The server's answer makes no sense.");
  const RosterChange change{
      .wish = waiting->wish, .proposal = id, .from = waiting->from, .result = result_of(*proposed)};
  int status = exit_not_authorised;
  if (flags.test_approver) {
    status = sign_as_test(client, flags, *rosters, change);
  } else {
    auto owner = owner_at(flags, *rosters);
    if (!owner && !owner.error().status) {
      return print_link(flags, *proposed, result_of(*proposed), owner.error().why);
    }
    status = carry_out(flags, client, owner, *rosters, change);
  }
  // Nobody else was asked to sign it. What fails here is said, and the change ends by itself.
  if (status != exit_ok) static_cast<void>(withdraw_proposal(client, id));
  return status;
}

Command* add_rotation(Command& group, Chosen& chosen, const char* name, const char* what,
                      evidence::RosterAct act) {
  auto flags = std::make_shared<LogRotateFlags>();
  flags->act = act;
  auto* command = add_admin_command(group, name, what, flags, chosen, rotate);
  add_project_flag(*command, flags->project);
  add_key_file(*command, *flags);
  command->add_flag("--test-approver", flags->test_approver,
                    "Sign with the test approver of a test directory");
  return command;
}

}  // namespace

void add_log_rotate_issuer(Command& group, Chosen& chosen) {
  Command* command = add_rotation(group, chosen, "rotate-issuer",
                                  "Let a new key of the server sign a project's events",
                                  evidence::RosterAct::rotate_issuer);
  command->footer(
      "The key is made now, of fresh randomness, and signs from the entry on that the owner's\n"
      "signature names; every receipt stays what it is. Without an owner's key here it prints the\n"
      "address of the page where an owner signs, and ends with status 5.");
}

void add_log_rotate_key(Command& group, Chosen& chosen) {
  Command* command = add_rotation(group, chosen, "rotate-key", "Let a new key sign a project's log",
                                  evidence::RosterAct::rotate_log_key);
  command->footer(
      "Who signs the log makes the key now, of fresh randomness. It signs from the size on that\n"
      "the owner's signature names, and the key before is destroyed then; every receipt stays "
      "what\n"
      "it is. Before that tell your witnesses the new key; afterwards hand out a new trust file.\n"
      "Without an owner's key here it prints the address of the page where an owner signs, and "
      "ends\n"
      "with status 5.");
}

}  // namespace lp::cli
