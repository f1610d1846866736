#include "cli/row_check.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "core/directory_rows.h"
#include "core/handoffs.h"
#include "core/permits.h"
#include "core/request_event.h"
#include "core/row_seal.h"
#include "crypto/hash.h"
#include "evidence/decision_core.h"
#include "evidence/erasure.h"
#include "json/parse.h"
#include "json/write.h"
#include "tlog/tile.h"

namespace lp::cli {
namespace {

using evidence::EventType;

// Whether the stored evidence is, entry by entry, what the statement names.
bool evidence_fits(std::string_view text, const evidence::Statement& statement) {
  if (text.empty()) return statement.evidence.empty();
  const auto document = json::parse(std::string(text));
  if (!document || !document->root.is_array() || json::canonical(document->root) != text) {
    return false;
  }
  const auto& entries = document->root.items();
  return std::ranges::equal(entries, statement.evidence, [](const auto& entry, const auto& named) {
    return entry.find_string("kind") == named.kind &&
           crypto::sha256(json::canonical(entry)) == named.sha256;
  });
}

std::optional<json::Value> entry_of_kind(std::string_view evidence_text, std::string_view kind) {
  const auto document = json::parse(std::string(evidence_text));
  if (!document || !document->root.is_array()) return std::nullopt;
  for (const auto& entry : document->root.items()) {
    if (entry.find_string("kind") == kind) return entry;
  }
  return std::nullopt;
}

std::string of_request(std::string_view id, std::string_view what) {
  return fmt::format("request {}: {}", id, what);
}

}  // namespace

RowCheck::RowCheck(store::Reader& reader, const core::Keys& keys, store::Project project)
    : reader_(reader), keys_(keys), project_(std::move(project)) {}

std::optional<std::string> RowCheck::directory() {
  const auto rows = core::read_directory(reader_);
  if (!rows) return rows.error();
  const auto seal = core::check_seal(reader_, keys_, *rows);
  if (!seal) return seal.error();
  if (*seal == core::DirectorySeal::broken) {
    return "a project, member, device, key, agent, webhook or what is known of witnesses was "
           "changed "
           "behind the server's back";
  }
  return std::nullopt;
}

std::optional<std::string> RowCheck::roster(const store::Roster& row,
                                            const evidence::RosterHead& head) {
  ++expected_.rosters;
  expected_.roster_entries += row.entries.size();
  if (row.version != head.version || row.sha256 != head.sha256()) {
    return fmt::format("roster version {}: its row differs from its head", row.version);
  }
  store::Roster kept = row;
  kept.entries.clear();
  rosters_.emplace(row.sha256, std::move(kept));
  return std::nullopt;
}

std::optional<std::string> RowCheck::upper_hashes(const Digest& leaf_hash) {
  std::optional<std::string> wrong;
  range_.append(leaf_hash, [&](unsigned level, std::uint64_t position, const Digest& hash) {
    if (level == 0 || level % tlog::tile_height != 0 || wrong) return;
    ++expected_.upper_hashes;
    const unsigned tile_level = level / tlog::tile_height;
    const auto stored = reader_.upper_hashes(project_.id, tile_level, position, 1);
    if (!stored || stored->size() != 1 || stored->front() != hash) {
      wrong =
          fmt::format("hash {} of tile level {} is not that of the leaves", position, tile_level);
    }
  });
  return wrong;
}

std::optional<std::string> RowCheck::review(const store::Leaf& row,
                                            const evidence::Statement& statement) {
  ++expected_.reviews;
  const auto stored = reader_.reviews(row.stream);
  if (!stored) return stored.error().what;
  const auto found = std::ranges::find(*stored, row.index, &store::Review::leaf_index);
  if (found == stored->end()) return "the row of the review is gone";
  auto entry = entry_of_kind(row.evidence, "device_key");
  if (!entry) entry = entry_of_kind(row.evidence, "passkey");
  const auto core = evidence::DecisionCore::parse(found->core);
  if (!entry || !core) return "the review's core is malformed";
  const bool same = entry->find_string("core") == base64(found->core) &&
                    entry->find_string("signature") == base64(found->signature) &&
                    found->nonce == core->nonce && found->member == core->approver &&
                    found->key == core->key && found->version == core->version &&
                    found->at == statement.time;
  if (!same) return "the row of the review is not what was signed";
  return std::nullopt;
}

std::optional<std::string> RowCheck::erased_leaf(const store::Leaf& row) {
  ++expected_.leaves;
  if (row.leaf_hash != tlog::leaf_hash(row.leaf)) return "the row's hash is not that of the leaf";
  if (row.type != EventType::erasure_performed || !row.evidence.empty()) {
    return "something is left of what was erased";
  }
  erased_rows_.emplace(row.index, row.stream);
  ends_erased_ = true;
  return upper_hashes(row.leaf_hash);
}

// An erasure is what its row says, and its leaves' rows name the request that it names.
std::optional<std::string> RowCheck::erasure(const store::Leaf& row,
                                             const evidence::Statement& statement) {
  const auto record = evidence::ErasureRecord::find(row.evidence);
  const auto document = record ? evidence::ErasureDocument::parse(record->document) : std::nullopt;
  if (document && document->subject) return person_erasure(row, statement, *document->subject);
  if (!document || !document->request_id) return "the document of the erasure is missing";
  ++expected_.erasures;
  const auto stored = reader_.erasure(*document->request_id);
  if (!stored) return stored.error().what;
  const store::Erasure said{.request = *document->request_id,
                            .project = project_.id,
                            .leaf_index = row.index,
                            .at = statement.time};
  if (*stored != said) return "the row of the erasure is not what was signed";
  return erased_rows_are_of(said.request, document->indices);
}

std::optional<std::string> RowCheck::erased_rows_are_of(
    std::string_view request, const std::vector<std::uint64_t>& indices) const {
  for (const std::uint64_t index : indices) {
    if (index >= range_.size()) continue;
    const auto found = erased_rows_.find(index);
    if (found == erased_rows_.end() || found->second != request) {
      return fmt::format("the row of the erased index {} is of another request", index);
    }
  }
  return std::nullopt;
}

std::optional<std::string> RowCheck::lost_erasure(const store::Erasure& row) {
  ++expected_.erasures;
  const auto record = evidence::ErasureRecord::find(row.record);
  const auto document = record ? evidence::ErasureDocument::parse(record->document) : std::nullopt;
  if (!document || document->request_id != row.request || row.leaf_index < range_.size()) {
    return "the row of an erasure that the log has lost is not what was signed";
  }
  return erased_rows_are_of(row.request, document->indices);
}

// Who it names has no name any more.
std::optional<std::string> RowCheck::person_erasure(const store::Leaf& row,
                                                    const evidence::Statement& statement,
                                                    const std::string& subject) {
  ++expected_.member_erasures;
  const auto stored = reader_.member_erasure(project_.id, subject);
  const auto members = reader_.members();
  if (!stored) return stored.error().what;
  if (!members) return members.error().what;
  const store::MemberErasure said{
      .member = subject, .project = project_.id, .leaf_index = row.index, .at = statement.time};
  if (*stored != said) return "the row of a person's erasure is not what was signed";
  const auto member = std::ranges::find(*members, subject, &store::Member::id);
  if (member == members->end() || !member->erased || !member->name.empty()) {
    return fmt::format("member {} was erased, and their row does not say so", subject);
  }
  return std::nullopt;
}

std::optional<std::string> RowCheck::epoch(const store::Leaf& row) {
  const auto entry = entry_of_kind(row.evidence, "epoch");
  const auto number = entry ? entry->find_integer("number") : std::nullopt;
  if (!number) return "the evidence of an epoch is missing";
  const auto text = [&](std::string_view name) {
    return std::string(entry->find_string(name).value_or(""));
  };
  const std::string kind = text("scope");
  const std::string subject =
      kind == "tool" ? core::tool_subject(text("service"), text("action")) : text("agent");
  epochs_.insert_or_assign({kind, subject}, static_cast<std::uint64_t>(*number));
  return std::nullopt;
}

std::optional<std::string> RowCheck::epochs() {
  const auto stored = reader_.epochs();
  if (!stored) return stored.error().what;
  expected_.epochs = epochs_.size();
  for (const store::Epoch& row : *stored) {
    if (row.project != project_.id) continue;
    const auto found = epochs_.find({row.kind, row.subject});
    if (found == epochs_.end() || found->second != row.number ||
        core::epoch_mac(keys_, row) != row.mac) {
      return "the row of an epoch is not what was logged";
    }
  }
  return std::nullopt;
}

std::optional<std::string> RowCheck::hold(const store::Leaf& row,
                                          const evidence::Statement& statement) {
  const auto entry = entry_of_kind(row.evidence, "legal_hold");
  if (!entry) return std::nullopt;  // another change of settings
  const auto text = [&](std::string_view name) {
    return std::string(entry->find_string(name).value_or(""));
  };
  if (text("act") == "ended") {
    holds_.erase(text("id"));
    return std::nullopt;
  }
  holds_.insert_or_assign(text("id"), store::LegalHold{.id = text("id"),
                                                       .project = project_.id,
                                                       .request = text("request_id"),
                                                       .reason = text("reason"),
                                                       .created = statement.time,
                                                       .leaf_index = row.index,
                                                       .subject = text("subject")});
  return std::nullopt;
}

std::optional<std::string> RowCheck::holds() {
  const auto stored = reader_.legal_holds();
  if (!stored) return stored.error().what;
  expected_.holds = holds_.size();
  for (const store::LegalHold& row : *stored) {
    if (row.project != project_.id) continue;
    const auto found = holds_.find(row.id);
    if (found == holds_.end() || found->second != row) {
      return fmt::format("legal hold {}: its row is not what was logged", row.id);
    }
  }
  return std::nullopt;
}

std::optional<std::string> RowCheck::leaf(const store::Leaf& row,
                                          const evidence::Statement& statement) {
  ++expected_.leaves;
  last_time_ = statement.time;
  ends_erased_ = false;
  if (row.type != statement.type || row.stream != statement.stream.id) {
    return "the row's type or stream is not the statement's";
  }
  if (row.leaf_hash != tlog::leaf_hash(row.leaf)) return "the row's hash is not that of the leaf";
  if (!evidence_fits(row.evidence, statement)) {
    return "the evidence is not what the statement names";
  }
  if (auto wrong = upper_hashes(row.leaf_hash)) return wrong;
  if (statement.type == EventType::request_created) {
    ++expected_.requests;
    ++expected_.states;
  }
  if (statement.type == EventType::request_revised) ++expected_.revisions;
  if (statement.type == EventType::permit_issued) ++expected_.permits;
  if (statement.type == EventType::epoch_changed) return epoch(row);
  if (evidence::is_review(statement.type)) return review(row, statement);
  if (statement.type == EventType::roster_changed) return roster_change(row, statement);
  if (statement.type == EventType::erasure_performed) return erasure(row, statement);
  if (statement.type == EventType::config_changed) return hold(row, statement);
  return std::nullopt;
}

std::optional<std::string> RowCheck::roster_change(const store::Leaf& row,
                                                   const evidence::Statement& statement) const {
  const auto found = rosters_.find(statement.roster_sha256.value_or(Digest{}));
  if (found == rosters_.end()) return "the row of the roster is gone";
  const store::Roster& roster = found->second;
  const auto entry = entry_of_kind(row.evidence, "roster");
  if (!entry || entry->find_string("head") != base64(roster.head) ||
      entry->find_string("signatures") != base64(roster.signatures) ||
      roster.created != statement.time) {
    return fmt::format("roster version {}: its row is not what was logged", roster.version);
  }
  return std::nullopt;
}

std::optional<std::string> RowCheck::request(const std::string& id,
                                             const LogCheck::Stream& stream) {
  const auto rows = reader_.request(id);
  if (!rows) return of_request(id, rows.error().what);
  if (!*rows) return of_request(id, "its row or that of its state is gone");
  const auto& state = (*rows)->state;
  if ((*rows)->request.project != project_.id)
    return of_request(id, "it stands in another project");
  if (keys_.row_mac(state) != state.mac) return of_request(id, "the row of its state was changed");
  const auto permit = reader_.permit_of(id);
  if (!permit) return of_request(id, permit.error().what);
  if (*permit) {
    if (auto wrong = this->permit(**permit, state, stream)) return wrong;
  } else if (state.leaf_index != stream.last_index || state.statement_sha256 != stream.last ||
             state.stream_seq != stream.next) {
    return of_request(id, "its state is not the one after its last event");
  }
  const auto original = reader_.original(id);
  const auto revisions = reader_.revisions(id);
  if (!original || !*original || !revisions) return of_request(id, "its row cannot be read");
  if (state.asked_sha256) {
    Digest asked = core::asked_sha256(**original);
    for (const auto& revision : *revisions) asked = core::asked_sha256(asked, revision);
    if (asked != *state.asked_sha256) return of_request(id, "what was asked was changed");
  }
  if (!core::open_details(keys_, (*rows)->request)) {
    return of_request(id, "what is sealed does not open");
  }
  return std::nullopt;
}

// A permit's events continue the stream behind the decision.
std::optional<std::string> RowCheck::permit(const store::Permit& row,
                                            const store::RequestState& state,
                                            const LogCheck::Stream& stream) const {
  if (core::permit_mac(keys_, row) != row.mac || row.project != project_.id) {
    return of_request(row.request, "the row of its permit was changed");
  }
  if (row.leaf_index != stream.last_index || row.statement_sha256 != stream.last ||
      row.stream_seq != stream.next || state.stream_seq >= row.stream_seq) {
    return of_request(row.request, "its permit is not the one after its last event");
  }
  const auto leaf = reader_.leaf(row.project, state.leaf_index);
  if (!leaf || !*leaf || (*leaf)->stream != row.request ||
      crypto::sha256((*leaf)->statement) != state.statement_sha256) {
    return of_request(row.request, "its state is not the one after its decision");
  }
  return std::nullopt;
}

std::optional<std::string> RowCheck::handoff(const std::string& id,
                                             const LogCheck::Stream& stream) {
  ++expected_.handoffs;
  expected_.handoff_events += stream.next;
  const auto row = reader_.handoff(id);
  if (!row || !*row || (*row)->project != project_.id) {
    return fmt::format("handoff {}: its row is gone", id);
  }
  if ((*row)->leaf_index != stream.last_index || (*row)->stream_seq != stream.next ||
      (*row)->statement_sha256 != stream.last || !core::read_handoff(reader_, keys_, **row)) {
    return fmt::format("handoff {}: its rows are not what was logged", id);
  }
  return std::nullopt;
}

std::optional<std::string> RowCheck::counts() {
  const auto found = reader_.row_counts(project_.id);
  if (!found) return found.error().what;
  const std::pair<const char*, std::uint64_t store::RowCounts::*> tables[] = {
      {"leaf", &store::RowCounts::leaves},
      {"upper_hash", &store::RowCounts::upper_hashes},
      {"roster", &store::RowCounts::rosters},
      {"roster_entry", &store::RowCounts::roster_entries},
      {"request", &store::RowCounts::requests},
      {"request_state", &store::RowCounts::states},
      {"revision", &store::RowCounts::revisions},
      {"review", &store::RowCounts::reviews},
      {"handoff", &store::RowCounts::handoffs},
      {"handoff_event", &store::RowCounts::handoff_events},
      {"erasure", &store::RowCounts::erasures},
      {"legal_hold", &store::RowCounts::holds},
      {"member_erasure", &store::RowCounts::member_erasures},
      {"permit", &store::RowCounts::permits},
      {"epoch", &store::RowCounts::epochs}};
  for (const auto& [table, member] : tables) {
    const std::uint64_t there = *found ? (**found).*member : 0;
    if (there == expected_.*member) continue;
    return fmt::format("table {} has {} rows of this project, the log stands for {}", table, there,
                       expected_.*member);
  }
  const auto strangers = reader_.rows_of_nobody();
  if (!strangers) return strangers.error().what;
  if (*strangers != 0) return fmt::format("{} rows belong to nothing that there is", *strangers);
  return std::nullopt;
}

// When the last statements were erased nobody can tell their time any more.
bool RowCheck::is_last(Instant time) const {
  return ends_erased_ ? time >= last_time_ : time == last_time_;
}

std::optional<std::string> RowCheck::rest(const LogCheck& log, const store::LogHead& head) {
  const auto project_stream = log.streams().find("project");
  const bool fits = head.size == range_.size() && head.frontier == range_.hashes() &&
                    is_last(head.last_time) && project_stream != log.streams().end() &&
                    head.stream_seq == project_stream->second.next &&
                    head.stream_prev == project_stream->second.last;
  if (!fits) return "the row of the log's head is not that of its leaves";
  for (const auto& [id, stream] : log.streams()) {
    if (id == "project") continue;
    if (auto wrong = id.starts_with("req_") ? request(id, stream) : handoff(id, stream))
      return wrong;
  }
  if (auto wrong = holds()) return wrong;
  if (auto wrong = epochs()) return wrong;
  return counts();
}

}  // namespace lp::cli
