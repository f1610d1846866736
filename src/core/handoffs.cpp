#include "core/handoffs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/assert.h"
#include "base/text.h"
#include "core/apply.h"
#include "core/asker.h"
#include "crypto/hash.h"
#include "evidence/escrow.h"
#include "json/write.h"

namespace lp::core {
namespace {

using evidence::EventType;

constexpr std::array<std::pair<std::string_view, EventType>, 4> outcomes{
    {{"created", EventType::handoff_created},
     {"fulfilled", EventType::handoff_fulfilled},
     {"disputed", EventType::handoff_disputed},
     {"failed", EventType::handoff_failed}}};

std::optional<EventType> type_of(std::string_view outcome) {
  const auto found =
      std::ranges::find(outcomes, outcome, [](const auto& item) { return item.first; });
  return found == outcomes.end() ? std::nullopt : std::optional(found->second);
}

// RFC 9562 §5.8: our own 122 bits.
std::string uuid_of(std::string bytes) {
  LP_ASSERT(bytes.size() == 16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x80);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  const std::string text = hex(bytes);
  return fmt::format("{}-{}-{}-{}-{}", text.substr(0, 8), text.substr(8, 4), text.substr(12, 4),
                     text.substr(16, 4), text.substr(20));
}

// A keyed hash of what a person or an agent wrote, for the log: once the request's DEK is gone
// nobody can test a guess against it.
std::string bound(const Secret& dek, std::string_view what, std::string_view text) {
  const Secret key(crypto::hkdf_sha256(dek.reveal(), {}, "lp-handoff/1"));
  return crypto::hmac_sha256(key.reveal(), {what, std::string_view("\0", 1), text}).hex();
}

struct Said {
  EventType type;
  std::string note;        // "" when none
  std::string commitment;  // likewise
  evidence::Actor actor;
  std::string strength;
};

Work::Event handoff_event(Work& work, const store::Handoff& row, const Work::Open& request,
                          const Secret& dek, const Said& said) {
  Work::Event event;
  event.statement.type = said.type;
  event.statement.actor = said.actor;
  // The descriptor of the request stands as the subject: it ties the two streams together.
  event.statement.document = request.row.request_sha256;
  event.statement.marks = work.directory().project(row.project)->marks;
  event.statement.strength = said.strength;
  auto entry = json::Value::object();
  entry.add("kind", "handoff")
      .add("delivery_id", row.id)
      .add("request_id", row.request)
      .add("upstream", row.upstream)
      .add("downstream", row.downstream);
  if (!said.note.empty()) entry.add("note", bound(dek, "note", said.note));
  if (!said.commitment.empty()) entry.add("commitment", bound(dek, "commitment", said.commitment));
  entry.add("salt", base64(work.world.entropy.bytes(32)));
  event.evidence.push_back(std::move(entry));
  return event;
}

store::HandoffEvent append(Work& work, Work::OpenHandoff& open, const Work::Open& request,
                           const Secret& dek, const Said& said) {
  const std::uint64_t seq = open.row.stream_seq;
  const auto appended =
      work.append(*request.log, open.row, handoff_event(work, open.row, request, dek, said));
  const auto named =
      std::ranges::find(outcomes, said.type, [](const auto& item) { return item.second; });
  store::HandoffEvent event{.handoff = open.row.id,
                            .seq = seq,
                            .outcome = std::string(named->first),
                            .by = said.actor.id,
                            .note_sealed = {},
                            .recorded = request.log->head.last_time,
                            .leaf_index = appended.index,
                            .statement_sha256 = appended.statement_sha256};
  if (!said.note.empty()) {
    event.note_sealed = seal_field(dek.reveal(), fmt::format("handoff-note {}", seq), open.row.id,
                                   said.note, work.world.entropy);
  }
  open.events.push_back(event);
  work.batch.writes.emplace_back(event);
  return event;
}

std::optional<std::string> note_of(std::string_view dek, const store::HandoffEvent& event) {
  if (event.note_sealed.empty()) return std::string();
  return open_field(dek, fmt::format("handoff-note {}", event.seq), event.handoff,
                    event.note_sealed);
}

// A caller that proves to be an agent speaks as that agent only, whatever key it uses.
bool is_upstream(const Asker& asker, const AgentProof& proof, std::string_view agent,
                 std::string_view api_key) {
  return proof.agent_id.empty() ? asker.agent_id == api_key : asker.agent_id == agent;
}

// Whether the stored event is what its statement says.
bool event_holds(const store::Leaf& leaf, const store::HandoffEvent& event,
                 const std::optional<Digest>& prev) {
  if (crypto::sha256(leaf.statement) != event.statement_sha256) return false;
  const auto said = evidence::read_statement(leaf.statement);
  return said && said->type == type_of(event.outcome) && said->stream.id == event.handoff &&
         said->stream.seq == event.seq && said->stream.prev == prev && said->actor.id == event.by &&
         said->time == event.recorded;
}

// The same answer for a lost reply, and for a replayed HMAC, which has no nonce.
std::expected<std::optional<store::HandoffEvent>, Refused> said_before(
    const Work::OpenHandoff& open, const Secret& dek, const RecordOutcome& command,
    const Asker& asker) {
  const auto last = std::ranges::find(open.events.rbegin(), open.events.rend(), asker.actor.id,
                                      &store::HandoffEvent::by);
  if (last == open.events.rend() || last->outcome != command.outcome) return std::nullopt;
  const auto note = note_of(dek.reveal(), *last);
  if (!note) return refuse(Fault::row_tampered, open.row.request);
  return *note == command.note ? std::optional(*last) : std::nullopt;
}

}  // namespace

store::Handoff open_handoff(Work& work, const Work::Open& request, const Secret& dek,
                            NewHandoff wish) {
  store::Handoff row;
  row.id = std::move(wish.id);
  row.project = request.row.project;
  row.request = request.row.id;
  row.upstream = std::move(wish.upstream);
  row.upstream_key = request.row.api_key;
  row.downstream = std::move(wish.downstream);
  if (!wish.commitment.empty()) {
    row.commitment_sealed =
        seal_field(dek.reveal(), "handoff-commitment", row.id, wish.commitment, work.world.entropy);
  }
  row.created = work.time_of(*request.log);
  row.created_index = request.log->range.size();
  Work::OpenHandoff& open = work.add_handoff(std::move(row));
  append(work, open, request, dek,
         {.type = EventType::handoff_created,
          .note = {},
          .commitment = std::move(wish.commitment),
          .actor = std::move(wish.actor),
          .strength = std::move(wish.strength)});
  return open.row;
}

std::string escrow_delivery_id(const Keys& keys, std::string_view request) {
  const Digest digest = crypto::hmac_sha256(keys.purpose("lp-escrow-delivery/1").reveal(), request);
  return uuid_of(std::string(digest.view().substr(0, 16)));
}

void hand_over(Work& work, const Work::Open& request, const Opened& opened) {
  const auto state = request.state.state.state;
  const bool approved =
      state == approval::State::approved || state == approval::State::approved_with_modifications;
  if (!approved || opened.details.escrow.empty()) return;
  const auto escrow = evidence::Escrow::parse(opened.details.escrow);
  LP_ASSERT(escrow.has_value());  // our own text, opened under its seal
  if (escrow->mode != "handoff") return;
  const std::string commitment =
      escrow->commitment ? json::compact(*escrow->commitment) : std::string();
  open_handoff(work, request, opened.dek,
               {.id = escrow_delivery_id(work.world.keys, request.row.id),
                .upstream = request.row.agent_id,
                .downstream = escrow->downstream,
                .commitment = commitment,
                .actor = {.id = "system",
                          .kind = evidence::ActorKind::system,
                          .method = evidence::ActorMethod::rule,
                          .key = {}},
                .strength = request.row.strength});
}

Applied<CreateHandoff> apply(Work& work, CreateHandoff& command) {
  const auto asker = asker_of(work.directory(), command.project, command.api_key, command.proof);
  if (!asker) return refuse(Fault::unknown);
  auto request = work.request(command.request, command.project);
  if (!request) return std::unexpected(request.error());
  const store::Request& row = (*request)->row;
  if (!is_upstream(*asker, command.proof, row.agent_id, row.api_key)) {
    return refuse(Fault::not_a_party);
  }
  const bool known = work.directory().agent(command.project, command.downstream) != nullptr;
  if (!known || command.downstream == row.agent_id) return refuse(Fault::unknown);
  if (work.disk_low()) return refuse(Fault::disk_reserve);
  if (const auto fresh = work.check_nonce(command.proof); !fresh) {
    return std::unexpected(fresh.error());
  }
  const auto dek = work.world.keys.unwrap(row.dek_wrapped);
  if (!dek) return refuse(Fault::row_tampered, row.id);

  const store::Handoff made = open_handoff(work, **request, *dek,
                                           {.id = uuid_of(work.world.entropy.bytes(16)),
                                            .upstream = row.agent_id,
                                            .downstream = command.downstream,
                                            .commitment = command.commitment,
                                            .actor = asker->actor,
                                            .strength = command.proof.strength});
  work.keep_nonce(command.proof);
  return CreateHandoff::Result{.delivery_id = made.id,
                               .upstream = made.upstream,
                               .created = made.created,
                               .leaf_index = made.created_index};
}

Applied<RecordOutcome> apply(Work& work, RecordOutcome& command) {
  const auto type = type_of(command.outcome);
  LP_ASSERT(type && type != EventType::handoff_created);
  const auto asker = asker_of(work.directory(), command.project, command.api_key, command.proof);
  if (!asker) return refuse(Fault::unknown);
  auto open = work.handoff(command.delivery_id, command.project);
  if (!open) return std::unexpected(open.error());
  const store::Handoff& row = (*open)->row;
  const bool downstream = !command.proof.agent_id.empty() && asker->agent_id == row.downstream;
  if (!downstream && !is_upstream(*asker, command.proof, row.upstream, row.upstream_key)) {
    return refuse(Fault::not_a_party);
  }
  if (work.disk_low()) return refuse(Fault::disk_reserve);
  if (const auto fresh = work.check_nonce(command.proof); !fresh) {
    return std::unexpected(fresh.error());
  }
  auto request = work.request(row.request, command.project);
  if (!request) return std::unexpected(request.error());
  const auto dek = work.world.keys.unwrap((*request)->row.dek_wrapped);
  if (!dek) return refuse(Fault::row_tampered, row.request);
  const auto answer = [](const store::HandoffEvent& event, bool replay) {
    return RecordOutcome::Result{.seq = event.seq,
                                 .by = event.by,
                                 .recorded = event.recorded,
                                 .leaf_index = event.leaf_index,
                                 .replay = replay};
  };
  const auto before = said_before(**open, *dek, command, *asker);
  if (!before) return std::unexpected(before.error());
  if (*before) {
    work.keep_nonce(command.proof);
    return answer(**before, true);
  }
  if ((*open)->events.size() >= handoff_events_max) return refuse(Fault::handoff_full);
  const auto event = append(work, **open, **request, *dek,
                            {.type = *type,
                             .note = command.note,
                             .commitment = {},
                             .actor = asker->actor,
                             .strength = command.proof.strength});
  work.keep_nonce(command.proof);
  return answer(event, false);
}

std::optional<std::vector<HandoffView::Event>> read_handoff(store::Reader& reader, const Keys& keys,
                                                            const store::Handoff& row) {
  const auto events = reader.handoff_events(row.id);
  const auto request = reader.request(row.request);
  if (!events || events->size() < row.stream_seq || !request || !*request) return std::nullopt;
  if (!crypto::equal_constant_time(keys.row_mac(row).view(), row.mac.view())) return std::nullopt;
  const auto dek = keys.unwrap((*request)->request.dek_wrapped);
  std::vector<HandoffView::Event> told;
  std::optional<Digest> prev;
  for (std::uint64_t seq = 0; seq < row.stream_seq; ++seq) {
    const store::HandoffEvent& event = (*events)[seq];
    const auto leaf = reader.leaf(row.project, event.leaf_index);
    if (event.seq != seq || !leaf || !*leaf || !event_holds(**leaf, event, prev)) {
      return std::nullopt;
    }
    auto text = dek ? note_of(dek->reveal(), event) : std::nullopt;
    if (!text) return std::nullopt;
    told.push_back({.seq = seq,
                    .outcome = event.outcome,
                    .by = event.by,
                    .note = *std::move(text),
                    .recorded = event.recorded,
                    .leaf_index = event.leaf_index,
                    .statement_sha256 = event.statement_sha256,
                    .prev = prev});
    prev = event.statement_sha256;
  }
  if (prev != row.statement_sha256) return std::nullopt;
  return told;
}

std::expected<HandoffView, Refused> view_handoff(store::Reader& reader, const Keys& keys,
                                                 const Directory& directory, std::string_view id,
                                                 std::string_view project) {
  const ProjectView* owner = directory.project(project);
  LP_ASSERT(owner != nullptr);
  // The size before the note, which then covers it; the row before its events, which then are all
  // there.
  const std::uint64_t size = owner->live->signed_size;
  const auto note = owner->live->checkpoint.load();
  const auto row = reader.handoff(id);
  if (!row || !*row || (*row)->project != project || (*row)->created_index >= size || !note) {
    return refuse(Fault::unknown);
  }
  auto told = read_handoff(reader, keys, **row);
  if (!told) return refuse(Fault::row_tampered, (*row)->request);
  std::erase_if(*told, [&](const auto& event) { return event.leaf_index >= size; });
  return HandoffView{.row = **row, .events = *std::move(told), .checkpoint = *note};
}

}  // namespace lp::core
