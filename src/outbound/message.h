// What people are told, and in which form each kind of channel takes it.
//
// There is no member for a payload, for facts or for words of an agent: what has no place here
// cannot leave (security.md R-NT-01). The form is a delivery without its signature or envelope.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "base/time.h"
#include "outbound/transfers.h"

namespace lp::outbound {

struct Message {
  std::string id;     // the same for every attempt: "msg_…"
  std::string event;  // "request.pending", "alarm.witness", "test", …
  std::string title;  // one line
  std::vector<std::pair<std::string, std::string>> lines;  // "Project" → "payments", in order
  std::string request;                                     // req_…; "" when it is about none
  std::string project;  // its id; "" when it is about all of the server
  std::string link, link_word;
  bool urgent = false;
};

// One line a fact, without markup.
std::string plain_text(const Message& message);

Delivery slack_delivery(const std::string& url, const Message& message);
Delivery teams_delivery(const std::string& url, const Message& message);
// `token`: of an account at the ntfy server; empty for none.
Delivery ntfy_delivery(const std::string& url, const Secret& token, const Message& message);
// Signed as decisions are (outbound/signature.h).
Delivery webhook_delivery(const std::string& url, const Secret& secret, const Message& message,
                          Instant now, std::uint64_t attempt);

}  // namespace lp::outbound
