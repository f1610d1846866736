// The checks that people decided: their signatures, and that they are enough.

#include <algorithm>
#include <set>

#include "crypto/hash.h"
#include "crypto/p256.h"
#include "evidence/assertion.h"
#include "evidence/cosignature.h"
#include "evidence/decision_core.h"
#include "evidence/erasure.h"
#include "evidence/examination.h"
#include "json/write.h"
#include "tlog/tree.h"

namespace lp::evidence {
namespace {

// --- one signature --------------------------------------------------------------------------

bool names_evidence(const Statement& review, const json::Value& entry) {
  const Digest sha256 = crypto::sha256(json::canonical(entry));
  const auto kind = entry.find_string("kind");
  return std::ranges::any_of(review.evidence, [&](const EvidenceRef& reference) {
    return reference.kind == kind && reference.sha256 == sha256;
  });
}

// Whether what the person signed is what the review's statement says.
bool is_about(const DecisionCore& core, const Statement& review) {
  return core.aud == review.origin && core.request_id == review.stream.id && review.request &&
         core.request_sha256 == review.request->sha256 && core.version == review.request->version &&
         core.level == review.request->level && core.verdict == review.verdict &&
         core.payload == review.payload && core.base == review.base &&
         core.reason == review.reason && review.policy &&
         core.policy_sha256 == review.policy->sha256 && review.rule &&
         core.rule_sha256 == review.rule->sha256 && core.roster_sha256 == review.roster_sha256;
}

// Of a decision that was signed together with others: that it is one of them, and of their action.
Checking check_batch(const Examination& it, const HumanProof& human, const DecisionCore& core) {
  if (!human.batch) return Outcome::ok;
  const auto head = open_batch(*human.batch, human.core, core);
  if (!head) return invalid(head.error());
  const json::Value& descriptor = *it.receipt.descriptor;
  if (descriptor.find_string("service") != head->service ||
      descriptor.find_string("action") != head->action) {
    return invalid("the batch is of another action than the request");
  }
  return Outcome::ok;
}

Checking check_signature(const Examination& it, const HumanProof& human) {
  const SignedText text = human.signed_text();
  if (human.key_class == KeyClass::device) {
    if (crypto::p256_verify(human.entry.spki, text.device, human.signature)) {
      return Outcome::ok;
    }
    return invalid("the person's signature does not verify");
  }
  const bool judges = it.trust != nullptr && it.trust->rp;
  std::vector<std::string> origins;
  for (const RelyingParty& party : judges ? *it.trust->rp : std::vector<RelyingParty>{}) {
    if (party.rp_id != human.entry.rp_id) continue;
    origins.insert(origins.end(), party.origins.begin(), party.origins.end());
  }
  const auto fine = check_assertion({.authenticator_data = *human.authenticator_data,
                                     .client_data = *human.client_data,
                                     .signature = human.signature},
                                    text.challenge, human.entry.spki, *human.entry.rp_id,
                                    judges ? &origins : nullptr);
  if (!fine) return invalid(fine.error());
  if (judges) return Outcome::ok;
  return indeterminate("no trust file says where passkeys may have been used (`rp`)");
}

// That whoever vouched for an entry owned a version up to the one that lists it. Which one that was
// may stand before the first that is shown; then nobody is known to have vouched.
Checking check_cosigned(Examination& it, const RosterEntry& entry, std::uint64_t version) {
  if (!cosignatures_hold(entry, it.origin)) {
    return invalid("a cosignature of the person's key does not verify");
  }
  bool cosigned = false;
  const auto cosignatures = read_cosignatures(entry);
  for (const Cosignature& one : *cosignatures) {
    const bool owned = std::ranges::any_of(it.receipt.rosters, [&](const SignedHead& shown) {
      return shown.head.version <= version && std::ranges::count(shown.head.owners, one.spki) > 0;
    });
    cosigned = cosigned || owned;
    if (!owned && it.receipt.rosters.front().head.version == 1) {
      return invalid("the person's key is cosigned by somebody who is no owner");
    }
  }
  it.cosigned = it.cosigned.value_or(true) && cosigned;
  return Outcome::ok;
}

// Who signed, as the roster that they signed under lists them.
Checking check_listed(Examination& it, const HumanProof& human, const DecisionCore& core) {
  const auto head = std::ranges::find_if(it.receipt.rosters, [&](const SignedHead& one) {
    return one.head.sha256() == core.roster_sha256;
  });
  if (head == it.receipt.rosters.end()) return invalid("the decision rests on another roster");
  if (human.entry.member != core.approver || key_id(human.entry.spki) != core.key) {
    return invalid("the person who signed is not the one that the decision names");
  }
  if (human.entry.key_class != to_string(human.key_class)) {
    return invalid("the key is not of the kind that the receipt says");
  }
  if (!tlog::verify_inclusion(tlog::leaf_hash(human.entry.bytes()), human.index,
                              head->head.tree_size, human.path, head->head.tree_root)) {
    return invalid("the person who signed is not in the roster");
  }
  if (!human.entry.has_role("reviewer")) return invalid("the person who signed may not review");
  return check_cosigned(it, human.entry, head->head.version);
}

bool method_fits(const Statement& review, KeyClass key_class) {
  if (key_class == KeyClass::device) return review.actor.method == ActorMethod::device_key;
  return review.actor.method == ActorMethod::passkey || review.actor.method == ActorMethod::fido2;
}

// A person who was signed in and signed nothing: class C.
bool is_unsigned_review(const Statement& review) {
  return review.actor.method == ActorMethod::session || review.actor.method == ActorMethod::oidc;
}

Checking check_one(Examination& it, const HumanProof& human, const Statement& review) {
  const auto core = DecisionCore::parse(human.core);
  if (!core) return invalid("what the person signed is malformed");
  if (!names_evidence(review, human.evidence_entry(core->roster_sha256))) {
    return invalid("the signature is not the one that the review names");
  }
  if (!is_about(*core, review) || !it.receipt.descriptor ||
      crypto::sha256(json::canonical(*it.receipt.descriptor)) != core->request_sha256) {
    return invalid("what the person signed is not what the log says");
  }
  if (core->verdict == evidence::Verdict::approve && !core->payload.commit) {
    return invalid("an approval is of nothing that was read");
  }
  if (core->approver != review.actor.id || core->key != review.actor.key ||
      !method_fits(review, human.key_class)) {
    return invalid("the person who signed is not the one that the log names");
  }
  if (core->issued_at > review.time || review.time > core->expires_at) {
    return invalid("the person signed at another time");
  }
  if (const auto listed = check_listed(it, human, *core); !listed) return listed;
  if (const auto batched = check_batch(it, human, *core); !batched) return batched;
  return check_signature(it, human);
}

// --- people who were erased -----------------------------------------------------------------

// What owners signed of one person: that who the pseudonym was is gone. The signatures of that
// person hold as before.
Checking check_erased_person(const Examination& it, const Receipt& erasure,
                             const std::vector<const Entry*>& reviews) {
  const ReceiptReport report = verify_receipt(erasure.bytes(), it.trusts, it.demands);
  const std::string why = "the receipt of a person's erasure is not VALID: " + report.why;
  if (report.verdict == Finding::indeterminate) return indeterminate(why);
  if (report.verdict != Finding::valid) return invalid(why);
  const auto document = ErasureDocument::parse(erasure.document.value_or(""));
  if (report.statement->type != EventType::erasure_performed || !document || !document->subject) {
    return invalid("what is shown of a person's erasure is none");
  }
  const auto review = std::ranges::find_if(reviews, [&](const Entry* one) {
    return one->statement.actor.id == *document->subject && one->index() < *report.index;
  });
  if (document->origin != it.origin || review == reviews.end()) {
    return invalid("the erasure is of nobody who reviewed before it");
  }
  if (erasure.owners.size() < erasure.rosters.back().head.threshold) {
    return invalid("the erasure of a person is not signed by enough owners");
  }
  return Outcome::erased;
}

Checking check_erased_people(const Examination& it, const std::vector<const Entry*>& reviews) {
  std::optional<Failure> doubt;
  for (const Receipt& erasure : it.receipt.erased_people) {
    const auto one = check_erased_person(it, erasure, reviews);
    if (!one && one.error().verdict == Finding::invalid) return one;
    if (!one) doubt = one.error();
  }
  if (doubt) return std::unexpected(*doubt);
  return it.receipt.erased_people.empty() ? Outcome::ok : Outcome::erased;
}

// --- enough of them -------------------------------------------------------------------------

struct Demand {
  std::uint64_t count = 1;
  std::string group;
};

// The rule as one demand; nothing for a tree of them, which this verifier does not judge.
std::optional<Demand> read_n_of(const json::Value& rule) {
  const json::Value* const pair = rule.find("n_of");
  if (pair == nullptr || rule.members().size() != 1) return std::nullopt;
  if (!pair->is_array() || pair->items().size() != 2) return std::nullopt;
  const auto count = pair->items()[0].as_integer();
  const json::Value& group = pair->items()[1];
  if (!count || *count < 1 || !group.is_string()) return std::nullopt;
  // Who was on call is known to nobody but the server of that time.
  for (const std::string_view kind : {"role:", "group:", "member:"}) {
    if (group.as_string().size() > kind.size() && group.as_string().starts_with(kind)) {
      return Demand{static_cast<std::uint64_t>(*count), group.as_string()};
    }
  }
  return std::nullopt;
}

bool contains(const std::vector<std::string>& texts, std::string_view text) {
  return std::ranges::find(texts, text) != texts.end();
}

bool in_group(const RosterEntry& entry, std::string_view group) {
  const std::size_t colon = group.find(':');
  const std::string_view kind = group.substr(0, colon);
  const std::string_view name = group.substr(colon + 1);
  if (kind == "role") return entry.has_role(name);
  if (kind == "group") return contains(entry.groups, name);
  return entry.member == name;
}

// Whether the review is one of this request, before the decision.
bool precedes(const Entry& review, const Entry& decision) {
  const Statement& said = review.statement;
  const Statement& decided = decision.statement;
  return is_review(said.type) && said.origin == decided.origin &&
         said.stream.id == decided.stream.id && said.request && decided.request &&
         said.request->sha256 == decided.request->sha256 &&
         said.request->level == decided.request->level && review.index() < decision.index() &&
         said.stream.seq < decided.stream.seq;
}

bool single_operator(const Examination& it) {
  return !it.receipt.rosters.empty() && it.receipt.rosters.back().head.single_operator;
}

// Whether what the review says leads to what was decided.
bool supports(const Statement& review, const Statement& decision, bool alone) {
  const bool rejects = decision.type == EventType::decision_rejected;
  if (rejects != (review.type == EventType::review_rejected)) return false;
  if (review.type == EventType::review_changes_requested) return false;
  if (review.payload != decision.payload || !review.rule || !decision.rule) return false;
  if (review.rule->sha256 != decision.rule->sha256) return false;
  const bool edits = review.type == EventType::review_edited;
  // Nobody counts at critical for what they wrote themselves, where there is anybody else.
  if (edits && decision.request->level == Level::critical && !alone) return false;
  return decision.request->version == review.request->version + (edits ? 1 : 0);
}

// The agent's owner does not approve what matters, where there is anybody else.
bool owner_excluded(const Examination& it, const Statement& decision) {
  return decision.type != EventType::decision_rejected && decision.request->level >= Level::high &&
         !single_operator(it);
}

Checking check_distinct(const Examination& it) {
  const bool excluded = owner_excluded(it, it.statement());
  const auto owner =
      it.receipt.descriptor ? it.receipt.descriptor->find_string("agent_owner") : std::nullopt;
  std::set<std::string_view> members, keys;
  for (auto review = it.entries.begin() + 1; review != it.entries.end(); ++review) {
    const Actor& actor = review->statement.actor;
    const bool twice =
        !members.insert(actor.id).second || (!actor.key.empty() && !keys.insert(actor.key).second);
    if (twice) return invalid("one person counts twice");
    if (excluded && actor.id == owner) {
      return invalid("the owner of the agent approved what the agent asked for");
    }
  }
  return Outcome::ok;
}

// A review without a signature has no roster entry to look into: its class says what it is worth.
Checking check_demand(const Examination& it, const Demand& demand) {
  for (const HumanProof& human : it.receipt.humans) {
    if (!in_group(human.entry, demand.group)) {
      return invalid("somebody decided who has no part in the rule");
    }
  }
  const bool rejects = it.statement().type == EventType::decision_rejected;
  const std::uint64_t enough = rejects ? 1 : demand.count;
  const std::size_t people = it.receipt.reviews.size();
  if (people >= enough) return Outcome::ok;
  return invalid("the rule demands " + std::to_string(enough) + " people, and " +
                 std::to_string(people) + " decided");
}

}  // namespace

Checking check_human(Examination& it) {
  std::vector<const Entry*> reviews;
  if (is_review(it.statement().type)) reviews.push_back(&it.own());
  if (is_people_decision(it.statement())) {
    for (auto one = it.entries.begin() + 1; one != it.entries.end(); ++one) {
      reviews.push_back(&*one);
    }
  }
  HumanClass weakest = reviews.empty() ? HumanClass::none : HumanClass::passkey;
  std::optional<Failure> doubt;
  std::size_t next = 0;
  for (const Entry* const entry : reviews) {
    const Statement& review = entry->statement;
    if (is_unsigned_review(review)) {
      weakest = HumanClass::session;
      continue;
    }
    if (next == it.receipt.humans.size()) return invalid("the signature of a person is missing");
    const HumanProof& human = it.receipt.humans[next++];
    if (const auto one = check_one(it, human, review); !one) {
      if (one.error().verdict == Finding::invalid) return one;
      doubt = one.error();
    }
    if (human.key_class == KeyClass::device) weakest = std::min(weakest, HumanClass::device);
    it.names.push_back(human.entry.member);
  }
  if (next != it.receipt.humans.size()) return invalid("there are signatures of nothing");
  const auto erased = check_erased_people(it, reviews);
  if (!erased && erased.error().verdict == Finding::invalid) return erased;
  if (doubt) return std::unexpected(*doubt);
  if (!erased) return erased;
  it.human = weakest;
  if (*erased == Outcome::erased) return erased;
  return next == 0 ? Outcome::absent : Outcome::ok;
}

Checking check_quorum(Examination& it) {
  const Entry& decision = it.own();
  const auto& hashes = decision.statement.reviews;
  if (hashes.size() != it.receipt.reviews.size()) {
    return invalid("the receipt shows another number of reviews than the decision names");
  }
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    if (it.entries[i + 1].sha256 != hashes[i]) {
      return invalid("a review is not the one that the decision names");
    }
  }
  if (!is_people_decision(decision.statement)) {
    if (it.receipt.rule || !hashes.empty()) {
      return invalid("the receipt shows a rule or reviews where nobody decided");
    }
    return Outcome::absent;
  }
  if (hashes.empty()) return invalid("the decision names no review");
  for (std::size_t i = 1; i < it.entries.size(); ++i) {
    if (!precedes(it.entries[i], decision) ||
        !supports(it.entries[i].statement, decision.statement, single_operator(it))) {
      return invalid("a review does not lead to this decision");
    }
  }
  const auto& rule = it.receipt.rule;
  const auto& named = decision.statement.rule;
  if (!rule || !named || crypto::sha256(json::canonical(*rule)) != named->sha256) {
    return invalid("the rule is not the one that the decision names");
  }
  if (const auto distinct = check_distinct(it); !distinct) return distinct;
  const auto demand = read_n_of(*rule);
  if (!demand) return indeterminate("the rule is one that this verifier does not judge");
  return check_demand(it, *demand);
}

}  // namespace lp::evidence
