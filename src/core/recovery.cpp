#include "core/recovery.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/assert.h"
#include "base/log.h"
#include "core/closing.h"
#include "core/demo.h"
#include "core/directory_rows.h"
#include "core/engine.h"
#include "core/erasing_again.h"
#include "core/log_owners.h"
#include "core/log_rotation.h"
#include "core/permits.h"
#include "core/roster_book.h"
#include "core/tiles.h"
#include "core/witnesses_ahead.h"
#include "crypto/hash.h"
#include "evidence/decision_core.h"
#include "evidence/erasure.h"
#include "evidence/human_evidence.h"
#include "evidence/leaf.h"
#include "evidence/statement.h"
#include "json/parse.h"

namespace lp::core {
namespace {

using Outcome = std::expected<void, std::string>;

constexpr std::string_view signer_is_away = "The signer does not answer: is it running?";

std::unexpected<std::string> broken(const ProjectLog& log, std::string_view what) {
  return std::unexpected(
      fmt::format("The log of project {} cannot be trusted: {}.", log.head.project, what));
}

// The signature of the person behind a review, as it stands in the evidence of its leaf.
bool human_signature_holds(RosterBook& rosters, const store::Leaf& leaf,
                           const evidence::Statement& statement) {
  const auto evidence_document = json::parse(leaf.evidence);
  if (!evidence_document || !evidence_document->root.is_array()) return false;
  for (const auto& entry : evidence_document->root.items()) {
    const auto human = evidence::read_human_evidence(entry);
    if (!human) continue;
    const auto read = evidence::DecisionCore::parse(human->core);
    if (!read || read->request_id != leaf.stream || read->approver != statement.actor.id ||
        read->key != statement.actor.key) {
      return false;
    }
    const auto* member = rosters.entry(read->roster_sha256, read->approver, read->key);
    return member != nullptr && evidence::signed_by(*human, *member);
  }
  return false;
}

// Whether a leaf that was committed but never signed is one that this server would have written:
// whoever appended rows behind our back does not get them signed.
std::optional<std::string> refuse_leaf(RosterBook& rosters, const ProjectView& project,
                                       const store::Leaf& leaf) {
  const auto read = evidence::read_leaf(leaf.leaf);
  if (!read) return "leaf is malformed";
  if (tlog::leaf_hash(leaf.leaf) != leaf.leaf_hash) return "leaf hash differs";
  if (crypto::sha256(leaf.statement) != read->statement_sha256) return "statement hash differs";
  const auto statement = evidence::read_statement(leaf.statement);
  if (!statement) return "statement is malformed";
  if (statement->origin != project.row.origin) return "statement is of another log";
  if (statement->type != leaf.type) return "statement type differs";
  if (!read->der_signature) {
    if (!evidence::may_be_unsigned(leaf.type)) return "leaf must be signed";
  } else if (*read->issuer_spki != project.issuer_at(leaf.index)) {
    return "leaf is signed by an issuer key that is not the one for its index";
  } else if (!crypto::p256_verify(*read->issuer_spki, leaf.statement, *read->der_signature)) {
    return "issuer signature does not verify";
  }
  if (evidence::is_review(leaf.type) && !human_signature_holds(rosters, leaf, *statement)) {
    return "the approver's signature does not verify";
  }
  return std::nullopt;
}

// A leaf whose statement is gone is judged by its erasure, which comes later.
std::optional<std::string> refuse_erased(const store::Leaf& leaf) {
  if (!evidence::read_leaf(leaf.leaf)) return "leaf is malformed";
  if (tlog::leaf_hash(leaf.leaf) != leaf.leaf_hash) return "leaf hash differs";
  return std::nullopt;
}

// Takes what the erasure names out of `missing`; why it is none, or nothing.
std::optional<std::string> refuse_erasure(RosterBook& rosters, const store::Leaf& leaf,
                                          std::set<std::uint64_t>& missing) {
  const auto statement = evidence::read_statement(leaf.statement);
  const auto record = evidence::ErasureRecord::find(leaf.evidence);
  const auto document = record ? evidence::ErasureDocument::parse(record->document) : std::nullopt;
  if (!statement || !document || crypto::sha256(record->document) != statement->document) {
    return "the document of an erasure is missing";
  }
  const auto head = rosters.head(statement->roster_sha256.value_or(Digest{}));
  if (!head) return "the roster of an erasure is missing";
  if (const auto why = evidence::refuse_owners(*record, *head)) return std::string(*why);
  for (const std::uint64_t index : document->indices) missing.erase(index);
  return std::nullopt;
}

// Leaves that are in the database and under no signed checkpoint: the crash came between commit and
// signature. Signing again is safe: Ed25519 over a note without time is deterministic.
Outcome sign_rest(World& world, ProjectLog& log, std::uint64_t signed_size) {
  Signer::Extension extension{.origin = log.origin, .root = log.range.root()};
  if (const auto why = refuse_leaves(world, log, signed_size, extension.leaf_hashes)) {
    return broken(log, *why);
  }
  if (extension.leaf_hashes.empty()) return {};
  log::info("log.resumed", "Signing what was committed before the last stop.",
            {{"project", log.head.project}, {"leaves", extension.leaf_hashes.size()}});
  if (const auto signed_now = world.signer.extend({extension}); !signed_now) {
    if (signed_now.error() == Signer::Fault::away) {
      return std::unexpected(std::string(signer_is_away));
    }
    return broken(log, "what is stored is not what its head says");
  }
  return {};
}

void freeze(ProjectLog& log, std::string_view event, const std::string& why) {
  freeze(log, true);
  log::error(event, why, {{"project", log.head.project}});
}

constexpr std::string_view other_key =
    "its owners have signed for another log key than the signer has";

// What the owners signed just before a stop, before anything is signed with the key that they named
// then.
Outcome show_owners(World& world, ProjectLog& log) {
  const ProjectView& project = *world.directory->project(log.head.project);
  const auto followed = followed_roster(world.notary.memory(), log.origin);
  if (!followed) return broken(log, "the signer's memory of its owners is damaged");
  log.shown_roster = *followed ? (*followed)->version : 0;
  if (const auto shown = show_rosters(world, log, project.row.roster_version); !shown) {
    if (shown.error() == Notary::Fault::away) return std::unexpected(std::string(signer_is_away));
    return broken(log, other_key);
  }
  const auto keys = world.notary.keys(log.origin);
  if (!keys) return std::unexpected(std::string(signer_is_away));
  if (project.roster && project.roster->log != keys->ranges) return broken(log, other_key);
  return {};
}

Outcome resume(World& world, ProjectLog& log) {
  if (stays_closed(world, log)) return {};
  if (world.signer.damaged(log.origin)) {
    return broken(log, "the signer's last checkpoint does not verify with the log key");
  }
  const auto last = world.signer.last(log.origin);
  if (!last) {
    freeze(log, "signer.state_missing",
           "The log is not empty but the signer has no memory of it: nothing is signed. Run "
           "`letsping signer adopt` if the signer state is lost for good.");
    return {};
  }
  if (last->size > log.range.size()) {
    freeze(log, "log.rolled_back",
           fmt::format("The database holds {} leaves, but {} were signed: it was rolled back. "
                       "Nothing is signed; reads go on. If what is missing is gone for good: "
                       "`letsping serve --accept-rollback=REASON`.",
                       log.range.size(), last->size));
    log.rolled_back = true;
    return {};
  }
  auto range = tlog::CompactRange::read(last->size,
                                        hashes_of_log(world.reader, log.head.project, last->size));
  if (!range || range->root() != last->root) {
    return broken(log, "it does not contain what was signed");
  }
  if (!world.signer.resume(log.origin, *std::move(range))) {
    return broken(log, "the signer refuses it");
  }
  if (auto shown = show_owners(world, log); !shown) return shown;
  return sign_rest(world, log, last->size);
}

Outcome load_logs(World& world, const std::vector<store::Project>& projects) {
  const auto heads = world.reader.log_heads();
  if (!heads) return std::unexpected(heads.error().what);
  for (const auto& project : projects) {
    const auto head =
        std::ranges::find_if(*heads, [&](const auto& row) { return row.project == project.id; });
    if (head == heads->end()) {
      return std::unexpected(fmt::format("Project {} has no log head.", project.id));
    }
    auto range = tlog::CompactRange::from(head->size, head->frontier);
    if (!range) return std::unexpected(fmt::format("Log head of {} is damaged.", project.id));
    ProjectLog log{.head = *head,
                   .range = *std::move(range),
                   .issuer = Issuer(world.keys.issuer_key(project.origin)),
                   .origin = project.origin,
                   .live = std::make_shared<LiveLog>()};
    const auto pending = world.reader.pending_count(project.id);
    if (!pending) return std::unexpected(pending.error().what);
    log.live->pending = *pending;
    world.logs.emplace(project.id, std::move(log));
  }
  return {};
}

// Whoever writes a key, a person or an agent into the database is not let in.
Outcome seal_directory(World& world, DirectorySeal seal, const Directory& rows) {
  if (seal == DirectorySeal::broken) {
    return std::unexpected(
        "The projects, members, devices, keys, agents or webhooks in the database are not those "
        "that this server wrote: somebody changed them behind its back. Restore a copy.");
  }
  if (seal == DirectorySeal::missing) {
    store::Batch first;
    first.settings.push_back(
        {.name = "directory_mac", .value = world.keys.directory_mac(rows).hex()});
    if (auto done = world.store.commit(first); !done) return std::unexpected(done.error().what);
  }
  if (!world.keys.note_directory_sealed()) return std::unexpected("secrets/ cannot be written to.");
  return {};
}

// A signer with another key must not begin the log anew beside what people trust. That it has all
// the others too is looked at when the log is taken up: a copy may be older than a rotation.
bool is_of_its_roster(const ProjectView& view) {
  return !view.roster || std::ranges::any_of(view.roster->log, [&](const auto& range) {
    return range.vkey == view.log_vkey;
  });
}

Outcome load_directory(World& world, const std::vector<store::Project>& projects) {
  auto rows = read_directory(world.reader);
  if (!rows) return std::unexpected(std::move(rows.error()));
  const auto seal = check_seal(world.reader, world.keys, *rows);
  if (!seal) return std::unexpected(seal.error());
  if (auto sealed = seal_directory(world, *seal, *rows); !sealed) return sealed;
  auto directory = std::make_shared<Directory>(*std::move(rows));
  const std::string root =
      RootLog::origin_of(directory->log_name, directory->root_log.value_or(""));
  const auto root_key = world.signer.verifier(root);
  if (!root_key) return std::unexpected(std::string(signer_is_away));
  directory->root_vkey = root_key->to_string();
  directory->root = world.root.live();
  const auto nonces = world.reader.agent_nonces();
  if (!nonces) return std::unexpected(nonces.error().what);
  for (const auto& nonce : *nonces) world.nonces.keep(nonce);
  for (const auto& row : projects) {
    auto roster = newest_roster(world.reader, row);
    if (!roster) return std::unexpected(roster.error());
    if (!world.signer.verifier(row.origin)) return std::unexpected(std::string(signer_is_away));
    ProjectLog& log = world.logs.find(row.id)->second;
    auto view = project_view(world, *directory, row, *std::move(roster), log.live);
    if (!is_of_its_roster(view)) {
      return broken(log, other_key);
    }
    directory->projects.insert_or_assign(row.id, std::move(view));
  }
  mark_unsigned(world, *directory);
  world.directory = std::move(directory);
  return {};
}

// Until the rosters are read, every log is taken up with the key that it began with.
Outcome take_up_issuers(World& world) {
  for (auto& [id, log] : world.logs) {
    auto issuer = Issuer::of(world.keys, log.origin, world.directory->project(id)->issuers(),
                             log.range.size());
    if (!issuer) return broken(log, issuer.error());
    log.issuer = *std::move(issuer);
  }
  return {};
}

// What witnesses stood behind when this server stopped: shown only if our key signed it too, and
// never beyond what is here.
Outcome load_cosigned(World& world) {
  const auto heads = world.reader.cosigned_heads();
  if (!heads) return std::unexpected(heads.error().what);
  const auto show = [&](const std::string& origin, LiveLog& live) {
    const auto head = std::ranges::find(*heads, origin, &store::CosignedHead::origin);
    if (head == heads->end()) return;
    const auto checkpoint = world.signer.opened(origin, head->note);
    const bool ours = world.keys.row_mac(*head) == head->mac;
    if (!ours || !checkpoint || checkpoint->size > live.signed_size) return;
    live.cosigned.store(std::make_shared<const std::string>(head->note));
  };
  for (const auto& [id, log] : world.logs) show(log.origin, *log.live);
  show(world.root.origin(), *world.root.live());
  return {};
}

// What a witness has said stays said.
void take_up_marks(World& world) {
  const auto ahead = read_pair_lines(world.directory->witness_ahead.value_or(""));
  for (auto& [id, log] : world.logs) {
    if (ahead.contains(log.origin)) stand_still(log);
  }
  if (ahead.contains(world.root.origin())) world.root.stand_still();
}

// The epochs that were raised, and when open permits end.
Outcome load_permits(World& world, const std::vector<store::Project>& projects) {
  const auto epochs = world.reader.epochs();
  if (!epochs) return std::unexpected(epochs.error().what);
  for (const store::Epoch& row : *epochs) {
    if (epoch_mac(world.keys, row) != row.mac) {
      return std::unexpected(std::string("An epoch was changed behind the server's back."));
    }
    world.epochs.insert_or_assign({row.project, row.kind, row.subject}, row.number);
  }
  for (const store::Project& project : projects) {
    const auto open = world.reader.open_permits(project.id);
    if (!open) return std::unexpected(open.error().what);
    for (const store::Permit& row : *open) {
      world.permits_due.add(row.lease_until.value_or(row.expires), row.id);
    }
  }
  return {};
}

}  // namespace

std::optional<std::string> refuse_leaves(World& world, const ProjectLog& log, std::uint64_t first,
                                         std::vector<Digest>& leaf_hashes) {
  constexpr std::uint64_t chunk = 1'024;
  const ProjectView& project = *world.directory->project(log.head.project);
  RosterBook rosters(world.reader, log.head.project, project.row.roster_version);
  std::set<std::uint64_t> missing;  // statements that are gone, until an erasure names them
  for (std::uint64_t at = first; at < log.range.size(); at += chunk) {
    const auto leaves =
        world.reader.leaves(log.head.project, at, std::min(chunk, log.range.size() - at));
    if (!leaves) return leaves.error().what;
    for (const auto& leaf : *leaves) {
      auto why = leaf.erased() ? refuse_erased(leaf) : refuse_leaf(rosters, project, leaf);
      if (leaf.erased()) missing.insert(leaf.index);
      if (!why && !leaf.erased() && leaf.type == evidence::EventType::erasure_performed) {
        why = refuse_erasure(rosters, leaf, missing);
      }
      if (why) return fmt::format("{} (index {})", *why, leaf.index);
      leaf_hashes.push_back(leaf.leaf_hash);
    }
  }
  if (!missing.empty()) {
    return fmt::format("a statement is gone and no erasure names it (index {})", *missing.begin());
  }
  return std::nullopt;
}

ProjectView project_view(const World& world, const Directory& directory, const store::Project& row,
                         std::optional<evidence::RosterVersion> roster,
                         std::shared_ptr<LiveLog> live) {
  ProjectView view;
  view.row = row;
  view.issuer_spki = world.keys.issuer_key(row.origin).spki();
  // Known since the log was opened or taken up, also while the notary is away.
  const auto log_key = world.signer.verifier(row.origin);
  LP_ASSERT(log_key.has_value());
  view.log_vkey = log_key->to_string();
  if (roster) {
    view.roster = std::move(roster->head);
    view.entries = std::move(roster->entries);
    view.people = approval::people_of(view.entries);
  }
  view.marks = marks_of(world, directory, view);
  view.live = std::move(live);
  return view;
}

std::expected<void, std::string> recover(World& world) {
  if (auto done = erase_again(world); !done) return done;
  auto holds = world.reader.legal_holds();
  if (!holds) return std::unexpected(holds.error().what);
  world.holds = *std::move(holds);
  const auto projects = world.reader.projects();
  if (!projects) return std::unexpected(projects.error().what);
  if (auto loaded = load_logs(world, *projects); !loaded) return loaded;
  // Before the leaves are checked: human signatures are checked against the roster.
  if (auto loaded = load_directory(world, *projects); !loaded) return loaded;
  if (auto taken = take_up_issuers(world); !taken) return taken;
  for (auto& [id, log] : world.logs) {
    if (auto resumed = resume(world, log); !resumed) return resumed;
    const auto last = world.signer.last(log.origin);
    log.signed_size = last ? std::min(last->size, log.range.size()) : 0;
    log.live->signed_size = log.signed_size;
    if (last && !log.frozen) {
      log.live->checkpoint.store(
          std::make_shared<const std::string>(world.signer.note(log.origin)));
    }
  }
  if (auto root = world.root.recover(world); !root) return root;
  if (auto loaded = load_cosigned(world); !loaded) return loaded;
  take_up_marks(world);
  if (auto closed = take_up_closed(world); !closed) return closed;
  const auto deadlines = world.reader.deadlines();
  if (!deadlines) return std::unexpected(deadlines.error().what);
  for (const auto& deadline : *deadlines) world.expiry.add(deadline.decide_by, deadline.request);
  return load_permits(world, *projects);
}

}  // namespace lp::core
