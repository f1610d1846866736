// A message as a mail (RFC 5322): plain text, complete without any other part, so that nothing in
// it is fetched, run or pressed by whoever scans mail.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "outbound/message.h"

namespace lp::outbound {

struct MailServer {
  std::string url;   // smtp://host:port (STARTTLS) or smtps://host:port; "": there is none
  std::string from;  // an address
  std::string user;  // "": nobody is asked for
  Secret password;
};

// One address without name, comment or line: what may stand in an envelope.
[[nodiscard]] bool is_mail_address(std::string_view text);
// "smtp://host", "smtps://host:465": host and port that the guard lets through, as Guard::make
// takes them; nothing for another URL.
std::optional<std::string> mail_place(std::string_view url);

Delivery mail_delivery(const MailServer& server, const std::string& to, const Message& message,
                       Instant now);

}  // namespace lp::outbound
