// Receipts as a server would make them, from keys that every test knows: for tests and seeds only.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/p256.h"
#include "evidence/decision_core.h"
#include "evidence/erasure.h"
#include "evidence/leaf.h"
#include "evidence/receipt.h"
#include "evidence/statement.h"
#include "json/parse.h"
#include "json/write.h"
#include "tlog/cosignature.h"
#include "tlog/naive_tree.h"
#include "tlog/proof.h"

namespace lp::evidence::testing {

inline const std::string log_origin = "9f86d081884c7d65/p/00112233445566778899aabbccddeeff";
inline const std::string root_origin = "9f86d081884c7d65/root";
inline const std::string request_id = "req_01jn8xq1a40000000000000000";
inline const std::string rp_id = "approve.example";
inline const std::string page_origin = "https://approve.example";
inline const Instant start = *parse_instant("2026-03-01T12:00:00.000Z");

inline std::string salt_of(char first) {
  std::string bytes;
  for (int i = 0; i < 32; ++i) bytes += static_cast<char>(first + i);
  return bytes;
}
inline crypto::P256Key p256(char seed) {
  return crypto::P256Key::from_uniform(std::string(48, seed));
}
inline crypto::Ed25519Key ed25519(char seed) {
  return crypto::Ed25519Key::from_seed(std::string(32, seed));
}
inline constexpr char issuer_seed = 7, owner_seed = 8, log_seed = 9, root_seed = 10,
                      witness_seed = 11, agent_seed = 12;

struct Person {
  std::string member;
  char seed = owner_seed;
  KeyClass key_class = KeyClass::device;
  std::vector<std::string> roles = {"reviewer"};
};

// What is told, and where a test may lie. A hook sees the value last before it is written or
// signed.
struct Story {
  std::vector<Person> people = {
      {.member = "mem_owner", .seed = owner_seed, .roles = {"owner", "reviewer"}}};
  std::vector<std::size_t> reviewers = {0};  // who decide, in this order
  std::uint64_t demanded = 1;
  Level level = Level::medium;
  bool single_operator = true;
  bool rejects = false;
  bool edits = false;  // the first reviewer
  std::vector<std::string> marks;
  std::string agent_owner = "mem_agents_owner";
  std::function<void(DecisionCore&)> core;
  std::function<void(std::string& client_data, std::string& authenticator_data)> passkey;
  std::function<void(Statement&)> review, decision;
  std::function<void(RosterHead&)> head;
  std::function<void(json::Value& rule)> rule;
};

class World {
 public:
  explicit World(Story story = {}) : story_(std::move(story)) {
    for (const Person& person : story_.people) entries_.push_back(entry_of(person));
    head_ = make_head();
    rule_.add("n_of",
              json::Value::array({json::Value(story_.demanded), json::Value("role:reviewer")}));
    if (story_.rule) story_.rule(rule_);
    append(opening());
    created_ = append(asked());
    for (const std::size_t who : story_.reviewers) reviews_.push_back(append(reviewed(who)));
    decided_ = append(decided());
  }

  // Of the decision, of the n-th review, and of request.created.
  [[nodiscard]] Receipt decision() const {
    Receipt receipt = base_of(decided_);
    receipt.rule = rule_;
    for (const std::size_t at : reviews_) receipt.reviews.push_back(logged(at));
    receipt.humans = humans_;
    return receipt;
  }
  [[nodiscard]] Receipt review(std::size_t which) const {
    Receipt receipt = base_of(reviews_[which]);
    receipt.humans = {humans_[which]};
    return receipt;
  }
  [[nodiscard]] Receipt created() const { return base_of(created_); }

  // Adds a statement of any other kind and gives its receipt.
  Receipt more(Statement statement) {
    const std::size_t at = append(std::move(statement));
    Receipt receipt = base_of(at);
    if (!statements_[at].request) receipt.descriptor.reset();
    return receipt;
  }
  // An erasure of the request's creation: its own receipt, and what is left of the other.
  std::pair<Receipt, Receipt> erased() {
    const ErasureDocument document{.origin = log_origin,
                                   .indices = {created_},
                                   .salt = salt_of('E'),
                                   .request_id = request_id,
                                   .basis = "Art. 17 GDPR",
                                   .operator_name = "mem_owner",
                                   .complete_by = start + 86'400'000,
                                   .exports = {}};
    Statement statement = project_event(EventType::erasure_performed);
    statement.document = crypto::sha256(document.bytes());
    Receipt performed = more(std::move(statement));
    performed.document = document.bytes();
    performed.owners = {
        {p256(owner_seed).spki(), p256(owner_seed).sign(erasure_signing_bytes(document.bytes()))}};
    Receipt gone;
    gone.logged = logged(created_);
    gone.logged.statement.clear();
    gone.logged.issuer.reset();
    gone.erasure.push_back(performed);
    return {performed, gone};
  }

  [[nodiscard]] Statement project_event(EventType type) const {
    Statement statement;
    statement.type = type;
    statement.stream = {.id = "project", .seq = 1, .prev = crypto::sha256("before")};
    statement.time = start + 300'000;
    statement.actor = {
        .id = "mem_owner", .kind = ActorKind::member, .method = ActorMethod::session, .key = {}};
    statement.roster_sha256 = head_.sha256();
    return statement;
  }

  [[nodiscard]] tlog::Checkpoint checkpoint() const {
    tlog::NaiveTree tree(leaves_);
    return {log_origin, leaves_.size(), tree.root(leaves_.size())};
  }
  // The same checkpoint with one cosignature more.
  static void cosign(tlog::Proof& proof, char seed, Instant at) {
    const auto note = tlog::Note::parse(proof.checkpoint);
    proof.checkpoint += tlog::cosign(note->body, witness_name(seed), ed25519(seed),
                                     static_cast<std::uint64_t>(at.ms / 1'000))
                            .to_string();
  }
  static std::string witness_name(char seed) { return "witness.example/" + std::to_string(seed); }

  [[nodiscard]] json::Value trust() const {
    json::Value value = json::Value::object();
    value.add("origin", log_origin);
    value.add("roster_genesis_sha256", head_.sha256().hex());
    value.add("log_vkeys", json::Value::array({json::Value(log_vkey())}));
    return value;
  }
  [[nodiscard]] static std::string log_vkey() {
    return tlog::VerifierKey::make(log_origin, ed25519(log_seed).public_key()).to_string();
  }
  [[nodiscard]] const RosterHead& head() const { return head_; }
  [[nodiscard]] const Statement& statement_of_decision() const { return statements_[decided_]; }

 private:
  static RosterEntry entry_of(const Person& person) {
    RosterEntry entry;
    entry.salt = salt_of(person.seed);
    entry.member = person.member;
    entry.roles = person.roles;
    entry.key_class = to_string(person.key_class);
    entry.spki = p256(person.seed).spki();
    if (person.key_class == KeyClass::passkey) entry.rp_id = rp_id;
    return entry;
  }

  [[nodiscard]] RosterHead make_head() const {
    RosterHead head;
    head.origin = log_origin;
    head.owners = {p256(owner_seed).spki()};
    head.issuer = {{p256(issuer_seed).spki(), 0, std::nullopt}};
    head.log = {{log_vkey(), 0, std::nullopt}};
    head.single_operator = story_.single_operator;
    head.marks = story_.marks;
    head.tree_size = entries_.size();
    head.tree_root = roster_tree_root(entries_);
    head.time = start;
    if (story_.head) story_.head(head);
    return head;
  }

  [[nodiscard]] json::Value descriptor() const {
    Descriptor descriptor;
    descriptor.salt = salt_of(0x20);
    descriptor.origin = log_origin;
    descriptor.service = "stripe";
    descriptor.action = "refund";
    descriptor.agent_id = "ak_7f3k2m9q0w";
    descriptor.agent_owner = story_.agent_owner;
    descriptor.facts.add("amount", 120).add("currency", "EUR");
    auto value = json::parse(descriptor.bytes());
    return value->root;
  }

  [[nodiscard]] Digest request_sha256() const {
    return crypto::sha256(json::canonical(descriptor()));
  }
  [[nodiscard]] Digest rule_sha256() const { return crypto::sha256(json::canonical(rule_)); }

  static PayloadRef payload(bool bound, bool edited) {
    PayloadRef payload{.kind = "v1",
                       .env_sha256 = crypto::sha256(edited ? "edited" : "envelope"),
                       .commit = std::nullopt,
                       .kid = std::nullopt};
    if (bound) payload.commit = crypto::sha256(edited ? "edited commit" : "commit");
    return payload;
  }

  [[nodiscard]] Statement opening() const {
    Statement statement;
    statement.type = EventType::roster_changed;
    statement.stream.id = "project";
    statement.time = start;
    statement.actor = {
        .id = "mem_owner", .kind = ActorKind::member, .method = ActorMethod::device_key, .key = {}};
    statement.document = head_.sha256();
    statement.roster_sha256 = head_.sha256();
    return statement;
  }

  [[nodiscard]] Statement of_request(EventType type) const {
    Statement statement;
    statement.type = type;
    statement.stream.id = request_id;
    statement.stream.seq = seq_;
    if (seq_ > 0) statement.stream.prev = last_;
    statement.time = start + 60'000 * static_cast<std::int64_t>(seq_ + 1);
    statement.request = RequestRef{request_sha256(), 1, story_.level};
    statement.payload = payload(false, false);
    statement.policy = default_policy();
    statement.roster_sha256 = head_.sha256();
    statement.rule = RuleRef{.sha256 = rule_sha256(), .k = story_.demanded, .n = entries_.size()};
    statement.marks = story_.marks;
    return statement;
  }

  [[nodiscard]] Statement asked() const {
    Statement statement = of_request(EventType::request_created);
    statement.actor = {.id = "ak_7f3k2m9q0w",
                       .kind = ActorKind::api_key,
                       .method = ActorMethod::api_key,
                       .key = "ak_7f3k2m9q0w"};
    statement.strength = "none";
    return statement;
  }

  Actor actor_of(std::size_t who) const {
    const Person& person = story_.people[who];
    return {.id = person.member,
            .kind = ActorKind::member,
            .method = person.key_class == KeyClass::device ? ActorMethod::device_key
                                                           : ActorMethod::passkey,
            .key = key_id(p256(person.seed).spki())};
  }

  Statement reviewed(std::size_t who) {
    const bool edit = story_.edits && reviews_.empty();
    const EventType type = story_.rejects ? EventType::review_rejected
                           : edit         ? EventType::review_edited
                                          : EventType::review_approved;
    Statement statement = of_request(type);
    statement.actor = actor_of(who);
    statement.verdict = story_.rejects ? evidence::Verdict::reject : evidence::Verdict::approve;
    statement.payload = payload(true, story_.edits);
    if (edit) statement.base = payload(true, false);
    statement.request->version = story_.edits && !edit ? 2 : 1;
    if (story_.review) story_.review(statement);
    humans_.push_back(sign(who, statement));
    statement.evidence = {
        {std::string(*humans_.back().evidence_entry(head_.sha256()).find_string("kind")),
         crypto::sha256(json::canonical(humans_.back().evidence_entry(head_.sha256())))}};
    return statement;
  }

  HumanProof sign(std::size_t who, const Statement& review) const {
    const Person& person = story_.people[who];
    DecisionCore core{.aud = log_origin,
                      .request_id = request_id,
                      .version = review.request->version,
                      .request_sha256 = review.request->sha256,
                      .verdict = *review.verdict,
                      .payload = *review.payload,
                      .base = review.base,
                      .level = review.request->level,
                      .policy_sha256 = review.policy->sha256,
                      .roster_sha256 = head_.sha256(),
                      .rule_sha256 = review.rule->sha256,
                      .display = std::nullopt,
                      .reason = review.reason,
                      .dwell_ms = 2'340,
                      .approver = review.actor.id,
                      .key = review.actor.key,
                      .nonce = base64(salt_of(0x60)),
                      .issued_at = review.time + -1'000,
                      .expires_at = review.time + 119'000};
    if (story_.core) story_.core(core);
    HumanProof human;
    human.key_class = person.key_class;
    human.core = core.bytes();
    human.salt = salt_of(0x10);
    human.entry = entries_[who];
    human.index = who;
    std::vector<std::string> leaves;
    for (const RosterEntry& entry : entries_) leaves.push_back(entry.bytes());
    tlog::NaiveTree tree(leaves);
    human.path = *tlog::inclusion_proof(who, leaves.size(), tree.reader());
    if (person.key_class == KeyClass::device) {
      human.signature = p256(person.seed).sign(device_signing_bytes(human.core));
      return human;
    }
    std::string client_data =
        R"({"type":"webauthn.get","challenge":")" +
        base64url(crypto::sha256({std::string_view("lp-decision/1\0", 14), human.core}).view()) +
        R"(","origin":")" + page_origin + R"(","crossOrigin":false})";
    std::string authenticator_data(crypto::sha256(rp_id).view());
    authenticator_data += std::string_view("\x05\x00\x00\x00\x01", 5);
    if (story_.passkey) story_.passkey(client_data, authenticator_data);
    human.signature =
        p256(person.seed)
            .sign(authenticator_data + std::string(crypto::sha256(client_data).view()));
    human.client_data = client_data;
    human.authenticator_data = authenticator_data;
    return human;
  }

  Statement decided() {
    Statement statement =
        of_request(story_.rejects ? EventType::decision_rejected
                   : story_.edits ? EventType::decision_approved_with_modifications
                                  : EventType::decision_approved);
    statement.actor = actor_of(story_.reviewers.back());
    statement.verdict = story_.rejects ? evidence::Verdict::reject : evidence::Verdict::approve;
    statement.payload = payload(true, story_.edits);
    statement.request->version = story_.edits ? 2 : 1;
    for (const std::size_t at : reviews_) {
      statement.reviews.push_back(crypto::sha256(texts_[at]));
    }
    if (story_.decision) story_.decision(statement);
    return statement;
  }

  std::size_t append(Statement statement) {
    statement.origin = log_origin;
    const std::size_t at = leaves_.size();
    texts_.push_back(statement.bytes(salt_of(static_cast<char>(at))));
    if (statement.stream.id == request_id) {
      ++seq_;
      last_ = crypto::sha256(texts_.back());
    }
    const auto key = p256(issuer_seed);
    signatures_.push_back(key.sign(texts_.back()));
    leaves_.push_back(
        may_be_unsigned(statement.type)
            ? unsigned_leaf(crypto::sha256(texts_.back()))
            : signed_leaf(crypto::sha256(texts_.back()), signatures_.back(), key.spki()));
    statements_.push_back(std::move(statement));
    return at;
  }

  [[nodiscard]] LoggedStatement logged(std::size_t at) const {
    tlog::NaiveTree tree(leaves_);
    LoggedStatement logged;
    logged.statement = texts_[at];
    if (!may_be_unsigned(statements_[at].type)) {
      logged.issuer = IssuerSignature{p256(issuer_seed).spki(), signatures_[at]};
    }
    logged.leaf = leaves_[at];
    logged.proof.index = at;
    logged.proof.path = *tlog::inclusion_proof(at, leaves_.size(), tree.reader());
    logged.proof.checkpoint = tlog::sign_checkpoint(checkpoint(), ed25519(log_seed));
    return logged;
  }

  [[nodiscard]] Receipt base_of(std::size_t at) const {
    Receipt receipt;
    receipt.logged = logged(at);
    receipt.descriptor = descriptor();
    receipt.rosters = {
        {head_,
         {{p256(owner_seed).spki(), p256(owner_seed).sign(roster_signing_bytes(head_.bytes()))}}}};
    return receipt;
  }

  Story story_;
  std::vector<RosterEntry> entries_;
  RosterHead head_;
  json::Value rule_ = json::Value::object();
  std::vector<std::string> texts_, leaves_, signatures_;
  std::vector<Statement> statements_;
  std::uint64_t seq_ = 0;
  Digest last_;
  std::size_t created_ = 0, decided_ = 0;
  std::vector<std::size_t> reviews_;
  std::vector<HumanProof> humans_;
};

}  // namespace lp::evidence::testing
