// From an offer of the server to a signed decision that is sent: what the test approver and people
// with a sealed key have in common.

#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "cli/admin_client.h"
#include "core/approver.h"

namespace lp::cli {

struct Wish {
  std::string request;
  evidence::Verdict verdict = evidence::Verdict::reject;
  std::string reason;
  std::string edit;         // plaintext that shall run instead, "" when none
  std::string number = {};  // that the program shows which asked, "" when none was asked for
};

// LETSPING_ENCRYPTION_KEY, when it is set. Errors are sentences.
std::expected<std::optional<seal::ContentKey>, std::string> content_key();
std::expected<std::string, std::string> read_edit(const std::string& path);

// The request with an offer for this approver; "" for both: without one.
std::expected<Answer, std::string> fetch_request(AdminClient& client, const std::string& id,
                                                 std::string_view member = {},
                                                 std::string_view key = {});

// What a device knows when its owner decides: from a detail that has an offer.
std::expected<core::Considered, std::string> consider(const Wish& wish, const json::Value& detail,
                                                      const std::optional<seal::ContentKey>& key);

// Signs and sends; prints what became of the request. The exit status. The error of `sign` is a
// sentence: then nothing is sent.
int sign_and_send(AdminClient& client, const Wish& wish, const json::Value& detail,
                  const core::Considered& considered,
                  const std::function<std::expected<void, std::string>(core::Decide&)>& sign,
                  bool json);

// When there is nothing left to decide: says so and returns the exit status.
int closed(const json::Value& detail);

}  // namespace lp::cli
