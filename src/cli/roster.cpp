#include "base/id.h"
#include "base/text.h"
#include "cli/roster_change.h"

namespace lp::cli {
namespace {

struct Flags : AdminFlags, KeyFlags {
  std::string id;
};

std::expected<json::Array, int> fetch_proposals(AdminClient& client) {
  const auto answer = client.get("/admin/roster-proposals");
  if (!answer) return std::unexpected(fail(answer.error()));
  if (!answer->ok()) return std::unexpected(fail(*answer));
  const json::Value* proposals = answer->body().find("proposals");
  if (proposals == nullptr || !proposals->is_array()) {
    return std::unexpected(fail("The server's answer makes no sense."));
  }
  return proposals->items();
}

std::vector<std::string> texts_at(const json::Value& object, std::string_view name) {
  std::vector<std::string> texts;
  const json::Value* items = object.find(name);
  for (const auto& item : items != nullptr && items->is_array() ? items->items() : json::Array{}) {
    if (item.is_string()) texts.push_back(item.as_string());
  }
  return texts;
}

std::optional<evidence::RosterWish> wish_of(const json::Value& proposal) {
  const auto act = evidence::roster_act(proposal.find_string("act").value_or(""));
  const json::Value* member = proposal.find("member");
  auto spki = from_base64(proposal.find_string("spki").value_or(""));
  if (!act || member == nullptr || !spki) return std::nullopt;
  const bool fresh = *act == evidence::RosterAct::add_member;
  return evidence::RosterWish{
      .act = *act,
      .member = std::string(member->find_string("id").value_or("")),
      .name = fresh ? std::string(member->find_string("name").value_or("")) : std::string(),
      .roles = texts_at(proposal, "roles"),
      .groups = texts_at(proposal, "groups"),
      .spki = *std::move(spki)};
}

int list(const Flags& flags) {
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
    if (const json::Value* member = proposal.find("member")) {
      row.add("member", member->find_string("id").value_or(""))
          .add("name", member->find_string("name").value_or(""));
    }
    rows.push_back(std::move(row));
  }
  print_rows(rows, {"id", "act", "member", "name", "key", "expires_at"}, false);
  return exit_ok;
}

int sign(const Flags& flags) {
  AdminClient client(flags.place);
  const auto rosters = fetch_rosters(client);
  if (!rosters) return rosters.error();
  const auto proposals = fetch_proposals(client);
  if (!proposals) return proposals.error();
  for (const auto& proposal : *proposals) {
    if (proposal.find_string("id") != flags.id) continue;
    const auto wish = wish_of(proposal);
    if (!wish) return fail("The server's answer makes no sense.");
    auto owner = owner_at(flags, *rosters);
    if (!owner) {
      if (owner.error().status) return *owner.error().status;
      return fail(owner.error().why, exit_not_authorised);
    }
    return carry_out(
        flags, client, owner, *rosters,
        {.wish = *wish, .proposal = flags.id, .result = json::Value::object().add("id", flags.id)});
  }
  return fail("No such change waits: it was signed or withdrawn, or its 30 minutes are over.");
}

int withdraw(const Flags& flags) {
  AdminClient client(flags.place);
  const auto answer =
      client.post("/admin/roster-proposals/" + flags.id + "/withdraw", json::Value::object());
  if (!answer) return fail(answer.error());
  if (answer->reason() == "not_found") {
    return fail("No such change waits: it was signed or withdrawn, or its 30 minutes are over.");
  }
  if (!answer->ok()) return fail(*answer);
  print_object(json::Value::object().add("id", flags.id), flags.json);
  return exit_ok;
}

}  // namespace

void add_roster(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<Flags>();
  auto* group = app.add_subcommand("roster", "Changes of who decides that wait for an owner");
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
