#include "core/witness.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "crypto/hash.h"
#include "tlog/cosignature.h"
#include "tlog/tree.h"

namespace lp::core {
namespace {

constexpr std::string_view private_mark = "PRIVATE+KEY+";
constexpr std::size_t seed_bytes = 32;

std::unexpected<Witness::Refused> refused(Witness::Fault fault, std::uint64_t size = 0) {
  return std::unexpected(Witness::Refused{fault, size});
}

// The signature lines of `keys`; nothing when there is none, or one that does not verify.
std::optional<std::vector<tlog::SignatureLine>> signatures_of(
    const tlog::Note& note, const std::vector<tlog::VerifierKey>& keys) {
  std::vector<tlog::SignatureLine> lines;
  for (const tlog::VerifierKey& key : keys) {
    const auto checked = tlog::check_signature(note, key);
    if (!checked && checked.error() != tlog::NoteFault::unknown_key) return std::nullopt;
    std::ranges::copy_if(note.signatures, std::back_inserter(lines), [&](const auto& line) {
      return line.name == key.name && line.key_id == key.id;
    });
  }
  if (lines.empty()) return std::nullopt;
  return lines;
}

// Whether the checkpoint extends what was cosigned last, `old` being nothing before the first.
bool extends(const tlog::Submission& submission, const tlog::Checkpoint& checkpoint,
             const std::optional<tlog::Checkpoint>& old) {
  if (checkpoint.size == 0 && checkpoint.root != tlog::empty_root()) return false;
  if (submission.old_size == 0) return submission.proof.empty();
  return tlog::verify_consistency(old->size, old->root, checkpoint.size, checkpoint.root,
                                  submission.proof);
}

}  // namespace

WitnessKey WitnessKey::from_seed(std::string_view name, std::string_view seed) {
  return {std::string(name), crypto::Ed25519Key::from_seed(seed)};
}

Secret WitnessKey::text_of(std::string_view name, std::string_view seed) {
  const std::string vkey = from_seed(name, seed).verifier().to_string();
  const std::string id = vkey.substr(name.size() + 1, 8);
  return Secret(std::string(private_mark) + std::string(name) + "+" + id + "+" +
                base64('\x04' + std::string(seed)) + "\n");
}

std::optional<WitnessKey> WitnessKey::parse(std::string_view text) {
  if (!text.starts_with(private_mark)) return std::nullopt;
  const std::string_view rest = text.substr(private_mark.size());
  const std::size_t name_end = std::min(rest.find('+'), rest.size());
  const std::string_view name = rest.substr(0, name_end);
  const std::size_t key_start = std::min(name_end + 10, rest.size());  // "+01234567+"
  std::string_view key_text = rest.substr(key_start);
  if (key_text.ends_with('\n')) key_text.remove_suffix(1);
  const auto bytes = from_base64(key_text);
  if (!tlog::is_key_name(name) || !bytes || bytes->size() != 1 + seed_bytes) return std::nullopt;
  const std::string_view seed = std::string_view(*bytes).substr(1);
  if (text_of(name, seed).reveal() != text) return std::nullopt;
  return from_seed(name, seed);
}

tlog::CosignerKey WitnessKey::verifier() const {
  return tlog::CosignerKey::make(name, key.public_key());
}

std::optional<tlog::Checkpoint> Witness::last(const std::string& origin) const {
  const auto found = state_.notes().find(origin);
  if (found == state_.notes().end()) return std::nullopt;
  const auto note = tlog::Note::parse(found->second);
  return note ? tlog::Checkpoint::parse_foreign_body(note->body) : std::nullopt;
}

std::expected<Witness::Submitted, Witness::Refused> Witness::accept(std::string_view text) const {
  auto submission = tlog::Submission::parse(text);
  if (!submission) return refused(Fault::malformed);
  auto note = tlog::Note::parse(submission->checkpoint);
  auto checkpoint = tlog::Checkpoint::parse_foreign_body(note->body);
  const auto keys = logs_.find(checkpoint->origin);
  if (keys == logs_.end()) return refused(Fault::unknown_origin);
  auto lines = signatures_of(*note, keys->second);
  if (!lines) return refused(Fault::not_signed);
  if (submission->old_size > checkpoint->size) return refused(Fault::malformed);
  note->signatures = *std::move(lines);
  return Submitted{*std::move(submission), *std::move(note), *std::move(checkpoint)};
}

std::expected<std::string, Witness::Refused> Witness::add(std::string_view text) {
  auto submitted = accept(text);
  if (!submitted) return std::unexpected(submitted.error());
  auto& [submission, note, checkpoint] = *submitted;
  const auto old = last(checkpoint.origin);
  const std::uint64_t size = old ? old->size : 0;
  if (submission.old_size != size) return refused(Fault::another_size, size);
  if (!extends(submission, checkpoint, old)) return refused(Fault::inconsistent);
  const auto time_s = static_cast<std::uint64_t>(clock_.now().ms / 1'000);
  const auto line = tlog::cosign(note.body, key_.name, key_.key, time_s);
  note.signatures.push_back(line);
  if (!state_.put({{checkpoint.origin, note.to_string()}})) {
    return refused(Fault::state_not_written);
  }
  return line.to_string();
}

std::optional<std::string> Witness::newest(std::string_view origin_sha256) const {
  for (const auto& [origin, note] : state_.notes()) {
    if (crypto::sha256(origin).hex() == origin_sha256) return note;
  }
  return std::nullopt;
}

std::optional<std::string> Witness::refuse_state() const {
  const tlog::CosignerKey ours = key_.verifier();
  for (const auto& [origin, text] : state_.notes()) {
    const auto note = tlog::Note::parse(text);
    if (!note || !tlog::open_cosignature(*note, ours) || !last(origin)) return origin;
  }
  return std::nullopt;
}

}  // namespace lp::core
