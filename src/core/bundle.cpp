#include "core/bundle.h"

#include <algorithm>
#include <set>
#include <utility>

#include "approval/quorum.h"
#include "base/text.h"
#include "core/log_reader.h"
#include "core/policy_ports.h"
#include "evidence/roster_document.h"
#include "evidence/verify_receipt.h"
#include "json/write.h"
#include "policy/document.h"
#include "tlog/tree.h"

namespace lp::core {
namespace {

namespace member = evidence::member;
using evidence::EventType;

std::string lines_of(const std::set<std::string>& documents) {
  std::string lines;
  for (const std::string& document : documents) lines += evidence::document_line(document);
  return lines;
}

// The documents that statements name by their hashes, each once: default_policy(), and every
// version that the project has had.
store::Result<std::string> policies(store::Reader& reader, const std::string& project) {
  std::set<std::string> documents{"{}"};
  const auto versions = reader.policy_versions(project);
  if (!versions) return std::unexpected(versions.error());
  for (const auto& one : *versions) {
    const auto row = reader.policy_version(project, one.version);
    if (!row) return std::unexpected(row.error());
    auto document = policy::read_document(*row ? (*row)->document : "", policy_ports());
    if (!document || document->sha256 != one.sha256) {
      return std::unexpected(store::IoError{"a policy does not read any more"});
    }
    documents.insert(json::canonical(document->source));
  }
  return lines_of(documents);
}

// A revision joins the rule before it with its own, so the parts are named by statements too.
void add_rule(std::set<std::string>& documents, const approval::Rule& rule) {
  documents.insert(json::canonical(rule.to_json()));
  for (const approval::Rule& part : rule.parts) add_rule(documents, part);
}

store::Result<std::string> rules(store::Reader& reader, const std::string& project) {
  std::set<std::string> documents;
  for (const approval::Rule& rule : approval::rules_of_levels()) add_rule(documents, rule);
  const auto activations = reader.policy_activations(project);
  if (!activations) return std::unexpected(activations.error());
  if (activations->empty()) return lines_of(documents);
  const auto ruled = reader.requests_since(project, "");
  if (!ruled) return std::unexpected(ruled.error());
  for (const std::string& id : *ruled) {
    const auto full = reader.request(id);
    if (!full) return std::unexpected(full.error());
    if (*full && (*full)->state.state.ruled) add_rule(documents, (*full)->state.state.ruled->rule);
  }
  return lines_of(documents);
}

store::Result<std::string> entries_of(store::Reader& reader, const std::string& project,
                                      const tlog::TileAddress& address) {
  auto bytes = tile_bytes(reader, project, address);
  if (bytes && bytes->empty())
    return std::unexpected(entry_damaged(address.number * tlog::tile_width));
  return bytes;
}

}  // namespace

BundleMaker::BundleMaker(DirectoryPtr directory, const ProjectView& project,
                         const evidence::ExportManifest& manifest, Ground ground, std::string page)
    : directory_(std::move(directory)),
      project_(project),
      plan_{.first = manifest.first, .end = manifest.end, .size = manifest.size},
      ground_(std::move(ground)),
      page_(std::move(page)) {}

store::Result<std::string> BundleMaker::rosters(store::Reader& reader) {
  std::string lines;
  for (std::uint64_t version = 1; version <= project_.row.roster_version; ++version) {
    auto stored = reader.roster(project_.row.id, version);
    if (!stored) return std::unexpected(std::move(stored.error()));
    if (!*stored) return std::unexpected(store::IoError{"a roster is missing"});
    versions_[(*stored)->sha256] = version;
    lines += evidence::roster_line({.head = (*stored)->head,
                                    .entries = (*stored)->entries,
                                    .signatures = (*stored)->signatures});
  }
  return lines;
}

store::Result<BundleMembers> BundleMaker::top(store::Reader& reader) {
  auto lines = rosters(reader);
  if (!lines) return std::unexpected(std::move(lines.error()));
  BundleMembers members;
  members.push_back({std::string(member::rosters), *std::move(lines)});
  members.push_back({std::string(member::readme), std::string(evidence::bundle_readme)});
  if (!page_.empty()) members.push_back({std::string(member::page), page_});
  auto named_policies = policies(reader, project_.row.id);
  if (!named_policies) return std::unexpected(std::move(named_policies.error()));
  members.push_back({std::string(member::policies), *std::move(named_policies)});
  auto named_rules = rules(reader, project_.row.id);
  if (!named_rules) return std::unexpected(std::move(named_rules.error()));
  members.push_back({std::string(member::rules), *std::move(named_rules)});
  members.push_back({std::string(member::checkpoint), ground_.note});
  if (ground_.anchor) {
    members.push_back(
        {std::string(member::anchor), json::canonical(ground_.anchor->to_json()) + "\n"});
  }
  for (const tlog::TileAddress& address : plan_.edge()) {
    auto bytes = tile_bytes(reader, project_.row.id, address);
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    members.push_back({tlog::tile_path(address), *std::move(bytes)});
  }
  return members;
}

store::Result<BundleMembers> BundleMaker::tile(store::Reader& reader, const Keys& keys,
                                               std::uint64_t number) {
  BundleMembers members;
  auto addresses = plan_.tiles_before(number);
  addresses.push_back(plan_.entries(number));
  for (const tlog::TileAddress& address : addresses) {
    auto bytes = entries_of(reader, project_.row.id, address);
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    members.push_back({tlog::tile_path(address), *std::move(bytes)});
  }
  const std::uint64_t first = plan_.begin_in(number), count = plan_.end_in(number) - first;
  const auto rows = reader.leaves(project_.row.id, first, count);
  if (!rows) return std::unexpected(rows.error());
  if (rows->size() != count) return std::unexpected(entry_damaged(first + rows->size()));
  Teller teller(reader, keys);
  std::string records, receipts;
  for (const store::Leaf& row : *rows) {
    const auto told = row.erased() ? erased(reader, keys, row) : entry(reader, keys, teller, row);
    if (!told) return std::unexpected(told.error());
    records += told->record;
    receipts += told->receipt;
  }
  members.push_back({evidence::statements_member(number), std::move(records)});
  if (!receipts.empty()) members.push_back({evidence::receipts_member(number), receipts});
  return members;
}

store::Result<BundleMaker::Told> BundleMaker::entry(store::Reader& reader, const Keys& keys,
                                                    Teller& teller, const store::Leaf& row) {
  const auto statement = statement_of(row);
  if (!statement) return std::unexpected(statement.error());
  evidence::BundleRecord record{
      .index = row.index, .statement = row.statement, .evidence = row.evidence, .descriptor = {}};
  if (statement->of_request() && (statement->type == EventType::request_created ||
                                  statement->type == EventType::request_revised)) {
    auto asked = teller.tell(*statement);
    if (!asked) return std::unexpected(std::move(asked.error()));
    if (*asked) record.descriptor = std::move((*asked)->descriptor);
  }
  Told told{.record = record.line(), .receipt = {}};
  if (!evidence::is_of_people(*statement)) return told;
  auto line = receipt(reader, keys, project_, ground_, row.index, version_named_by(*statement));
  if (!line) return std::unexpected(std::move(line.error()));
  told.receipt = *std::move(line);
  return told;
}

// Its place, and the receipt of who erased it: without that it would count as missing.
store::Result<BundleMaker::Told> BundleMaker::erased(store::Reader& reader, const Keys& keys,
                                                     const store::Leaf& row) {
  if (tlog::leaf_hash(row.leaf) != row.leaf_hash) return std::unexpected(entry_damaged(row.index));
  const auto erasure = reader.erasure(row.stream);
  if (!erasure) return std::unexpected(erasure.error());
  if (!*erasure) return std::unexpected(entry_damaged(row.index));
  const auto event = reader.leaf(project_.row.id, (*erasure)->leaf_index);
  if (!event) return std::unexpected(event.error());
  if (!*event) return std::unexpected(entry_damaged((*erasure)->leaf_index));
  const auto performed = statement_of(**event);
  if (!performed) return std::unexpected(performed.error());
  // The receipt of what was erased has no place for an anchor.
  const Ground bare{.note = ground_.note, .anchor = {}, .witnessed = false};
  auto line = receipt(reader, keys, project_, bare, row.index, version_named_by(*performed));
  if (!line) return std::unexpected(std::move(line.error()));
  if (line->empty()) {
    return std::unexpected(
        store::IoError{"entry " + std::to_string(row.index) +
                       " of the log was erased, and there is no receipt of it under the "
                       "checkpoint of this export"});
  }
  const evidence::BundleRecord record{
      .index = row.index, .statement = {}, .evidence = {}, .descriptor = {}};
  return Told{.record = record.line(), .receipt = *std::move(line)};
}

std::uint64_t BundleMaker::version_named_by(const evidence::Statement& said) const {
  const auto version = versions_.find(said.roster_sha256.value_or(Digest{}));
  return version == versions_.end() ? 1 : version->second;
}

// From the first roster on where that fits, so that each receipt is also good alone; else from one
// that rosters.jsonl leads to.
store::Result<std::string> BundleMaker::receipt(store::Reader& reader, const Keys& keys,
                                                const ProjectView& project, const Ground& ground,
                                                std::uint64_t index, std::uint64_t roster_version) {
  for (const std::uint64_t back :
       {roster_version, std::uint64_t{16}, std::uint64_t{4}, std::uint64_t{1}, std::uint64_t{0}}) {
    const ReceiptWish wish{.index = index,
                           .first_roster = roster_version > back ? roster_version - back : 1};
    const auto made = receipt_on(ground, reader, keys, project, wish);
    if (made) return made->bytes() + "\n";
    switch (made.error()) {
      case NoReceipt::too_large:
        continue;
      case NoReceipt::incomplete:
        return std::string();
      case NoReceipt::unknown:
      case NoReceipt::unavailable:
        return std::unexpected(entry_damaged(index));
    }
  }
  return std::string();
}

store::Result<BundleMembers> BundleMaker::event(store::Reader& reader, const Keys& keys,
                                                const Notary& notary, const Directory& directory,
                                                const ProjectView& now, std::uint64_t index) {
  const auto ground = ground_of(reader, notary, directory, now, index);
  auto log = ground ? LogReader::at(reader, now.row.id, ground->note) : std::nullopt;
  const auto path = log ? log->consistency(plan_.size, log->size()) : std::nullopt;
  if (!path) return std::unexpected(entry_damaged(index));
  auto proof = receipt(reader, keys, now, *ground, index,
                       std::max<std::uint64_t>(project_.row.roster_version, 1));
  if (!proof) return std::unexpected(std::move(proof.error()));
  if (proof->empty()) return std::unexpected(entry_damaged(index));
  std::string hashes;
  for (const Digest& hash : *path) hashes += base64(hash.view()) + "\n";
  return BundleMembers{{std::string(member::event), *std::move(proof)},
                       {std::string(member::consistency), std::move(hashes)}};
}

namespace {

// Whether what says that something was erased is below `size`, of everything that was.
store::Result<bool> covers_erasures(store::Reader& reader, const std::string& project,
                                    std::uint64_t size) {
  constexpr std::uint64_t at_once = 1'000;
  for (std::string before;;) {
    const auto erasures = reader.erasures(project, before, at_once);
    if (!erasures) return std::unexpected(erasures.error());
    for (const store::Erasure& erasure : *erasures) {
      if (erasure.leaf_index >= size) return false;
    }
    if (erasures->size() < at_once) return true;
    before = erasures->back().request;
  }
}

}  // namespace

store::Result<std::optional<Ground>> bundle_ground(store::Reader& reader, const Notary& notary,
                                                   const Directory& directory,
                                                   const ProjectView& project, std::uint64_t end) {
  const auto newest = project.live->checkpoint.load();
  if (!newest) return std::nullopt;
  const auto size_of = [](const std::string& text) {
    const auto note = tlog::Note::parse(text);
    const auto checkpoint = note ? tlog::Checkpoint::parse_body(note->body) : std::nullopt;
    return checkpoint ? checkpoint->size : 0;
  };
  auto ground = ground_of(reader, notary, directory, project, end > 0 ? end - 1 : 0);
  if (ground && size_of(ground->note) < size_of(*newest)) {
    const auto covers = covers_erasures(reader, project.row.id, size_of(ground->note));
    if (!covers) return std::unexpected(covers.error());
    if (!*covers) ground.reset();
  }
  if (!ground) ground = Ground{.note = *newest, .anchor = {}, .witnessed = false};
  return ground;
}

}  // namespace lp::core
