#include "outbound/mail.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "base/text.h"

namespace lp::outbound {

namespace {

constexpr std::size_t address_max = 254, line_max = 76;
// Of text, so that "=?utf-8?B?…?=" stays below the 75 characters of an encoded word.
constexpr std::size_t word_bytes_max = 42;

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

// RFC 2047; a word ends where a character does.
std::string encoded_words(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t taken = 0;
    while (taken < text.size()) {
      const auto next = first_code_point(text.substr(taken));
      const std::size_t bytes = next ? next->bytes : 1;
      if (taken + bytes > word_bytes_max) break;
      taken += bytes;
    }
    if (!out.empty()) out += "\r\n ";
    out += "=?utf-8?B?" + base64(text.substr(0, taken)) + "?=";
    text.remove_prefix(taken);
  }
  return out;
}

std::string header_text(std::string_view text) {
  return is_ascii(text) && text.size() < line_max ? std::string(text) : encoded_words(text);
}

std::string in_lines(std::string_view encoded) {
  std::string out;
  for (std::size_t at = 0; at < encoded.size(); at += line_max) {
    out.append(encoded.substr(at, line_max)).append("\r\n");
  }
  return out;
}

std::string date_of(Instant at) {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} +0000",
                     fmt::gmtime(static_cast<std::time_t>(at.ms / 1'000)));
}

std::string_view domain_of(std::string_view address) {
  return address.substr(address.rfind('@') + 1);
}

}  // namespace

bool is_mail_address(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || text.size() > address_max) return false;
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-/=?^_`{|}~.").contains(c);
  };
  const auto of_host = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
  };
  const std::string_view name = text.substr(0, at), host = text.substr(at + 1);
  return !host.empty() && host.front() != '.' && host.front() != '-' && host.back() != '.' &&
         std::ranges::all_of(name, plain) && std::ranges::all_of(host, of_host);
}

std::optional<std::string> mail_place(std::string_view url) {
  const bool whole = url.starts_with("smtps://");
  if (!whole && !url.starts_with("smtp://")) return std::nullopt;
  std::string_view place = url.substr(url.find("://") + 3);
  if (place.ends_with('/')) place.remove_suffix(1);
  if (place.empty() || place.find_first_of("/@?# ") != std::string_view::npos) return std::nullopt;
  const std::size_t colon = place.rfind(':');
  const bool has_port = colon != std::string_view::npos && place.back() != ']';
  return has_port ? std::string(place) : fmt::format("{}:{}", place, whole ? "465" : "25");
}

Delivery mail_delivery(const MailServer& server, const std::string& to, const Message& message,
                       Instant now) {
  Delivery delivery{.url = server.url,
                    .headers = {},
                    .body = fmt::format("From: LetsPing <{}>\r\n"
                                        "To: <{}>\r\n"
                                        "Subject: {}\r\n"
                                        "Date: {}\r\n"
                                        "Message-ID: <{}@{}>\r\n"
                                        "Auto-Submitted: auto-generated\r\n",
                                        server.from, to, header_text(message.title), date_of(now),
                                        message.id, domain_of(server.from))};
  if (message.urgent) delivery.body += "Importance: high\r\n";
  delivery.body +=
      "MIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\n";
  delivery.body += in_lines(base64(plain_text(message)));
  delivery.mail =
      Envelope{.from = server.from, .to = to, .user = server.user, .password = server.password};
  return delivery;
}

}  // namespace lp::outbound
