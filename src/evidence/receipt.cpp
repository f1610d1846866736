#include "evidence/receipt.h"

#include <algorithm>

#include "base/assert.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "evidence/members.h"
#include "json/write.h"

namespace lp::evidence {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t salt_bytes = 32;
constexpr std::size_t humans_max = 16;
constexpr std::size_t signature_lines_max = 16;
constexpr std::size_t tokens_max = 4;
constexpr std::size_t path_max = 64;

std::optional<KeyClass> key_class(std::string_view name) {
  if (name == "device") return KeyClass::device;
  if (name == "passkey") return KeyClass::passkey;
  return std::nullopt;
}

// --- writing --------------------------------------------------------------------------------

json::Value signatures_of(const std::vector<OwnerSignature>& signatures) {
  json::Value array = json::Value::array();
  for (const OwnerSignature& one : signatures) {
    array.items().push_back(
        json::Value::object().add("sig", base64(one.signature)).add("spki", base64(one.spki)));
  }
  return array;
}

// The value of text that one of our writers made.
json::Value value_of(const std::string& bytes) {
  std::optional<json::Value> value = read_json(bytes);
  LP_ASSERT(value.has_value());
  return *std::move(value);
}

json::Value rosters_of(const std::vector<SignedHead>& rosters) {
  json::Value array = json::Value::array();
  for (const SignedHead& one : rosters) {
    json::Value version = json::Value::object();
    version.add("head", value_of(one.head.bytes()));
    version.add("signatures", signatures_of(one.signatures));
    array.items().push_back(std::move(version));
  }
  return array;
}

json::Value human_of(const HumanProof& human) {
  json::Value path = json::Value::array();
  for (const Digest& hash : human.path) path.items().emplace_back(base64(hash.view()));
  json::Value value = json::Value::object();
  value.add("class", to_string(human.key_class));
  value.add("core", base64(human.core));
  value.add("signature", base64(human.signature));
  if (human.authenticator_data) value.add("authenticatorData", base64(*human.authenticator_data));
  if (human.client_data) value.add("clientDataJSON", base64(*human.client_data));
  value.add("salt", base64(human.salt));
  value.add("entry", value_of(human.entry.bytes()));
  value.add("index", human.index);
  value.add("path", std::move(path));
  if (human.batch) value.add("batch", human.batch->to_json());
  return value;
}

void add_logged(json::Value& object, const LoggedStatement& logged) {
  if (!logged.statement.empty()) object.add("statement", base64(logged.statement));
  if (logged.issuer) {
    object.add("issuer", json::Value::object()
                             .add("key", base64(logged.issuer->key))
                             .add("sig", base64(logged.issuer->sig)));
  }
  object.add("tlog", json::Value::object()
                         .add("leaf", base64(logged.leaf))
                         .add("proof", logged.proof.to_string()));
}

json::Value reviews_of(const std::vector<LoggedStatement>& reviews) {
  json::Value array = json::Value::array();
  for (const LoggedStatement& review : reviews) {
    add_logged(array.items().emplace_back(json::Value::object()), review);
  }
  return array;
}

json::Value tokens_of(const std::vector<std::string>& tokens) {
  json::Value array = json::Value::array();
  for (const std::string& token : tokens) array.items().emplace_back(base64(token));
  return array;
}

// --- reading --------------------------------------------------------------------------------

// The items of an array of at most `most`, each as `read` takes it; `members` fails otherwise.
template <typename T, typename Read>
std::vector<T> read_array(Members& members, std::string_view name, std::size_t most, Read read) {
  std::vector<T> items;
  const json::Value& value = members.value(name);
  if (!value.is_array() || value.items().size() > most) {
    members.fail();
    return items;
  }
  for (const json::Value& item : value.items()) {
    std::optional<T> one = read(item);
    if (!one) {
      members.fail();
      return items;
    }
    items.push_back(*std::move(one));
  }
  return items;
}

// Absent is none: an array that would be empty is left out.
template <typename T, typename Read>
std::vector<T> optional_array(Members& members, std::string_view name, std::size_t most,
                              Read read) {
  if (!members.has(name)) return {};
  std::vector<T> items = read_array<T>(members, name, most, read);
  if (items.empty()) members.fail();
  return items;
}

std::optional<std::string> read_binary(const json::Value& value) {
  if (!value.is_string() || value.as_string().empty()) return std::nullopt;
  return from_base64(value.as_string());
}

std::optional<std::string> optional_binary(Members& members, std::string_view name) {
  if (!members.has(name)) return std::nullopt;
  return members.binary(name);
}

std::optional<OwnerSignature> read_signature(const json::Value& value) {
  Members members(value);
  OwnerSignature signature{.spki = members.binary("spki"), .signature = members.binary("sig")};
  if (!members.complete()) return std::nullopt;
  return signature;
}

bool ascending(const std::vector<OwnerSignature>& signatures) {
  return std::ranges::adjacent_find(signatures, [](const auto& a, const auto& b) {
           return a.spki >= b.spki;
         }) == signatures.end();
}

// How many owners there can be is bounded by the size of the file alone.
constexpr std::size_t by_size_only = receipt_bytes_max;

std::optional<SignedHead> read_head(const json::Value& value) {
  Members members(value);
  auto head = RosterHead::parse(json::canonical(members.value("head")));
  auto signatures = read_array<OwnerSignature>(members, "signatures", by_size_only, read_signature);
  if (!head || !ascending(signatures) || !members.complete()) return std::nullopt;
  // A head that cannot be read as a whole says nothing of the log's keys.
  for (const LogKeyRange& range : head->log) {
    if (!tlog::VerifierKey::parse(range.vkey)) return std::nullopt;
  }
  return SignedHead{*std::move(head), std::move(signatures)};
}

std::optional<tlog::Proof> read_proof(const std::string& text) {
  auto proof = tlog::Proof::parse(text);
  if (!proof || proof->extra || proof->path.size() > path_max) return std::nullopt;
  const auto note = tlog::Note::parse(proof->checkpoint);
  if (!note || note->signatures.size() > signature_lines_max) return std::nullopt;
  if (!tlog::Checkpoint::parse_body(note->body)) return std::nullopt;
  return proof;
}

// `tlog` of a receipt or a review.
void read_tlog(Members& members, LoggedStatement& logged) {
  Members tlog(members.value("tlog"));
  logged.leaf = tlog.binary("leaf");
  auto proof = read_proof(tlog.text("proof"));
  if (!proof || !tlog.complete()) {
    members.fail();
    return;
  }
  logged.proof = *std::move(proof);
}

void read_logged(Members& members, LoggedStatement& logged) {
  logged.statement = members.binary("statement");
  if (const json::Value* const value = members.optional_value("issuer")) {
    Members issuer(*value);
    logged.issuer = IssuerSignature{.key = issuer.binary("key"), .sig = issuer.binary("sig")};
    if (!issuer.complete()) members.fail();
  }
  read_tlog(members, logged);
}

std::optional<LoggedStatement> read_review(const json::Value& value) {
  Members members(value);
  LoggedStatement review;
  read_logged(members, review);
  if (!members.complete()) return std::nullopt;
  return review;
}

std::optional<Digest> read_hash(const json::Value& value) {
  const auto bytes = read_binary(value);
  if (!bytes) return std::nullopt;
  return Digest::from_bytes(*bytes);
}

std::optional<HumanProof> read_human(const json::Value& value) {
  Members members(value);
  HumanProof human;
  human.key_class = members.named<KeyClass>("class", key_class);
  human.core = members.binary("core");
  human.signature = members.binary("signature");
  human.authenticator_data = optional_binary(members, "authenticatorData");
  human.client_data = optional_binary(members, "clientDataJSON");
  human.salt = members.binary("salt");
  auto entry = RosterEntry::parse(json::canonical(members.value("entry")));
  human.index = members.integer("index");
  // The path to the only entry is empty, and there all the same.
  const json::Value& path = members.value("path");
  if (!path.is_array() || path.items().size() > path_max) return std::nullopt;
  for (const json::Value& item : path.items()) {
    const auto hash = read_hash(item);
    if (!hash) return std::nullopt;
    human.path.push_back(*hash);
  }
  if (const json::Value* const batch = members.optional_value("batch")) {
    human.batch = BatchPlace::from_json(*batch);
    if (!human.batch) return std::nullopt;
  }
  const bool passkey = human.key_class == KeyClass::passkey;
  const bool fits = human.authenticator_data.has_value() == passkey &&
                    human.client_data.has_value() == passkey && human.salt.size() == salt_bytes;
  if (!members.complete() || !entry || !fits) return std::nullopt;
  human.entry = *std::move(entry);
  return human;
}

bool is_descriptor(const json::Value& value) {
  Members members(value);
  const auto text_or_empty = [&members](std::string_view name) {
    if (!members.value(name).is_string()) members.fail();
  };
  const bool salted = members.binary("salt").size() == salt_bytes;
  for (const std::string_view name : {"origin"sv, "agent_id"sv, "agent_owner"sv}) {
    members.text(name);
  }
  text_or_empty("service");
  text_or_empty("action");
  members.optional_text("client_nonce");
  members.optional_text("environment");
  members.optional_digest("schema_sha256");
  return members.value("facts").is_object() && members.complete() && salted;
}

void read_objects(Members& members, Receipt& receipt) {
  if (const json::Value* const value = members.optional_value("descriptor")) {
    if (!is_descriptor(*value)) members.fail();
    receipt.descriptor = *value;
  }
  if (const json::Value* const value = members.optional_value("rule")) {
    if (!value->is_object()) members.fail();
    receipt.rule = *value;
  }
  if (const json::Value* const value = members.optional_value("agent")) {
    Members agent(*value);
    receipt.agent = AgentProof{.base = agent.binary("base"),
                               .key = agent.binary("key"),
                               .salt = agent.binary("salt"),
                               .sig = agent.binary("sig")};
    if (!agent.complete() || receipt.agent->salt.size() != salt_bytes) members.fail();
  }
  if (const json::Value* const value = members.optional_value("anchor")) {
    receipt.anchor = AnchorProof::from_json(*value);
    if (!receipt.anchor) members.fail();
  }
}

std::optional<Receipt> read_receipt(const json::Value& root, bool inside_erasure);

std::optional<Receipt> read_erased(Members& members, const json::Value& erasure) {
  Receipt receipt;
  read_tlog(members, receipt.logged);
  auto inner = read_receipt(erasure, true);
  if (!members.complete() || !inner) return std::nullopt;
  receipt.erasure.push_back(*std::move(inner));
  return receipt;
}

std::optional<Receipt> read_receipt(const json::Value& root, bool inside_erasure) {
  Members members(root);
  if (members.integer("v") != 1) return std::nullopt;
  if (const json::Value* const erasure = members.optional_value("erasure")) {
    if (inside_erasure) return std::nullopt;
    return read_erased(members, *erasure);
  }
  Receipt receipt;
  read_logged(members, receipt.logged);
  read_objects(members, receipt);
  receipt.document = optional_binary(members, "document");
  receipt.rosters = optional_array<SignedHead>(members, "rosters", by_size_only, read_head);
  receipt.humans = optional_array<HumanProof>(members, "humans", humans_max, read_human);
  receipt.reviews = optional_array<LoggedStatement>(members, "reviews", humans_max, read_review);
  receipt.time = optional_array<std::string>(members, "time", tokens_max, read_binary);
  receipt.owners = optional_array<OwnerSignature>(members, "owners", by_size_only, read_signature);
  if (!inside_erasure) {
    receipt.erased_people =
        optional_array<Receipt>(members, "erased_people", humans_max,
                                [](const json::Value& item) { return read_receipt(item, true); });
  }
  const bool in_order = std::ranges::adjacent_find(receipt.erased_people, std::greater_equal<>{},
                                                   [](const auto& one) {
                                                     return one.logged.proof.index;
                                                   }) == receipt.erased_people.end();
  if (!members.complete() || !ascending(receipt.owners) || !in_order) return std::nullopt;
  return receipt;
}

}  // namespace

std::string_view to_string(KeyClass key_class) {
  switch (key_class) {
    case KeyClass::device:
      return "device";
    case KeyClass::passkey:
      return "passkey";
  }
  LP_ASSERT(false);
  return {};
}

SignedText HumanProof::signed_text() const {
  return batch ? text_of_batch(batch->head) : text_of_core(core);
}

json::Value HumanProof::evidence_entry(const Digest& roster_sha256) const {
  json::Value value = json::Value::object();
  value.add("kind", key_class == KeyClass::passkey ? "passkey" : "device_key");
  value.add("class", to_string(key_class));
  value.add("core", base64(core));
  value.add("signature", base64(signature));
  if (authenticator_data) value.add("authenticatorData", base64(*authenticator_data));
  if (client_data) value.add("clientDataJSON", base64(*client_data));
  value.add("roster_sha256", roster_sha256.hex());
  value.add("salt", base64(salt));
  if (batch) value.add("batch", batch->to_json());
  return value;
}

json::Value AgentProof::evidence_entry() const {
  json::Value value = json::Value::object();
  value.add("kind", "agent_signature");
  value.add("base", base64(base));
  value.add("spki", base64(key));
  value.add("sig", base64(sig));
  value.add("salt", base64(salt));
  return value;
}

json::Value AnchorProof::to_json() const {
  auto value = json::Value::object();
  return value.add("entry", base64(entry)).add("proof", proof.to_string());
}

std::optional<AnchorProof> AnchorProof::from_json(const json::Value& value) {
  Members members(value);
  std::string entry = members.binary("entry");
  auto proof = read_proof(members.text("proof"));
  if (!members.complete() || !proof) return std::nullopt;
  return AnchorProof{std::move(entry), *std::move(proof)};
}

json::Value Receipt::to_json() const {
  json::Value value = json::Value::object();
  value.add("v", 1);
  add_logged(value, logged);
  value.add_if("descriptor", descriptor);
  value.add_if("rule", rule);
  if (document) value.add("document", base64(*document));
  if (!rosters.empty()) value.add("rosters", rosters_of(rosters));
  if (!humans.empty()) {
    json::Value array = json::Value::array();
    for (const HumanProof& human : humans) array.items().push_back(human_of(human));
    value.add("humans", std::move(array));
  }
  if (!reviews.empty()) value.add("reviews", reviews_of(reviews));
  if (agent) {
    value.add("agent", json::Value::object()
                           .add("base", base64(agent->base))
                           .add("key", base64(agent->key))
                           .add("salt", base64(agent->salt))
                           .add("sig", base64(agent->sig)));
  }
  if (anchor) value.add("anchor", anchor->to_json());
  if (!time.empty()) value.add("time", tokens_of(time));
  if (!owners.empty()) value.add("owners", signatures_of(owners));
  if (!erasure.empty()) value.add("erasure", erasure.front().to_json());
  if (!erased_people.empty()) {
    json::Value array = json::Value::array();
    for (const Receipt& one : erased_people) array.items().push_back(one.to_json());
    value.add("erased_people", std::move(array));
  }
  return value;
}

std::string Receipt::bytes() const {
  return json::canonical(to_json());
}

std::expected<Receipt, ReceiptFault> Receipt::parse(std::string_view bytes) {
  if (bytes.size() > receipt_bytes_max) return std::unexpected(ReceiptFault::malformed);
  const std::optional<json::Value> root = read_json(bytes);
  auto receipt = root ? read_receipt(*root, false) : std::nullopt;
  if (!receipt) return std::unexpected(ReceiptFault::malformed);
  if (json::canonical(*root) != bytes) return std::unexpected(ReceiptFault::not_canonical);
  return *std::move(receipt);
}

}  // namespace lp::evidence
