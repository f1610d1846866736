#include "net/forwarding.h"

#include <algorithm>
#include <string>

#include "net/http_rules.h"

namespace lp::net {

namespace {

// What one proxy said of who reached it. Views into the header.
struct Hop {
  std::string_view node;
  std::string_view proto;
};

// All values of a header as the one list that they are (RFC 9110 §5.3).
std::optional<std::string> joined(const Headers& headers, std::string_view name) {
  std::optional<std::string> out;
  for (const auto& [field, value] : headers) {
    if (field != name) continue;
    out = out ? *out + "," + value : value;
  }
  return out;
}

// "192.0.2.7", "192.0.2.7:4711", "[2001:db8::1]", "[2001:db8::1]:4711", "2001:db8::1". Nothing for
// "unknown" and for names that a proxy made up.
std::optional<IpAddress> address_of(std::string_view node) {
  if (node.starts_with('[')) {
    const std::size_t close = node.find(']');
    if (close == std::string_view::npos) return {};
    node = node.substr(1, close - 1);
  } else if (std::ranges::count(node, ':') == 1) {
    node = node.substr(0, node.find(':'));
  }
  const auto address = IpAddress::parse(node);
  if (!address) return {};
  return address->unmapped();
}

std::vector<std::string_view> split(std::string_view list) {
  std::vector<std::string_view> items;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    items.push_back(trimmed(list.substr(begin, end - begin)));
    begin = end + 1;
  }
  return items;
}

// The end of what begins at `from` and goes to one of `ends`, which inside quotes mean nothing.
// Nothing when a quote is left open.
std::optional<std::size_t> end_of(std::string_view text, std::size_t from, std::string_view ends) {
  bool quoted = false;
  for (std::size_t at = from; at < text.size(); ++at) {
    if (quoted && text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      quoted = !quoted;
    } else if (!quoted && ends.contains(text[at])) {
      return at;
    }
  }
  if (quoted) return {};
  return text.size();
}

// Nothing for what is no `name=value`. An escape in a quoted value is left as it is: no address and
// no scheme has one.
bool read_pair(std::string_view pair, Hop& hop) {
  pair = trimmed(pair);
  if (pair.empty()) return true;
  const std::size_t equals = pair.find('=');
  if (equals == std::string_view::npos) return false;
  std::string_view value = pair.substr(equals + 1);
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
  }
  const std::string_view name = pair.substr(0, equals);
  if (equal_ignoring_case(name, "for")) hop.node = value;
  if (equal_ignoring_case(name, "proto")) hop.proto = value;
  return true;
}

// `for=192.0.2.7;proto=https, for="[2001:db8::1]:4711"` (RFC 7239 §4).
std::optional<std::vector<Hop>> hops_of_forwarded(std::string_view list) {
  std::vector<Hop> hops(1);
  for (std::size_t begin = 0; begin <= list.size();) {
    const auto end = end_of(list, begin, ",;");
    if (!end || !read_pair(list.substr(begin, *end - begin), hops.back())) return {};
    if (*end < list.size() && list[*end] == ',') hops.emplace_back();
    begin = *end + 1;
  }
  return hops;
}

// The two headers side by side, aligned at their ends, where the proxies add. A list of schemes
// that is too short stands for all: most proxies replace it instead of adding to it.
std::vector<Hop> hops_of_x_headers(const std::optional<std::string>& nodes,
                                   const std::optional<std::string>& protos) {
  const auto node_list = nodes ? split(*nodes) : std::vector<std::string_view>(1);
  const auto proto_list = protos ? split(*protos) : std::vector<std::string_view>(1);
  std::vector<Hop> hops;
  for (std::size_t i = 0; i < node_list.size(); ++i) {
    const std::size_t from_end = std::min(node_list.size() - i, proto_list.size());
    hops.push_back({node_list[i], proto_list[proto_list.size() - from_end]});
  }
  return hops;
}

std::optional<bool> is_tls(std::string_view proto) {
  if (equal_ignoring_case(proto, "https")) return true;
  if (equal_ignoring_case(proto, "http")) return false;
  return {};
}

// Walks from the proxy that spoke to us towards the client, as far as trusted proxies reach.
Forwarding walk(const std::vector<Hop>& hops, const TrustedProxies& proxies) {
  Forwarding out;
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    if (const auto tls = is_tls(hop->proto)) out.tls = tls;
    const auto address = address_of(hop->node);
    if (!address) break;
    out.client = address;
    if (!is_trusted(proxies, *address)) break;
  }
  return out;
}

template <typename T>
bool contradict(const std::optional<T>& a, const std::optional<T>& b) {
  return a && b && *a != *b;
}

}  // namespace

bool is_trusted(const TrustedProxies& proxies, const IpAddress& address) {
  return std::ranges::any_of(proxies,
                             [&](const IpRange& range) { return range.contains(address); });
}

std::expected<Forwarding, Fault> read_forwarding(const Headers& headers,
                                                 const TrustedProxies& proxies) {
  const auto nodes = joined(headers, "x-forwarded-for");
  const auto protos = joined(headers, "x-forwarded-proto");
  const Forwarding by_x = walk(hops_of_x_headers(nodes, protos), proxies);
  const auto standard = joined(headers, "forwarded");
  if (!standard) return by_x;
  const auto hops = hops_of_forwarded(*standard);
  if (!hops) return std::unexpected(Fault::bad_forwarding);
  Forwarding both = walk(*hops, proxies);
  if (contradict(both.client, by_x.client) || contradict(both.tls, by_x.tls)) {
    return std::unexpected(Fault::bad_forwarding);
  }
  if (!both.client) both.client = by_x.client;
  if (!both.tls) both.tls = by_x.tls;
  return both;
}

}  // namespace lp::net
