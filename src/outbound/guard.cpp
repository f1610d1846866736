#include "outbound/guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace lp::outbound {

namespace {

std::optional<std::uint16_t> port_number(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (fault != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

bool is_host_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
}

// What the web is spoken on; other low ports belong to services that would misread a request.
bool is_web_port(std::uint16_t port) {
  return port == 80 || port == 443 || port >= 1024;
}

std::string_view without_dot(std::string_view host) {
  return host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
}

// Splits "x:port", "[x]:port" and "[x]"; an IPv6 address without brackets has no port.
std::optional<std::pair<std::string_view, std::string_view>> split_port(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view rest = text.substr(close + 1);
    if (!rest.empty() && (rest.size() == 1 || rest[0] != ':')) return std::nullopt;
    return std::pair(text.substr(1, close - 1), rest.empty() ? rest : rest.substr(1));
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos) {
    return std::pair(text, std::string_view());
  }
  if (colon + 1 == text.size()) return std::nullopt;
  return std::pair(text.substr(0, colon), text.substr(colon + 1));
}

}  // namespace

std::optional<Guard::Entry> Guard::read(std::string_view text) {
  const auto parts = split_port(text);
  if (!parts) return std::nullopt;
  Entry entry;
  if (!parts->second.empty()) {
    entry.port = port_number(parts->second);
    if (!entry.port) return std::nullopt;
  }
  const std::string_view what = parts->first;
  if ((entry.network = IpRange::parse(what))) return entry;
  entry.host = lower(without_dot(what));
  if (!is_host_name(entry.host)) return std::nullopt;
  return entry;
}

std::expected<Guard, std::string> Guard::make(const std::vector<std::string>& allow) {
  Guard guard;
  for (const std::string& text : allow) {
    auto entry = read(text);
    if (!entry) {
      return std::unexpected(fmt::format(
          "webhooks.allow: \"{}\" is not a host, an address or a CIDR, with :port if wanted.",
          text));
    }
    guard.entries_.push_back(*std::move(entry));
  }
  return guard;
}

std::optional<std::string> Guard::refuse(const IpAddress& address, std::uint16_t port,
                                         std::string_view host) const {
  const IpAddress real = address.unmapped();
  const std::string_view name = without_dot(host);
  const bool allowed = std::ranges::any_of(entries_, [&](const Entry& entry) {
    if (entry.port && *entry.port != port) return false;
    return entry.network ? entry.network->contains(real) : entry.host == name;
  });
  if (allowed) return std::nullopt;
  if (is_public(real) && is_web_port(port)) return std::nullopt;
  return fmt::format(
      "Not sent: {} is not a public web address. To allow it, add \"{}\" to webhooks.allow.",
      with_port(real, port), with_port(real, port));
}

}  // namespace lp::outbound
