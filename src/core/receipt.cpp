#include "core/receipt.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "approval/quorum.h"
#include "base/assert.h"
#include "base/log.h"
#include "core/log_reader.h"
#include "core/teller.h"
#include "crypto/hash.h"
#include "evidence/decision_core.h"
#include "evidence/erasure.h"
#include "evidence/human_evidence.h"
#include "evidence/leaf.h"
#include "evidence/roster_document.h"
#include "evidence/statement.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::core {
namespace {

using evidence::Receipt;

template <typename T>
using Made = std::expected<T, NoReceipt>;

// A statement as it stands in the log, with what was kept beside it.
struct Found {
  evidence::LoggedStatement logged;
  evidence::Statement statement;
  json::Value entries;  // of its evidence
};

class Making {
 public:
  Making(store::Reader& reader, const Keys& keys, const ProjectView& project, LogReader log)
      : reader_(reader), keys_(keys), project_(project), log_(std::move(log)) {}

  Made<Receipt> make(const ReceiptWish& wish) {
    auto erasure = erasure_of(wish.index);
    if (!erasure) return std::unexpected(erasure.error());
    return *erasure ? make_erased(wish, **erasure) : make_told(wish);
  }

 private:
  Made<Receipt> make_told(const ReceiptWish& wish) {
    auto own = find(wish.index);
    if (!own) return std::unexpected(own.error());
    Receipt receipt;
    receipt.logged = own->logged;
    if (auto fine = add_rosters(receipt, own->statement, wish.first_roster); !fine) {
      return std::unexpected(fine.error());
    }
    if (auto fine = add_request(receipt, own->statement); !fine) {
      return std::unexpected(fine.error());
    }
    if (auto fine = add_people(receipt, *own); !fine) return std::unexpected(fine.error());
    if (auto fine = add_document(receipt, *own); !fine) return std::unexpected(fine.error());
    if (auto fine = add_erased_people(receipt, *own, wish.first_roster); !fine) {
      return std::unexpected(fine.error());
    }
    return receipt;
  }

  // The index of the erasure that took the statement at `index`; nothing when it is there.
  Made<std::optional<std::uint64_t>> erasure_of(std::uint64_t index);
  Made<Receipt> make_erased(const ReceiptWish& wish, std::uint64_t erasure);
  Made<Found> find(std::uint64_t index);
  Made<void> add_rosters(Receipt& receipt, const evidence::Statement& said, std::uint64_t first);
  Made<void> add_request(Receipt& receipt, const evidence::Statement& said);
  Made<void> add_people(Receipt& receipt, const Found& own);
  Made<void> add_reviews(Receipt& receipt, const evidence::Statement& decision);
  Made<void> add_human(Receipt& receipt, const Found& review);
  Made<void> add_document(Receipt& receipt, const Found& own);
  Made<void> add_erased_people(Receipt& receipt, const Found& own, std::uint64_t first);
  Made<void> add_handed(Receipt& receipt, const json::Value& entry, const Digest& wanted);

  store::Reader& reader_;
  const Keys& keys_;
  const ProjectView& project_;
  LogReader log_;
  std::vector<evidence::RosterDocument> documents_;  // of the rosters in the receipt
};

std::unexpected<NoReceipt> incomplete(std::string_view what, std::uint64_t index) {
  log::warning("receipt.incomplete", "A receipt cannot be made.",
               {{"index", index}, {"missing", what}});
  return std::unexpected(NoReceipt::incomplete);
}

Made<Found> Making::find(std::uint64_t index) {
  if (index >= log_.size()) return std::unexpected(NoReceipt::unknown);
  auto row = reader_.leaf(project_.row.id, index);
  if (!row) return std::unexpected(NoReceipt::unavailable);
  if (!*row) return std::unexpected(NoReceipt::unknown);
  const auto leaf = evidence::read_leaf((*row)->leaf);
  auto statement = evidence::read_statement((*row)->statement);
  auto proof = log_.proof(index);
  if (!leaf || !statement || !proof ||
      leaf->statement_sha256 != evidence::statement_sha256((*row)->statement)) {
    return incomplete("the statement as it stands in the log", index);
  }
  Found found{.logged = {.statement = (*row)->statement,
                         .issuer = std::nullopt,
                         .leaf = (*row)->leaf,
                         .proof = *std::move(proof)},
              .statement = *std::move(statement),
              .entries = json::Value::array()};
  if (leaf->der_signature) {
    found.logged.issuer = evidence::IssuerSignature{*leaf->issuer_spki, *leaf->der_signature};
  }
  if (!(*row)->evidence.empty()) {
    auto entries = json::parse((*row)->evidence);
    if (!entries || !entries->root.is_array()) return incomplete("the evidence", index);
    found.entries = std::move(entries->root);
  }
  return found;
}

Made<std::optional<std::uint64_t>> Making::erasure_of(std::uint64_t index) {
  if (index >= log_.size()) return std::unexpected(NoReceipt::unknown);
  const auto row = reader_.leaf(project_.row.id, index);
  if (!row) return std::unexpected(NoReceipt::unavailable);
  if (!*row || !(*row)->erased()) return std::nullopt;
  const auto erasure = reader_.erasure((*row)->stream);
  if (!erasure) return std::unexpected(NoReceipt::unavailable);
  // Not yet under the checkpoint, or of a copy that lost the event.
  if (!*erasure || (*erasure)->leaf_index >= log_.size()) return incomplete("the erasure", index);
  return std::optional((*erasure)->leaf_index);
}

// What is left: the place in the log, and the owners' word that the statement was erased.
Made<Receipt> Making::make_erased(const ReceiptWish& wish, std::uint64_t erasure) {
  const auto row = reader_.leaf(project_.row.id, wish.index);
  auto proof = log_.proof(wish.index);
  if (!row || !*row || !proof) return incomplete("the place in the log", wish.index);
  auto performed = make_told({.index = erasure, .first_roster = wish.first_roster});
  if (!performed) return performed;
  Receipt receipt;
  receipt.logged.leaf = (*row)->leaf;
  receipt.logged.proof = *std::move(proof);
  receipt.erasure.push_back(*std::move(performed));
  return receipt;
}

// Versions `first` to the one that the statement names; version 1 for a statement that names none,
// once there is one.
Made<void> Making::add_rosters(Receipt& receipt, const evidence::Statement& said,
                               std::uint64_t first) {
  const std::uint64_t newest = project_.row.roster_version;
  if (newest == 0 && !said.roster_sha256) return {};
  for (std::uint64_t version = std::max<std::uint64_t>(first, 1); version <= newest; ++version) {
    const auto stored = reader_.roster(project_.row.id, version);
    if (!stored) return std::unexpected(NoReceipt::unavailable);
    if (!*stored) return incomplete("a roster", receipt.logged.proof.index);
    auto head = evidence::RosterHead::parse((*stored)->head);
    auto signatures = evidence::read_signatures((*stored)->signatures);
    if (!head || !signatures) return incomplete("a roster", receipt.logged.proof.index);
    std::ranges::sort(*signatures, {}, &evidence::OwnerSignature::spki);
    receipt.rosters.push_back({*std::move(head), *std::move(signatures)});
    documents_.push_back({.head = (*stored)->head,
                          .entries = (*stored)->entries,
                          .signatures = (*stored)->signatures});
    if (said.roster_sha256 ? (*stored)->sha256 == *said.roster_sha256 : version == 1) return {};
  }
  return incomplete("the roster that the statement names", receipt.logged.proof.index);
}

Made<void> Making::add_request(Receipt& receipt, const evidence::Statement& said) {
  if (!said.request) return {};
  // A late look stands in the project's stream and names the request by nothing but a hash.
  if (!said.of_request()) return std::unexpected(NoReceipt::incomplete);
  auto asked = Teller(reader_, keys_).tell(said);
  if (!asked) return std::unexpected(NoReceipt::unavailable);
  auto descriptor = *asked ? json::parse((*asked)->descriptor)
                           : std::unexpected(json::ParseError{json::Fault::syntax, 0, {}});
  if (!descriptor) return incomplete("the request's descriptor", receipt.logged.proof.index);
  receipt.descriptor = std::move(descriptor->root);
  return {};
}

Made<void> Making::add_people(Receipt& receipt, const Found& own) {
  if (evidence::is_review(own.statement.type)) return add_human(receipt, own);
  if (!evidence::is_decision_by_people(own.statement.type) ||
      own.statement.actor.kind != evidence::ActorKind::member) {
    return {};
  }
  auto rules = approval::rules_of_levels();
  const auto asked = reader_.request(own.statement.stream.id);
  if (!asked) return std::unexpected(NoReceipt::unavailable);
  if (*asked && (*asked)->state.state.ruled) rules.push_back((*asked)->state.state.ruled->rule);
  const auto rule = std::ranges::find_if(rules, [&own](const approval::Rule& one) {
    return own.statement.rule && own.statement.rule->sha256 == one.sha256();
  });
  if (rule == rules.end()) return incomplete("the rule", receipt.logged.proof.index);
  receipt.rule = rule->to_json();
  return add_reviews(receipt, own.statement);
}

Made<void> Making::add_reviews(Receipt& receipt, const evidence::Statement& decision) {
  const auto rows = reader_.reviews(decision.stream.id);
  if (!rows) return std::unexpected(NoReceipt::unavailable);
  for (const Digest& wanted : decision.reviews) {
    bool there = false;
    for (const store::Review& row : *rows) {
      auto review = find(row.leaf_index);
      if (!review) return std::unexpected(review.error());
      if (evidence::statement_sha256(review->logged.statement) != wanted) continue;
      there = true;
      if (auto fine = add_human(receipt, *review); !fine) return fine;
      receipt.reviews.push_back(std::move(review->logged));
      break;
    }
    if (!there) return incomplete("a review", receipt.logged.proof.index);
  }
  return {};
}

// Where the entries of a roster stand in its tree.
tlog::HashReader tree_over(const std::vector<std::string>& entries) {
  return [&entries](unsigned level, std::uint64_t position) -> std::optional<Digest> {
    tlog::CompactRange subtree;
    for (std::uint64_t i = position << level; i < (position + 1) << level; ++i) {
      if (i >= entries.size()) return std::nullopt;
      subtree.append(tlog::leaf_hash(entries[i]));
    }
    return subtree.root();
  };
}

// Nothing is added for a review that nobody signed (class C).
Made<void> Making::add_human(Receipt& receipt, const Found& review) {
  for (const json::Value& entry : review.entries.items()) {
    auto human = evidence::read_human_evidence(entry);
    if (!human) continue;
    const auto core = evidence::DecisionCore::parse(human->core);
    if (!core) return incomplete("the decision core", review.logged.proof.index);
    for (const evidence::RosterDocument& roster : documents_) {
      if (crypto::sha256(roster.head) != core->roster_sha256) continue;
      for (std::size_t at = 0; at < roster.entries.size(); ++at) {
        auto listed = evidence::RosterEntry::parse(roster.entries[at]);
        if (!listed || listed->member != core->approver ||
            evidence::key_id(listed->spki) != core->key) {
          continue;
        }
        auto path = tlog::inclusion_proof(at, roster.entries.size(), tree_over(roster.entries));
        if (!path) break;
        human->entry = *std::move(listed);
        human->index = at;
        human->path = *std::move(path);
        receipt.humans.push_back(*std::move(human));
        return {};
      }
    }
    return incomplete("the reviewer's roster entry", review.logged.proof.index);
  }
  return {};
}

// The document that the statement is about, where it is kept.
Made<void> Making::add_document(Receipt& receipt, const Found& own) {
  const auto& wanted = own.statement.document;
  if (!wanted) return {};
  for (const evidence::RosterDocument& roster : documents_) {
    if (crypto::sha256(roster.head) == *wanted) receipt.document = roster.head;
  }
  for (const json::Value& entry : own.entries.items()) {
    if (entry.find_string("kind") == "handoff") return add_handed(receipt, entry, *wanted);
    const json::Value* const manifest = entry.find("manifest");
    if (manifest == nullptr) continue;
    std::string bytes = json::canonical(*manifest);
    if (crypto::sha256(bytes) == *wanted) receipt.document = std::move(bytes);
  }
  if (own.statement.type != evidence::EventType::erasure_performed) return {};
  auto record = evidence::ErasureRecord::find(json::canonical(own.entries));
  if (!record || crypto::sha256(record->document) != *wanted) {
    return incomplete("the document of the erasure", receipt.logged.proof.index);
  }
  receipt.document = std::move(record->document);
  receipt.owners = std::move(record->owners);
  return {};
}

// The erasures of people who reviewed: their signatures are shown, and nobody knows who they were.
Made<void> Making::add_erased_people(Receipt& receipt, const Found& own, std::uint64_t first) {
  std::set<std::string> people;
  if (evidence::is_review(own.statement.type)) people.insert(own.statement.actor.id);
  for (const evidence::LoggedStatement& review : receipt.reviews) {
    const auto statement = evidence::read_statement(review.statement);
    if (!statement) return incomplete("a review", receipt.logged.proof.index);
    people.insert(statement->actor.id);
  }
  for (const std::string& member : people) {
    const auto erasure = reader_.member_erasure(project_.row.id, member);
    if (!erasure) return std::unexpected(NoReceipt::unavailable);
    // Not yet under the checkpoint: the receipt is of a state before it.
    if (!*erasure || (*erasure)->leaf_index >= log_.size()) continue;
    auto performed = make_told({.index = (*erasure)->leaf_index, .first_roster = first});
    if (!performed) return std::unexpected(performed.error());
    receipt.erased_people.push_back(*std::move(performed));
  }
  std::ranges::sort(receipt.erased_people, {},
                    [](const Receipt& one) { return one.logged.proof.index; });
  return {};
}

// A handoff is about the descriptor of its request. Outside of the project's stream no receipt is
// valid without the document, so that there is none once the request's words are gone.
Made<void> Making::add_handed(Receipt& receipt, const json::Value& entry, const Digest& wanted) {
  const std::string request(entry.find_string("request_id").value_or(""));
  auto descriptor = Teller(reader_, keys_).descriptor(request, wanted);
  if (!descriptor) return std::unexpected(NoReceipt::unavailable);
  if (!*descriptor) return incomplete("the request's descriptor", receipt.logged.proof.index);
  receipt.document = **std::move(descriptor);
  return {};
}

}  // namespace

std::expected<Receipt, NoReceipt> receipt_on(Ground ground, store::Reader& reader, const Keys& keys,
                                             const ProjectView& project, const ReceiptWish& wish) {
  auto log = LogReader::at(reader, project.row.id, ground.note);
  if (!log) return std::unexpected(NoReceipt::unknown);
  auto receipt = Making(reader, keys, project, *std::move(log)).make(wish);
  if (!receipt) return receipt;
  receipt->anchor = std::move(ground.anchor);
  // It proves as much without them: that the names are gone does not take a receipt away.
  if (receipt->bytes().size() > evidence::receipt_bytes_max) receipt->erased_people.clear();
  if (receipt->bytes().size() > evidence::receipt_bytes_max) {
    return std::unexpected(NoReceipt::too_large);
  }
  return receipt;
}

std::expected<Receipt, NoReceipt> receipt_of(store::Reader& reader, const Keys& keys,
                                             const Notary& notary, const Directory& directory,
                                             const ProjectView& project, const ReceiptWish& wish) {
  auto ground = ground_of(reader, notary, directory, project, wish.index);
  if (!ground) return std::unexpected(NoReceipt::unknown);
  return receipt_on(*std::move(ground), reader, keys, project, wish);
}

std::expected<json::Value, NoReceipt> receipt_json(store::Reader& reader, const Keys& keys,
                                                   const Notary& notary, const Directory& directory,
                                                   const ProjectView& project,
                                                   const ReceiptWish& wish) {
  const auto receipt = receipt_of(reader, keys, notary, directory, project, wish);
  if (!receipt) return std::unexpected(receipt.error());
  // Read back, for only that has the members in the order of the file.
  auto document = json::parse(receipt->bytes());
  LP_ASSERT(document.has_value());
  return std::move(document->root);
}

}  // namespace lp::core
