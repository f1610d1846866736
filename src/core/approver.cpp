#include "core/approver.h"

#include "base/assert.h"
#include "core/roster_offer.h"
#include "json/parse.h"
#include "json/write.h"
#include "seal/note.h"

namespace lp::core {
namespace {

// What the device learnt of the payload: its commitment key, and the bytes when it could read them.
struct Seen {
  std::optional<Secret> k;
  std::optional<std::string> plaintext;
  std::optional<seal::Envelope> envelope;
};

std::expected<Seen, ApproverFault> look(const Considered& considered) {
  Seen seen;
  if (considered.offer.payload.kind == "plain") {
    seen.k = Secret(considered.commit_key);
    seen.plaintext = considered.payload;
    const Digest commit =
        seal::commitment(considered.commit_key, seal::Role::base, considered.payload);
    const auto& named = considered.offer.payload.commit;
    const Digest as_edit =
        seal::commitment(considered.commit_key, seal::Role::edit, considered.payload);
    if (named && *named != commit && *named != as_edit) {
      return std::unexpected(ApproverFault::not_the_payload);
    }
    return seen;
  }
  const auto document = json::parse(considered.payload);
  if (!document) return std::unexpected(ApproverFault::not_the_payload);
  auto envelope = seal::read_envelope(document->root);
  if (!envelope || envelope->env_sha256 != considered.offer.payload.env_sha256) {
    return std::unexpected(ApproverFault::not_the_payload);
  }
  seen.envelope = *std::move(envelope);
  if (!considered.content_key) return seen;
  seen.plaintext = considered.content_key->open(*seen.envelope);
  if (!seen.plaintext) return std::unexpected(ApproverFault::wrong_content_key);
  seen.k = considered.content_key->commitment_key(*seen.envelope);
  return seen;
}

// Puts the edit into core and command, sealed in the version the agent used.
void take_edit(const Considered& considered, const Seen& seen, evidence::DecisionCore& core,
               Decide& command, Entropy& entropy) {
  core.base = core.payload;
  if (!seen.envelope) {
    core.payload.commit = seal::commitment(seen.k->reveal(), seal::Role::edit, considered.edit);
    command.edit = considered.edit;
    return;
  }
  json::Value sealed;
  if (seen.envelope->kind == seal::PayloadKind::v2) {
    const auto context = json::parse(seen.envelope->context);
    LP_ASSERT(context.has_value());
    sealed = considered.content_key->seal_v2(considered.edit, context->root, entropy);
  } else {
    sealed = considered.content_key->seal_v1(considered.edit, entropy);
  }
  command.edit = json::compact(sealed);
  command.edit_envelope = *seal::read_envelope(sealed);
  core.payload.env_sha256 = command.edit_envelope->env_sha256;
  core.payload.commit =
      seal::commitment(considered.content_key->commitment_key(*command.edit_envelope).reveal(),
                       seal::Role::edit, considered.edit);
}

// The server cannot see this in an encrypted edit, so the device must not sign it.
bool changes_something(std::string_view edit) {
  const auto document = json::parse(std::string(edit));
  return document && document->root.is_object() && !document->root.members().empty();
}

}  // namespace

std::string_view to_string(ApproverFault fault) {
  switch (fault) {
    case ApproverFault::no_content_key:
      return "no_content_key";
    case ApproverFault::wrong_content_key:
      return "wrong_content_key";
    case ApproverFault::not_the_payload:
      return "not_the_payload";
    case ApproverFault::not_an_edit:
      return "not_an_edit";
  }
  LP_ASSERT(false);
  return {};
}

SetUp::SignedRoster sign_first_roster(const ProjectView& project, const crypto::P256Key& key,
                                      std::string_view member, Instant time, Entropy& entropy) {
  evidence::RosterEntry entry;
  entry.salt = entropy.bytes(32);
  entry.member = std::string(member);
  entry.roles = {"owner", "reviewer"};
  entry.key_class = "device";
  entry.spki = key.spki();
  const std::string head = first_roster_head(project, entry, time).bytes();
  return {.project = project.row.id,
          .entry = entry.bytes(),
          .head = head,
          .signature = key.sign(evidence::roster_signing_bytes(head))};
}

SignRoster sign_roster_later(const Directory& directory, const ProjectView& project,
                             const crypto::P256Key& key, Instant time, Entropy& entropy) {
  LP_ASSERT(directory.setup_owner.has_value());
  auto roster = sign_first_roster(project, key, *directory.setup_owner, time, entropy);
  return {.project = roster.project,
          .member = *directory.setup_owner,
          .key = evidence::key_id(key.spki()),
          .entry = std::move(roster.entry),
          .head = std::move(roster.head),
          .signature = std::move(roster.signature)};
}

std::expected<Decide, ApproverFault> build_decision(const Considered& considered, Instant now,
                                                    Entropy& entropy) {
  auto seen = look(considered);
  const bool approving = considered.verdict == evidence::Verdict::approve;
  if (!seen) return std::unexpected(seen.error());
  if (approving && !seen->k) return std::unexpected(ApproverFault::no_content_key);
  if (approving && !considered.edit.empty() && !changes_something(considered.edit)) {
    return std::unexpected(ApproverFault::not_an_edit);
  }

  Decide command;
  command.request = considered.offer.request_id;
  command.reason = considered.reason;
  evidence::DecisionCore core = considered.offer;
  core.verdict = considered.verdict;
  core.dwell_ms = considered.dwell_ms;
  core.issued_at = now;
  if (seen->k) {
    if (!core.payload.commit) {
      core.payload.commit = seal::commitment(seen->k->reveal(), seal::Role::base, *seen->plaintext);
    }
    if (!considered.reason.empty()) {
      core.reason = seal::reason_digest(seen->k->reveal(), considered.reason);
    }
  } else {
    core.payload.commit.reset();
  }
  if (considered.verdict == evidence::Verdict::request_changes && seen->envelope && seen->k) {
    command.reason.clear();
    command.note = json::compact(seal::seal_note(*considered.content_key, considered.reason,
                                                 {.kind = "changes",
                                                  .id = core.nonce,
                                                  .origin = core.aud,
                                                  .request_id = core.request_id,
                                                  .version = core.version,
                                                  .author = core.approver},
                                                 entropy));
  }
  if (approving && !considered.edit.empty()) {
    take_edit(considered, *seen, core, command, entropy);
  }
  command.core = core.bytes();
  return command;
}

void sign(Decide& command, const crypto::P256Key& key) {
  command.signature = key.sign(evidence::device_signing_bytes(command.core));
}

std::expected<Decide, ApproverFault> sign_decision(const Considered& considered,
                                                   const crypto::P256Key& key, Instant now,
                                                   Entropy& entropy) {
  auto command = build_decision(considered, now, entropy);
  if (command) sign(*command, key);
  return command;
}

}  // namespace lp::core
