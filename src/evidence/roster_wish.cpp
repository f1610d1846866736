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

constexpr std::array acts{RosterAct::add_member,    RosterAct::remove_member,
                          RosterAct::add_device,    RosterAct::revoke_device,
                          RosterAct::rotate_issuer, RosterAct::rotate_log_key};
constexpr std::array roles_known{"owner"sv,    "admin"sv,   "policy_author"sv,
                                 "reviewer"sv, "auditor"sv, "developer"sv};

bool has_key(RosterAct act) {
  return act == RosterAct::add_device || act == RosterAct::revoke_device ||
         act == RosterAct::rotate_issuer;
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

void add_device(const RosterWish& wish, Entries& entries,
                const std::function<std::string()>& salt) {
  const auto known = std::ranges::find(entries, wish.member, &RosterEntry::member);
  if (known == entries.end()) return;
  if (std::ranges::find(entries, wish.spki, &RosterEntry::spki) != entries.end()) return;
  RosterEntry entry = with_key(*known, wish.spki, salt());
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
    case RosterAct::remove_member:
      return "remove_member";
    case RosterAct::add_device:
      return "add_device";
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

bool rotates(RosterAct act) {
  return act == RosterAct::rotate_issuer || act == RosterAct::rotate_log_key;
}

std::string RosterWish::bytes() const {
  auto object = json::Value::object();
  object.add("act", to_string(act));
  if (rotates(act)) {
    object.add("project", project);
  } else {
    object.add("member", member);
  }
  if (act == RosterAct::add_member) {
    object.add("name", name)
        .add("roles", json::text_array(sorted_distinct(roles)))
        .add("groups", json::text_array(sorted_distinct(groups)));
  }
  if (has_key(act)) object.add("spki", base64(spki));
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
  if (wish.act == RosterAct::add_member) {
    wish.name = members.text("name");
    wish.roles = members.texts("roles");
    wish.groups = members.texts("groups");
  }
  if (has_key(wish.act)) wish.spki = members.binary("spki");
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
    case RosterAct::remove_member:
      std::erase_if(entries, [&](const RosterEntry& entry) { return entry.member == wish.member; });
      return;
    case RosterAct::add_device:
      add_device(wish, entries, salt);
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
