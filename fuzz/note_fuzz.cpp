// Any text as a note, a checkpoint body or a verifier key: what is read has one spelling, and no
// note opens under a key that did not sign it.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "tlog/note.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto note = lp::tlog::Note::parse(text);
  if (note) {
    LP_ASSERT(note->to_string() == text && !note->signatures.empty());
    LP_ASSERT(note->body.ends_with('\n'));
  }
  if (const auto checkpoint = lp::tlog::Checkpoint::parse_body(text)) {
    LP_ASSERT(checkpoint->body() == text);
  }
  if (const auto key = lp::tlog::VerifierKey::parse(text)) LP_ASSERT(key->to_string() == text);

  // The key of corpus/note/checkpoint; every other text must be refused.
  static const auto signer = lp::crypto::Ed25519Key::from_seed(std::string(32, 's'));
  static const auto key =
      lp::tlog::VerifierKey::make("example.com/p/0123456789abcdef", signer.public_key());
  if (const auto opened = lp::tlog::open_checkpoint(text, key)) {
    LP_ASSERT(note && opened->body() == note->body && opened->size == 300);
  }
  return 0;
}
