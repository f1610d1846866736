#include "cli/roster_change.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"
#include "cli/roster_proposals.h"
#include "core/roster_offer.h"
#include "crypto/hash.h"
#include "evidence/cosignature.h"
#include "evidence/log_keys.h"
#include "json/text_array.h"
#include "json/write.h"

namespace lp::cli {
namespace {

using Entries = std::vector<evidence::RosterEntry>;

std::expected<std::map<std::string, std::string, std::less<>>, int> fetch_names(
    AdminClient& client) {
  const auto answer = client.get("/admin/members");
  if (!answer) return std::unexpected(fail(answer.error()));
  if (!answer->ok()) return std::unexpected(fail(*answer));
  std::map<std::string, std::string, std::less<>> names;
  const json::Value* members = answer->body().find("members");
  for (const auto& member : members == nullptr ? json::Array{} : members->items()) {
    names.emplace(member.find_string("id").value_or(""), member.find_string("name").value_or(""));
  }
  return names;
}

std::string entry_words(const evidence::RosterEntry& entry,
                        const std::function<std::string(std::string_view)>& name_of) {
  std::string key =
      entry.has_key() ? "key " + evidence::key_id(entry.spki) : std::string("no key yet");
  if (entry.rp_id) key = "passkey of " + *entry.rp_id + ", " + key;
  return visible(fmt::format(
      "{} ({}), {}, {}", name_of(entry.member), entry.member,
      entry.roles.empty() ? "no role" : fmt::format("{}", fmt::join(entry.roles, " and ")), key));
}

bool same_entries(const Entries& one, const Entries& other) {
  return std::ranges::equal(one, other, {}, &evidence::RosterEntry::bytes,
                            &evidence::RosterEntry::bytes);
}

json::Value wish_body(const evidence::RosterWish& wish) {
  auto body = json::Value::object();
  body.add("act", evidence::to_string(wish.act));
  const bool fresh = wish.act == evidence::RosterAct::add_member;
  if (fresh) {
    body.add("name", wish.name);
  } else {
    body.add("member", wish.member);
  }
  if (fresh || wish.act == evidence::RosterAct::change_member) {
    body.add("roles", json::text_array(wish.roles)).add("groups", json::text_array(wish.groups));
  }
  if (!wish.spki.empty()) body.add("spki", base64(wish.spki));
  return body;
}

// A link instead of a signature: printed as data, for whoever is asked to open it.
int propose(const AdminFlags& flags, AdminClient& client, const RosterChange& change,
            std::string_view why) {
  if (change.before_sending) {
    if (const auto ready = change.before_sending(); !ready) return fail(ready.error());
  }
  const auto answer = client.post("/admin/roster-proposals", wish_body(change.wish));
  if (!answer) return fail(answer.error());
  if (!answer->ok()) {
    if (change.when_refused) change.when_refused();
    return fail(*answer);
  }
  const bool tells = change.wish.act == evidence::RosterAct::add_device;
  return print_link(flags, *answer, tells ? change.result : json::Value::object(), why);
}

bool is_owner(const Rosters& rosters, const std::string& spki) {
  return std::ranges::all_of(rosters.projects, [&](const auto& project) {
    const auto& owners = project.history.newest().head.owners;
    return std::ranges::find(owners, spki) != owners.end();
  });
}

// A project whose roster becomes another.
struct Next {
  const ProjectRoster* project;
  Entries entries;
  evidence::RosterHead head;
};

// The key that signs the statements of one project, or its log, is another from an entry on.
std::vector<Next> with_next_key(const Rosters& rosters, const RosterChange& change) {
  const auto project = std::ranges::find(rosters.projects, change.wish.project, &ProjectRoster::id);
  if (project == rosters.projects.end()) return {};
  const auto& newest = project->history.newest();
  auto head = core::next_roster_head(newest.head, newest.entries, rosters.time);
  const bool handed_over = change.wish.act == evidence::RosterAct::rotate_log_key
                               ? evidence::hand_over(head.log, change.wish.vkey, change.from)
                               : core::hand_over(head.issuer, change.wish.spki, change.from);
  if (!handed_over) return {};
  return {{&*project, newest.entries, std::move(head)}};
}

// Whose owner's key it is.
std::string member_of(const Entries& entries, const std::string& spki) {
  const auto entry = std::ranges::find(entries, spki, &evidence::RosterEntry::spki);
  return entry == entries.end() ? std::string() : entry->member;
}

// The entries of that key as the owner will cosign them: those that they have not cosigned yet.
std::vector<Next> with_cosignatures(const Rosters& rosters, const RosterChange& change,
                                    const std::string& owner,
                                    const crypto::P256Key* key = nullptr) {
  std::vector<Next> versions;
  for (const auto& project : rosters.projects) {
    const auto& newest = project.history.newest();
    Entries entries = newest.entries;
    const auto entry = std::ranges::find(entries, change.cosigned, &evidence::RosterEntry::spki);
    const std::string member = member_of(entries, owner);
    if (entry == entries.end() || member.empty() || member == entry->member) continue;
    const auto before = evidence::read_cosignatures(*entry);
    const bool done =
        before && std::ranges::count(*before, owner, &evidence::Cosignature::spki) > 0;
    if (done) continue;
    if (key != nullptr) {
      const auto text = evidence::cosignature_bytes(newest.head.origin, *entry, member);
      evidence::add_cosignature(*entry, {member, owner, key->sign(text)});
    }
    auto head = core::next_roster_head(newest.head, entries, rosters.time);
    versions.push_back({&project, std::move(entries), std::move(head)});
  }
  return versions;
}

std::vector<Next> next_versions(const Rosters& rosters, const RosterChange& change,
                                const std::string& owner) {
  if (!change.cosigned.empty()) return with_cosignatures(rosters, change, owner);
  if (evidence::rotates(change.wish.act)) return with_next_key(rosters, change);
  crypto::SystemEntropy entropy;
  std::vector<Next> versions;
  for (const auto& project : rosters.projects) {
    const auto& newest = project.history.newest();
    Entries entries = newest.entries;
    evidence::carry_out(change.wish, entries, [&] { return entropy.bytes(32); });
    if (same_entries(entries, newest.entries)) continue;
    auto head = core::next_roster_head(newest.head, entries, rosters.time);
    versions.push_back({&project, std::move(entries), std::move(head)});
  }
  return versions;
}

std::string shown(const Next& next, const RosterChange& change,
                  const std::function<std::string(std::string_view)>& name_of) {
  const auto& newest = next.project->history.newest();
  std::string text = fmt::format("{}, roster version {} to {}\n", visible(next.project->name),
                                 newest.head.version, next.head.version);
  text += difference(newest, next.entries, name_of);
  for (const auto& entry : newest.entries) {
    if (change.cosigned.empty() || entry.spki != change.cosigned) continue;
    text += "  You vouch for this key: compare its id with the one that its member sees.\n  = " +
            entry_words(entry, name_of) + "\n";
  }
  if (newest.head.issuer != next.head.issuer) {
    text += fmt::format(
        "  The server signs its events with another key from entry {} on, or from a few entries\n"
        "  later on if the log grows meanwhile.\n"
        "  - issuer key {}\n  + issuer key {}\n",
        next.head.issuer.back().from, evidence::key_id(newest.head.issuer.back().spki),
        evidence::key_id(next.head.issuer.back().spki));
  }
  if (newest.head.log != next.head.log) {
    text += fmt::format(
        "  The server signs its log with another key once it has {} entries, or a few more if it\n"
        "  grows meanwhile, and destroys this one then. Whoever verifies needs a new trust file.\n"
        "  - log key {}\n  + log key {}\n",
        next.head.log.back().from, newest.head.log.back().vkey, next.head.log.back().vkey);
  }
  if (newest.head.single_operator && !next.head.single_operator) {
    text +=
        "  It becomes a team, for ever: who owns an agent cannot approve its requests of the "
        "levels high and critical any more.\n";
  }
  return text;
}

json::Value wire_form(const std::vector<Next>& versions, const crypto::P256Key& key,
                      const RosterChange& change) {
  json::Array changes, names;
  for (const auto& next : versions) {
    const std::string head = next.head.bytes();
    json::Array entries;
    for (const auto& entry : next.entries) entries.emplace_back(entry.bytes());
    auto item = json::Value::object();
    item.add("project", next.project->id)
        .add("head", head)
        .add("entries", json::Value::array(std::move(entries)))
        .add("signatures", evidence::signatures_text(
                               {{.spki = key.spki(),
                                 .signature = key.sign(evidence::roster_signing_bytes(head))}}));
    changes.push_back(std::move(item));
  }
  if (change.wish.act == evidence::RosterAct::add_member) {
    auto item = json::Value::object();
    item.add("member", change.wish.member).add("name", change.wish.name);
    names.push_back(std::move(item));
  }
  auto body = json::Value::object();
  body.add("changes", json::Value::array(std::move(changes)))
      .add("names", json::Value::array(std::move(names)));
  if (!change.proposal.empty()) body.add("proposal", change.proposal);
  return body;
}

}  // namespace

std::string Rosters::name_of(std::string_view member) const {
  const auto found = names.find(member);
  return found == names.end() ? std::string("somebody new") : found->second;
}

bool Rosters::lists(std::string_view member) const {
  return std::ranges::any_of(projects, [&](const auto& project) {
    const auto& entries = project.history.newest().entries;
    return std::ranges::find(entries, member, &evidence::RosterEntry::member) != entries.end();
  });
}

const evidence::RosterEntry* Rosters::entry_of_key(std::string_view id) const {
  for (const auto& project : projects) {
    for (const auto& entry : project.history.newest().entries) {
      if (entry.has_key() && evidence::key_id(entry.spki) == id) return &entry;
    }
  }
  return nullptr;
}

std::expected<Rosters, int> fetch_rosters(AdminClient& client) {
  const auto answer = client.get("/admin/rosters");
  if (!answer) return std::unexpected(fail(answer.error()));
  if (!answer->ok()) return std::unexpected(fail(*answer));
  Rosters rosters{.log_name = std::string(answer->body().find_string("log_name").value_or("")),
                  .url = std::string(answer->body().find_string("url").value_or("")),
                  .time = {},
                  .projects = {},
                  .names = {}};
  const auto time = parse_instant(answer->body().find_string("time").value_or(""));
  const json::Value* projects = answer->body().find("projects");
  if (!time || projects == nullptr || !projects->is_array()) {
    return std::unexpected(fail("The server's answer makes no sense."));
  }
  rosters.time = *time;
  for (const auto& item : projects->items()) {
    const json::Value* versions = item.find("rosters");
    if (versions != nullptr && versions->is_array() && versions->items().empty()) continue;
    auto history = read_history(item);
    if (!history) return std::unexpected(fail(history.error(), exit_verification));
    rosters.projects.push_back({.id = std::string(item.find_string("id").value_or("")),
                                .name = std::string(item.find_string("name").value_or("")),
                                .history = *std::move(history)});
  }
  if (rosters.projects.empty()) {
    return std::unexpected(
        fail("Nobody has set this server up yet: become its owner with `letsping setup`."));
  }
  auto names = fetch_names(client);
  if (!names) return std::unexpected(names.error());
  rosters.names = *std::move(names);
  return rosters;
}

std::expected<Owner, NoOwner> owner_at(const KeyFlags& flags, const Rosters& rosters) {
  const auto none = [](std::string why) {
    return std::unexpected(NoOwner{.why = std::move(why), .status = {}});
  };
  const auto wrong = [](int status) {
    return std::unexpected(NoOwner{.why = {}, .status = status});
  };
  const auto path = key_path(flags, rosters.log_name);
  if (!path) return none(path.error());
  const auto file = read_own_key(*path, rosters.log_name);
  if (!file) return none(file.error());
  if (!is_owner(rosters, file->spki)) return none(fmt::format("{} is no owner's key.", *path));
  auto terminal = Terminal::open();
  if (!terminal) return none(terminal.error());
  auto pins = RosterPins::load(*path);
  if (!pins) return wrong(fail(pins.error()));
  for (const auto& project : rosters.projects) {
    if (const auto same = pins->check(project.history); !same) {
      return wrong(fail(same.error(), exit_verification));
    }
  }
  if (const auto saved = pins->save(*path); !saved) return wrong(fail(saved.error()));
  return Owner{.terminal = *std::move(terminal), .key_path = *path, .file = *file};
}

std::string difference(const evidence::RosterVersion& before, const Entries& after,
                       const std::function<std::string(std::string_view)>& name_of) {
  const auto missing_in = [](const Entries& entries, const evidence::RosterEntry& entry) {
    return std::ranges::none_of(entries,
                                [&](const auto& item) { return item.bytes() == entry.bytes(); });
  };
  std::string lines;
  for (const auto& entry : before.entries) {
    if (missing_in(after, entry)) lines += "  - " + entry_words(entry, name_of) + "\n";
  }
  for (const auto& entry : after) {
    if (missing_in(before.entries, entry)) lines += "  + " + entry_words(entry, name_of) + "\n";
  }
  return lines;
}

std::optional<int> send_rotation(AdminClient& client, const crypto::P256Key& key,
                                 const Rosters& rosters, RosterChange& change) {
  for (int left = 4;; --left) {
    const auto waiting = fetch_proposal(client, change.proposal);
    if (!waiting) return waiting.error();
    if (waiting->wish != change.wish) return fail("Nothing was signed: it is another key by now.");
    change.from = waiting->from;
    const auto versions = next_versions(rosters, change, key.spki());
    if (versions.empty()) return fail("Nothing was signed: the server's answer makes no sense.");
    const auto answer = client.post("/admin/rosters", wire_form(versions, key, change));
    if (!answer) return fail(answer.error());
    if (answer->ok()) {
      change.result.add("from", change.from);
      return std::nullopt;
    }
    if (answer->reason() != "stale" || left == 0) return fail(*answer);
  }
}

namespace {

// Nothing when the change is in force, else the exit status.
std::optional<int> sign_and_send(AdminClient& client, Owner& owner, const Rosters& rosters,
                                 RosterChange& change) {
  auto versions = next_versions(rosters, change, owner.file.spki);
  if (versions.empty()) return fail("That changes nothing.", exit_conflict);
  const auto name_of = [&](std::string_view member) {
    const bool fresh =
        change.wish.act == evidence::RosterAct::add_member && member == change.wish.member;
    return fresh ? change.wish.name : rosters.name_of(member);
  };
  for (const auto& next : versions) {
    if (next.head.owners.size() < next.head.threshold) {
      return fail("Then no owner could sign the next roster: nothing was changed.", exit_conflict);
    }
    owner.terminal.say(shown(next, change, name_of));
  }
  if (!owner.terminal.confirm("Sign this as the owner? type yes: ")) {
    return fail("Given up; nothing was signed.", exit_not_authorised);
  }
  const auto key = unlock(owner.terminal, owner.key_path, owner.file);
  if (!key) return fail(key.error(), exit_not_authorised);
  if (change.before_sending) {
    if (const auto ready = change.before_sending(); !ready) return fail(ready.error());
  }
  if (!change.cosigned.empty()) {
    versions = with_cosignatures(rosters, change, owner.file.spki, &*key);
  }
  if (evidence::rotates(change.wish.act)) return send_rotation(client, *key, rosters, change);
  const auto answer = client.post("/admin/rosters", wire_form(versions, *key, change));
  if (!answer) return fail(answer.error());
  if (!answer->ok()) {
    if (change.when_refused) change.when_refused();
    return fail(*answer);
  }
  return std::nullopt;
}

}  // namespace

int print_link(const AdminFlags& flags, const Answer& proposed, json::Value link,
               std::string_view why) {
  const auto text = [&](std::string_view name) {
    return proposed.body().find_string(name).value_or("");
  };
  const std::string url = dashboard_link(proposed, "/settings/roster/" + std::string(text("id")));
  if (flags.json) {
    auto printed = json::Value::object();
    printed.add("url", url).add("proposal", text("id")).add("expires_at", text("expires_at"));
    for (const auto& [name, value] : link.members()) printed.add(name, value);
    print_object(printed, true);
  } else {
    fmt::print("{}\n", url);
  }
  return fail(fmt::format("{} Only an owner's signature changes a roster. Until {} an owner "
                          "signs this at {} or, where their key is, with `letsping roster sign "
                          "{}`.",
                          why, text("expires_at"), url, text("id")),
              exit_not_authorised);
}

int carry_out(const AdminFlags& flags, AdminClient& client, std::expected<Owner, NoOwner>& owner,
              const Rosters& rosters, RosterChange change) {
  if (!owner) {
    if (owner.error().status) return *owner.error().status;
    if (!change.cosigned.empty()) return fail(owner.error().why, exit_not_authorised);
    return propose(flags, client, change, owner.error().why);
  }
  if (const auto stop = sign_and_send(client, *owner, rosters, change)) return *stop;
  print_object(change.result, flags.json);
  return exit_ok;
}

}  // namespace lp::cli
