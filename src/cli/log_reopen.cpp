#include "cli/log_reopen.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/visible.h"
#include "cli/administer.h"
#include "cli/openings.h"
#include "cli/roster_change.h"
#include "cli/test_approver.h"

namespace lp::cli {
namespace {

constexpr std::string_view no_sense = "The server's answer makes no sense.";

struct LogReopenFlags : AdminFlags, KeyFlags {
  bool test_approver = false;
};

std::optional<Opening> read_offer(const json::Value& item, const ProjectRoster& project) {
  auto offer = read_opening(item);
  if (!offer) return std::nullopt;
  // Nobody comes or goes with the new log: its first roster is the one that was checked here.
  const auto& newest = project.history.newest();
  evidence::RosterHead expected = newest.head;
  expected.origin = offer->head.origin;
  expected.version = 1;
  expected.prev.reset();
  expected.issuer = offer->head.issuer;
  expected.log = offer->head.log;
  expected.time = offer->head.time;
  if (!offer->fits(newest.head, expected)) return std::nullopt;
  return offer;
}

struct Offers {
  std::string url;
  std::vector<Opening> offers;
};

// The error is the exit status, said already.
std::expected<Offers, int> fetch_offers(AdminClient& client, const Rosters& rosters) {
  const auto answer = client.get("/admin/successions");
  if (!answer) return std::unexpected(fail(answer.error()));
  if (!answer->ok()) return std::unexpected(fail(*answer));
  const json::Value* items = answer->body().find("successions");
  if (items == nullptr || !items->is_array()) return std::unexpected(fail(no_sense));
  Offers found{.url = std::string(answer->body().find_string("url").value_or("")), .offers = {}};
  for (const auto& item : items->items()) {
    const auto project = std::ranges::find(
        rosters.projects, item.find_string("project").value_or(""), &ProjectRoster::id);
    auto offer = project == rosters.projects.end() ? std::nullopt : read_offer(item, *project);
    // What is signed is what is said here, whatever the server says.
    if (!offer) return std::unexpected(fail(no_sense, exit_verification));
    found.offers.push_back(*std::move(offer));
  }
  if (found.offers.empty()) {
    return std::unexpected(
        fail("No closed log waits for an owner. A log that was rolled back is closed by `letsping "
             "serve --accept-rollback=REASON`.",
             exit_conflict));
  }
  return found;
}

std::string shown(const Opening& offer, const Rosters& rosters) {
  const auto& document = offer.document;
  const auto project = std::ranges::find(rosters.projects, offer.project, &ProjectRoster::id);
  std::string text = fmt::format(
      "The log of project {} was closed for ever:\n"
      "  signed    {} entries\n"
      "  restored  {} entries{}\n"
      "  reason    {}\n"
      "  operator  {}\n"
      "A new log opens in its place: {}\n"
      "Whoever verifies receipts needs a new trust file. Of the old log every receipt stays what "
      "it is.\nWho decides in the new one, as this copy has it:\n",
      project->name, document.last_signed.size, document.restored.size,
      document.restored.size < document.last_signed.size
          ? fmt::format("; the last {} are lost",
                        document.last_signed.size - document.restored.size)
          : "",
      document.reason, document.operator_name, document.origin);
  for (const auto& entry : project->history.newest().entries) {
    text += fmt::format("  {} ({}){}\n", rosters.name_of(entry.member), entry.member,
                        entry.has_key() ? ", key " + evidence::key_id(entry.spki) : "");
  }
  return visible(text);
}

// An owner's yes and key; or the exit status, said already.
std::expected<crypto::P256Key, int> key_of_owner(const LogReopenFlags& flags,
                                                 const Rosters& rosters, const Offers& offers) {
  auto owner = owner_at(flags, rosters);
  if (!owner) {
    if (owner.error().status) return std::unexpected(*owner.error().status);
    const std::string page = offers.url + "/settings/rollback";
    print_object(json::Value::object().add("url", page), flags.json);
    return std::unexpected(
        fail(fmt::format("{} Only an owner's signature opens a log in the place of another. An "
                         "owner signs at {} or, where their key is, with `letsping log reopen`.",
                         owner.error().why, page),
             exit_not_authorised));
  }
  for (const Opening& offer : offers.offers) owner->terminal.say(shown(offer, rosters));
  if (!owner->terminal.confirm("Accept this loss for ever, as the owner? type yes: ")) {
    return std::unexpected(fail("Given up; nothing was signed.", exit_not_authorised));
  }
  auto key = unlock(owner->terminal, owner->key_path, owner->file);
  if (!key) return std::unexpected(fail(key.error(), exit_not_authorised));
  return *std::move(key);
}

int reopen(const LogReopenFlags& flags) {
  AdminClient client(flags.place);
  const auto rosters = fetch_rosters(client);
  if (!rosters) return rosters.error();
  const auto offers = fetch_offers(client, *rosters);
  if (!offers) return offers.error();
  std::expected<crypto::P256Key, int> key = std::unexpected<int>(exit_not_authorised);
  if (flags.test_approver) {
    auto approver = test_approver(client);
    if (!approver) return fail(approver.error(), exit_not_authorised);
    key = std::move(approver->key);
  } else {
    key = key_of_owner(flags, *rosters, *offers);
  }
  if (!key) return key.error();
  const auto answer = client.post("/admin/successions", openings_body(offers->offers, *key));
  if (!answer) return fail(answer.error());
  if (!answer->ok()) return fail(*answer);
  if (flags.json) {
    print_object(answer->body(), true);
    return exit_ok;
  }
  const json::Value* opened = answer->body().find("opened");
  if (opened == nullptr || !opened->is_array()) return fail(no_sense);
  print_rows(opened->items(), {"project", "origin", "predecessor"}, false);
  return exit_ok;
}

}  // namespace

void add_log_reopen(Command& group, Chosen& chosen) {
  auto flags = std::make_shared<LogReopenFlags>();
  auto* command = add_admin_command(
      group, "reopen", "Open new logs for those closed after a rollback; an owner signs that",
      flags, chosen, reopen);
  add_key_file(*command, *flags);
  command->add_flag("--test-approver", flags->test_approver,
                    "Sign with the test approver of a test directory");
  command->footer(
      "A log is closed by `letsping serve --accept-rollback=REASON`. Without an owner's key here "
      "it prints\nthe address of the page where an owner signs, and ends with status 5.");
}

}  // namespace lp::cli
