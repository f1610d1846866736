// `letsping go-live`: an owner takes a demonstration live, and everybody gets a link with which
// they enrol again.

#include "core/go_live.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/visible.h"
#include "cli/account.h"
#include "cli/openings.h"
#include "cli/roster_change.h"

namespace lp::cli {
namespace {

constexpr std::string_view no_sense = "The server's answer makes no sense.";
// A log that grows while the owner reads or signs is offered anew; what they read stays the same.
constexpr int tries_max = 5;

struct GoLiveFlags : AdminFlags, KeyFlags {
  std::string public_url;
};

std::optional<Opening> read_offer(const json::Value& item, const ProjectRoster& project,
                                  const std::string& owner, const std::string& public_url) {
  auto offer = read_opening(item);
  if (!offer) return std::nullopt;
  const auto& newest = project.history.newest();
  const auto entries = core::live_entries(newest.entries, owner);
  const auto& document = offer->document;
  const bool same = offer->fits(newest.head, core::live_head(newest.head, entries, offer->head)) &&
                    document.last_signed == document.restored &&
                    document.reason == core::go_live_reason(public_url);
  if (!same) return std::nullopt;
  return offer;
}

// The error is the exit status, said already.
std::expected<std::vector<Opening>, int> fetch_offers(AdminClient& client, const Rosters& rosters,
                                                      const std::string& public_url,
                                                      const std::string& owner) {
  const auto answer = client.get(
      fmt::format("/admin/successions?public_url={}&key={}&operator={}", query_escaped(public_url),
                  owner.empty() ? "" : evidence::key_id(owner), query_escaped(account_name())));
  if (!answer) return std::unexpected(fail(answer.error()));
  if (!answer->ok()) return std::unexpected(fail(*answer));
  const json::Value* items = answer->body().find("successions");
  if (items == nullptr || !items->is_array()) return std::unexpected(fail(no_sense));
  std::vector<Opening> offers;
  for (const auto& item : items->items()) {
    const auto project = std::ranges::find(
        rosters.projects, item.find_string("project").value_or(""), &ProjectRoster::id);
    auto offer = project == rosters.projects.end() ? std::nullopt
                                                   : read_offer(item, *project, owner, public_url);
    // What is signed is what is said here, whatever the server says.
    if (!offer) return std::unexpected(fail(no_sense, exit_verification));
    offers.push_back(*std::move(offer));
  }
  return offers;
}

// Everybody who enrols again: id and name.
std::set<std::pair<std::string, std::string>> people_of(const Rosters& rosters) {
  std::set<std::pair<std::string, std::string>> people;
  for (const auto& project : rosters.projects) {
    for (const auto& entry : project.history.newest().entries) {
      people.emplace(entry.member, rosters.name_of(entry.member));
    }
  }
  return people;
}

std::string shown(const std::string& public_url, const std::vector<Opening>& offers,
                  const Rosters& rosters) {
  std::string text = fmt::format(
      "This server goes live at {}.\nA new log opens for each project, "
      "and the one before is closed for ever:\n",
      public_url);
  for (const Opening& offer : offers) {
    const auto project = std::ranges::find(rosters.projects, offer.project, &ProjectRoster::id);
    text += fmt::format("  {}: {} entries stay to be read; then {}\n", project->name,
                        offer.document.last_signed.size, offer.document.origin);
  }
  text +=
      "Members, roles, groups, API keys and webhooks go along. Whoever verifies receipts needs a "
      "new trust file.\nYour key stays. All other devices and passkeys end; these people enrol "
      "again:\n";
  for (const auto& [member, name] : people_of(rosters)) {
    text += fmt::format("  {} ({})\n", name, member);
  }
  return visible(text);
}

// Where an owner signs whose key is in a browser.
int print_page(const GoLiveFlags& flags, const Rosters& rosters, std::string_view why) {
  const std::string page = rosters.url + "/settings/go-live";
  print_object(json::Value::object().add("url", page), flags.json);
  return fail(fmt::format("{} Only an owner's signature takes a server live. An owner signs at {} "
                          "or, where their key is, with `letsping go-live`.",
                          why, page),
              exit_not_authorised);
}

json::Array login_links(AdminClient& client, const GoLiveFlags& flags, const Rosters& rosters) {
  json::Array links;
  for (const auto& [member, name] : people_of(rosters)) {
    const auto made =
        client.post("/admin/login-links", json::Value::object().add("member", member));
    if (!made || !made->ok()) {
      // They are live all the same: `letsping login-link` makes it later.
      fail(fmt::format("No link could be made for {}.", member));
      continue;
    }
    auto link = json::Value::object();
    link.add("member", member)
        .add("name", name)
        .add("url", fmt::format("{}/login#t={}", flags.public_url,
                                made->body().find_string("token").value_or("")))
        .add("expires_at", made->body().find_string("expires_at").value_or(""));
    links.push_back(std::move(link));
  }
  return links;
}

int print_result(AdminClient& client, const GoLiveFlags& flags, const Rosters& rosters,
                 const Answer& answer, Terminal& terminal) {
  auto links = login_links(client, flags, rosters);
  terminal.say(visible(fmt::format(
      "Live. Set server.public_url = \"{}\" and start the server again: it starts under no other "
      "address.\nEach of these links is for one person, once, within 30 minutes; `letsping "
      "login-link` makes another.\nSign the key that each brings: `letsping roster list`.\n",
      flags.public_url)));
  if (!flags.json) {
    print_rows(links, {"name", "url"}, false);
    return exit_ok;
  }
  auto value = json::Value::object();
  value.add("public_url", flags.public_url);
  if (const json::Value* opened = answer.body().find("opened")) value.add("opened", *opened);
  value.add("links", json::Value::array(std::move(links)));
  print_object(value, true);
  return exit_ok;
}

int go_live(const GoLiveFlags& flags) {
  AdminClient client(flags.place);
  const auto rosters = fetch_rosters(client);
  if (!rosters) return rosters.error();
  auto owner = owner_at(flags, *rosters);
  if (!owner) {
    if (owner.error().status) return *owner.error().status;
    return print_page(flags, *rosters, owner.error().why);
  }
  const std::string spki = owner->file.spki;
  auto offers = fetch_offers(client, *rosters, flags.public_url, spki);
  if (!offers) return offers.error();
  owner->terminal.say(shown(flags.public_url, *offers, *rosters));
  if (!owner->terminal.confirm("Go live, as the owner? type yes: ")) {
    return fail("Given up; nothing was signed.", exit_not_authorised);
  }
  const auto key = unlock(owner->terminal, owner->key_path, owner->file);
  if (!key) return fail(key.error(), exit_not_authorised);
  for (int tried = 1;; ++tried) {
    auto body = openings_body(*offers, *key);
    body.add("public_url", flags.public_url);
    const auto answer = client.post("/admin/successions", body);
    if (!answer) return fail(answer.error());
    if (answer->ok()) return print_result(client, flags, *rosters, *answer, owner->terminal);
    if (answer->reason() != "stale" || tried == tries_max) return fail(*answer);
    offers = fetch_offers(client, *rosters, flags.public_url, spki);
    if (!offers) return offers.error();
  }
}

}  // namespace

void add_go_live(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<GoLiveFlags>();
  auto* command = add_admin_command(app, "go-live",
                                    "Take a demo live under its real address; an owner signs that",
                                    flags, chosen, go_live);
  add_key_file(*command, *flags);
  command
      ->add_option("--public-url", flags->public_url,
                   "Where people reach the server from now on: https://letsping.example")
      ->required();
  command->footer(
      "Works on a server that runs and on one that is stopped. Nothing may wait for a decision.\n"
      "Without an owner's key here it prints the address of the page where an owner signs, and "
      "ends\nwith status 5.");
}

}  // namespace lp::cli
