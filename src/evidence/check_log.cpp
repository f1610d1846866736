// The checks that the event stands in the log: statement, leaf, tree, checkpoint, and the roster
// that says whose keys these are.

#include <algorithm>

#include "crypto/hash.h"
#include "crypto/p256.h"
#include "evidence/erasure.h"
#include "evidence/examination.h"
#include "evidence/leaf.h"
#include "evidence/remembered.h"
#include "tlog/tree.h"

namespace lp::evidence {
namespace {

bool is_test(const std::vector<std::string>& marks) {
  return std::ranges::find(marks, "test") != marks.end();
}

// "the statement" or "review 2": which part a sentence is about.
std::string part(const Examination& it, const Entry& entry) {
  const auto at = &entry - it.entries.data();
  return at == 0 ? "the statement" : "review " + std::to_string(at);
}

// The note and its checkpoint, which Receipt::parse has found well-formed.
void read_place(Entry& entry) {
  entry.note = tlog::Note::parse(entry.logged->proof.checkpoint).value_or(tlog::Note{});
  entry.checkpoint = tlog::Checkpoint::parse_body(entry.note.body).value_or(tlog::Checkpoint{});
}

std::expected<Entry, StatementFault> read_entry(const LoggedStatement& logged) {
  auto read = read_statement_loosely(logged.statement);
  if (!read) return std::unexpected(read.error());
  Entry entry{.logged = &logged,
              .statement = std::move(read->statement),
              .subject_fits = read->subject_fits,
              .sha256 = statement_sha256(logged.statement),
              .note = {},
              .checkpoint = {}};
  read_place(entry);
  return entry;
}

std::vector<tlog::VerifierKey> keys_of(const RosterHead& head) {
  std::vector<tlog::VerifierKey> keys;
  for (const LogKeyRange& range : head.log) {
    auto key = tlog::VerifierKey::parse(range.vkey);
    if (key && key->name == head.origin && std::ranges::find(keys, *key) == keys.end()) {
      keys.push_back(*std::move(key));
    }
  }
  return keys;
}

// Whether the trust file, where it has ranges, and the newest head that lists the key list it for a
// tree of that size. A key that came with a later version than those shown is vouched for by the
// trust file alone.
bool in_range(const Trust* trust, const std::vector<SignedHead>& rosters, const std::string& vkey,
              std::uint64_t size) {
  if (trust != nullptr && !may_sign(*trust, vkey, size)) return false;
  for (auto one = rosters.rbegin(); one != rosters.rend(); ++one) {
    const auto& ranges = one->head.log;
    if (std::ranges::find(ranges, vkey, &LogKeyRange::vkey) == ranges.end()) continue;
    return std::ranges::any_of(
        ranges, [&](const LogKeyRange& range) { return range.vkey == vkey && range.covers(size); });
  }
  return true;
}

// Whether the log was closed before it had so many entries: whoever has its key can sign on, and
// nobody is to believe it.
constexpr std::string_view after_end = "the log was closed before it had so many entries";
bool is_after_end(const Trust* trust, const tlog::Checkpoint& checkpoint) {
  return trust != nullptr && trust->closed_at && checkpoint.size > *trust->closed_at;
}

// Whether the one signature in the log's name is of a key that nobody here has heard of: one that
// came with a later version of the roster looks like this to who has no trust file.
bool is_of_later_key(const tlog::Note& note, const std::vector<tlog::VerifierKey>& keys,
                     const std::string& origin) {
  const tlog::SignatureLine* own = nullptr;
  for (const tlog::SignatureLine& line : note.signatures) {
    if (line.name != origin) continue;
    if (own != nullptr) return false;
    own = &line;
  }
  return own != nullptr &&
         std::ranges::find(keys, own->key_id, &tlog::VerifierKey::id) == keys.end();
}

bool lists(const std::vector<IssuerRange>& ranges, const std::string& spki, std::uint64_t index) {
  return std::ranges::any_of(
      ranges, [&](const IssuerRange& range) { return range.spki == spki && range.covers(index); });
}

// Where the chain of heads begins: at what the trust file pins, or, without one, anywhere.
std::expected<void, std::string> check_first(const Examination& it) {
  const SignedHead& first = it.rosters().front();
  if (it.trust != nullptr) {
    const Digest sha256 = first.head.sha256();
    const auto& later = it.trust->rosters;
    if (sha256 != it.trust->roster_genesis && std::ranges::find(later, sha256) == later.end()) {
      return std::unexpected("the first roster is none that the trust file names");
    }
  }
  const auto verified = first.head.version == 1
                            ? verify_roster_head(first.head, first.signatures, nullptr)
                            : verify_roster_signatures(first.head, first.signatures);
  if (verified) return {};
  return std::unexpected("roster version " + std::to_string(first.head.version) + ": " +
                         std::string(to_string(verified.error())));
}

}  // namespace

std::expected<const tlog::VerifierKey*, std::string> own_signature(
    const tlog::Note& note, const std::vector<tlog::VerifierKey>& own_keys) {
  const tlog::VerifierKey* own = nullptr;
  for (const tlog::SignatureLine& line : note.signatures) {
    const auto key = std::ranges::find_if(own_keys, [&line](const auto& candidate) {
      return candidate.name == line.name && candidate.id == line.key_id;
    });
    if (key == own_keys.end()) continue;
    if (own != nullptr) return std::unexpected("the checkpoint has two signatures of its log");
    own = &*key;
    if (!remembered_ed25519(own->public_key, note.body, line.signature)) {
      return std::unexpected("the log's signature on the checkpoint does not verify");
    }
  }
  if (own == nullptr) return std::unexpected("the checkpoint has no signature of its log");
  return own;
}

std::expected<tlog::Checkpoint, std::string> verify_checkpoint(
    std::string_view text, const Trust& trust, const std::vector<RosterHead>& heads) {
  const auto note = tlog::Note::parse(text);
  const auto checkpoint = note ? tlog::Checkpoint::parse_body(note->body) : std::nullopt;
  if (!checkpoint) return std::unexpected("it is no checkpoint");
  if (checkpoint->origin != trust.origin) return std::unexpected("it is of another log");
  const auto own = own_signature(*note, trust.log_vkeys);
  if (!own) return std::unexpected(own.error());
  std::vector<SignedHead> rosters;
  for (const RosterHead& head : heads) rosters.push_back({head, {}});
  if (!in_range(&trust, rosters, (*own)->to_string(), checkpoint->size)) {
    return std::unexpected("the log's key did not sign trees of this size");
  }
  if (is_after_end(&trust, *checkpoint)) return std::unexpected(std::string(after_end));
  return *checkpoint;
}

Checking check_statement(Examination& it) {
  std::vector<const LoggedStatement*> all{&it.receipt.logged};
  for (const LoggedStatement& review : it.receipt.reviews) all.push_back(&review);
  bool unknown = false;
  for (const LoggedStatement* const logged : all) {
    auto entry = read_entry(*logged);
    if (!entry && entry.error() == StatementFault::malformed) {
      return invalid(logged == all.front() ? "the statement is malformed"
                                           : "the statement of a review is malformed");
    }
    unknown = unknown || !entry;
    if (!unknown) it.entries.push_back(*std::move(entry));
  }
  if (unknown) {
    it.entries.clear();
    return indeterminate("a statement is of a kind that this verifier does not know");
  }
  it.choose_trust(it.statement().origin);
  return Outcome::ok;
}

Checking check_erasure(Examination& it) {
  Entry entry{
      .logged = &it.receipt.logged, .statement = {}, .sha256 = {}, .note = {}, .checkpoint = {}};
  read_place(entry);
  it.entries.push_back(std::move(entry));
  const Receipt& erasure = it.receipt.erasure.front();
  const ReceiptReport report = verify_receipt(erasure.bytes(), it.trusts, it.demands);
  if (report.statement) it.choose_trust(report.statement->origin);
  if (report.verdict != Finding::valid) {
    return invalid("the receipt of the erasure is not VALID: " + report.why);
  }
  const auto document = ErasureDocument::parse(erasure.document.value_or(""));
  if (report.statement->type != EventType::erasure_performed || !document ||
      document->indices.empty()) {
    return invalid("what is shown instead of the statement is no erasure");
  }
  if (document->origin != it.origin || *report.index <= it.own().index() ||
      !std::ranges::binary_search(document->indices, it.own().index())) {
    return invalid("the erasure is not one of this statement");
  }
  const RosterHead& head = erasure.rosters.back().head;
  if (erasure.owners.size() < head.threshold) {
    return invalid("the erasure is not signed by enough owners");
  }
  return Outcome::ok;
}

Checking check_marks(Examination& it) {
  if (it.demands.allow_test) return Outcome::ok;
  const bool in_statement = std::ranges::any_of(
      it.entries, [](const Entry& entry) { return is_test(entry.statement.marks); });
  const bool in_head = std::ranges::any_of(
      it.rosters(), [](const SignedHead& one) { return is_test(one.head.marks); });
  if (!in_statement && !in_head) return Outcome::ok;
  return invalid("it is marked `test`: a test approver can decide in this log");
}

Checking check_leaf(Examination& it) {
  for (const Entry& entry : it.entries) {
    const LoggedStatement& logged = *entry.logged;
    if (!logged.issuer) {
      const bool may = &entry == &it.own() && may_be_unsigned(entry.statement.type);
      if (!may) return invalid(part(it, entry) + " must be signed and is not");
      if (logged.leaf != unsigned_leaf(entry.sha256)) {
        return invalid("the leaf is not that of the statement");
      }
      continue;
    }
    if (logged.leaf != signed_leaf(entry.sha256, logged.issuer->sig, logged.issuer->key)) {
      return invalid("the leaf is not that of " + part(it, entry));
    }
  }
  return Outcome::ok;
}

Checking check_issuer_signature(Examination& it) {
  Outcome outcome = Outcome::absent;
  for (const Entry& entry : it.entries) {
    if (!entry.logged->issuer) continue;
    if (!crypto::p256_verify(entry.logged->issuer->key, entry.logged->statement,
                             entry.logged->issuer->sig, false)) {
      return invalid("the server's signature on " + part(it, entry) + " does not verify");
    }
    outcome = Outcome::ok;
  }
  if (outcome == Outcome::ok) it.log = LogLevel::issued;
  return outcome;
}

Checking check_inclusion(Examination& it) {
  for (const Entry& entry : it.entries) {
    if (!tlog::verify_inclusion(tlog::leaf_hash(entry.logged->leaf), entry.index(),
                                entry.checkpoint.size, entry.logged->proof.path,
                                entry.checkpoint.root)) {
      return invalid(part(it, entry) + " is not in the log at its index");
    }
  }
  return Outcome::ok;
}

Checking check_checkpoint(Examination& it) {
  std::vector<tlog::VerifierKey> keys;
  if (it.trust != nullptr) {
    keys = it.trust->log_vkeys;
  } else if (!it.rosters().empty()) {
    keys = keys_of(it.rosters().back().head);
  }
  bool confirmed = true;
  for (const Entry& entry : it.entries) {
    const std::string& origin = it.is_erased() ? it.origin : entry.statement.origin;
    if (entry.checkpoint.origin != origin || origin != it.origin) {
      return invalid("the checkpoint is of another log");
    }
    if (it.trust == nullptr && is_of_later_key(entry.note, keys, origin)) {
      confirmed = false;
      continue;
    }
    const auto own = own_signature(entry.note, keys);
    if (!own) return invalid(own.error());
    if (!in_range(it.trust, it.rosters(), (*own)->to_string(), entry.checkpoint.size)) {
      return invalid("the log's key did not sign trees of this size");
    }
    if (is_after_end(it.trust, entry.checkpoint)) return invalid(std::string(after_end));
  }
  if (!confirmed) return indeterminate("only a trust file can confirm the key of the log");
  it.log = LogLevel::logged;
  return Outcome::ok;
}

Checking check_roster(Examination& it) {
  const auto& rosters = it.receipt.rosters;
  const auto& named = it.statement().roster_sha256;
  if (rosters.empty()) {
    if (named) return invalid("the roster that the statement names is missing");
    if (it.trust != nullptr) return invalid("the roster that the trust file names is missing");
    return Outcome::absent;
  }
  for (const SignedHead& one : rosters) {
    if (one.head.origin != it.origin) return invalid("a roster is of another log");
  }
  if (const auto first = check_first(it); !first) return invalid(first.error());
  for (std::size_t i = 1; i < rosters.size(); ++i) {
    const auto verified =
        verify_roster_head(rosters[i].head, rosters[i].signatures, &rosters[i - 1].head);
    if (!verified) {
      return invalid("roster version " + std::to_string(rosters[i].head.version) + ": " +
                     std::string(to_string(verified.error())));
    }
  }
  const RosterHead& last = rosters.back().head;
  if (named ? last.sha256() != *named : last.version != 1) {
    return invalid("the last roster is not the one that the statement names");
  }
  return Outcome::ok;
}

Checking check_issuer_range(Examination& it) {
  Outcome outcome = Outcome::absent;
  for (const Entry& entry : it.entries) {
    if (!entry.logged->issuer) continue;
    const std::string& key = entry.logged->issuer->key;
    if (!it.receipt.rosters.empty()) {
      outcome = Outcome::ok;
      if (!lists(it.receipt.rosters.back().head.issuer, key, entry.index())) {
        return invalid("the roster does not list the key that signed " + part(it, entry));
      }
    }
    if (it.trust != nullptr && it.trust->issuer) {
      outcome = Outcome::ok;
      const auto& rosters = it.receipt.rosters;
      const RosterHead* const head = rosters.empty() ? nullptr : &rosters.back().head;
      if (!may_issue(*it.trust->issuer, head, key, entry.index())) {
        return invalid("the trust file does not list the key that signed " + part(it, entry));
      }
    }
  }
  return outcome;
}

}  // namespace lp::evidence
