// Any text as an offline proof, a submission to a witness, a trust policy or a cosigner's key: what
// is read has one spelling, and nothing counts as cosigned that its witness did not cosign.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "tlog/cosignature.h"
#include "tlog/policy.h"
#include "tlog/proof.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto proof = lp::tlog::Proof::parse(text)) LP_ASSERT(proof->to_string() == text);
  if (const auto submission = lp::tlog::Submission::parse(text)) {
    LP_ASSERT(submission->to_string() == text);
  }
  if (const auto lines = lp::tlog::parse_signature_lines(text)) {
    std::string written;
    for (const auto& line : *lines) written += line.to_string();
    LP_ASSERT(written == text);
  }
  if (const auto key = lp::tlog::CosignerKey::parse(text)) LP_ASSERT(key->to_string() == text);

  static const lp::tlog::Note nobody{.body = "body\n", .signatures = {}};
  if (const auto policy = lp::tlog::Policy::parse(text)) {
    const auto witnessed = policy->witnessed(nobody);
    LP_ASSERT(witnessed && witnessed->times_s.size() == policy->witnesses().size());
    LP_ASSERT(witnessed->quorum == policy->needs_nobody());
  }

  // The key of corpus/tlog_text/cosigned; every other body must be refused.
  static const auto witness = lp::tlog::CosignerKey::make(
      "witness.example.com/w1",
      lp::crypto::Ed25519Key::from_seed(std::string(32, 'w')).public_key());
  if (const auto note = lp::tlog::Note::parse(text)) {
    const auto time_s = lp::tlog::open_cosignature(*note, witness);
    LP_ASSERT(!time_s || note->body.starts_with("example.com/behind-the-sofa\n20852163\n"));
  }
  return 0;
}
