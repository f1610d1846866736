#include "tlog/proof.h"

#include <utility>

#include "base/text.h"
#include "tlog/lines.h"
#include "tlog/tree.h"

namespace lp::tlog {
namespace {

constexpr std::string_view header = "c2sp.org/tlog-proof@v1";
constexpr std::string_view extra_name = "extra ";

bool is_checkpoint(std::string_view text) {
  const auto note = Note::parse(text);
  return note && Checkpoint::parse_foreign_body(note->body);
}

std::string hash_lines(const std::vector<Digest>& hashes) {
  std::string text;
  for (const Digest& hash : hashes) text += base64(hash.view()) + "\n";
  return text;
}

ProofFault fault_of(NoteFault fault) {
  switch (fault) {
    case NoteFault::malformed:
      break;
    case NoteFault::unknown_key:
      return ProofFault::unknown_key;
    case NoteFault::bad_signature:
      return ProofFault::bad_signature;
    case NoteFault::wrong_origin:
      return ProofFault::wrong_origin;
  }
  return ProofFault::malformed_checkpoint;
}

}  // namespace

std::optional<Proof> Proof::parse(std::string_view text) {
  if (take_line(text) != header) return std::nullopt;
  Proof proof;
  auto line = take_line(text);
  if (line && line->starts_with(extra_name)) {
    proof.extra = from_base64(line->substr(extra_name.size()));
    if (!proof.extra) return std::nullopt;
    line = take_line(text);
  }
  const auto index = read_named_decimal(line.value_or(""), "index");
  if (!index) return std::nullopt;
  auto path = take_hashes(text);
  if (!path || !is_checkpoint(text)) return std::nullopt;
  proof.index = *index;
  proof.path = *std::move(path);
  proof.checkpoint = text;
  return proof;
}

std::string Proof::to_string() const {
  std::string text = std::string(header) + "\n";
  if (extra) text += std::string(extra_name) + base64(*extra) + "\n";
  return text + "index " + std::to_string(index) + "\n" + hash_lines(path) + "\n" + checkpoint;
}

std::expected<Checkpoint, ProofFault> open_proof(const Proof& proof, const Digest& leaf_hash,
                                                 const VerifierKey& log) {
  auto checkpoint = open_checkpoint(proof.checkpoint, log);
  if (!checkpoint) return std::unexpected(fault_of(checkpoint.error()));
  if (!verify_inclusion(leaf_hash, proof.index, checkpoint->size, proof.path, checkpoint->root)) {
    return std::unexpected(ProofFault::not_included);
  }
  return *std::move(checkpoint);
}

std::optional<Submission> Submission::parse(std::string_view text) {
  const auto old_size = read_named_decimal(take_line(text).value_or(""), "old");
  if (!old_size) return std::nullopt;
  auto proof = take_hashes(text);
  if (!proof || !is_checkpoint(text)) return std::nullopt;
  return Submission{*old_size, *std::move(proof), std::string(text)};
}

std::string Submission::to_string() const {
  return "old " + std::to_string(old_size) + "\n" + hash_lines(proof) + "\n" + checkpoint;
}

}  // namespace lp::tlog
