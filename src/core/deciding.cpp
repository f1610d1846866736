// How people close requests, and how time does.

#include "core/deciding.h"

#include <algorithm>

#include "base/assert.h"
#include "core/apply.h"
#include "core/attachments.h"
#include "core/handoffs.h"
#include "core/new_keys.h"
#include "core/number_match.h"
#include "core/offer.h"
#include "core/passkeys.h"
#include "core/permits.h"
#include "core/policies.h"
#include "core/reach.h"
#include "core/remark.h"
#include "core/request_event.h"
#include "core/work.h"
#include "crypto/hash.h"
#include "identity/offer_nonce.h"
#include "identity/passkey_use.h"
#include "identity/terminal_place.h"
#include "seal/content_key.h"

namespace lp::core {
namespace {

using evidence::EventType;

// The same nonce and core again: the stored answer (a lost reply is not an error).
std::expected<bool, Refused> stored_answer(Work& work, const evidence::DecisionCore& core,
                                           const Decide& command) {
  if (work.nonce_used(core.nonce)) return refuse(Fault::stale, command.request);
  const auto stored = work.world.rows.review_by_nonce(core.nonce);
  LP_ASSERT(stored.has_value());
  if (!*stored) return false;
  const bool same = (*stored)->core == command.core && (*stored)->request == command.request;
  if (!same) return refuse(Fault::stale, command.request);
  return true;
}

// What the signed core is about, found and checked before the state machine is asked.
struct Checked {
  Work::Open* open;
  const ProjectView* project;
  evidence::DecisionCore core;
  std::optional<evidence::PayloadRef> edit;
  Opened opened;
  KeyUse passkey = {};  // when one signed
  evidence::ActorMethod method = evidence::ActorMethod::device_key;
  const InBatch* batch = nullptr;
  std::optional<PermitWish> permit = {};  // of an approval that its client executes with one

  [[nodiscard]] evidence::Actor actor() const {
    return {.id = core.approver,
            .kind = evidence::ActorKind::member,
            .method = method,
            .key = core.key};
  }
};

// How a key signs: in a browser or at a terminal as a passkey, or else as a device key.
evidence::ActorMethod method_of(const Directory& directory, const std::string& key) {
  const auto row = directory.passkeys.find(key);
  if (row == directory.passkeys.end()) return evidence::ActorMethod::device_key;
  return identity::is_terminal_place(row->second.origin) ? evidence::ActorMethod::fido2
                                                         : evidence::ActorMethod::passkey;
}

// The edit as a payload reference; its commitment is known here only for plaintext.
std::expected<std::optional<evidence::PayloadRef>, Refused> edit_of(const Decide& command,
                                                                    const Checked& checked) {
  if (command.edit.empty()) return std::nullopt;
  const auto& current = checked.open->state.state.current;
  if (checked.core.verdict != evidence::Verdict::approve) {
    return refuse(Fault::edit_not_allowed, command.request, "a reject carries no edit");
  }
  evidence::PayloadRef edit{.kind = current.kind, .env_sha256 = {}, .commit = {}, .kid = {}};
  if (command.edit_envelope) {
    // Another version or plaintext would be a downgrade that the agent cannot notice (D-03).
    if (seal::to_string(command.edit_envelope->kind) != current.kind) {
      return refuse(Fault::edit_not_allowed, command.request,
                    "an edit is sealed in the envelope version the agent used");
    }
    edit.env_sha256 = command.edit_envelope->env_sha256;
    if (!command.edit_envelope->kid.empty()) edit.kid = command.edit_envelope->kid;
    if (edit.env_sha256 == current.env_sha256) {
      return refuse(Fault::edit_not_allowed, command.request, "the edit is the payload itself");
    }
    return edit;
  }
  if (current.kind != "plain") {
    return refuse(Fault::edit_not_allowed, command.request,
                  "the payload arrived encrypted, so its edit must be");
  }
  const auto k = open_field(checked.opened.dek.reveal(), "commit-key", command.request,
                            checked.open->row.commit_key_sealed);
  if (!k) return refuse(Fault::row_tampered, command.request);
  edit.commit = seal::commitment(*k, seal::Role::edit, command.edit);
  return edit;
}

// That the key which the core names has signed it, or the batch that it stands in.
std::expected<KeyUse, Refused> signed_for(Work& work, const evidence::RosterEntry& entry,
                                          const evidence::DecisionCore& core,
                                          const Decide& command, const Work::Open& open,
                                          const InBatch* batch) {
  if (batch == nullptr) {
    return proven(work, entry, core.key, evidence::text_of_core(command.core), command.signature,
                  command.passkey, command.request);
  }
  if (core.key != batch->key) {
    return refuse(Fault::bad_core, command.request, "the core names another key than the batch's");
  }
  if (const auto head = evidence::open_batch(batch->place, command.core, core); !head) {
    return refuse(Fault::bad_core, command.request, head.error());
  }
  if (open.row.service != batch->head.service || open.row.action != batch->head.action) {
    return refuse(Fault::bad_core, command.request, "the batch is of another action");
  }
  return batch->use;
}

std::expected<Checked, Refused> check(Work& work, const Decide& command, const InBatch* batch) {
  const auto core = evidence::DecisionCore::parse(command.core);
  if (!core) return refuse(Fault::bad_core, command.request, "not a decision core");
  auto open = work.request(command.request);
  if (!open) return std::unexpected(open.error());
  if (core->request_id != command.request) {
    return refuse(Fault::bad_core, command.request, "the core names another request");
  }
  const ProjectView* project = work.directory().project((*open)->row.project);
  LP_ASSERT(project != nullptr);
  if (command.session) {
    const auto& [member, key] = *command.session;
    if (!shows(work.directory(), *project, member, key)) return refuse(Fault::unknown);
    if (core->approver != member) {
      return refuse(Fault::bad_core, command.request, "the approver is not who is signed in");
    }
  }
  if (command.account_stale && (*open)->state.state.level >= evidence::Level::high) {
    return refuse(Fault::account_stale, command.request);
  }
  const auto* entry = project->entry_of(core->approver, core->key);
  const auto device = work.directory().devices.find(core->key);
  if (entry == nullptr || device == work.directory().devices.end() || device->second.revoked) {
    return refuse(approval::Refusal::not_a_reviewer, command.request);
  }
  const auto level = (*open)->state.state.level;
  const auto counts = check_key_counts(work, *project, *entry, level, command.request);
  if (!counts) return std::unexpected(counts.error());
  const auto passkey = signed_for(work, *entry, *core, command, **open, batch);
  if (!passkey) return std::unexpected(passkey.error());
  auto opened = open_details(work.world.keys, (*open)->row);
  if (!opened) return std::unexpected(opened.error());
  Checked checked{.open = *open,
                  .project = project,
                  .core = *core,
                  .edit = {},
                  .opened = *std::move(opened),
                  .passkey = *passkey,
                  .method = method_of(work.directory(), core->key),
                  .batch = batch};
  return checked;
}

// What goes with it in words: whoever asks for changes says which, and says it to those alone who
// may read the payload; what an edit changed is told in the same way.
std::expected<void, Refused> noted(const Decide& command, const Checked& checked) {
  const auto& core = checked.core;
  const bool asks = core.verdict == evidence::Verdict::request_changes;
  const bool sealed = core.payload.kind != "plain";
  if (asks && !core.reason) {
    return refuse(approval::Refusal::reason_needed, command.request);
  }
  if (asks && sealed && !command.reason.empty()) return refuse(Fault::note_form, command.request);
  const bool must = asks && sealed;
  if (command.note.empty()) {
    if (must) return refuse(Fault::note_form, command.request);
    return {};
  }
  const RemarkKind kind = asks ? RemarkKind::changes : RemarkKind::edit;
  const bool may = sealed && (asks || checked.edit.has_value());
  if (may && note_fits(command.note, place_of(*checked.project, kind, core))) return {};
  return refuse(Fault::note_form, command.request);
}

// Everything that can be wrong with a core that its signer really signed.
std::expected<void, Refused> current(Work& work, const Decide& command, const Checked& checked) {
  const auto& state = checked.open->state.state;
  const auto& core = checked.core;
  const Instant time = work.time_of(*checked.open->log);
  const auto expires = identity::read_offer_nonce(offer_key(work.world.keys).reveal(),
                                                  {.request_id = core.request_id,
                                                   .version = core.version,
                                                   .member = core.approver,
                                                   .key = core.key},
                                                  core.nonce);
  if (!expires || core.expires_at != *expires) return refuse(Fault::stale, command.request);
  if (time >= *expires) return refuse(Fault::offer_expired, command.request);
  // The server's clock was set back since it made the offer, or the signer's ran ahead.
  if (core.issued_at > time) return refuse(Fault::stale, command.request);
  const auto server =
      server_core(checked.open->row, state, *checked.project, core.approver, core.key);
  if (!rebuilds(core, command.core, server, checked.edit)) {
    return refuse(Fault::stale, command.request);
  }
  if (auto fine = noted(command, checked); !fine) return fine;
  if (core.reason && command.reason.empty() && command.note.empty()) {
    return refuse(Fault::bad_core, command.request, "the core names a reason that is not there");
  }
  if (checked.core.payload.kind == "plain") {
    const auto k = open_field(checked.opened.dek.reveal(), "commit-key", command.request,
                              checked.open->row.commit_key_sealed);
    if (!k) return refuse(Fault::row_tampered, command.request);
    if (core.reason && *core.reason != seal::reason_digest(*k, command.reason)) {
      return refuse(Fault::bad_core, command.request, "the reason is not the one signed");
    }
  }
  return {};
}

// How many there are between the blanks around them.
std::size_t characters(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  // Each code point of UTF-8 has one byte that does not go on from another.
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

json::Value human_evidence(Work& work, const Checked& checked, const Decide& command) {
  auto entry = json::Value::object();
  entry.add("kind", checked.passkey ? "passkey" : "device_key")
      .add("class", checked.passkey ? "passkey" : "device")
      .add("core", base64(command.core))
      .add("signature", base64(command.signature))
      .add("roster_sha256", checked.core.roster_sha256.hex())
      .add("salt", base64(work.world.entropy.bytes(32)));
  if (checked.passkey) {
    entry.add("authenticatorData", base64(command.passkey->authenticator_data))
        .add("clientDataJSON", base64(command.passkey->client_data));
  }
  if (checked.batch != nullptr) entry.add("batch", checked.batch->place.to_json());
  return entry;
}

Work::Event decision_event(Work& work, const Checked& checked, const Decide& command,
                           EventType type, const Digest* review) {
  const auto& core = checked.core;
  Work::Event event;
  event.statement = request_statement(*checked.project, *checked.open, type, checked.actor());
  event.statement.verdict = core.verdict;
  event.statement.payload = core.payload;
  event.statement.base = core.base;
  event.statement.reason = core.reason;
  if (!core.payload.commit) event.statement.marks.emplace_back("unbound_payload");
  if (evidence::is_review(type)) {
    // An edit is signed over the version it edits, and makes the next one.
    event.statement.request->version = core.version;
    event.evidence.push_back(human_evidence(work, checked, command));
    auto remark = remark_entry(
        work, *checked.open, checked.opened.dek,
        {.id = core.nonce,
         .note = command.note,
         .text = type == EventType::review_changes_requested ? command.reason : std::string()});
    if (remark) event.evidence.push_back(*std::move(remark));
  } else {
    if (core.verdict == evidence::Verdict::approve) {
      bind_execution(event.statement, checked.permit);
    }
    // A rejection rests on the one who said no, whoever had approved before.
    if (type == EventType::decision_rejected) {
      LP_ASSERT(review != nullptr);
      event.statement.reviews = {*review};
      return event;
    }
    for (const auto& counted : checked.open->state.state.approvals) {
      event.statement.reviews.push_back(counted.statement_sha256);
    }
  }
  return event;
}

void record(Work& work, Checked& checked, const Decide& command, const approval::Change& change) {
  Work::Open& open = *checked.open;
  const auto& core = checked.core;
  open.state.state = change.request;
  std::optional<Digest> review;
  for (const EventType type : change.events) {
    const auto appended =
        work.append(*open.log, open.state,
                    decision_event(work, checked, command, type, review ? &*review : nullptr));
    if (!evidence::is_review(type)) continue;
    review = appended.statement_sha256;
    // The state machine cannot know the hash of the statement that it asked for.
    for (auto& counted : open.state.state.approvals) {
      if (counted.member == core.approver) counted.statement_sha256 = *review;
    }
    work.batch.writes.emplace_back(store::Review{.request = open.row.id,
                                                 .version = core.version,
                                                 .member = core.approver,
                                                 .key = core.key,
                                                 .nonce = core.nonce,
                                                 .core = command.core,
                                                 .signature = command.signature,
                                                 .at = open.log->head.last_time,
                                                 .leaf_index = appended.index});
  }
  if (!command.edit.empty()) {
    open.state.edited_payload = core.payload.kind == "plain"
                                    ? seal_field(checked.opened.dek.reveal(), "edit", open.row.id,
                                                 command.edit, work.world.entropy)
                                    : command.edit;
  }
  work.use_nonce(core.nonce);
  if (checked.passkey) note_use(work, core.key, *checked.passkey);
}

}  // namespace

void close(Work& work, Work::Open& open, const evidence::Actor& actor, std::string_view reason,
           const Opened& opened) {
  open.state.decided = open.log->head.last_time;
  open.state.actor = actor.id;
  open.state.actor_kind = evidence::to_string(actor.kind);
  open.state.method = evidence::to_string(actor.method);
  if (!reason.empty()) {
    open.state.reason_sealed =
        seal_field(opened.dek.reveal(), "reason", open.row.id, reason, work.world.entropy);
  }
  hand_over(work, open, opened);
  queue_webhooks(work, open, !opened.details.callback_url.empty());
  queue_closing(work, open);
  --work.pending_delta[open.row.project];
  work.close(open.row.id);
  work.announce(open.row.id);
  work.tell(open.row.project, open.row.id);
}

std::expected<KeyUse, Refused> proven(Work& work, const evidence::RosterEntry& entry,
                                      const std::string& key, const evidence::SignedText& text,
                                      const std::string& signature,
                                      const std::optional<Decide::Passkey>& passkey,
                                      const std::string& request) {
  const bool by_passkey = entry.key_class == "passkey";
  if (by_passkey != passkey.has_value()) {
    return refuse(Fault::bad_signature, request, "the key is of another kind");
  }
  if (!by_passkey) {
    if (work.world.verifiers.verify(entry.spki, text.device, signature)) return KeyUse{};
    return refuse(Fault::bad_signature, request);
  }
  const auto row = work.directory().passkeys.find(key);
  if (row == work.directory().passkeys.end() || row->second.removed) {
    return refuse(approval::Refusal::not_a_reviewer, request);
  }
  const evidence::Assertion assertion{.authenticator_data = passkey->authenticator_data,
                                      .client_data = passkey->client_data,
                                      .signature = signature};
  const auto use =
      identity::check_passkey_use(assertion, text.challenge, enrolled(row->second),
                                  passkey_origins(work.directory(), row->second.rp_id));
  if (!use) return refuse(Fault::bad_signature, request, use.error());
  return KeyUse(*use);
}

Applied<Decide> apply(Work& work, Decide& command) {
  NumberGiven none;
  return decide(work, command, nullptr, none);
}

Applied<Decide> decide(Work& work, const Decide& command, const InBatch* batch,
                       NumberGiven& number) {
  if (work.world.clock_watch.unsafe()) return refuse(Fault::clock_unsafe, command.request);
  auto checked = check(work, command, batch);
  if (!checked) return std::unexpected(checked.error());
  const auto replay = stored_answer(work, checked->core, command);
  if (!replay) return std::unexpected(replay.error());
  if (*replay) return Decide::Result{.replay = true};
  if (terminal(checked->open->state.state.state)) {
    return refuse(approval::Refusal::already_closed, command.request);
  }
  auto edit = edit_of(command, *checked);
  if (!edit) return std::unexpected(edit.error());
  checked->edit = *std::move(edit);
  if (const auto fine = current(work, command, *checked); !fine) {
    return std::unexpected(fine.error());
  }
  if (checked->core.verdict == evidence::Verdict::approve) {
    auto here = attachments_here(work, *checked->open, checked->opened.details.attachments);
    if (!here) return std::unexpected(here.error());
    const bool edited = checked->edit.has_value();
    const auto fine = may_activate(work, *checked->open, checked->opened, edited);
    if (!fine) return std::unexpected(fine.error());
    auto permit = permit_wish(work, checked->open->row, checked->opened.details.capabilities);
    if (!permit) return std::unexpected(permit.error());
    checked->permit = *std::move(permit);
  }
  const approval::Review wish{
      .version = checked->core.version,
      .verdict = checked->core.verdict,
      .payload = checked->core.payload,
      .edited = checked->edit.has_value(),
      .member = checked->core.approver,
      .key = checked->core.key,
      .base = checked->core.base,
      .proof = checked->passkey ? approval::Proof::passkey : approval::Proof::device,
      .reason_characters = checked->core.reason ? characters(command.reason) : 0};
  auto context =
      context_of(work, *checked->project, *checked->open->log, checked->open->state.state);
  context.takes_changes = takes_changes(checked->opened.details.capabilities);
  const auto change = approval::review(checked->open->state.state, wish, context);
  if (!change) return refuse(change.error(), command.request);
  const bool numbered = wish.verdict == evidence::Verdict::approve &&
                        takes_number(checked->opened.details.capabilities,
                                     checked->open->state.state);
  if (numbered && !match_number(work, *checked->open, number)) {
    return refuse(Fault::not_permitted, command.request, "a number is asked for");
  }
  record(work, *checked, command, *change);
  if (terminal(change->request.state)) {
    activate_approved(work, *checked->open, checked->opened, checked->actor());
    issue_permit(work, *checked->open, *checked->project, checked->permit,
                 checked->opened.details.capabilities);
    close(work, *checked->open, checked->actor(), command.reason, checked->opened);
  } else {
    work.tell(checked->open->row.project, checked->open->row.id);
    // Its agent waits, and can go on now.
    if (wish.verdict == evidence::Verdict::request_changes) work.announce(command.request);
  }
  return Decide::Result{};
}

Applied<Cancel> apply(Work& work, Cancel& command) {
  auto open = work.request(command.request, command.project);
  if (!open) return std::unexpected(open.error());
  if ((*open)->row.api_key != command.api_key) {
    return refuse(approval::Refusal::wrong_agent, command.request);
  }
  const evidence::Actor actor{.id = (*open)->row.agent_id,
                              .kind = evidence::ActorKind::api_key,
                              .method = evidence::ActorMethod::api_key,
                              .key = command.api_key};
  if (auto done = cancel_request(work, **open, actor, command.reason); !done) {
    return std::unexpected(done.error());
  }
  return Cancel::Result{.state = (*open)->state};
}

std::expected<void, Refused> cancel_request(Work& work, Work::Open& open,
                                            const evidence::Actor& actor, std::string_view reason) {
  auto opened = open_details(work.world.keys, open.row);
  if (!opened) return std::unexpected(opened.error());
  const auto change = approval::cancel(open.state.state, work.time_of(*open.log));
  if (!change) return refuse(change.error(), open.row.id);
  const ProjectView* project = work.directory().project(open.row.project);
  LP_ASSERT(project != nullptr);
  open.state.state = change->request;
  for (const EventType type : change->events) {
    work.append(*open.log, open.state,
                {.statement = request_statement(*project, open, type, actor), .evidence = {}});
  }
  close(work, open, actor, reason, *opened);
  return {};
}

void expire_due(Work& work, std::size_t limit) {
  // While the clock is doubtful nothing is decided, and running out is a decision too.
  if (work.world.clock_watch.unsafe()) return;
  for (const std::string& id : work.world.expiry.due(work.now, limit)) {
    auto open = work.request(id);
    if (!open || terminal((*open)->state.state.state)) continue;
    auto opened = open_details(work.world.keys, (*open)->row);
    if (!opened) continue;
    const auto change = approval::expire((*open)->state.state, work.time_of(*(*open)->log));
    if (!change) {
      work.world.expiry.add((*open)->state.state.decide_by, id);
      continue;
    }
    const ProjectView* project = work.directory().project((*open)->row.project);
    LP_ASSERT(project != nullptr);
    const evidence::Actor actor{.id = "system",
                                .kind = evidence::ActorKind::system,
                                .method = evidence::ActorMethod::clock,
                                .key = {}};
    (*open)->state.state = change->request;
    for (const EventType type : change->events) {
      work.append(*(*open)->log, (*open)->state,
                  {.statement = request_statement(*project, **open, type, actor), .evidence = {}});
    }
    close(work, **open, actor, "expired", *opened);
  }
}

}  // namespace lp::core
