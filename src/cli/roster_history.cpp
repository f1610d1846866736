#include "cli/roster_history.h"

#include <fmt/core.h>

#include <cerrno>

#include "base/file.h"
#include "evidence/cosignature.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::cli {
namespace {

constexpr std::size_t pins_bytes_max = 1 << 20;

std::unexpected<std::string> differs(std::string_view origin, std::string_view what) {
  return std::unexpected(fmt::format(
      "Nothing is signed: the roster of {} {}. Somebody may have changed the server's data.",
      origin, what));
}

}  // namespace

evidence::RosterDocument roster_document(const json::Value& item) {
  evidence::RosterDocument document{
      .head = std::string(item.find_string("head").value_or("")),
      .entries = {},
      .signatures = std::string(item.find_string("signatures").value_or(""))};
  if (const json::Value* entries = item.find("entries"); entries && entries->is_array()) {
    for (const auto& entry : entries->items()) {
      if (entry.is_string()) document.entries.push_back(entry.as_string());
    }
  }
  return document;
}

std::expected<RosterHistory, std::string> read_history(const json::Value& answer) {
  RosterHistory history{.origin = std::string(answer.find_string("origin").value_or("")),
                        .versions = {}};
  const json::Value* rosters = answer.find("rosters");
  if (rosters == nullptr || !rosters->is_array() || rosters->items().empty()) {
    return std::unexpected(fmt::format(
        "The project of {} has no roster yet: its owner must sign one.", history.origin));
  }
  evidence::Owners owners;
  for (const auto& item : rosters->items()) {
    const auto* previous = history.versions.empty() ? nullptr : &history.newest().head;
    auto version = evidence::read_roster(roster_document(item), previous);
    if (!version) {
      return differs(history.origin,
                     fmt::format("does not verify at version {} ({})", history.versions.size() + 1,
                                 evidence::to_string(version.error())));
    }
    if (version->head.origin != history.origin) return differs(history.origin, "is of another log");
    if (!owners.follow(version->head, version->entries)) {
      return differs(history.origin,
                     fmt::format("is cosigned by somebody who is no owner at version {}",
                                 version->head.version));
    }
    history.versions.push_back(*std::move(version));
  }
  return history;
}

std::string pins_path(const std::string& key_file) {
  return key_file + ".pins";
}

std::expected<RosterPins, std::string> RosterPins::load(const std::string& key_file) {
  RosterPins pins;
  const std::string path = pins_path(key_file);
  auto text = read_file(path, pins_bytes_max);
  if (!text && text.error().errno_value == ENOENT) return pins;
  if (!text) return std::unexpected(to_string(text.error()));
  const auto document = json::parse(*std::move(text));
  const json::Value* rosters = document ? document->root.find("rosters") : nullptr;
  if (rosters == nullptr || !rosters->is_array()) {
    return std::unexpected(path + " is damaged.");
  }
  for (const auto& item : rosters->items()) {
    const auto origin = item.find_string("origin");
    const auto genesis = Digest::from_hex(item.find_string("genesis").value_or(""));
    const auto version = item.find_integer("version");
    const auto sha256 = Digest::from_hex(item.find_string("sha256").value_or(""));
    if (!origin || !genesis || !version || *version < 1 || !sha256) {
      return std::unexpected(path + " is damaged.");
    }
    pins.pins_.insert_or_assign(std::string(*origin),
                                Pin{.genesis = *genesis,
                                    .version = static_cast<std::uint64_t>(*version),
                                    .sha256 = *sha256});
  }
  return pins;
}

std::expected<void, std::string> RosterPins::check(const RosterHistory& history) {
  const auto& newest = history.newest().head;
  const auto pin = pins_.find(history.origin);
  if (pin != pins_.end()) {
    const auto& [genesis, version, sha256] = pin->second;
    if (history.versions.front().head.sha256() != genesis) {
      return differs(history.origin, "begins otherwise than when this key first saw it");
    }
    if (version > newest.version) {
      return differs(history.origin, "is older than the one that this key has seen");
    }
    if (history.versions[version - 1].head.sha256() != sha256) {
      return differs(history.origin, "is another than the one that this key has seen");
    }
  }
  pins_.insert_or_assign(history.origin, Pin{.genesis = history.versions.front().head.sha256(),
                                             .version = newest.version,
                                             .sha256 = newest.sha256()});
  return {};
}

std::expected<void, std::string> RosterPins::save(const std::string& key_file) const {
  json::Array rosters;
  for (const auto& [origin, pin] : pins_) {
    auto item = json::Value::object();
    item.add("origin", origin)
        .add("genesis", pin.genesis.hex())
        .add("version", pin.version)
        .add("sha256", pin.sha256.hex());
    rosters.push_back(std::move(item));
  }
  auto document = json::Value::object();
  document.add("rosters", json::Value::array(std::move(rosters)));
  const auto written =
      write_file_durably(pins_path(key_file), json::compact(document) + "\n", 0600);
  if (!written) return std::unexpected(to_string(written.error()));
  return {};
}

}  // namespace lp::cli
