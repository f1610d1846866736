#include "cli/log_verify.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "base/file.h"
#include "base/text.h"
#include "cli/log_check.h"
#include "cli/output.h"
#include "cli/row_check.h"
#include "cli/verdict.h"
#include "core/keys.h"
#include "crypto/hash.h"
#include "evidence/trust.h"
#include "json/write.h"
#include "store/lock_store.h"
#include "store/sqlite/sqlite_reader.h"

namespace lp::cli {
namespace {

constexpr std::size_t trust_bytes_max = 1 << 20;
constexpr std::uint64_t leaves_at_once = 1'024;

// What is looked at, as it stood at one moment.
struct Opened {
  std::unique_ptr<core::Keys> keys;
  std::unique_ptr<store::Reader> reader;
  store::Project project;
  std::string note;  // the signer's last word on this log
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

std::expected<Opened, std::string> open(const LogVerification& wanted) {
  const server::Place& place = wanted.place;
  if (!server::initialised(place)) {
    return std::unexpected("There is no LetsPing data in " + place.data + ".");
  }
  crypto::SystemEntropy entropy;
  Opened opened;
  auto keys = core::Keys::open(place.secrets(), false, entropy);
  if (!keys) return std::unexpected(keys.error());
  opened.keys = *std::move(keys);
  // The notes first: a server that runs may commit and sign in between, and the rows must hold at
  // least what the note covers.
  const auto notes = store::read_lock_store(place.signer());
  if (!notes) return std::unexpected(notes.error().what);
  auto reader = store::open_sqlite_reader(place.database());
  if (!reader) return std::unexpected(reader.error().what);
  opened.reader = *std::move(reader);
  if (auto pinned = opened.reader->pin(); !pinned) return std::unexpected(pinned.error().what);
  auto project = find_project(*opened.reader, wanted.project);
  if (!project) return std::unexpected(project.error());
  opened.project = *std::move(project);
  const auto note = notes->find(opened.project.origin);
  if (note != notes->end()) opened.note = note->second;
  return opened;
}

// What to trust: from the pinned file, or for want of one from the directory that is looked at.
struct Trust {
  std::string origin, issuer_spki;
  std::optional<tlog::VerifierKey> vkey;
  std::optional<Digest> genesis;
  bool pinned = false;
};

std::expected<Trust, std::string> read_trust(const std::string& path) {
  Trust trust;
  auto file = read_file(path, trust_bytes_max);
  if (!file) return std::unexpected(to_string(file.error()));
  const auto pinned = evidence::Trust::parse(*file);
  if (!pinned) {
    return std::unexpected(fmt::format("{} is no trust file: {}.", path, visible(pinned.error())));
  }
  trust.pinned = true;
  trust.origin = pinned->origin;
  trust.genesis = pinned->roster_genesis;
  if (pinned->issuer && pinned->issuer->size() == 1) {
    trust.issuer_spki = pinned->issuer->front().spki;
  }
  if (pinned->log_vkeys.size() == 1) trust.vkey = pinned->log_vkeys.front();
  if (trust.origin.empty() || trust.issuer_spki.empty() || !trust.vkey) {
    return std::unexpected("The trust file names no origin, issuer and log key.");
  }
  return trust;
}

std::expected<Trust, std::string> own_trust(const Opened& opened) {
  const std::string& origin = opened.project.origin;
  Trust trust;
  trust.origin = origin;
  trust.issuer_spki = opened.keys->issuer_key(origin).spki();
  trust.vkey = tlog::VerifierKey::make(origin, opened.keys->log_key(origin).public_key());
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
    if (log.size() == signed_head.size) wrong = log.head(opened.note, *trust.vkey);
    if (wrong) return wrong;
    const auto leaves = opened.reader->leaves(opened.project.id, log.size(), leaves_at_once);
    if (!leaves) return leaves.error().what;
    if (leaves->empty()) break;
    for (const auto& leaf : *leaves) {
      if (log.size() == signed_head.size) wrong = log.head(opened.note, *trust.vkey);
      if (!wrong) wrong = log.leaf({leaf.index, leaf.statement, leaf.leaf, leaf.evidence});
      if (!wrong) wrong = rows.leaf(leaf, log.statement());
      if (wrong) return fmt::format("index {}: {}", log.size(), *wrong);
    }
    if (terminal) fmt::print(stderr, "\r{} leaves", log.size());
  }
  if (terminal) fmt::print(stderr, "\r\033[K");
  if (log.size() < signed_head.size) {
    return fmt::format("the signer signed {} leaves, the database has {}", signed_head.size,
                       log.size());
  }
  return wrong;
}

std::optional<std::string> check_all(Opened& opened, const Trust& trust, LogCheck& log) {
  RowCheck rows(*opened.reader, *opened.keys, opened.project);
  if (auto wrong = rows.directory()) return wrong;
  if (opened.project.origin != trust.origin) return "the project's log is not the pinned one";
  const auto signed_head = tlog::open_checkpoint(opened.note, *trust.vkey);
  if (!signed_head) return "the signer's last checkpoint does not verify";
  if (auto wrong = check_rosters(opened, log, rows)) return wrong;
  if (auto wrong = check_leaves(opened, *signed_head, trust, log, rows)) return wrong;
  const auto heads = opened.reader->log_heads();
  if (!heads) return heads.error().what;
  const auto head = std::ranges::find(*heads, opened.project.id, &store::LogHead::project);
  if (head == heads->end()) return "the row of the log's head is gone";
  return rows.rest(log, *head);
}

}  // namespace

int verify_log(const LogVerification& wanted) {
  auto opened = open(wanted);
  if (!opened) return fail(opened.error());
  const auto trust = wanted.trust_file.empty() ? own_trust(*opened) : read_trust(wanted.trust_file);
  if (!trust) return fail(trust.error());
  LogCheck log(trust->origin, trust->issuer_spki, wanted.allow_test, trust->genesis);
  const auto wrong = check_all(*opened, *trust, log);
  const std::string_view verdict = wrong ? "INVALID" : trust->pinned ? "VALID" : "INDETERMINATE";
  auto said = json::Value::object();
  said.add("verdict", verdict).add("leaves", log.size()).add("decisions", log.decisions());
  if (wrong) said.add("problem", *wrong);
  if (!wrong && !trust->pinned) said.add("problem", keys_unconfirmed);
  print_object(said, wanted.json);
  if (wrong) return exit_invalid;
  return trust->pinned ? exit_ok : exit_indeterminate;
}

}  // namespace lp::cli
