#include "server/cosigning.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>

#include "base/assert.h"
#include "base/log.h"
#include "tlog/cosignature.h"
#include "tlog/proof.h"

namespace lp::server {
namespace {

constexpr std::int64_t idle_ms = 60'000;
constexpr std::int64_t unreachable_ms = 5'000;

std::string url_of(const tlog::PolicyWitness& witness) {
  return witness.url + (witness.url.ends_with('/') ? "" : "/") + "add-checkpoint";
}

std::optional<std::uint64_t> size_in(std::string_view body) {
  if (!body.ends_with('\n')) return std::nullopt;
  body.remove_suffix(1);
  std::uint64_t size = 0;
  const auto [end, fault] = std::from_chars(body.data(), body.data() + body.size(), size);
  if (fault != std::errc() || end != body.data() + body.size()) return std::nullopt;
  return size;
}

}  // namespace

Cosigning::Cosigning(tlog::Policy policy, Proof proof)
    : policy_(std::move(policy)), proof_(std::move(proof)) {}

Cosigning::Log& Cosigning::log_of(const SignedHead& head, const tlog::Note& note) {
  auto [found, fresh] = logs_.try_emplace(head.origin);
  Log& log = found->second;
  if (fresh) {
    log.desks.resize(policy_.witnesses().size());
    const auto kept = tlog::Note::parse(head.cosigned);
    const auto witnessed = kept ? policy_.witnessed(*kept) : std::unexpected(tlog::NoteFault{});
    log.kept_quorum = witnessed && witnessed->quorum;
  }
  if (log.newest.body != note.body) log.newest = note;
  return log;
}

std::vector<Cosigning::Errand> Cosigning::due(const std::vector<SignedHead>& heads,
                                              std::int64_t now_ms) {
  std::vector<Errand> errands;
  for (const SignedHead& head : heads) {
    const auto note = tlog::Note::parse(head.note);
    const auto checkpoint = note ? tlog::Checkpoint::parse_body(note->body) : std::nullopt;
    if (!checkpoint) continue;
    Log& log = log_of(head, *note);
    for (std::size_t witness = 0; witness < log.desks.size(); ++witness) {
      Desk& desk = log.desks[witness];
      const bool wanted = desk.cosigned_body != note->body || now_ms >= desk.again_ms;
      if (desk.busy || !wanted || now_ms < desk.not_before_ms) continue;
      auto body = submission(head, *checkpoint, witness, desk, now_ms);
      if (!body) continue;
      desk.busy = true;
      const std::int64_t id = ++last_id_;
      sent_.emplace(id, Sent{head.origin, witness, note->body, checkpoint->size});
      errands.push_back({id, url_of(policy_.witnesses()[witness]), *std::move(body)});
    }
  }
  return errands;
}

std::optional<std::string> Cosigning::submission(const SignedHead& head,
                                                 const tlog::Checkpoint& checkpoint,
                                                 std::size_t witness, Desk& desk,
                                                 std::int64_t now_ms) {
  tlog::Submission submission{.old_size = desk.known_size, .proof = {}, .checkpoint = head.note};
  if (desk.known_size > checkpoint.size) {
    desk.not_before_ms = now_ms + idle_ms;
    log::error("witness.ahead",
               "A witness cosigned more of this log than is here: was an older copy restored?",
               {{"origin", head.origin},
                {"witness", policy_.witnesses()[witness].name},
                {"cosigned", desk.known_size},
                {"signed", checkpoint.size}});
    contradictions_.push_back({head.origin, policy_.witnesses()[witness].key.to_string()});
    return std::nullopt;
  }
  if (desk.known_size > 0 && desk.known_size < checkpoint.size) {
    auto proof = proof_(head.origin, desk.known_size, checkpoint.size);
    if (!proof) {
      desk.not_before_ms = now_ms + idle_ms;
      log::error("witness.no_proof", "The stored tree gives no consistency proof.",
                 {{"origin", head.origin}});
      return std::nullopt;
    }
    submission.proof = *std::move(proof);
  }
  return submission.to_string();
}

std::optional<CosignedNote> Cosigning::take(std::int64_t id, int status, const std::string& body,
                                            std::int64_t now_ms) {
  const auto found = sent_.find(id);
  LP_ASSERT(found != sent_.end());
  const Sent sent = std::move(found->second);
  sent_.erase(found);
  logs_.find(sent.origin)->second.desks[sent.witness].busy = false;
  if (status == 200) return cosigned(sent, body, now_ms);
  if (status == 409) {
    corrected(sent, body, now_ms);
  } else {
    refused(sent, status, now_ms);
  }
  return std::nullopt;
}

std::optional<CosignedNote> Cosigning::cosigned(const Sent& sent, const std::string& body,
                                                std::int64_t now_ms) {
  Log& log = logs_.find(sent.origin)->second;
  Desk& desk = log.desks[sent.witness];
  const tlog::CosignerKey& key = policy_.witnesses()[sent.witness].key;
  const auto lines = tlog::parse_signature_lines(body);
  const tlog::Note answer{.body = sent.body,
                          .signatures = lines.value_or(std::vector<tlog::SignatureLine>{})};
  if (!tlog::open_cosignature(answer, key)) {
    desk.not_before_ms = now_ms + idle_ms;
    tell(sent, -1, "witness.bad_answer", "A witness's answer is no cosignature of its key.");
    return std::nullopt;
  }
  desk.known_size = sent.size;
  desk.cosigned_body = sent.body;
  desk.corrected = false;
  desk.again_ms = now_ms + idle_ms;
  tell(sent, 200, "witness.cosigns", "A witness cosigns.");
  if (log.newest.body != sent.body) return std::nullopt;  // the log has grown meanwhile
  const auto is_its = [&](const tlog::SignatureLine& line) {
    return line.name == key.name && line.key_id == key.id;
  };
  std::erase_if(log.newest.signatures, is_its);
  // Of others' keys, which may stand in the answer too, nothing is taken over.
  std::ranges::copy_if(answer.signatures, std::back_inserter(log.newest.signatures), is_its);
  const auto witnessed = policy_.witnessed(log.newest);
  const bool quorum = witnessed && witnessed->quorum;
  if (log.kept_quorum && !quorum) return std::nullopt;
  log.kept_quorum = quorum;
  return CosignedNote{sent.origin, sent.size, log.newest.to_string()};
}

void Cosigning::corrected(const Sent& sent, const std::string& body, std::int64_t now_ms) {
  Desk& desk = logs_.find(sent.origin)->second.desks[sent.witness];
  const auto size = size_in(body);
  // Corrected twice in a row, somebody else submits the same log, or the witness makes no sense.
  if (!size || std::exchange(desk.corrected, true)) {
    desk.not_before_ms = now_ms + idle_ms;
    desk.corrected = false;
    tell(sent, 409, "witness.conflict", "A witness goes on naming another size.");
  }
  if (size) desk.known_size = *size;
}

void Cosigning::refused(const Sent& sent, int status, std::int64_t now_ms) {
  Desk& desk = logs_.find(sent.origin)->second.desks[sent.witness];
  const bool answered = status >= 400 && status < 500;
  desk.not_before_ms = now_ms + (answered ? idle_ms : unreachable_ms);
  if (status == 403 || status == 404) {
    tell(sent, status, "witness.unknown_log", "A witness does not know this log or its key.");
  } else if (status == 422) {
    tell(sent, status, "witness.inconsistent",
         "A witness holds another tree of this log: it was rewritten, or shown two ways.");
    contradictions_.push_back({sent.origin, policy_.witnesses()[sent.witness].key.to_string()});
  } else {
    tell(sent, status, "witness.unreachable", "A witness did not answer; it is asked again.");
  }
}

// Once each time that it changes, so that a witness that is away for a day is two lines.
void Cosigning::tell(const Sent& sent, int status, std::string_view event, std::string_view what) {
  Desk& desk = logs_.find(sent.origin)->second.desks[sent.witness];
  if (std::exchange(desk.last_status, status) == status) return;
  const std::initializer_list<log::Field> fields{
      {"origin", sent.origin},
      {"witness", policy_.witnesses()[sent.witness].name},
      {"status", status}};
  if (status == 200) return log::info(event, what, fields);
  if (status == 422) return log::error(event, what, fields);
  log::warning(event, what, fields);
}

}  // namespace lp::server
