// Any body slices of an agent's call, one a line: what a client could have signed is accepted, what
// it did not sign is not, and no text is a crash.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "crypto/hash.h"
#include "identity/agent_signature.h"
#include "lines.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  lp::identity::SignedCall call;
  call.project_id = lp::fuzz::take_line(rest);
  call.service = lp::fuzz::take_line(rest);
  call.action = lp::fuzz::take_line(rest);
  call.payload = rest;

  std::string text = R"({"project_id":)" + std::string(call.project_id) + R"(,"service":)" +
                     std::string(call.service) + R"(,"action":)" + std::string(call.action);
  if (!call.payload.empty()) text += R"(,"payload":)" + std::string(call.payload);
  text += '}';
  const std::string signature = lp::crypto::hmac_sha256("secret", text).hex();
  LP_ASSERT(lp::identity::verify_agent_signature(call, "secret", signature) ==
            lp::identity::Candidate::raw);
  LP_ASSERT(!lp::identity::verify_agent_signature(call, "other", signature));
  static_cast<void>(lp::identity::verify_agent_signature(call, "secret", call.payload));
  return 0;
}
