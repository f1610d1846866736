#include "outbound/signature.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace lp::outbound {
namespace {

// The body and v1 of the published clients' test vector.
constexpr std::string_view body =
    R"({"id":"req_abc123","event":"request.approved","data":{"status":"APPROVED",)"
    R"("payload":{"amount":100},"patched_payload":null,"metadata":)"
    R"({"resolved_at":"2026-03-01T12:00:00.000Z","actor_id":"user_1","method":"dashboard"}}})";

std::string header(const Headers& headers, std::string_view name) {
  const auto found = std::ranges::find(headers, name, &Headers::value_type::first);
  return found == headers.end() ? std::string() : found->second;
}

TEST(Signature, IsTheOneThatPublishedClientsCheck) {
  const Headers headers = sign("lp_whk_test", "msg_1", Instant{1'772'366'400'000}, body);
  EXPECT_TRUE(
      header(headers, "X-LetsPing-Signature")
          .starts_with("t=1772366400000,v1="
                       "78f3780d1d9d0cafe1556d495ba96506139bc01d92aac736d2d47d21ff0a5bef,v2="));
}

TEST(Signature, CoversTheTimeInItsSecondElement) {
  const auto v2 = [](std::int64_t ms, std::string_view id) {
    const auto text = header(sign("lp_whk_test", id, Instant{ms}, body), "X-LetsPing-Signature");
    return text.substr(text.find(",v2=") + 4);
  };
  EXPECT_EQ(v2(1'772'366'400'000, "msg_1").size(), 64U);
  EXPECT_NE(v2(1'772'366'400'000, "msg_1"), v2(1'772'366'400'001, "msg_1"));
  EXPECT_NE(v2(1'772'366'400'000, "msg_1"), v2(1'772'366'400'000, "msg_2"));
}

// Computed with the standardwebhooks library: Webhook(base64("lp_whk_test")).sign(...).
TEST(Signature, HasTheStandardForm) {
  const Headers headers = sign("lp_whk_test", "msg_1", Instant{1'772'366'400'999}, body);
  EXPECT_EQ(header(headers, "webhook-id"), "msg_1");
  EXPECT_EQ(header(headers, "webhook-timestamp"), "1772366400");
  EXPECT_EQ(header(headers, "webhook-signature"),
            "v1,5ZD8cpvocmU1A8rInHfl6bIx9lCY9kovs7KWL8FFfYA=");
}

}  // namespace
}  // namespace lp::outbound
