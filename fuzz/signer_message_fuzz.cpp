// Frames at the signer's door: what is read is written back byte for byte, so that each message has
// one encoding, and nothing is both a question and an answer.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "core/signer_message.h"

using namespace lp::core::signer_message;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto request = read_request(body);
  const auto answer = read_answer(body);
  if (request) LP_ASSERT(to_bytes(*request) == body);
  if (answer) LP_ASSERT(to_bytes(*answer) == body);
  LP_ASSERT(!request || !answer);
  return 0;
}
