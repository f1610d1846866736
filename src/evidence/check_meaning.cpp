// The checks that what is said makes sense: the agent's own signature, and that the parts of the
// statement and of the receipt are about the same thing.

#include <algorithm>

#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/p256.h"
#include "evidence/erasure.h"
#include "evidence/examination.h"
#include "json/write.h"

namespace lp::evidence {
namespace {

using namespace std::string_view_literals;

// DER of a SubjectPublicKeyInfo of Ed25519 (RFC 8410) up to the 32 bytes of the key.
constexpr std::string_view ed25519_prefix = "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"sv;
constexpr std::size_t ed25519_bytes = 32;

bool agent_signed(const AgentProof& agent) {
  const std::string_view key = agent.key;
  if (key.starts_with(ed25519_prefix) && key.size() == ed25519_prefix.size() + ed25519_bytes) {
    return crypto::ed25519_verify(key.substr(ed25519_prefix.size()), agent.base, agent.sig);
  }
  const auto der = crypto::p256_der_signature(agent.sig);
  return der && crypto::p256_verify(key, agent.base, *der, false);
}

bool asks(EventType type) {
  return type == EventType::request_created || type == EventType::request_revised;
}

// What a type says of the verdict: `approve` and `reject` for what people decided, and for what
// follows from it; nothing for all others.
std::optional<Verdict> verdict_of(EventType type) {
  if (type == EventType::review_changes_requested) return Verdict::request_changes;
  if (type == EventType::review_rejected || type == EventType::decision_rejected) {
    return Verdict::reject;
  }
  if (is_review(type) || is_decision_by_people(type)) return Verdict::approve;
  return std::nullopt;
}

// Type, verdict, actor and request of one statement. What is wrong, or nothing.
std::string_view disagreement(const Statement& said) {
  // Only people's own verdicts bear one; a policy that approves by itself need not.
  if (said.verdict != verdict_of(said.type) &&
      (said.verdict || is_review(said.type) || is_people_decision(said))) {
    return "the verdict is not that of the event";
  }
  if (is_review(said.type) && said.actor.kind != ActorKind::member) {
    return "somebody who is no person reviewed";
  }
  const bool edits = said.type == EventType::review_edited;
  if (is_review(said.type) && said.base.has_value() != edits) {
    return "only an edit has something that it started from";
  }
  if ((is_review(said.type) || is_decision_by_people(said.type)) && !said.of_request()) {
    return "a decision is of no request";
  }
  return {};
}

// The decision was made by one of those whose reviews count.
bool made_by_reviewer(const Examination& it) {
  const Actor& actor = it.statement().actor;
  return std::any_of(it.entries.begin() + 1, it.entries.end(), [&](const Entry& review) {
    return review.statement.actor.id == actor.id && review.statement.actor.key == actor.key;
  });
}

Checking check_descriptor(const Examination& it) {
  const auto& request = it.statement().request;
  const auto& descriptor = it.receipt.descriptor;
  if (request.has_value() != descriptor.has_value()) {
    return invalid("the description of the request is missing or belongs to none");
  }
  if (!descriptor) return Outcome::ok;
  if (crypto::sha256(json::canonical(*descriptor)) != request->sha256 ||
      descriptor->find_string("origin") != it.origin) {
    return invalid("the description of the request is not the one that the log names");
  }
  return Outcome::ok;
}

Checking check_document(const Examination& it) {
  const auto& document = it.receipt.document;
  if (document && crypto::sha256(*document) != it.statement().document) {
    return invalid("the document is not the one that the statement is about");
  }
  // Outside of a request something is documented that need not be here; within one nothing is.
  if (!document && it.statement().document && it.statement().stream.id != project_stream) {
    return invalid("the statement is about a document that is not here");
  }
  if (document && it.statement().type == EventType::erasure_performed) {
    const auto erasure = ErasureDocument::parse(*document);
    if (!erasure || erasure->origin != it.origin) {
      return invalid("the document is not one of an erasure in this log");
    }
  }
  if (it.receipt.owners.empty()) return Outcome::ok;
  if (it.statement().type != EventType::erasure_performed || !document ||
      it.receipt.rosters.empty()) {
    return invalid("owners signed nothing that is here");
  }
  const std::string message = erasure_signing_bytes(*document);
  const auto& owners = it.receipt.rosters.back().head.owners;
  for (const OwnerSignature& one : it.receipt.owners) {
    if (std::ranges::find(owners, one.spki) == owners.end() ||
        !crypto::p256_verify(one.spki, message, one.signature)) {
      return invalid("an owner's signature on the erasure does not verify");
    }
  }
  return Outcome::ok;
}

}  // namespace

Checking check_agent(Examination& it) {
  if (!it.receipt.agent) return Outcome::absent;
  const AgentProof& agent = *it.receipt.agent;
  const Statement& said = it.statement();
  if (!asks(said.type) || said.strength != "httpsig") {
    return invalid("an agent's signature is shown where none was given");
  }
  const Digest sha256 = crypto::sha256(json::canonical(agent.evidence_entry()));
  const bool named = std::ranges::any_of(said.evidence, [&](const EvidenceRef& reference) {
    return reference.kind == "agent_signature" && reference.sha256 == sha256;
  });
  if (!named) return invalid("the agent's signature is not the one that the statement names");
  if (said.actor.key != key_id(agent.key)) return invalid("the agent's key is another one");
  if (!agent_signed(agent)) return invalid("the agent's signature does not verify");
  return Outcome::ok;
}

Checking check_semantics(Examination& it) {
  for (const Entry& entry : it.entries) {
    if (!entry.subject_fits) return invalid("the subject is not what the statement is about");
    const std::string_view wrong = disagreement(entry.statement);
    if (!wrong.empty()) return invalid(std::string(wrong));
    if (entry.statement.time > it.statement().time) {
      return invalid("a review is later than the decision that rests on it");
    }
  }
  if (is_people_decision(it.statement()) && !made_by_reviewer(it)) {
    return invalid("the decision was made by somebody who did not review");
  }
  if (const auto descriptor = check_descriptor(it); !descriptor) return descriptor;
  return check_document(it);
}

}  // namespace lp::evidence
