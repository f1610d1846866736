#include "core/erasing.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "base/assert.h"
#include "base/id.h"
#include "base/log.h"
#include "core/apply.h"
#include "core/engine.h"
#include "core/erasure_event.h"
#include "core/erasure_proposals.h"
#include "core/work.h"
#include "crypto/hash.h"
#include "evidence/export_manifest.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::core {
namespace {

using evidence::ErasureDocument;
using evidence::EventType;

constexpr std::size_t salt_bytes = 32;

std::unexpected<Refused> damaged(std::string_view request) {
  log::error("erasure.damaged", "What belongs to a request cannot be told: it is not erased.",
             {{"request_id", request}});
  return refuse(Fault::row_tampered, request);
}

// The streams that go, each with how many statements it has and where they stand.
struct Stream {
  std::string id;
  std::uint64_t first, last, count;
};

std::optional<std::vector<Stream>> streams_of(store::Reader& reader, const store::Request& request,
                                              const store::RequestState& state) {
  std::vector<Stream> streams{{.id = request.id,
                               .first = request.leaf_index,
                               .last = state.leaf_index,
                               .count = state.stream_seq}};
  // The permit's events stand behind the decision, in the same stream.
  const auto permit = reader.permit_of(request.id);
  if (!permit) return std::nullopt;
  if (*permit) {
    streams.front().last = (*permit)->leaf_index;
    streams.front().count = (*permit)->stream_seq;
  }
  const auto handoffs = reader.handoffs_of(request.id);
  if (!handoffs) return std::nullopt;
  for (const store::Handoff& row : *handoffs) {
    streams.push_back({.id = row.id,
                       .first = row.created_index,
                       .last = row.leaf_index,
                       .count = row.stream_seq});
  }
  return streams;
}

// Where all their statements stand; nothing when one is not to be found.
std::optional<std::vector<std::uint64_t>> indices_of(store::Reader& reader,
                                                     const std::string& project,
                                                     const std::vector<Stream>& streams) {
  std::vector<std::uint64_t> indices;
  for (const Stream& stream : streams) {
    const auto found = reader.leaves_of_stream(project, stream.id, stream.first, stream.last);
    if (!found || found->size() != stream.count) return std::nullopt;
    indices.insert(indices.end(), found->begin(), found->end());
  }
  std::ranges::sort(indices);
  return indices;
}

// Whether exactly these leaves are those of the streams. Without a walk over the log, which may be
// long between the first and the last: this is asked on the core thread.
bool are_all(store::Reader& reader, const std::string& project, const std::vector<Stream>& streams,
             const std::vector<std::uint64_t>& indices) {
  std::uint64_t wanted = 0;
  std::set<std::string, std::less<>> ids;
  for (const Stream& stream : streams) {
    wanted += stream.count;
    ids.insert(stream.id);
  }
  // They are distinct: the document says them in ascending order.
  return indices.size() == wanted && std::ranges::all_of(indices, [&](std::uint64_t index) {
           const auto leaf = reader.leaf(project, index);
           return leaf && *leaf && !(*leaf)->erased() && ids.contains((*leaf)->stream);
         });
}

// Whether an export handed out one of these entries. One that cannot be read counts.
bool holds_one(const store::Leaf& exported, const std::vector<std::uint64_t>& indices) {
  const auto entries = json::parse(exported.evidence);
  if (!entries || !entries->root.is_array()) return true;
  for (const json::Value& entry : entries->root.items()) {
    const json::Value* const value = entry.find("manifest");
    const auto manifest =
        value == nullptr ? std::nullopt : evidence::ExportManifest::from_json(*value);
    if (!manifest) continue;
    const auto at = std::ranges::lower_bound(indices, manifest->first);
    return at != indices.end() && *at < manifest->end;
  }
  return true;
}

std::optional<std::vector<Digest>> exports_of(store::Reader& reader, const std::string& project,
                                              const std::vector<std::uint64_t>& indices) {
  const auto made = reader.exports(project, indices.front());
  if (!made) return std::nullopt;
  std::vector<Digest> exports;
  for (const store::Leaf& leaf : *made) {
    if (holds_one(leaf, indices)) exports.push_back(evidence::statement_sha256(leaf.statement));
  }
  return exports;
}

std::optional<Instant> complete_by(const store::Request& request, std::int64_t horizon_ms) {
  const auto month_end = Keys::month_end(request.dek_wrapped);
  if (!month_end) return std::nullopt;
  return *month_end + horizon_ms;
}

// The parts of the document that follow from what is stored.
std::expected<ErasureDocument, Refused> facts_of(store::Reader& reader, const ProjectView& project,
                                                 const store::Request& request,
                                                 std::vector<std::uint64_t> indices,
                                                 std::int64_t horizon_ms) {
  auto exports = exports_of(reader, project.row.id, indices);
  const auto complete = complete_by(request, horizon_ms);
  if (!exports || !complete) return damaged(request.id);
  return ErasureDocument{.origin = project.row.origin,
                         .indices = std::move(indices),
                         .salt = {},
                         .request_id = request.id,
                         .subject = {},
                         .basis = {},
                         .operator_name = {},
                         .complete_by = *complete,
                         .exports = *std::move(exports)};
}

// What the command's document must be, with the words and the salt that are the signer's.
std::expected<ErasureDocument, Refused> rebuilt(Work& work, const Work::Open& open,
                                                const ProjectView& project,
                                                const ErasureDocument& said) {
  store::Reader& reader = work.world.rows;
  const auto streams = streams_of(reader, open.row, open.state);
  if (!streams) return damaged(open.row.id);
  const bool all_signed = said.indices.back() < open.log->signed_size;
  if (!all_signed || !are_all(reader, open.row.project, *streams, said.indices)) {
    return refuse(Fault::stale, open.row.id);
  }
  auto document =
      facts_of(reader, project, open.row, said.indices, work.world.options.backup_horizon_ms);
  if (!document) return document;
  document->salt = said.salt;
  document->basis = said.basis;
  document->operator_name = said.operator_name;
  return document;
}

// As it will stand beside the event.
std::string evidence_text(const std::vector<json::Value>& evidence) {
  auto entries = json::Value::array();
  for (const json::Value& entry : evidence) entries.items().push_back(entry);
  return json::canonical(entries);
}

bool is_open(const store::Permit& permit) {
  return permit.state == "issued" || permit.state == "claimed";
}

// An executor that claimed it has its outcome to tell, and one that is issued may still be claimed.
std::expected<void, Refused> permit_ended(Work& work, const Work::Open& open) {
  const auto stored = work.world.rows.permit_of(open.row.id);
  LP_ASSERT(stored.has_value());
  if (!*stored) return {};
  const auto now = work.permit((*stored)->id, open.row.project);
  if (!now) return std::unexpected(now.error());
  if (is_open(**now)) return refuse(Fault::not_decided, open.row.id, "its permit is open");
  // It ended in this very batch: the document does not name that event.
  if ((*now)->leaf_index != (*stored)->leaf_index) return refuse(Fault::stale, open.row.id);
  return {};
}

std::expected<void, Refused> may_erase(Work& work, const Work::Open& open) {
  if (!terminal(open.state.state.state)) return refuse(Fault::not_decided, open.row.id);
  if (auto ended = permit_ended(work, open); !ended) return ended;
  const auto* hold = hold_over(work.world.holds, open.row.project, open.row.id);
  if (hold != nullptr) return refuse(Fault::legal_hold, open.row.id, hold->id);
  return {};
}

}  // namespace

const store::LegalHold* hold_over(const std::vector<store::LegalHold>& holds,
                                  std::string_view project, std::string_view request) {
  const auto found = std::ranges::find_if(holds, [&](const store::LegalHold& hold) {
    return hold.project == project && hold.subject.empty() &&
           (hold.request.empty() || hold.request == request);
  });
  return found == holds.end() ? nullptr : &*found;
}

std::expected<ErasureDocument, Refused> offer_erasure(store::Reader& reader,
                                                      const ProjectView& project,
                                                      const ErasureWish& wish,
                                                      std::int64_t horizon_ms, Entropy& entropy) {
  const auto gone = reader.erasure(wish.request);
  const auto rows = reader.request(wish.request);
  const auto holds = reader.legal_holds();
  if (!gone || !rows || !holds) return refuse(Fault::stopping, wish.request);
  if (*gone) return refuse(Fault::erased, wish.request);
  if (!*rows || (*rows)->request.project != project.row.id) return refuse(Fault::unknown);
  const store::Request& request = (*rows)->request;
  const store::RequestState& state = (*rows)->state;
  // Pending too while the decision is not under a signed checkpoint.
  if (!terminal(state.state.state) || state.leaf_index >= project.live->signed_size) {
    return refuse(Fault::not_decided, request.id);
  }
  const auto permit = reader.permit_of(request.id);
  if (!permit) return refuse(Fault::stopping, wish.request);
  if (*permit && is_open(**permit)) {
    return refuse(Fault::not_decided, request.id, "its permit is open");
  }
  if (const auto* hold = hold_over(*holds, project.row.id, request.id)) {
    return refuse(Fault::legal_hold, request.id, hold->id);
  }
  const auto streams = streams_of(reader, request, state);
  auto indices = streams ? indices_of(reader, project.row.id, *streams) : std::nullopt;
  if (!indices || indices->empty()) return damaged(request.id);
  auto document = facts_of(reader, project, request, *std::move(indices), horizon_ms);
  if (!document) return document;
  document->salt = entropy.bytes(salt_bytes);
  document->basis = wish.basis;
  document->operator_name = wish.operator_name;
  return document;
}

Applied<Erase> apply(Work& work, Erase& command) {
  const auto said = ErasureDocument::parse(command.record.document);
  if (!said || !said->request_id) return refuse(Fault::stale);
  const ProjectView* project = work.directory().project(command.project);
  if (project == nullptr) return refuse(Fault::unknown);
  auto open = work.request(*said->request_id, command.project);
  if (!open) return std::unexpected(open.error());
  if (auto waits = check_proposal(work, command.proposal, *said->request_id, {}); !waits) {
    return std::unexpected(waits.error());
  }
  if (const auto may = may_erase(work, **open); !may) return std::unexpected(may.error());
  const auto expected = rebuilt(work, **open, *project, *said);
  if (!expected) return std::unexpected(expected.error());
  if (expected->bytes() != command.record.document) return refuse(Fault::stale, (*open)->row.id);
  if (const auto owned = signed_by_owners(*project, command.record); !owned) {
    return std::unexpected(owned.error());
  }
  ProjectLog& log = *(*open)->log;
  Work::Event event = erasure_event(work, *project, command.record);
  const std::string record = evidence_text(event.evidence);
  const auto appended = work.append(log, std::move(event));
  work.erase({.erasure = {.request = (*open)->row.id,
                          .project = command.project,
                          .leaf_index = appended.index,
                          .at = log.head.last_time},
              .indices = said->indices,
              .record = record});
  end_proposal(work, command.proposal);
  work.tell_project(command.project);
  return Erase::Result{
      .request = (*open)->row.id, .index = appended.index, .complete_by = said->complete_by};
}

}  // namespace lp::core
