// Any bytes as a receipt, with a trust file and without one: one value has one text, and nothing
// that was not signed by keys that only the tests have is ever found VALID.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "evidence/receipt.h"
#include "evidence/verify_receipt.h"

namespace {

using namespace lp::evidence;

// Of the project's own log, but with keys whose private halves nobody has kept.
constexpr std::string_view trust_text =
    R"({"log_vkeys":["9f86d081884c7d65/p/00112233445566778899aabbccddeeff+42bddcee+Af0XJDhaoMdbZPt)"
    R"(4zWAvodmR/ev3axPFjtcC6sg16fYY"],"origin":"9f86d081884c7d65/p/00112233445566778899aabbccdd)"
    R"(eeff","roster_genesis_sha256":"00000000000000000000000000000000000000000000000000000000000)"
    R"(00000"})";

void check(const ReceiptReport& report) {
  LP_ASSERT(report.verdict != Finding::valid && report.verdict != Finding::erased);
  LP_ASSERT(report.check.has_value() && report.checks.size() == 19);
  LP_ASSERT(!report.text().empty() && report.to_json().is_object());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static const std::vector<Trust> trusts = [] {
    const auto trust = Trust::parse(trust_text);
    LP_ASSERT(trust.has_value());
    return std::vector<Trust>{*trust};
  }();
  if (const auto receipt = Receipt::parse(bytes)) LP_ASSERT(receipt->bytes() == bytes);
  check(verify_receipt(without_line_feed(bytes), {}, {}));
  check(verify_receipt(without_line_feed(bytes), trusts, {.allow_test = true}));
  static_cast<void>(Trust::parse(bytes));
  return 0;
}
