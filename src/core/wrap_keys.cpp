#include "core/wrap_keys.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "base/log.h"
#include "core/engine.h"

namespace lp::core {
namespace {

constexpr std::int64_t look_every_ms = 3'600'000;
constexpr std::uint64_t requests_at_once = 256;

// Under this month's key; nothing when it does not open, or the new key cannot be written.
std::optional<std::string> wrapped_anew(Work& work, std::string_view wrapped) {
  const auto secret = work.world.keys.unwrap(wrapped);
  if (!secret) return std::nullopt;
  return work.world.keys.wrap(secret->reveal(), work.now, work.world.entropy);
}

}  // namespace

bool WrapKeys::retired(std::string_view wrapped) const {
  return std::ranges::find(months_, Keys::wrap_month(wrapped)) != months_.end();
}

// The secrets of agents, webhooks and projects, all at once: they are few.
void WrapKeys::wrap_directory(Work& work) {
  const auto renew = [&](std::string& sealed) {
    if (sealed.empty() || !retired(sealed)) return false;
    auto anew = wrapped_anew(work, sealed);
    if (!anew) return false;
    sealed = *std::move(anew);
    return true;
  };
  Directory& directory = work.change_directory();
  for (auto& [id, agent] : directory.agents) {
    const bool current = renew(agent.secret_sealed);
    if (renew(agent.previous_secret_sealed) || current) work.batch.writes.emplace_back(agent);
  }
  for (auto& [id, webhook] : directory.webhooks) {
    if (renew(webhook.secret_sealed)) work.batch.writes.emplace_back(webhook);
  }
  for (auto& [place, secret] : directory.secrets) {
    if (renew(secret.sealed)) work.batch.writes.emplace_back(secret);
  }
}

void WrapKeys::wrap_requests(Work& work) {
  const auto keys = work.world.rows.request_keys(after_, requests_at_once);
  LP_ASSERT(keys.has_value());
  for (const store::RequestKey& key : *keys) {
    if (!retired(key.wrapped)) continue;
    auto anew = wrapped_anew(work, key.wrapped);
    if (anew) {
      work.batch.writes.emplace_back(
          store::RequestKey{.request = key.request, .wrapped = *std::move(anew)});
    } else {
      // It opens nothing now, and will not later.
      log::error("row.tampered", "The key of a request does not open.",
                 {{"request_id", key.request}});
    }
  }
  all_wrapped_ = keys->size() < requests_at_once;
  if (!keys->empty()) after_ = keys->back().request;
}

void WrapKeys::step(Work& work) {
  if (months_.empty()) {
    if (!work.world.options.destroys_wrap_keys || work.now - looked_ < look_every_ms) return;
    looked_ = work.now;
    // A clock that leapt would destroy keys before their time.
    if (work.world.clock_watch.unsafe()) return;
    for (std::string& month : work.world.keys.wrap_months()) {
      const auto end = Keys::month_end(month);
      if (end && work.now >= *end + work.world.options.backup_horizon_ms) {
        months_.push_back(std::move(month));
      }
    }
    if (months_.empty()) return;
    // Where no key can be written nothing is destroyed either.
    const bool writable = work.world.keys.wrap("probe", work.now, work.world.entropy).has_value();
    if (!writable || work.disk_low()) {
      months_.clear();
      return;
    }
    wrap_directory(work);
  }
  wrap_requests(work);
}

std::vector<std::string> WrapKeys::destroy(World& world) {
  if (months_.empty() || !all_wrapped_) return {};
  std::vector<std::string> gone;
  for (const std::string& month : std::exchange(months_, {})) {
    if (!world.keys.destroy_wrap_key(month)) {
      log::error("wrap_key.not_removed", "The file of an old wrap key cannot be removed.",
                 {{"month", month}});
      continue;
    }
    log::info("wrap_key.destroyed", "What backups hold of this month does not open any more.",
              {{"month", month}});
    gone.push_back(month);
  }
  after_.clear();
  all_wrapped_ = false;
  return gone;
}

}  // namespace lp::core
