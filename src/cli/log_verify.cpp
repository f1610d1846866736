#include "cli/log_verify.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <expected>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/file.h"
#include "base/text.h"
#include "cli/log_check.h"
#include "cli/output.h"
#include "cli/root_check.h"
#include "cli/row_check.h"
#include "cli/verdict.h"
#include "core/closing.h"
#include "core/keys.h"
#include "core/pair_lines.h"
#include "core/root_log.h"
#include "crypto/hash.h"
#include "evidence/trust.h"
#include "json/write.h"
#include "server/remote_notary.h"
#include "store/lock_store.h"
#include "store/sqlite/sqlite_reader.h"

namespace lp::cli {
namespace {

constexpr std::size_t trust_bytes_max = 1 << 20;
constexpr std::uint64_t leaves_at_once = 1'024;

// What is looked at, as it stood at one moment.
struct Opened {
  std::unique_ptr<core::Keys> keys;
  std::unique_ptr<server::RemoteNotary> signer;  // where that is a process of its own
  std::unique_ptr<store::Reader> reader;
  store::Project project;
  std::string note;  // the signer's last word on this log
  std::string root_origin;
  std::map<std::string, std::string> notes;  // the signer's last words on all logs
};

std::expected<store::Project, std::string> find_project(store::Reader& reader,
                                                        const std::string& wanted) {
  auto projects = reader.projects();
  if (!projects) return std::unexpected(projects.error().what);
  const auto found = std::ranges::find_if(
      *projects, [&](const auto& row) { return row.id == wanted || row.name == wanted; });
  if (found == projects->end()) {
    return std::unexpected("There is no project " + visible(wanted) + ".");
  }
  return std::move(*found);
}

std::expected<void, std::string> read_notes(const server::Place& place, Opened& opened) {
  if (place.signer_socket.empty()) {
    auto notes = store::read_lock_store(place.signer());
    if (!notes) return std::unexpected(notes.error().what);
    opened.notes = *std::move(notes);
    return {};
  }
  auto signer = server::RemoteNotary::open(place.signer_socket, server::RemoteNotary::Use::looks);
  if (!signer) return std::unexpected(signer.error());
  opened.signer = *std::move(signer);
  opened.notes = opened.signer->memory().notes();
  return {};
}

std::expected<Opened, std::string> open(const server::Place& place) {
  if (!server::initialised(place)) {
    return std::unexpected("There is no LetsPing data in " + place.data + ".");
  }
  crypto::SystemEntropy entropy;
  Opened opened;
  // The notes first: a server that runs may commit and sign in between, and keys and rows must
  // hold at least what the note covers.
  if (auto read = read_notes(place, opened); !read) return std::unexpected(read.error());
  const bool elsewhere = !place.signer_socket.empty();
  auto keys =
      core::Keys::open(place.secrets(), false, entropy,
                       elsewhere ? core::Keys::LogKeys::elsewhere : core::Keys::LogKeys::here);
  if (!keys) return std::unexpected(keys.error());
  opened.keys = *std::move(keys);
  auto reader = store::open_sqlite_reader(place.database());
  if (!reader) return std::unexpected(reader.error().what);
  opened.reader = *std::move(reader);
  if (auto pinned = opened.reader->pin(); !pinned) return std::unexpected(pinned.error().what);
  const auto log_name = opened.reader->setting("log.name");
  if (!log_name) return std::unexpected(log_name.error().what);
  const auto root_log = opened.reader->setting("root.log");
  if (!root_log) return std::unexpected(root_log.error().what);
  opened.root_origin = core::RootLog::origin_of(log_name->value_or(""), root_log->value_or(""));
  return opened;
}

std::string note_of(const Opened& opened, const std::string& origin) {
  const auto note = opened.notes.find(origin);
  return note != opened.notes.end() ? note->second : std::string();
}

std::expected<evidence::LogKeyRanges, std::string> own_keys(const Opened& opened,
                                                            const std::string& origin) {
  if (!opened.signer) return opened.keys->log_secret().ranges(origin);
  auto keys = opened.signer->keys(origin);
  if (!keys) return std::unexpected(std::string("The signer does not answer."));
  return std::move(keys->ranges);
}

// Of the root log, which has one.
std::expected<tlog::VerifierKey, std::string> own_root_key(const Opened& opened) {
  const auto keys = own_keys(opened, opened.root_origin);
  if (!keys) return std::unexpected(keys.error());
  auto key = tlog::VerifierKey::parse(keys->front().vkey);
  if (!key) return std::unexpected(std::string("The signer's key of the root log is none."));
  return *std::move(key);
}

// What to trust: from the pinned file, or for want of one from the directory that is looked at.
struct Trust {
  std::string origin;
  std::vector<evidence::IssuerRange> issuers;
  evidence::LogKeyRanges keys;
  std::optional<Digest> genesis;
  bool pinned = false;
};

std::expected<evidence::Trust, std::string> read_trust_file(const std::string& path) {
  auto file = read_file(path, trust_bytes_max);
  if (!file) return std::unexpected(to_string(file.error()));
  auto pinned = evidence::Trust::parse(*file);
  if (!pinned) {
    return std::unexpected(fmt::format("{} is no trust file: {}.", path, visible(pinned.error())));
  }
  return *std::move(pinned);
}

std::expected<Trust, std::string> read_trust(const std::string& path, const std::string& origin) {
  Trust trust;
  const auto file = read_trust_file(path);
  if (!file) return std::unexpected(file.error());
  const std::vector<evidence::Trust> files{*file};
  const evidence::Trust* const of_log = evidence::trust_of(files, origin);
  const evidence::Trust* const pinned = of_log == nullptr ? &files.front() : of_log;
  trust.pinned = true;
  trust.origin = pinned->origin;
  trust.genesis = pinned->roster_genesis;
  trust.issuers = pinned->issuer.value_or(std::vector<evidence::IssuerRange>{});
  // A file without ranges leaves it to the rosters which key signs which size.
  for (const auto& key : pinned->log_vkeys) {
    trust.keys.push_back({.vkey = key.to_string(), .from = 0, .to = {}});
  }
  if (pinned->log) trust.keys = *pinned->log;
  if (trust.origin.empty() || trust.issuers.empty() || trust.keys.empty()) {
    return std::unexpected("The trust file names no origin, issuer and log key.");
  }
  return trust;
}

std::expected<Trust, std::string> own_trust(const Opened& opened) {
  const std::string& origin = opened.project.origin;
  Trust trust;
  trust.origin = origin;
  trust.issuers = {{.spki = opened.keys->issuer_key(origin).spki(), .from = 0, .to = {}}};
  auto keys = own_keys(opened, origin);
  if (!keys) return std::unexpected(keys.error());
  trust.keys = *std::move(keys);
  return trust;
}

std::optional<std::string> check_rosters(const Opened& opened, LogCheck& log, RowCheck& rows) {
  for (std::uint64_t version = 1; version <= opened.project.roster_version; ++version) {
    const auto stored = opened.reader->roster(opened.project.id, version);
    if (!stored || !*stored) return fmt::format("roster version {} is missing", version);
    const evidence::RosterDocument document{.head = (*stored)->head,
                                            .entries = (*stored)->entries,
                                            .signatures = (*stored)->signatures};
    if (auto wrong = log.roster(document)) return wrong;
    if (auto wrong = rows.roster(**stored, *log.newest_roster())) return wrong;
  }
  return std::nullopt;
}

// All of it, in the order in which it happened; what is wrong first, or nothing.
std::optional<std::string> check_leaves(const Opened& opened, const tlog::Checkpoint& signed_head,
                                        const Trust& trust, LogCheck& log, RowCheck& rows) {
  const bool terminal = isatty(STDERR_FILENO) == 1;
  std::optional<std::string> wrong;
  while (!wrong) {
    // The head is signed over a prefix: what was committed since is checked, but not signed yet.
    if (log.size() == signed_head.size) wrong = log.head(opened.note, trust.keys);
    if (wrong) return wrong;
    const auto leaves = opened.reader->leaves(opened.project.id, log.size(), leaves_at_once);
    if (!leaves) return leaves.error().what;
    if (leaves->empty()) break;
    for (const auto& leaf : *leaves) {
      if (log.size() == signed_head.size) wrong = log.head(opened.note, trust.keys);
      if (!wrong) wrong = log.leaf({leaf.index, leaf.statement, leaf.leaf, leaf.evidence});
      const evidence::Statement* const said = log.statement();
      if (!wrong) wrong = said != nullptr ? rows.leaf(leaf, *said) : rows.erased_leaf(leaf);
      if (wrong) return fmt::format("index {}: {}", log.size(), *wrong);
    }
    if (terminal) fmt::print(stderr, "\r{} leaves", log.size());
  }
  if (terminal) fmt::print(stderr, "\r\033[K");
  if (log.size() < signed_head.size) {
    return fmt::format("the signer signed {} leaves, the database has {}", signed_head.size,
                       log.size());
  }
  return std::nullopt;
}

// What was erased after the copy of the data was made that this one is, and is gone all the same.
std::optional<std::string> check_lost_erasures(const Opened& opened, LogCheck& log,
                                               RowCheck& rows) {
  const auto erasures =
      opened.reader->erasures(opened.project.id, {}, std::numeric_limits<std::int64_t>::max());
  if (!erasures) return erasures.error().what;
  for (const store::Erasure& row : *erasures) {
    if (row.record.empty()) continue;
    auto wrong = log.lost_erasure(row.record);
    if (!wrong) wrong = rows.lost_erasure(row);
    if (wrong) return wrong;
  }
  return log.all_told();
}

// Whether it is the key of its size is looked at when the leaves are read.
std::optional<tlog::Checkpoint> signed_by_any(const std::string& note,
                                              const evidence::LogKeyRanges& keys) {
  for (const evidence::LogKeyRange& range : keys) {
    const auto key = tlog::VerifierKey::parse(range.vkey);
    auto head =
        key ? tlog::open_checkpoint(note, *key) : std::unexpected(tlog::NoteFault::unknown_key);
    if (head) return *std::move(head);
  }
  return std::nullopt;
}

std::optional<std::string> check_all(Opened& opened, const Trust& trust, LogCheck& log) {
  RowCheck rows(*opened.reader, *opened.keys, opened.project);
  if (auto wrong = rows.directory()) return wrong;
  if (opened.project.origin != trust.origin) return "the project's log is not the pinned one";
  const auto signed_head = signed_by_any(opened.note, trust.keys);
  if (!signed_head) return "the signer's last checkpoint does not verify";
  if (auto wrong = check_rosters(opened, log, rows)) return wrong;
  if (auto wrong = check_leaves(opened, *signed_head, trust, log, rows)) return wrong;
  if (auto wrong = check_lost_erasures(opened, log, rows)) return wrong;
  const auto heads = opened.reader->log_heads();
  if (!heads) return heads.error().what;
  const auto head = std::ranges::find(*heads, opened.project.id, &store::LogHead::project);
  if (head == heads->end()) return "the row of the log's head is gone";
  if (auto wrong = rows.rest(log, *head)) return wrong;
  const auto root_key = own_root_key(opened);
  if (!root_key) return root_key.error();
  return RootCheck(*opened.reader, *opened.keys, opened.project.id)
      .run(note_of(opened, opened.root_origin), *root_key);
}

// What the trust file pins of the root log; without one, the directory's own key.
std::expected<tlog::VerifierKey, std::string> root_key(const Opened& opened,
                                                       const std::string& path) {
  if (path.empty()) return own_root_key(opened);
  const auto pinned = read_trust_file(path);
  if (!pinned) return std::unexpected(pinned.error());
  if (!pinned->root || pinned->root->log_vkeys.size() != 1) {
    return std::unexpected(path + " does not name the root log and its one key.");
  }
  return pinned->root->log_vkeys.front();
}

// What is counted beside the entries, of the log of a project.
struct Counts {
  std::optional<std::uint64_t> decisions;
  std::uint64_t erased = 0;
  std::uint64_t erased_people = 0;
};

int say(std::string_view counted, std::uint64_t count, const Counts& counts,
        const std::optional<std::string>& wrong, bool pinned, bool as_json) {
  auto said = json::Value::object();
  said.add("verdict", wrong ? "INVALID" : pinned ? "VALID" : "INDETERMINATE").add(counted, count);
  said.add_if("decisions", counts.decisions);
  if (counts.erased > 0) said.add("erased", counts.erased);
  if (counts.erased_people > 0) said.add("erased_people", counts.erased_people);
  if (wrong) said.add("problem", *wrong);
  if (!wrong && !pinned) said.add("problem", keys_unconfirmed);
  print_object(said, as_json);
  if (wrong) return exit_invalid;
  return pinned ? exit_ok : exit_indeterminate;
}

// The signer's last word; of a log that was closed the newest one that the copy brought along.
std::expected<std::string, std::string> note_to_check(const Opened& opened) {
  const auto successors = opened.reader->setting("log.successors");
  if (!successors) return std::unexpected(successors.error().what);
  if (!core::read_pair_lines(successors->value_or("")).contains(opened.project.id)) {
    return note_of(opened, opened.project.origin);
  }
  const auto heads = opened.reader->cosigned_heads();
  if (!heads) return std::unexpected(heads.error().what);
  const auto kept = std::ranges::find(*heads, core::own_head_name(opened.project.origin),
                                      &store::CosignedHead::origin);
  return kept == heads->end() ? std::string() : kept->note;
}

}  // namespace

int verify_log(const LogVerification& wanted) {
  auto opened = open(wanted.place);
  if (!opened) return fail(opened.error());
  auto project = find_project(*opened->reader, wanted.project);
  if (!project) return fail(project.error());
  opened->project = *std::move(project);
  auto note = note_to_check(*opened);
  if (!note) return fail(note.error());
  opened->note = *std::move(note);
  const auto trust = wanted.trust_file.empty()
                         ? own_trust(*opened)
                         : read_trust(wanted.trust_file, opened->project.origin);
  if (!trust) return fail(trust.error());
  LogCheck log(trust->origin, trust->issuers, wanted.allow_test, trust->genesis);
  const auto wrong = check_all(*opened, *trust, log);
  return say(
      "leaves", log.size(),
      {.decisions = log.decisions(), .erased = log.erased(), .erased_people = log.erased_people()},
      wrong, trust->pinned, wanted.json);
}

int verify_root_log(const LogVerification& wanted) {
  auto opened = open(wanted.place);
  if (!opened) return fail(opened.error());
  const auto key = root_key(*opened, wanted.trust_file);
  if (!key) return fail(key.error());
  RootCheck root(*opened->reader, *opened->keys, "");
  const auto wrong = key->name == opened->root_origin
                         ? root.run(note_of(*opened, opened->root_origin), *key)
                         : std::optional<std::string>("the root log is not the pinned one");
  return say("entries", root.entries(), {}, wrong, !wanted.trust_file.empty(), wanted.json);
}

}  // namespace lp::cli
