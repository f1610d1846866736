// The checks of those who are not the server: the root log, witnesses, time stamps; and whether all
// this is enough for who asks.

#include <algorithm>
#include <set>

#include "crypto/timestamp.h"
#include "evidence/anchor.h"
#include "evidence/examination.h"
#include "tlog/cosignature.h"
#include "tlog/tree.h"

namespace lp::evidence {
namespace {

const WitnessPolicy* policy_of(const Examination& it) {
  return it.trust != nullptr && it.trust->witnesses ? &*it.trust->witnesses : nullptr;
}

// A time of a cosignature in milliseconds; the last that an Instant holds for those beyond.
Instant instant_of(std::uint64_t time_s) {
  constexpr std::uint64_t far_s = 253'402'300'799;  // the end of the year 9999
  return {static_cast<std::int64_t>(std::min(time_s, far_s)) * 1'000};
}

struct Cosigned {
  std::size_t lines = 0;
  bool strangers = false;  // lines of keys that the trust file does not name
  std::set<std::string> witnesses;
  std::optional<Instant> earliest;
};

// Every cosignature of the note verifies and is not of before `said`.
std::expected<Cosigned, Failure> read_cosignatures(const tlog::Note& note,
                                                   const WitnessPolicy& policy, Instant said) {
  Cosigned cosigned;
  for (const tlog::SignatureLine& line : note.signatures) {
    const auto witness = std::ranges::find_if(policy.witnesses, [&](const auto& key) {
      return key.name == line.name && key.id == line.key_id;
    });
    if (witness == policy.witnesses.end()) continue;
    const auto time_s = tlog::open_cosignature({.body = note.body, .signatures = {line}}, *witness);
    if (!time_s) return invalid("the signature of the witness " + line.name + " does not verify");
    if (instant_of(*time_s) + witness_slack_ms < said) {
      return invalid("the witness " + line.name + " saw the log before the event happened");
    }
    ++cosigned.lines;
    cosigned.earliest =
        std::min(cosigned.earliest.value_or(instant_of(*time_s)), instant_of(*time_s));
    cosigned.witnesses.insert(witness->to_string());
  }
  // One line is the log's own: `checkpoint` and `anchor` have seen to that.
  cosigned.strangers = note.signatures.size() > 1 + cosigned.lines;
  return cosigned;
}

tlog::Note note_of(const tlog::Proof& proof) {
  return tlog::Note::parse(proof.checkpoint).value_or(tlog::Note{});
}

// The root log of this origin that the trust file names, or null.
const RootLog* root_of(const Trust& trust, std::string_view origin) {
  if (trust.root->origin == origin) return &*trust.root;
  const auto closed = std::ranges::find(trust.closed_roots, origin, &RootLog::origin);
  return closed == trust.closed_roots.end() ? nullptr : &*closed;
}

Checking anchored(const AnchorProof& anchor, const tlog::Checkpoint& of, const Trust* trust) {
  if (anchor.entry != anchor_leaf(of)) return invalid("the anchor is one of another checkpoint");
  const tlog::Note note = note_of(anchor.proof);
  const auto checkpoint = tlog::Checkpoint::parse_body(note.body).value_or(tlog::Checkpoint{});
  if (!tlog::verify_inclusion(tlog::leaf_hash(anchor.entry), anchor.proof.index, checkpoint.size,
                              anchor.proof.path, checkpoint.root)) {
    return invalid("the anchor is not in the root log at its index");
  }
  if (trust == nullptr || !trust->root) {
    return indeterminate("no trust file names the root log (`root`)");
  }
  const RootLog* root = root_of(*trust, checkpoint.origin);
  if (root == nullptr) return invalid("the anchor is in another log");
  const auto own = own_signature(note, root->log_vkeys);
  if (!own) return invalid("in the root log, " + own.error());
  return Outcome::ok;
}

// Nothing shows whether such a line is what it was: it could be changed and nobody would see it.
constexpr std::string_view of_strangers =
    "a signature is of a key that the trust file does not name";

}  // namespace

Checking check_anchor(Examination& it) {
  if (!it.receipt.anchor) return Outcome::absent;
  return anchored(*it.receipt.anchor, it.own().checkpoint, it.trust);
}

Checking check_witnesses(Examination& it) {
  if (it.trust == nullptr) return Outcome::absent;
  const WitnessPolicy* const named = policy_of(it);
  const WitnessPolicy policy = named != nullptr ? *named : WitnessPolicy{};
  std::size_t lines = 0;
  bool strangers = false, witnessed = false;
  const auto count = [&](const tlog::Note& note, Instant said,
                         bool own) -> std::expected<void, Failure> {
    const auto cosigned = read_cosignatures(note, policy, said);
    if (!cosigned) return std::unexpected(cosigned.error());
    lines += cosigned->lines;
    strangers = strangers || cosigned->strangers;
    if (own && named != nullptr && cosigned->witnesses.size() >= policy.quorum) witnessed = true;
    return {};
  };
  for (const Entry& entry : it.entries) {
    const auto counted = count(entry.note, entry.statement.time, &entry == &it.own());
    if (!counted) return std::unexpected(counted.error());
  }
  if (it.receipt.anchor) {
    const auto counted = count(note_of(it.receipt.anchor->proof), it.statement().time, true);
    if (!counted) return std::unexpected(counted.error());
  }
  if (strangers) return indeterminate(std::string(of_strangers));
  it.witnessed = witnessed;
  if (it.witnessed) it.log = LogLevel::witnessed;
  return lines == 0 ? Outcome::absent : Outcome::ok;
}

Standing verify_standing(std::string_view note, const std::optional<AnchorProof>& anchor,
                         const Trust& trust) {
  const auto not_good = [](const Failure& failure) {
    return Standing{
        .verdict = failure.verdict, .why = failure.why, .log = LogLevel::logged, .earliest = {}};
  };
  const tlog::Note own = tlog::Note::parse(note).value_or(tlog::Note{});
  std::vector<tlog::Note> notes{own};
  if (anchor) {
    const auto of = tlog::Checkpoint::parse_body(own.body).value_or(tlog::Checkpoint{});
    if (const auto holds = anchored(*anchor, of, &trust); !holds) return not_good(holds.error());
    notes.push_back(note_of(anchor->proof));
  }
  const WitnessPolicy policy = trust.witnesses.value_or(WitnessPolicy{});
  Standing standing;
  bool strangers = false;
  for (const tlog::Note& one : notes) {
    const auto cosigned = read_cosignatures(one, policy, Instant{});
    if (!cosigned) return not_good(cosigned.error());
    strangers = strangers || cosigned->strangers;
    if (trust.witnesses && cosigned->witnesses.size() >= policy.quorum) {
      standing.log = LogLevel::witnessed;
    }
    if (cosigned->earliest) {
      standing.earliest =
          std::min(standing.earliest.value_or(*cosigned->earliest), *cosigned->earliest);
    }
  }
  if (strangers) return not_good({Finding::indeterminate, std::string(of_strangers)});
  return standing;
}

Checking check_time(Examination& it) {
  if (it.receipt.time.empty()) return Outcome::absent;
  const std::string& body = it.own().note.body;
  const bool judges = it.trust != nullptr && it.trust->tsa_roots;
  for (const std::string& token : it.receipt.time) {
    const auto claimed = crypto::claimed_timestamp(token, body);
    if (!claimed) return invalid("a time stamp is not one of this checkpoint");
    // Many authorities tell no fractions of a second.
    if (claimed->ms / 1'000 < it.statement().time.ms / 1'000)
      return invalid("a time stamp is older than the event");
    if (judges && !crypto::verify_timestamp(token, body, *it.trust->tsa_roots)) {
      return invalid("a time stamp does not verify");
    }
  }
  if (!judges) return indeterminate("no trust file names who may stamp times (`tsa_roots`)");
  if (it.witnessed) it.log = LogLevel::time_stamped;
  return Outcome::ok;
}

Checking check_trust(Examination& it) {
  if (it.trust != nullptr) return Outcome::ok;
  return indeterminate("self-consistent, but no trust file confirms the keys");
}

Checking check_requirement(Examination& it) {
  const EventType type = it.statement().type;
  const HumanClass human = std::max(it.trust->min_human, it.demands.human);
  // That changes were asked for allows nothing, so nothing is demanded of who asked.
  const bool allows = (is_review(type) && type != EventType::review_changes_requested) ||
                      is_decision_by_people(type);
  if (allows && it.human < human) {
    return invalid("people proved themselves by `" + std::string(demand_name(it.human)) +
                   "`, and `" + std::string(demand_name(human)) + "` is demanded");
  }
  const LogLevel log = std::max(it.trust->min_log, it.demands.log);
  if (it.log < log) {
    return indeterminate("the log proves itself by `" + std::string(demand_name(it.log)) +
                         "`, and `" + std::string(demand_name(log)) + "` is demanded");
  }
  return Outcome::ok;
}

}  // namespace lp::evidence
