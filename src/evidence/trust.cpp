#include "evidence/trust.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "evidence/members.h"
#include "evidence/values.h"

namespace lp::evidence {
namespace {

using namespace std::string_view_literals;

// From weak to strong, in the order of the enumerations.
constexpr std::array human_letters{"none"sv, "C"sv, "B"sv, "A"sv};
constexpr std::array human_names{"none"sv, "session"sv, "device"sv, "passkey"sv};
constexpr std::array log_letters{"none"sv, "L0"sv, "L1"sv, "L2"sv, "L3"sv};
constexpr std::array log_names{"none"sv, "signed"sv, "logged"sv, "witnessed"sv, "time-stamped"sv};

// The value of a name that can be demanded: `none` cannot.
template <typename T, std::size_t N>
std::optional<T> demand(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto found = std::find(names.begin() + 1, names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<T>(found - names.begin());
}

constexpr std::array members_known{"origin"sv,
                                   "roster_genesis_sha256"sv,
                                   "roster_sha256"sv,
                                   "log_vkeys"sv,
                                   "issuer"sv,
                                   "root"sv,
                                   "witness_policy"sv,
                                   "rp"sv,
                                   "tsa_roots"sv,
                                   "min"sv,
                                   "project"sv,
                                   "name"sv,
                                   "single_operator"sv,
                                   "closed_at"sv,
                                   "closed_roots"sv,
                                   "predecessors"sv,
                                   "log"sv};

// What is wrong is told by the name of the first member that is.
class Reading {
 public:
  void check(bool fine, std::string_view member) {
    if (!fine && wrong_.empty()) wrong_ = member;
  }
  [[nodiscard]] const std::string& wrong() const { return wrong_; }

 private:
  std::string wrong_;
};

template <typename Key>
std::vector<Key> read_keys(Members& members, std::string_view name) {
  std::vector<Key> keys;
  std::set<std::string> seen;
  for (const std::string& text : members.texts(name)) {
    auto key = Key::parse(text);
    if (!key || !seen.insert(text).second) {
      members.fail();
      return keys;
    }
    keys.push_back(*std::move(key));
  }
  if (keys.empty()) members.fail();
  return keys;
}

// Keys that all have the name of the log: a checkpoint is signed by the log that it is of.
std::vector<tlog::VerifierKey> read_log_keys(Members& members, std::string_view origin) {
  auto keys = read_keys<tlog::VerifierKey>(members, "log_vkeys");
  for (const tlog::VerifierKey& key : keys) {
    if (key.name != origin) members.fail();
  }
  return keys;
}

std::optional<std::vector<IssuerRange>> read_issuer(const json::Value& value) {
  std::vector<IssuerRange> ranges;
  if (!value.is_array() || value.items().empty()) return std::nullopt;
  for (const json::Value& item : value.items()) {
    Members members(item);
    IssuerRange range{.spki = members.binary("spki"),
                      .from = members.integer("from"),
                      .to = members.optional_integer("to")};
    if (!members.complete() || (range.to && *range.to <= range.from)) return std::nullopt;
    ranges.push_back(std::move(range));
  }
  return ranges;
}

std::optional<LogKeyRanges> read_log(const json::Value& value) {
  LogKeyRanges ranges;
  if (!value.is_array() || value.items().empty()) return std::nullopt;
  for (const json::Value& item : value.items()) {
    Members members(item);
    LogKeyRange range{.vkey = members.text("vkey"),
                      .from = members.integer("from"),
                      .to = members.optional_integer("to")};
    if (!members.complete() || (range.to && *range.to <= range.from)) return std::nullopt;
    ranges.push_back(std::move(range));
  }
  return ranges;
}

// Whether the ranges are of exactly the keys that are trusted.
bool are_of(const LogKeyRanges& ranges, const std::vector<tlog::VerifierKey>& keys) {
  std::set<std::string> listed, trusted;
  for (const LogKeyRange& range : ranges) listed.insert(range.vkey);
  for (const tlog::VerifierKey& key : keys) trusted.insert(key.to_string());
  return listed == trusted;
}

std::optional<RootLog> read_root(const json::Value& value) {
  Members members(value);
  RootLog root;
  root.origin = members.text("origin");
  root.log_vkeys = read_log_keys(members, root.origin);
  if (!members.complete()) return std::nullopt;
  return root;
}

std::optional<std::vector<RootLog>> read_closed_roots(const json::Value& value) {
  if (!value.is_array() || value.items().empty()) return std::nullopt;
  std::vector<RootLog> roots;
  for (const json::Value& item : value.items()) {
    auto root = read_root(item);
    if (!root) return std::nullopt;
    roots.push_back(*std::move(root));
  }
  return roots;
}

std::optional<WitnessPolicy> read_witnesses(const json::Value& value) {
  Members members(value);
  WitnessPolicy policy;
  policy.quorum = members.integer("quorum");
  policy.witnesses = read_keys<tlog::CosignerKey>(members, "witnesses");
  if (!members.complete() || policy.quorum < 1 || policy.quorum > policy.witnesses.size()) {
    return std::nullopt;
  }
  return policy;
}

std::optional<std::vector<RelyingParty>> read_parties(const json::Value& value) {
  std::vector<RelyingParty> parties;
  if (!value.is_array() || value.items().empty()) return std::nullopt;
  for (const json::Value& item : value.items()) {
    Members members(item);
    RelyingParty party{.rp_id = members.text("rpId"), .origins = members.texts("origins")};
    if (!members.complete() || party.origins.empty()) return std::nullopt;
    parties.push_back(std::move(party));
  }
  return parties;
}

std::optional<std::vector<Digest>> read_digests(const json::Value& value) {
  std::vector<Digest> digests;
  if (!value.is_array()) return std::nullopt;
  for (const json::Value& item : value.items()) {
    const auto digest = item.is_string() ? Digest::from_hex(item.as_string()) : std::nullopt;
    if (!digest) return std::nullopt;
    digests.push_back(*digest);
  }
  return digests;
}

std::optional<std::vector<std::string>> read_certificates(const json::Value& value) {
  std::vector<std::string> certificates;
  if (!value.is_array() || value.items().empty()) return std::nullopt;
  for (const json::Value& item : value.items()) {
    if (!item.is_string() || !item.as_string().starts_with("-----BEGIN CERTIFICATE-----")) {
      return std::nullopt;
    }
    certificates.push_back(item.as_string());
  }
  return certificates;
}

std::optional<std::uint64_t> read_size(const json::Value& value) {
  const auto size = value.as_integer();
  if (!size || *size < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*size);
}

bool read_min(const json::Value& value, Trust& trust) {
  Members members(value);
  if (members.has("human")) {
    trust.min_human = members.named<HumanClass>("human", human_demand);
  }
  if (members.has("log")) trust.min_log = members.named<LogLevel>("log", log_demand);
  return members.complete();
}

// The members that a trust file may have or not.
void read_optional(const json::Value& root, Trust& trust, Reading& reading) {
  const auto take = [&](std::string_view name, auto& into, auto read) {
    const json::Value* const value = root.find(name);
    if (value == nullptr) return;
    into = read(*value);
    reading.check(into.has_value(), name);
  };
  std::optional<std::vector<Digest>> rosters;
  take("roster_sha256", rosters, read_digests);
  trust.rosters = rosters.value_or(std::vector<Digest>{});
  take("issuer", trust.issuer, read_issuer);
  take("log", trust.log, read_log);
  reading.check(!trust.log || are_of(*trust.log, trust.log_vkeys), "log");
  take("root", trust.root, read_root);
  std::optional<std::vector<RootLog>> closed_roots;
  take("closed_roots", closed_roots, read_closed_roots);
  if (closed_roots) trust.closed_roots = *std::move(closed_roots);
  take("witness_policy", trust.witnesses, read_witnesses);
  take("rp", trust.rp, read_parties);
  take("tsa_roots", trust.tsa_roots, read_certificates);
  take("closed_at", trust.closed_at, read_size);
  if (const json::Value* const min = root.find("min")) reading.check(read_min(*min, trust), "min");
  for (const std::string_view name : {"project"sv, "name"sv}) {
    const json::Value* const value = root.find(name);
    reading.check(value == nullptr || value->is_string(), name);
  }
  const json::Value* const single = root.find("single_operator");
  reading.check(single == nullptr || single->is_boolean(), "single_operator");
}

}  // namespace

std::string_view to_string(HumanClass human) {
  return human_letters[static_cast<std::size_t>(human)];
}

std::string_view to_string(LogLevel log) {
  return log_letters[static_cast<std::size_t>(log)];
}

std::optional<HumanClass> human_demand(std::string_view name) {
  return demand<HumanClass>(human_names, name);
}

std::optional<LogLevel> log_demand(std::string_view name) {
  return demand<LogLevel>(log_names, name);
}

std::string_view demand_name(HumanClass human) {
  return human_names[static_cast<std::size_t>(human)];
}

std::string_view demand_name(LogLevel log) {
  return log_names[static_cast<std::size_t>(log)];
}

bool may_issue(const std::vector<IssuerRange>& pinned, const RosterHead* head,
               std::string_view spki, std::uint64_t index) {
  bool known = false;
  for (const IssuerRange& range : pinned) {
    if (range.spki != spki) continue;
    if (range.covers(index)) return true;
    known = true;
  }
  if (known || head == nullptr) return false;
  const auto ended = [&](const IssuerRange& range) {
    return !range.to && std::ranges::any_of(head->issuer, [&](const IssuerRange& now) {
      return now.spki == range.spki && now.from == range.from && now.to && *now.to <= index;
    });
  };
  return std::ranges::any_of(pinned, ended);
}

bool may_sign(const Trust& trust, std::string_view vkey, std::uint64_t size) {
  return !trust.log || std::ranges::any_of(*trust.log, [&](const LogKeyRange& range) {
    return range.vkey == vkey && range.covers(size);
  });
}

const Trust* trust_of(const std::vector<Trust>& trusts, std::string_view origin) {
  const auto own = std::ranges::find(trusts, origin, &Trust::origin);
  if (own != trusts.end()) return &*own;
  for (const Trust& trust : trusts) {
    const auto before = std::ranges::find(trust.predecessors, origin, &Trust::origin);
    if (before != trust.predecessors.end()) return &*before;
  }
  return nullptr;
}

namespace {

std::expected<Trust, std::string> read_trust(const json::Value& root) {
  for (const auto& [name, value] : root.members()) {
    if (std::ranges::find(members_known, name) == members_known.end()) {
      return std::unexpected("it has a member that is not known: " + name);
    }
  }
  Trust trust;
  Reading reading;
  const auto required = [&](std::string_view name, auto read) {
    Members members(root);
    read(members);
    reading.check(members.ok(), name);
  };
  required("origin", [&](Members& members) { trust.origin = members.text("origin"); });
  required("roster_genesis_sha256", [&](Members& members) {
    trust.roster_genesis = members.digest("roster_genesis_sha256");
  });
  required("log_vkeys",
           [&](Members& members) { trust.log_vkeys = read_log_keys(members, trust.origin); });
  read_optional(root, trust, reading);
  if (!reading.wrong().empty()) {
    return std::unexpected("the member " + reading.wrong() + " is missing or not of its form");
  }
  return trust;
}

// One entry for each log, and those before have none before them: the list is flat.
std::expected<std::vector<Trust>, std::string> read_predecessors(const json::Value& value,
                                                                 std::string_view origin) {
  const std::unexpected wrong(std::string("the member predecessors is missing or not of its form"));
  if (!value.is_array() || value.items().empty()) return wrong;
  std::set<std::string, std::less<>> origins{std::string(origin)};
  std::vector<Trust> predecessors;
  for (const json::Value& item : value.items()) {
    if (!item.is_object() || item.find("predecessors") != nullptr) return wrong;
    auto trust = read_trust(item);
    if (!trust) return std::unexpected("of a predecessor, " + trust.error());
    if (!origins.insert(trust->origin).second) return wrong;
    predecessors.push_back(*std::move(trust));
  }
  return predecessors;
}

}  // namespace

std::expected<Trust, std::string> Trust::parse(std::string_view text) {
  const std::optional<json::Value> root = read_json(text);
  if (!root || !root->is_object()) return std::unexpected("it is not a JSON object");
  auto trust = read_trust(*root);
  const json::Value* const before = root->find("predecessors");
  if (!trust || before == nullptr) return trust;
  auto predecessors = read_predecessors(*before, trust->origin);
  if (!predecessors) return std::unexpected(std::move(predecessors.error()));
  trust->predecessors = *std::move(predecessors);
  return trust;
}

}  // namespace lp::evidence
