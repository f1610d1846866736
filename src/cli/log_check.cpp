#include "cli/log_check.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/hash.h"
#include "crypto/p256.h"
#include "evidence/decision_core.h"
#include "evidence/leaf.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::cli {
namespace {

using evidence::EventType;

bool is_human_review(EventType type) {
  return type == EventType::review_approved || type == EventType::review_edited ||
         type == EventType::review_rejected;
}

bool is_decision_by_people(EventType type) {
  return type == EventType::decision_approved ||
         type == EventType::decision_approved_with_modifications ||
         type == EventType::decision_rejected;
}

std::optional<std::vector<evidence::OwnerSignature>> read_signatures(const std::string& text) {
  const auto document = json::parse(text);
  if (!document || !document->root.is_array()) return std::nullopt;
  std::vector<evidence::OwnerSignature> signatures;
  for (const auto& item : document->root.items()) {
    auto spki = from_base64(item.find_string("spki").value_or(""));
    auto signature = from_base64(item.find_string("signature").value_or(""));
    if (!spki || !signature) return std::nullopt;
    signatures.push_back({*std::move(spki), *std::move(signature)});
  }
  return signatures;
}

}  // namespace

LogCheck::LogCheck(std::string origin, std::string issuer_spki, bool allow_test,
                   std::optional<Digest> genesis)
    : origin_(std::move(origin)),
      issuer_spki_(std::move(issuer_spki)),
      allow_test_(allow_test),
      genesis_(genesis) {}

std::optional<std::string> LogCheck::roster(const RosterText& text) {
  std::vector<evidence::RosterEntry> entries;
  for (const auto& bytes : text.entries) {
    auto entry = evidence::RosterEntry::parse(bytes);
    if (!entry) return "a roster entry is malformed";
    entries.push_back(*std::move(entry));
  }
  const auto signatures = read_signatures(text.signatures);
  const auto head = evidence::RosterHead::parse(text.head);
  if (!signatures || !head) return "a roster head is malformed";
  if (head->origin != origin_) return "a roster is of another log";
  if (!newest_ && genesis_ && head->sha256() != *genesis_) {
    return "the first roster is not the pinned one";
  }
  if (!evidence::verify_roster(text.head, entries, *signatures, newest_ ? &*newest_ : nullptr)) {
    return "roster version " + std::to_string(head->version) + " does not verify";
  }
  rosters_.insert_or_assign(head->sha256(), std::move(entries));
  newest_ = *head;
  return std::nullopt;
}

std::optional<std::string> LogCheck::chain(const evidence::Statement& statement,
                                           const Digest& sha256) {
  Stream& stream = streams_[statement.stream.id];
  if (statement.stream.seq != stream.next) return "the stream has a hole or is out of order";
  const std::optional<Digest> expected =
      stream.next == 0 ? std::nullopt : std::optional(stream.last);
  if (statement.stream.prev != expected) return "the stream is not chained to what came before";
  ++stream.next;
  stream.last = sha256;
  return std::nullopt;
}

std::optional<std::string> LogCheck::human(const evidence::Statement& statement,
                                           std::string_view entries) {
  const auto document = json::parse(std::string(entries));
  if (!document || !document->root.is_array()) return "the approver's signature is missing";
  for (const auto& entry : document->root.items()) {
    if (entry.find_string("kind") != "device_key") continue;
    const Digest sha256 = crypto::sha256(json::canonical(entry));
    const bool named = std::ranges::any_of(statement.evidence,
                                           [&](const auto& item) { return item.sha256 == sha256; });
    if (!named) return "the approver's signature is not the one that the statement names";
    const auto core_bytes = from_base64(entry.find_string("core").value_or(""));
    const auto signature = from_base64(entry.find_string("signature").value_or(""));
    const auto core = evidence::DecisionCore::parse(core_bytes.value_or(""));
    if (!core || !signature) return "the decision core is malformed";
    const auto roster = rosters_.find(core->roster_sha256);
    if (roster == rosters_.end()) return "the decision names an unknown roster";
    const auto member = std::ranges::find_if(roster->second, [&](const auto& listed) {
      return listed.member == core->approver && evidence::key_id(listed.spki) == core->key;
    });
    const bool about_this = core->request_id == statement.stream.id && core->aud == origin_ &&
                            core->approver == statement.actor.id && statement.request &&
                            core->request_sha256 == statement.request->sha256 &&
                            core->version == statement.request->version &&
                            core->payload == statement.payload;
    if (member == roster->second.end() || !about_this) {
      return "the decision core is not about this statement";
    }
    if (core->issued_at > statement.time || statement.time > core->expires_at) {
      return "the decision was signed outside its time";
    }
    if (!crypto::p256_verify(member->spki, evidence::device_signing_bytes(*core_bytes),
                             *signature)) {
      return "the approver's signature does not verify";
    }
    return std::nullopt;
  }
  return "the approver's signature is missing";
}

std::optional<std::string> LogCheck::leaf(const LeafText& text) {
  if (text.index != range_.size()) return "a leaf is missing";
  const auto leaf = evidence::read_leaf(text.leaf);
  if (!leaf) return "the leaf is malformed";
  const Digest sha256 = crypto::sha256(text.statement);
  if (leaf->statement_sha256 != sha256) return "the statement is not the one in the log";
  const auto statement = evidence::read_statement(text.statement);
  if (!statement) return "the statement is malformed";
  if (statement->origin != origin_) return "the statement is of another log";
  const auto& marks = statement->marks;
  if (!allow_test_ && std::ranges::find(marks, "test") != marks.end()) {
    return "it is marked `test` (a test approver decides here; --allow-test accepts that)";
  }
  if (leaf->der_signature) {
    if (leaf->issuer_spki != issuer_spki_ ||
        !crypto::p256_verify(issuer_spki_, text.statement, *leaf->der_signature)) {
      return "the issuer's signature does not verify";
    }
  } else if (!evidence::may_be_unsigned(statement->type)) {
    return "the leaf must be signed";
  }
  if (statement->time < last_time_) return "time goes backwards";
  last_time_ = statement->time;
  if (auto wrong = chain(*statement, sha256)) return wrong;
  if (is_human_review(statement->type)) {
    if (auto wrong = human(*statement, text.evidence)) return wrong;
  }
  if (is_decision_by_people(statement->type)) {
    if (statement->reviews.empty()) return "a decision names no review";
    ++decisions_;
  }
  range_.append(tlog::leaf_hash(text.leaf));
  return std::nullopt;
}

std::optional<std::string> LogCheck::head(std::string_view note, const tlog::VerifierKey& key) {
  const auto checkpoint = tlog::open_checkpoint(note, key);
  if (!checkpoint || checkpoint->origin != origin_) return "the checkpoint does not verify";
  if (checkpoint->size != range_.size()) return "the checkpoint covers another number of leaves";
  if (checkpoint->root != range_.root()) return "the checkpoint's root is not that of the leaves";
  return std::nullopt;
}

}  // namespace lp::cli
