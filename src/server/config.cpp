#include "server/config.h"

#include <fmt/core.h>

#include <toml++/toml.h>
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>

#include "core/home.h"
#include "identity/provider_metadata.h"
#include "outbound/web_push.h"

extern char** environ;  // NOLINT: POSIX names it so

namespace lp::server {
namespace {

using Fault = std::optional<std::string>;  // what the value must be
// Takes the value of a key, as TOML or as the text of an environment variable.
using Setter = std::function<Fault(Config&, const toml::node&)>;

std::optional<std::int64_t> integer(const toml::node& node) {
  if (const auto value = node.value_exact<std::int64_t>()) return *value;
  const auto text = node.value_exact<std::string>();
  if (!text) return std::nullopt;
  std::int64_t parsed = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), parsed);
  if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return parsed;
}

template <typename Number>
Setter number(std::function<Number&(Config&)> slot, std::int64_t min, std::int64_t max) {
  return [=](Config& config, const toml::node& node) -> Fault {
    const auto value = integer(node);
    if (!value || *value < min || *value > max) {
      return fmt::format("must be a whole number from {} to {}", min, max);
    }
    slot(config) = static_cast<Number>(*value);
    return std::nullopt;
  };
}

Setter text(std::function<std::string&(Config&)> slot) {
  return [=](Config& config, const toml::node& node) -> Fault {
    const auto value = node.value_exact<std::string>();
    if (!value) return "must be a text";
    slot(config) = *value;
    return std::nullopt;
  };
}

Setter choice(std::function<std::string&(Config&)> slot, std::string first, std::string second) {
  return [=](Config& config, const toml::node& node) -> Fault {
    const auto value = node.value_exact<std::string>();
    if (value != first && value != second) return fmt::format("must be {} or {}", first, second);
    slot(config) = *value;
    return std::nullopt;
  };
}

Setter flag(std::function<bool&(Config&)> slot) {
  return [=](Config& config, const toml::node& node) -> Fault {
    const auto as_text = node.value_exact<std::string>();
    const auto value = as_text ? std::optional(*as_text == "true") : node.value_exact<bool>();
    if (!value || (as_text && *as_text != "true" && *as_text != "false")) {
      return "must be true or false";
    }
    slot(config) = *value;
    return std::nullopt;
  };
}

// A list of texts; in the environment separated by commas.
std::optional<std::vector<std::string>> texts(const toml::node& node) {
  std::vector<std::string> values;
  if (const auto joined = node.value_exact<std::string>()) {
    for (std::size_t at = 0; at <= joined->size();) {
      const std::size_t comma = std::min(joined->find(',', at), joined->size());
      if (comma > at) values.push_back(joined->substr(at, comma - at));
      at = comma + 1;
    }
    return values;
  }
  const toml::array* array = node.as_array();
  if (array == nullptr) return std::nullopt;
  for (const auto& item : *array) {
    const auto value = item.value_exact<std::string>();
    if (!value) return std::nullopt;
    values.push_back(*value);
  }
  return values;
}

Setter list(std::function<std::vector<std::string>&(Config&)> slot) {
  return [=](Config& config, const toml::node& node) -> Fault {
    auto values = texts(node);
    if (!values) return "must be a list of texts";
    slot(config) = *std::move(values);
    return std::nullopt;
  };
}

Setter ranges(std::function<std::vector<IpRange>&(Config&)> slot) {
  return [=](Config& config, const toml::node& node) -> Fault {
    const std::string wrong = "must be a list of addresses or CIDRs, such as 10.0.0.0/8";
    const auto values = texts(node);
    if (!values) return wrong;
    std::vector<IpRange> read;
    for (const std::string& value : *values) {
      const auto range = IpRange::parse(value);
      if (!range) return fmt::format("{}; \"{}\" is neither", wrong, value);
      read.push_back(*range);
    }
    slot(config) = std::move(read);
    return std::nullopt;
  };
}

// What links begin with and what a browser must call its origin, so exactly in the form of one.
Setter public_url() {
  return [](Config& config, const toml::node& node) -> Fault {
    const auto value = node.value_exact<std::string>();
    if (!value) return std::string(*core::refuse_public_url(""));
    if (!value->empty()) {
      if (const auto why = core::refuse_public_url(*value)) return std::string(*why);
    }
    config.public_url = *value;
    return std::nullopt;
  };
}

// What stands in a line of security.txt: a URI without anything that ends the line.
bool is_uri(std::string_view text, std::initializer_list<std::string_view> schemes) {
  const bool known = std::ranges::any_of(schemes, [&](std::string_view scheme) {
    return text.starts_with(scheme) && text.size() > scheme.size();
  });
  return known && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

Setter contacts() {
  return [](Config& config, const toml::node& node) -> Fault {
    const std::string wrong = "must be a list of mailto:, https:// or tel: addresses";
    auto values = texts(node);
    const auto fits = [](const std::string& value) {
      return is_uri(value, {"mailto:", "https://", "tel:"});
    };
    if (!values || !std::ranges::all_of(*values, fits)) return wrong;
    config.security_contacts = *std::move(values);
    return std::nullopt;
  };
}

Setter policy_url() {
  return [](Config& config, const toml::node& node) -> Fault {
    const auto value = node.value_exact<std::string>();
    if (!value || (!value->empty() && !is_uri(*value, {"https://"}))) {
      return "must be an address that begins with https://";
    }
    config.security_policy = *value;
    return std::nullopt;
  };
}

Setter issuer() {
  return [](Config& config, const toml::node& node) -> Fault {
    const auto value = node.value_exact<std::string>();
    if (!value || (!value->empty() && !identity::is_issuer(*value))) {
      return "must be the issuer as the provider writes it: https, without query and fragment";
    }
    config.sign_on.issuer = *value;
    return std::nullopt;
  };
}

// A text that is empty or fits.
Setter checked(std::function<std::string&(Config&)> slot, bool (*fits)(std::string_view),
               std::string wrong) {
  return [=](Config& config, const toml::node& node) -> Fault {
    const auto value = node.value_exact<std::string>();
    if (!value || (!value->empty() && !fits(*value))) return wrong;
    slot(config) = *value;
    return std::nullopt;
  };
}

Setter mail_server() {
  return checked([](Config& c) -> std::string& { return c.mail.url; },
                 [](std::string_view url) { return outbound::mail_place(url).has_value(); },
                 "must be smtp://HOST:PORT (STARTTLS) or smtps://HOST:PORT");
}

Setter listen() {
  return [](Config& config, const toml::node& node) -> Fault {
    const auto value = node.value_exact<std::string>();
    const auto endpoint = parse_endpoint(value.value_or(""));
    if (!endpoint) return endpoint.error();
    config.listen = *endpoint;
    return std::nullopt;
  };
}

const std::map<std::string, Setter, std::less<>>& setters() {
  constexpr std::int64_t gib = std::int64_t{1} << 30;
  constexpr std::int64_t day_ms = 86'400'000;
  static const std::map<std::string, Setter, std::less<>> all = {
      {"server.listen", listen()},
      {"server.public_url", public_url()},
      {"server.threads", number<unsigned>([](Config& c) -> unsigned& { return c.threads; }, 1, 64)},
      {"server.hosts", list([](Config& c) -> std::vector<std::string>& { return c.hosts; })},
      {"server.tls.cert", text([](Config& c) -> std::string& { return c.tls_cert; })},
      {"server.tls.key", text([](Config& c) -> std::string& { return c.tls_key; })},
      {"server.trusted_proxies",
       ranges([](Config& c) -> std::vector<IpRange>& { return c.trusted_proxies; })},
      {"server.drain_ms",
       number<std::int64_t>([](Config& c) -> std::int64_t& { return c.drain_ms; }, 0, 600'000)},
      {"limits.body_bytes",
       number<std::size_t>([](Config& c) -> std::size_t& { return c.net.body_bytes_max; }, 1'024,
                           4'194'304)},
      {"limits.connections",
       number<std::size_t>([](Config& c) -> std::size_t& { return c.net.connections_max; }, 16,
                           1'000'000)},
      {"limits.connections_per_address",
       number<std::size_t>(
           [](Config& c) -> std::size_t& { return c.net.connections_per_address_max; }, 1,
           1'000'000)},
      {"limits.idle_ms",
       number<std::int64_t>([](Config& c) -> std::int64_t& { return c.net.idle_ms_max; }, 1'000,
                            600'000)},
      {"limits.pending_per_project",
       number<std::uint64_t>(
           [](Config& c) -> std::uint64_t& { return c.core.pending_per_project_max; }, 1,
           10'000'000)},
      {"limits.requests_per_minute",
       number<std::uint64_t>([](Config& c) -> std::uint64_t& { return c.key_rate_per_minute; }, 1,
                             100'000'000)},
      {"limits.requests_burst",
       number<std::uint64_t>([](Config& c) -> std::uint64_t& { return c.key_burst; }, 1,
                             100'000'000)},
      {"limits.disk_reserve_bytes",
       number<std::uint64_t>([](Config& c) -> std::uint64_t& { return c.core.disk_reserve_bytes; },
                             0, 1'024 * gib)},
      {"requests.decide_by_default_ms",
       number<std::int64_t>([](Config& c) -> std::int64_t& { return c.core.decide_by_default_ms; },
                            1'000, 365 * day_ms)},
      {"requests.decide_by_max_ms",
       number<std::int64_t>([](Config& c) -> std::int64_t& { return c.core.decide_by_max_ms; },
                            1'000, 365 * day_ms)},
      {"agents.rotation_overlap_ms",
       number<std::int64_t>([](Config& c) -> std::int64_t& { return c.core.rotation_overlap_ms; },
                            0, 30 * day_ms)},
      {"erasure.backup_horizon_ms",
       number<std::int64_t>([](Config& c) -> std::int64_t& { return c.core.backup_horizon_ms; },
                            day_ms, 3'650 * day_ms)},
      {"security.contact", contacts()},
      {"security.policy", policy_url()},
      {"agents.self_signup", flag([](Config& c) -> bool& { return c.self_signup; })},
      {"auth.require_sso", flag([](Config& c) -> bool& { return c.sign_on_required; })},
      {"auth.oidc.name", text([](Config& c) -> std::string& { return c.sign_on.name; })},
      {"auth.oidc.issuer", issuer()},
      {"auth.oidc.client_id", text([](Config& c) -> std::string& { return c.sign_on.client_id; })},
      {"auth.oidc.client_secret_file",
       text([](Config& c) -> std::string& { return c.sign_on.client_secret_file; })},
      {"auth.oidc.scopes",
       list([](Config& c) -> std::vector<std::string>& { return c.sign_on.scopes; })},
      {"auth.oidc.groups_claim",
       text([](Config& c) -> std::string& { return c.sign_on.groups_claim; })},
      {"auth.oidc.member_claim",
       text([](Config& c) -> std::string& { return c.sign_on.member_claim; })},
      {"auth.oidc.allow",
       list([](Config& c) -> std::vector<std::string>& { return c.sign_on.allow; })},
      {"auth.oidc.fresh_ms",
       number<std::int64_t>([](Config& c) -> std::int64_t& { return c.sign_on.fresh_ms; }, 30'000,
                            3'600'000)},
      {"webhooks.allow",
       list([](Config& c) -> std::vector<std::string>& { return c.webhooks_allow; })},
      {"webhooks.authorities",
       text([](Config& c) -> std::string& { return c.webhooks_authorities; })},
      {"mail.server", mail_server()},
      {"mail.from",
       checked([](Config& c) -> std::string& { return c.mail.from; }, outbound::is_mail_address,
               "must be one address, such as a@example.org")},
      {"mail.user", text([](Config& c) -> std::string& { return c.mail.user; })},
      {"mail.password_file", text([](Config& c) -> std::string& { return c.mail_password_file; })},
      {"push.subject",
       checked([](Config& c) -> std::string& { return c.push_subject; }, outbound::is_push_subject,
               "must be mailto:ADDRESS or https://HOST, of a name that push services reach")},
      {"requests.alarm_after_ms",
       number<std::int64_t>([](Config& c) -> std::int64_t& { return c.alarm_after_ms; }, 60'000,
                            30 * day_ms)},
      {"people.new_key_wait_ms",
       number<std::int64_t>([](Config& c) -> std::int64_t& { return c.core.new_key_wait_ms; }, 0,
                            7 * day_ms)},
      {"signer.socket", text([](Config& c) -> std::string& { return c.signer_socket; })},
      {"witness.policy", text([](Config& c) -> std::string& { return c.witness_policy; })},
      {"log.format",
       choice([](Config& c) -> std::string& { return c.log_format; }, "json", "pretty")},
  };
  return all;
}

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

std::string nearest(std::string_view key) {
  const auto best = std::ranges::min_element(
      setters(), {}, [&](const auto& item) { return distance(key, item.first); });
  return best->first;
}

std::expected<void, std::string> take(Config& config, const std::string& key,
                                      const toml::node& node, std::string_view origin) {
  const auto setter = setters().find(key);
  if (setter == setters().end()) {
    return std::unexpected(
        fmt::format("{}: unknown setting {}. Did you mean {}?", origin, key, nearest(key)));
  }
  if (const Fault fault = setter->second(config, node)) {
    return std::unexpected(fmt::format("{}: {} {}.", origin, key, *fault));
  }
  return {};
}

// A section may have sections: [server.tls] holds server.tls.cert.
std::expected<void, std::string> take_table(Config& config, const std::string& section,
                                            const toml::table& table, const std::string& path) {
  for (const auto& [name, node] : table) {
    const std::string key = fmt::format("{}.{}", section, name.str());
    const toml::table* inner = node.as_table();
    auto taken =
        inner == nullptr ? take(config, key, node, path) : take_table(config, key, *inner, path);
    if (!taken) return taken;
  }
  return {};
}

std::expected<void, std::string> take_file(Config& config, const std::string& path) {
  // toml++ reports by exception unless told otherwise for the whole program; it ends here.
  toml::table file;
  try {
    file = toml::parse_file(path);
  } catch (const toml::parse_error& error) {
    return std::unexpected(
        fmt::format("{}, line {}: {}.", path, error.source().begin.line, error.description()));
  }
  for (const auto& [section, content] : file) {
    const toml::table* table = content.as_table();
    if (table == nullptr) {
      return std::unexpected(fmt::format("{}: {} stands outside a section.", path, section.str()));
    }
    auto taken = take_table(config, std::string(section.str()), *table, path);
    if (!taken) return taken;
  }
  return {};
}

// LETSPING_SERVER__LISTEN → server.listen; names without the double underscore are not ours to
// read.
std::optional<std::string> key_of_variable(std::string_view name) {
  constexpr std::string_view prefix = "LETSPING_";
  if (!name.starts_with(prefix)) return std::nullopt;
  std::string key(name.substr(prefix.size()));
  if (!key.contains("__")) return std::nullopt;
  for (std::size_t mark = 0; (mark = key.find("__", mark)) != std::string::npos;) {
    key.replace(mark, 2, ".");
  }
  std::ranges::transform(key, key.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return key;
}

std::expected<void, std::string> take_environment(Config& config) {
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view variable = *entry;
    const std::size_t equals = variable.find('=');
    if (equals == std::string_view::npos) continue;
    const auto key = key_of_variable(variable.substr(0, equals));
    if (!key) continue;
    const toml::value<std::string> value{std::string(variable.substr(equals + 1))};
    if (auto taken = take(config, *key, value, variable.substr(0, equals)); !taken) return taken;
  }
  return {};
}

}  // namespace

std::vector<std::string> setting_names() {
  std::vector<std::string> names;
  for (const auto& [name, setter] : setters()) names.push_back(name);
  return names;
}

std::expected<net::Endpoint, std::string> parse_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const std::string wrong = "must be ADDRESS:PORT, such as 127.0.0.1:8400 or [::1]:8400";
  if (colon == std::string_view::npos || colon == 0) return std::unexpected(wrong);
  net::Endpoint endpoint;
  std::string_view address = text.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']')) {
    address = address.substr(1, address.size() - 2);
  }
  endpoint.address = address;
  const std::string_view port = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
  if (error != std::errc{} || end != port.data() + port.size()) return std::unexpected(wrong);
  return endpoint;
}

std::expected<Config, std::string> load_config(const std::string& path) {
  Config config;
  config.core.destroys_wrap_keys = true;
  if (!path.empty()) {
    if (auto taken = take_file(config, path); !taken) return std::unexpected(taken.error());
  }
  if (auto taken = take_environment(config); !taken) return std::unexpected(taken.error());
  return config;
}

}  // namespace lp::server
