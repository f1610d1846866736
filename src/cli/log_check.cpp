#include "cli/log_check.h"

#include <algorithm>

#include "crypto/hash.h"
#include "crypto/p256.h"
#include "evidence/decision_core.h"
#include "evidence/erasure.h"
#include "evidence/human_evidence.h"
#include "evidence/leaf.h"
#include "evidence/succession.h"
#include "evidence/trust.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::cli {

using evidence::EventType;

namespace {

bool lists(const evidence::RosterVersion& roster, std::string_view member) {
  return std::ranges::find(roster.entries, member, &evidence::RosterEntry::member) !=
         roster.entries.end();
}

}  // namespace

LogCheck::LogCheck(std::string origin, std::vector<evidence::IssuerRange> issuers, bool allow_test,
                   std::optional<Digest> genesis)
    : origin_(std::move(origin)),
      issuers_(std::move(issuers)),
      allow_test_(allow_test),
      genesis_(genesis) {}

std::optional<std::string> LogCheck::roster(const evidence::RosterDocument& document) {
  auto version = evidence::read_roster(document, newest_ ? &*newest_ : nullptr);
  if (!version) {
    return "roster version " + std::to_string(newest_ ? newest_->version + 1 : 1) +
           " does not verify: " + std::string(evidence::to_string(version.error()));
  }
  if (version->head.origin != origin_) return "a roster is of another log";
  if (!newest_ && genesis_ && version->head.sha256() != *genesis_) {
    return "the first roster is not the pinned one";
  }
  if (!owners_.follow(version->head, version->entries)) {
    return "somebody cosigned in a roster who is no owner";
  }
  newest_ = version->head;
  rosters_.emplace(version->head.sha256(), *std::move(version));
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
  stream.last_index = range_.size();
  return std::nullopt;
}

std::optional<std::string> LogCheck::human(const evidence::Statement& statement,
                                           std::string_view entries) {
  const auto document = json::parse(std::string(entries));
  if (!document || !document->root.is_array()) return "the approver's signature is missing";
  for (const auto& entry : document->root.items()) {
    const auto human = evidence::read_human_evidence(entry);
    if (!human) continue;
    const Digest sha256 = crypto::sha256(json::canonical(entry));
    const bool named = std::ranges::any_of(statement.evidence,
                                           [&](const auto& item) { return item.sha256 == sha256; });
    if (!named) return "the approver's signature is not the one that the statement names";
    const auto core = evidence::DecisionCore::parse(human->core);
    if (!core) return "the decision core is malformed";
    if (in_force_ == nullptr || core->roster_sha256 != in_force_->head.sha256()) {
      return "the decision rests on another roster than the one in force";
    }
    const auto& listed_keys = in_force_->entries;
    const auto member = std::ranges::find_if(listed_keys, [&](const auto& listed) {
      return listed.member == core->approver && evidence::key_id(listed.spki) == core->key;
    });
    const bool about_this = core->request_id == statement.stream.id && core->aud == origin_ &&
                            core->approver == statement.actor.id && statement.request &&
                            core->request_sha256 == statement.request->sha256 &&
                            core->version == statement.request->version &&
                            core->payload == statement.payload;
    if (member == listed_keys.end() || !about_this) {
      return "the decision core is not about this statement";
    }
    if (core->issued_at > statement.time || statement.time > core->expires_at) {
      return "the decision was signed outside its time";
    }
    if (!evidence::signed_by(*human, *member)) {
      return "the approver's signature does not verify";
    }
    return std::nullopt;
  }
  return "the approver's signature is missing";
}

std::optional<std::string> LogCheck::change_roster(const evidence::Statement& statement) {
  const auto found = rosters_.find(statement.roster_sha256.value_or(Digest{}));
  if (found == rosters_.end()) return "it brings a roster that nobody has shown";
  const std::uint64_t before = in_force_ == nullptr ? 0 : in_force_->head.version;
  if (found->second.head.version != before + 1) return "it brings a roster out of turn";
  in_force_ = &found->second;
  for (const std::string& subject : erased_people_) {
    if (lists(*in_force_, subject)) return "it lists somebody who was erased";
  }
  return std::nullopt;
}

// Whether the key may sign the leaf that comes now: by what is trusted, by the roster that its
// statement names, and by the newest, which knows of every key that was retired.
std::optional<std::string> LogCheck::issuer(const evidence::Statement& statement,
                                            const std::string& spki) const {
  const auto found = statement.roster_sha256 ? rosters_.find(*statement.roster_sha256)
                                             : std::ranges::find_if(rosters_, [](const auto& item) {
                                                 return item.second.head.version == 1;
                                               });
  const evidence::RosterHead* const named = found == rosters_.end() ? nullptr : &found->second.head;
  const std::uint64_t index = range_.size();
  const auto lists = [&](const evidence::RosterHead& head) {
    return std::ranges::any_of(head.issuer, [&](const evidence::IssuerRange& range) {
      return range.spki == spki && range.covers(index);
    });
  };
  if (!evidence::may_issue(issuers_, named, spki, index)) {
    return "it is signed by an issuer key that is not trusted for its index";
  }
  if ((named != nullptr && !lists(*named)) || (newest_ && !lists(*newest_))) {
    return "it is signed by an issuer key outside the range that the roster gives it";
  }
  return std::nullopt;
}

std::optional<std::string> LogCheck::erasure(const evidence::Statement& statement,
                                             std::string_view entries) {
  const auto record = evidence::ErasureRecord::find(entries);
  const auto document = record ? evidence::ErasureDocument::parse(record->document) : std::nullopt;
  if (!document || document->origin != origin_ ||
      crypto::sha256(record->document) != statement.document) {
    return "the document of the erasure is missing";
  }
  if (in_force_ == nullptr || statement.roster_sha256 != in_force_->head.sha256()) {
    return "the erasure rests on another roster than the one in force";
  }
  if (const auto why = evidence::refuse_owners(*record, in_force_->head)) return std::string(*why);
  if (document->subject) {
    if (lists(*in_force_, *document->subject))
      return "somebody was erased who stands in the roster";
    if (!erased_people_.insert(*document->subject).second) return "somebody was erased twice";
  }
  return take_out(document->indices);
}

std::optional<std::string> LogCheck::take_out(const std::vector<std::uint64_t>& indices) {
  for (const std::uint64_t index : indices) {
    if (missing_.erase(index) == 0) {
      return "the statement at index " + std::to_string(index) +
             ", which it says was erased, is there";
    }
    ++erased_;
  }
  return std::nullopt;
}

std::optional<std::string> LogCheck::lost_erasure(std::string_view entries) {
  const auto record = evidence::ErasureRecord::find(entries);
  const auto document = record ? evidence::ErasureDocument::parse(record->document) : std::nullopt;
  if (!document || document->origin != origin_) {
    return "the document of an erasure that the log has lost is malformed";
  }
  if (in_force_ == nullptr) return "an erasure that the log has lost rests on no roster";
  if (const auto why = evidence::refuse_owners(*record, in_force_->head)) {
    return "an erasure that the log has lost: " + std::string(*why);
  }
  auto indices = document->indices;  // some of which the copy may have lost as well
  std::erase_if(indices, [&](std::uint64_t index) { return index >= range_.size(); });
  return take_out(indices);
}

// Of a log that opened in the place of another: that its owners signed for that.
std::optional<std::string> LogCheck::opening(const evidence::Statement& statement,
                                             std::string_view entries) {
  if (!statement.document) return std::nullopt;
  const auto record = evidence::SuccessionRecord::find(entries);
  const auto document =
      record ? evidence::SuccessionDocument::parse(record->document) : std::nullopt;
  if (!document || document->origin != origin_ ||
      crypto::sha256(record->document) != statement.document) {
    return "the document of the log's opening is missing";
  }
  // Who owned the log before is who owns this one from its first roster on.
  const auto genesis = rosters_.find(document->roster_genesis);
  if (genesis == rosters_.end() || genesis->second.head.version != 1 ||
      statement.roster_sha256 != document->roster_genesis) {
    return "the log's opening names another first roster";
  }
  if (const auto why = evidence::refuse_owners(*record, genesis->second.head)) {
    return std::string(*why);
  }
  return std::nullopt;
}

std::optional<std::string> LogCheck::all_told() const {
  if (missing_.empty()) return std::nullopt;
  return "index " + std::to_string(*missing_.begin()) +
         ": the statement is gone, and no erasure names it";
}

std::optional<std::string> LogCheck::leaf(const LeafText& text) {
  if (text.index != range_.size()) return "a leaf is missing";
  const auto leaf = evidence::read_leaf(text.leaf);
  if (!leaf) return "the leaf is malformed";
  if (text.statement.empty()) {
    // Its hash is under the tree; the rest was vouched for by whoever erased it.
    missing_.insert(text.index);
    range_.append(tlog::leaf_hash(text.leaf));
    statement_.reset();
    return std::nullopt;
  }
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
    if (auto wrong = issuer(*statement, *leaf->issuer_spki)) return wrong;
    if (!crypto::p256_verify(*leaf->issuer_spki, text.statement, *leaf->der_signature)) {
      return "the issuer's signature does not verify";
    }
  } else if (!evidence::may_be_unsigned(statement->type)) {
    return "the leaf must be signed";
  }
  if (statement->time < last_time_) return "time goes backwards";
  last_time_ = statement->time;
  if (auto wrong = chain(*statement, sha256)) return wrong;
  if (statement->type == EventType::roster_changed) {
    if (auto wrong = change_roster(*statement)) return wrong;
  }
  if (statement->type == EventType::log_opened) {
    if (auto wrong = opening(*statement, text.evidence)) return wrong;
  }
  if (statement->type == EventType::erasure_performed) {
    if (auto wrong = erasure(*statement, text.evidence)) return wrong;
  }
  if (evidence::is_review(statement->type)) {
    if (auto wrong = human(*statement, text.evidence)) return wrong;
  }
  if (evidence::is_decision_by_people(statement->type)) {
    if (statement->reviews.empty()) return "a decision names no review";
    ++decisions_;
  }
  range_.append(tlog::leaf_hash(text.leaf));
  statement_ = *std::move(statement);
  return std::nullopt;
}

std::optional<std::string> LogCheck::head(std::string_view note,
                                          const evidence::LogKeyRanges& keys) {
  const auto signer = std::ranges::find_if(keys, [&](const evidence::LogKeyRange& range) {
    const auto key = tlog::VerifierKey::parse(range.vkey);
    return key && tlog::open_checkpoint(note, *key);
  });
  if (signer == keys.end()) return "the checkpoint does not verify";
  const auto checkpoint = tlog::open_checkpoint(note, *tlog::VerifierKey::parse(signer->vkey));
  if (checkpoint->origin != origin_) return "the checkpoint does not verify";
  const auto is_signer = [&](const evidence::LogKeyRange& range) {
    return range.vkey == signer->vkey && range.covers(checkpoint->size);
  };
  // What is trusted may be of before a rotation; the newest roster knows of each.
  if (std::ranges::none_of(keys, is_signer) ||
      (newest_ && std::ranges::none_of(newest_->log, is_signer))) {
    return "the checkpoint is signed by a log key that does not sign trees of its size";
  }
  if (checkpoint->size != range_.size()) return "the checkpoint covers another number of leaves";
  if (checkpoint->root != range_.root()) return "the checkpoint's root is not that of the leaves";
  return std::nullopt;
}

}  // namespace lp::cli
