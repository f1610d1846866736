#include "core/condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/id.h"
#include "tlog/cosignature.h"
#include "tlog/policy.h"

namespace lp::core {
namespace {

constexpr std::int64_t minute_ms = 60'000;

std::string deciding_wrong(const Engine& engine) {
  const auto fault = engine.deciding_blocked();
  if (!fault) return {};
  if (*fault == Fault::clock_unsafe) {
    return "Nothing can be decided: the clock has jumped. Run letsping clock accept.";
  }
  return fmt::format("Nothing can be decided: {}.", to_string(*fault));
}

std::string disk_wrong(const Engine& engine) {
  const auto fault = engine.ingest_blocked();
  if (!fault || *fault != Fault::disk_reserve) return {};
  return "No new requests are taken: the disk is down to its reserve.";
}

std::string log_wrong(const ProjectView& project) {
  if (!project.live->frozen) return {};
  return "The log stands still: what is stored is not what was signed, or a witness has seen more. "
         "See the server's log, then letsping log.";
}

// When a witness of the policy last stood behind the log; nothing when none ever did.
std::optional<Instant> cosigned_at(const tlog::Policy& policy, const LiveLog& live) {
  const auto text = live.cosigned.load();
  const auto note = text ? tlog::Note::parse(*text) : std::nullopt;
  if (!note) return std::nullopt;
  std::optional<Instant> newest;
  for (const auto& witness : policy.witnesses()) {
    const auto seconds = tlog::open_cosignature(*note, witness.key);
    if (!seconds) continue;
    const Instant at{static_cast<std::int64_t>(*seconds) * 1'000};
    newest = std::max(newest.value_or(at), at);
  }
  return newest;
}

std::string witness_wrong(const tlog::Policy& policy, const ProjectView& project, Instant now) {
  const auto at = cosigned_at(policy, *project.live);
  if (!at) return "No witness has signed this log yet.";
  if (now - *at <= witness_age_ms_max) return {};
  return fmt::format("No witness has signed this log for {} minutes.", (now - *at) / minute_ms);
}

// An id begins with 48 bits of when it was made (base/id.h).
std::optional<Instant> made(std::string_view id) {
  const std::string digits = id_hex(id).substr(0, 12);
  std::int64_t ms = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), ms, 16);
  if (fault != std::errc{} || digits.empty()) return std::nullopt;
  return Instant{ms};
}

std::string waiting_wrong(Engine& engine, const std::string& project, Instant now,
                          std::int64_t most_ms) {
  const auto oldest = engine.reader().oldest_pending(project);
  if (!oldest) return "What waits cannot be read: " + oldest.error().what;
  const auto since = *oldest ? made(**oldest) : std::nullopt;
  if (!since || now - *since <= most_ms) return {};
  return fmt::format("A request has waited for {} minutes.", (now - *since) / minute_ms);
}

}  // namespace

std::vector<Condition> conditions(Engine& engine, Instant now, std::int64_t waiting_ms_max) {
  const DirectoryPtr directory = engine.directory();
  std::vector<Condition> found{{.name = "deciding", .project = {}, .wrong = deciding_wrong(engine)},
                               {.name = "disk", .project = {}, .wrong = disk_wrong(engine)}};
  const std::string policy_text = directory->witness_policy.value_or("");
  const auto policy = tlog::Policy::parse(policy_text);
  for (const auto& [id, project] : directory->projects) {
    if (directory->succeeded(id)) continue;
    found.push_back({.name = "log", .project = id, .wrong = log_wrong(project)});
    if (!policy_text.empty() && policy) {
      found.push_back(
          {.name = "witness", .project = id, .wrong = witness_wrong(*policy, project, now)});
    }
    found.push_back({.name = "waiting",
                     .project = id,
                     .wrong = waiting_wrong(engine, id, now, waiting_ms_max)});
  }
  return found;
}

}  // namespace lp::core
