#include "evidence/roster.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/assert.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "evidence/cosignature.h"
#include "evidence/members.h"
#include "evidence/remembered.h"
#include "evidence/roster_marks.h"
#include "evidence/statement.h"
#include "evidence/values.h"
#include "json/text_array.h"
#include "json/write.h"
#include "tlog/tree.h"

namespace lp::evidence {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t salt_bytes = 32;
constexpr std::array human_minimums{"device"sv, "passkey"sv, "session"sv};
constexpr std::array log_minimums{"logged"sv, "signed"sv, "time-stamped"sv, "witnessed"sv};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool no_text_empty(const std::vector<std::string>& texts) {
  return std::none_of(texts.begin(), texts.end(), [](const auto& text) { return text.empty(); });
}

bool fits_class(const RosterEntry& entry) {
  if (entry.has_key() == entry.spki.empty()) return false;
  if (entry.key_class == "passkey") {
    return entry.rp_id && !entry.rp_id->empty() && (!entry.aaguid || !entry.aaguid->empty());
  }
  return (entry.key_class == "device" || entry.key_class == "none") && !entry.rp_id &&
         !entry.aaguid;
}

bool well_formed(const RosterEntry& entry) {
  if (entry.salt.size() != salt_bytes || entry.member.empty() || !fits_class(entry)) return false;
  if (!no_text_empty(entry.roles) || !no_text_empty(entry.groups)) return false;
  return read_cosignatures(entry).has_value();
}

template <typename Range>
bool range_fits(const Range& range) {
  const std::uint64_t to = range.to.value_or(integer_max);
  return to <= integer_max && range.from < to;
}

bool well_formed(const RosterHead& head) {
  if (head.origin.empty() || head.version < 1 || head.version > integer_max) return false;
  if (head.prev.has_value() != (head.version > 1)) return false;
  const std::set<std::string> owners(head.owners.begin(), head.owners.end());
  if (owners.size() != head.owners.size() || owners.contains("")) return false;
  if (head.threshold < 1 || head.threshold > owners.size()) return false;
  for (const IssuerRange& range : head.issuer) {
    if (range.spki.empty() || !range_fits(range)) return false;
  }
  for (const LogKeyRange& range : head.log) {
    if (range.vkey.empty() || !range_fits(range)) return false;
  }
  if (!contains(human_minimums, head.min_human) || !contains(log_minimums, head.min_log)) {
    return false;
  }
  return head.tree_size <= integer_max &&
         std::all_of(head.marks.begin(), head.marks.end(), is_mark);
}

template <typename Range>
json::Value range_of(std::string_view name, std::string_view key, const Range& range) {
  json::Value object = json::Value::object();
  object.add(name, key);
  object.add("from", range.from);
  object.add_if("to", range.to);
  return object;
}

json::Value owners_of(const RosterHead& head) {
  json::Value owners = json::Value::array();
  for (const std::string& owner : head.owners) owners.items().emplace_back(base64(owner));
  return owners;
}

// An array whose items `read` takes; nothing when it is none or an item is malformed.
template <typename T>
std::vector<T> read_array(Members& members, std::string_view name,
                          T (*read)(const json::Value& item, bool& ok)) {
  std::vector<T> items;
  const json::Value& value = members.value(name);
  bool ok = value.is_array();
  if (ok) {
    for (const json::Value& item : value.items()) items.push_back(read(item, ok));
  }
  if (!ok) members.fail();
  return items;
}

std::string read_owner(const json::Value& item, bool& ok) {
  std::optional<std::string> spki;
  if (item.is_string()) spki = from_base64(item.as_string());
  ok = ok && spki;
  return spki.value_or("");
}

IssuerRange read_issuer(const json::Value& item, bool& ok) {
  Members members(item);
  IssuerRange range{.spki = members.binary("spki"),
                    .from = members.integer("from"),
                    .to = members.optional_integer("to")};
  ok = ok && members.complete();
  return range;
}

LogKeyRange read_log_key(const json::Value& item, bool& ok) {
  Members members(item);
  LogKeyRange range{.vkey = members.text("vkey"),
                    .from = members.integer("from"),
                    .to = members.optional_integer("to")};
  ok = ok && members.complete();
  return range;
}

json::Value read_any(const json::Value& item, bool&) {
  return item;
}

void read_minimums(RosterHead& head, Members& members) {
  Members minimums(members.value("min"));
  head.min_human = minimums.text("human");
  head.min_log = minimums.text("log");
  if (!minimums.complete()) members.fail();
}

void read_tree(RosterHead& head, Members& members) {
  Members tree(members.value("tree"));
  head.tree_size = tree.integer("size");
  head.tree_root = tree.digest("root");
  if (!tree.complete()) members.fail();
}

}  // namespace

std::string RosterEntry::bytes() const {
  LP_ASSERT(well_formed(*this));
  json::Value entry = json::Value::object();
  entry.add("salt", base64(salt));
  entry.add("member", member);
  entry.add("roles", json::text_array(sorted_distinct(roles)));
  entry.add("groups", json::text_array(sorted_distinct(groups)));
  entry.add("class", key_class);
  if (has_key()) entry.add("spki", base64(spki));
  entry.add_if("rpId", rp_id);
  entry.add_if("aaguid", aaguid);
  entry.add("cosigned", json::Value::array(cosigned));
  return json::canonical(entry);
}

std::optional<RosterEntry> RosterEntry::parse(std::string_view bytes) {
  const std::optional<json::Value> document = read_json(bytes);
  if (!document) return std::nullopt;
  Members members(*document);
  RosterEntry entry;
  entry.salt = members.binary("salt");
  entry.member = members.text("member");
  entry.roles = members.texts("roles");
  entry.groups = members.texts("groups");
  entry.key_class = members.text("class");
  if (members.has("spki")) entry.spki = members.binary("spki");
  entry.rp_id = members.optional_text("rpId");
  entry.aaguid = members.optional_text("aaguid");
  entry.cosigned = read_array<json::Value>(members, "cosigned", read_any);
  if (!members.complete() || !well_formed(entry) || entry.bytes() != bytes) return std::nullopt;
  return entry;
}

bool RosterEntry::has_role(std::string_view role) const {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

std::string key_id(std::string_view spki) {
  return crypto::sha256(spki).hex();
}

std::string RosterHead::bytes() const {
  LP_ASSERT(well_formed(*this));
  json::Value issuers = json::Value::array();
  for (const IssuerRange& range : issuer) {
    issuers.items().push_back(range_of("spki", base64(range.spki), range));
  }
  json::Value logs = json::Value::array();
  for (const LogKeyRange& range : log) logs.items().push_back(range_of("vkey", range.vkey, range));
  json::Value min = json::Value::object();
  min.add("human", min_human).add("log", min_log);
  json::Value tree = json::Value::object();
  tree.add("size", tree_size).add("root", tree_root.hex());
  json::Value head = json::Value::object();
  head.add("v", 1);
  head.add("origin", origin);
  head.add("version", version);
  add_digest(head, "prev", prev);
  head.add("owners", owners_of(*this));
  head.add("threshold", threshold);
  head.add("issuer", std::move(issuers));
  head.add("log", std::move(logs));
  head.add("min", std::move(min));
  head.add("single_operator", single_operator);
  if (!marks.empty()) head.add("marks", json::text_array(sorted_distinct(marks)));
  head.add("tree", std::move(tree));
  head.add("time", to_string(time));
  return json::canonical(head);
}

Digest RosterHead::sha256() const {
  return crypto::sha256(bytes());
}

std::optional<RosterHead> RosterHead::parse(std::string_view bytes) {
  const std::optional<json::Value> document = read_json(bytes);
  if (!document) return std::nullopt;
  Members members(*document);
  if (members.integer("v") != 1) return std::nullopt;
  RosterHead head;
  head.origin = members.text("origin");
  head.version = members.integer("version");
  head.prev = members.optional_digest("prev");
  head.owners = read_array<std::string>(members, "owners", read_owner);
  head.threshold = members.integer("threshold");
  head.issuer = read_array<IssuerRange>(members, "issuer", read_issuer);
  head.log = read_array<LogKeyRange>(members, "log", read_log_key);
  read_minimums(head, members);
  head.single_operator = members.boolean("single_operator");
  if (members.has("marks")) head.marks = members.texts("marks");
  read_tree(head, members);
  head.time = members.instant("time");
  if (!members.complete() || !well_formed(head) || head.bytes() != bytes) return std::nullopt;
  return head;
}

std::string roster_signing_bytes(std::string_view head) {
  std::string bytes("lp-roster/1\0"sv);
  bytes += head;
  return bytes;
}

Digest roster_tree_root(const std::vector<RosterEntry>& entries) {
  if (entries.empty()) return tlog::empty_root();
  tlog::CompactRange range;
  for (const RosterEntry& entry : entries) range.append(tlog::leaf_hash(entry.bytes()));
  return range.root();
}

namespace {

// A key that stood for two members would let one person count twice; and who has a key is not
// listed a second time as somebody without one.
bool entries_fit(const std::vector<RosterEntry>& entries) {
  std::set<std::string_view> keys, with_key, without_key;
  for (const RosterEntry& entry : entries) {
    if (!well_formed(entry)) return false;
    if (entry.has_key() && !keys.insert(entry.spki).second) return false;
    if (!entry.has_key() && !without_key.insert(entry.member).second) return false;
    if (entry.has_key()) with_key.insert(entry.member);
  }
  return std::none_of(without_key.begin(), without_key.end(),
                      [&with_key](std::string_view member) { return with_key.contains(member); });
}

bool follows(const RosterHead& head, const RosterHead* previous) {
  if (previous == nullptr) return head.version == 1;
  // A test roster stays one for ever, and one of a demonstration: nobody may wash its receipts
  // clean by a new version.
  for (const std::string_view mark : lasting_marks) {
    if (is_marked(*previous, mark) && !is_marked(head, mark)) return false;
  }
  return head.origin == previous->origin && head.version == previous->version + 1 &&
         head.prev == previous->sha256() && head.time >= previous->time;
}

std::expected<void, RosterFault> check_signatures(std::string_view head_bytes,
                                                  const std::vector<OwnerSignature>& signatures,
                                                  const RosterHead& signers) {
  const std::string message = roster_signing_bytes(head_bytes);
  std::set<std::string_view> signed_by;
  for (const OwnerSignature& signature : signatures) {
    const auto owner = std::find(signers.owners.begin(), signers.owners.end(), signature.spki);
    if (owner == signers.owners.end()) return std::unexpected(RosterFault::not_an_owner);
    if (!remembered_p256(signature.spki, message, signature.signature)) {
      return std::unexpected(RosterFault::bad_signature);
    }
    signed_by.insert(*owner);
  }
  if (signed_by.size() < signers.threshold) {
    return std::unexpected(RosterFault::too_few_signatures);
  }
  return {};
}

}  // namespace

std::string_view to_string(RosterFault fault) {
  switch (fault) {
    case RosterFault::malformed:
      return "malformed";
    case RosterFault::wrong_tree:
      return "wrong_tree";
    case RosterFault::wrong_previous:
      return "wrong_previous";
    case RosterFault::too_few_signatures:
      return "too_few_signatures";
    case RosterFault::bad_signature:
      return "bad_signature";
    case RosterFault::not_an_owner:
      return "not_an_owner";
  }
  LP_ASSERT(false);
  return {};
}

std::expected<void, RosterFault> verify_roster(std::string_view head_bytes,
                                               const std::vector<RosterEntry>& entries,
                                               const std::vector<OwnerSignature>& signatures,
                                               const RosterHead* previous) {
  const std::optional<RosterHead> head = RosterHead::parse(head_bytes);
  if (!head || !entries_fit(entries)) return std::unexpected(RosterFault::malformed);
  if (head->tree_size != entries.size() || head->tree_root != roster_tree_root(entries)) {
    return std::unexpected(RosterFault::wrong_tree);
  }
  for (const RosterEntry& entry : entries) {
    if (!cosignatures_hold(entry, head->origin)) return std::unexpected(RosterFault::bad_signature);
  }
  return verify_roster_head(*head, signatures, previous);
}

std::expected<void, RosterFault> verify_roster_head(const RosterHead& head,
                                                    const std::vector<OwnerSignature>& signatures,
                                                    const RosterHead* previous) {
  if (!follows(head, previous)) return std::unexpected(RosterFault::wrong_previous);
  return check_signatures(head.bytes(), signatures, previous != nullptr ? *previous : head);
}

std::expected<void, RosterFault> verify_roster_signatures(
    const RosterHead& head, const std::vector<OwnerSignature>& signatures) {
  const std::string message = roster_signing_bytes(head.bytes());
  for (const OwnerSignature& signature : signatures) {
    if (!remembered_p256(signature.spki, message, signature.signature)) {
      return std::unexpected(RosterFault::bad_signature);
    }
  }
  return {};
}

}  // namespace lp::evidence
