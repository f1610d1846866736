#include "evidence/roster_wish.h"

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "base/text.h"
#include "evidence/members.h"
#include "json/text_array.h"
#include "json/write.h"

namespace lp::evidence {
namespace {

using namespace std::string_view_literals;
using Entries = std::vector<RosterEntry>;

constexpr std::array acts{RosterAct::add_member,    RosterAct::change_member,
                          RosterAct::remove_member, RosterAct::add_device,
                          RosterAct::add_passkey,   RosterAct::revoke_device,
                          RosterAct::rotate_issuer, RosterAct::rotate_log_key};
constexpr std::array roles_known{"owner"sv,    "admin"sv,   "policy_author"sv,
                                 "reviewer"sv, "auditor"sv, "developer"sv};

bool has_key(RosterAct act) {
  return act == RosterAct::add_device || act == RosterAct::add_passkey ||
         act == RosterAct::revoke_device || act == RosterAct::rotate_issuer;
}

bool has_place(RosterAct act) {
  return act == RosterAct::add_member || act == RosterAct::change_member;
}

// The same place with another key, or with none.
RosterEntry with_key(RosterEntry place, const std::string& spki, std::string salt) {
  place.salt = std::move(salt);
  place.key_class = spki.empty() ? "none" : "device";
  place.spki = spki;
  place.rp_id.reset();
  place.aaguid.reset();
  place.cosigned.clear();
  return place;
}

// A key of theirs may do what every other may: all entries of the member become the same place. One
// that says so already keeps its salt, and with it the proofs that name it.
void change_member(const RosterWish& wish, Entries& entries,
                   const std::function<std::string()>& salt) {
  const auto roles = sorted_distinct(wish.roles), groups = sorted_distinct(wish.groups);
  for (RosterEntry& entry : entries) {
    if (entry.member != wish.member) continue;
    if (sorted_distinct(entry.roles) == roles && sorted_distinct(entry.groups) == groups) continue;
    entry.roles = roles;
    entry.groups = groups;
    entry.salt = salt();
    entry.cosigned.clear();
  }
}

// A device, or with `terms` a passkey.
void add_key(const RosterWish& wish, Entries& entries, const std::function<std::string()>& salt) {
  const auto known = std::ranges::find(entries, wish.member, &RosterEntry::member);
  if (known == entries.end()) return;
  if (std::ranges::find(entries, wish.spki, &RosterEntry::spki) != entries.end()) return;
  RosterEntry entry = with_key(*known, wish.spki, salt());
  if (wish.passkey) {
    entry.key_class = "passkey";
    entry.rp_id = wish.passkey->rp_id;
    entry.aaguid = wish.passkey->aaguid;
  }
  if (!known->has_key()) entries.erase(known);
  entries.push_back(std::move(entry));
}

void revoke_device(const RosterWish& wish, Entries& entries,
                   const std::function<std::string()>& salt) {
  const auto found = std::ranges::find_if(entries, [&](const RosterEntry& entry) {
    return entry.member == wish.member && entry.spki == wish.spki;
  });
  if (found == entries.end()) return;
  RosterEntry place = *found;
  entries.erase(found);
  if (std::ranges::find(entries, wish.member, &RosterEntry::member) != entries.end()) return;
  entries.push_back(with_key(std::move(place), {}, salt()));
}

}  // namespace

std::string_view to_string(RosterAct act) {
  switch (act) {
    case RosterAct::add_member:
      return "add_member";
    case RosterAct::change_member:
      return "change_member";
    case RosterAct::remove_member:
      return "remove_member";
    case RosterAct::add_device:
      return "add_device";
    case RosterAct::add_passkey:
      return "add_passkey";
    case RosterAct::revoke_device:
      return "revoke_device";
    case RosterAct::rotate_issuer:
      return "rotate_issuer";
    case RosterAct::rotate_log_key:
      return "rotate_log_key";
  }
  LP_ASSERT(false);
  return {};
}

std::optional<RosterAct> roster_act(std::string_view name) {
  const auto found = std::ranges::find_if(acts, [&](auto act) { return to_string(act) == name; });
  return found == acts.end() ? std::nullopt : std::optional(*found);
}

namespace {

void add_terms(json::Value& object, const PasskeyTerms& terms) {
  object.add("rpId", terms.rp_id)
      .add("aaguid", terms.aaguid)
      .add("credential", base64(terms.credential))
      .add("origin", terms.origin)
      .add("counter", terms.counter)
      .add("backup_eligible", terms.backup_eligible)
      .add("backed_up", terms.backed_up);
}

PasskeyTerms read_terms(Members& members) {
  PasskeyTerms terms;
  terms.rp_id = members.text("rpId");
  terms.aaguid = members.text("aaguid");
  terms.credential = members.binary("credential");
  terms.origin = members.text("origin");
  terms.counter = members.integer("counter");
  terms.backup_eligible = members.boolean("backup_eligible");
  terms.backed_up = members.boolean("backed_up");
  return terms;
}

}  // namespace

bool rotates(RosterAct act) {
  return act == RosterAct::rotate_issuer || act == RosterAct::rotate_log_key;
}

std::string RosterWish::bytes() const {
  LP_ASSERT(passkey.has_value() == (act == RosterAct::add_passkey));
  auto object = json::Value::object();
  object.add("act", to_string(act));
  if (rotates(act)) {
    object.add("project", project);
  } else {
    object.add("member", member);
  }
  if (act == RosterAct::add_member) object.add("name", name);
  if (has_place(act)) {
    object.add("roles", json::text_array(sorted_distinct(roles)))
        .add("groups", json::text_array(sorted_distinct(groups)));
  }
  if (has_key(act)) object.add("spki", base64(spki));
  if (passkey) add_terms(object, *passkey);
  if (act == RosterAct::rotate_log_key) object.add("vkey", vkey);
  return json::canonical(object);
}

std::optional<RosterWish> RosterWish::parse(std::string_view bytes) {
  const auto value = read_json(bytes);
  if (!value) return std::nullopt;
  Members members(*value);
  RosterWish wish;
  wish.act = members.named("act", roster_act);
  if (rotates(wish.act)) {
    wish.project = members.text("project");
  } else {
    wish.member = members.text("member");
  }
  if (wish.act == RosterAct::add_member) wish.name = members.text("name");
  if (has_place(wish.act)) {
    wish.roles = members.texts("roles");
    wish.groups = members.texts("groups");
  }
  if (has_key(wish.act)) wish.spki = members.binary("spki");
  if (wish.act == RosterAct::add_passkey) wish.passkey = read_terms(members);
  if (wish.act == RosterAct::rotate_log_key) wish.vkey = members.text("vkey");
  if (!members.complete() || wish.bytes() != bytes) return std::nullopt;
  return wish;
}

bool known_role(std::string_view role) {
  return std::ranges::find(roles_known, role) != roles_known.end();
}

void carry_out(const RosterWish& wish, Entries& entries, const std::function<std::string()>& salt) {
  switch (wish.act) {
    case RosterAct::add_member: {
      if (std::ranges::find(entries, wish.member, &RosterEntry::member) != entries.end()) return;
      RosterEntry entry;
      entry.salt = salt();
      entry.member = wish.member;
      entry.roles = wish.roles;
      entry.groups = wish.groups;
      entry.key_class = "none";
      entries.push_back(std::move(entry));
      return;
    }
    case RosterAct::change_member:
      change_member(wish, entries, salt);
      return;
    case RosterAct::remove_member:
      std::erase_if(entries, [&](const RosterEntry& entry) { return entry.member == wish.member; });
      return;
    case RosterAct::add_device:
    case RosterAct::add_passkey:
      add_key(wish, entries, salt);
      return;
    case RosterAct::revoke_device:
      revoke_device(wish, entries, salt);
      return;
    case RosterAct::rotate_issuer:
    case RosterAct::rotate_log_key:
      return;
  }
  LP_ASSERT(false);
}

}  // namespace lp::evidence
