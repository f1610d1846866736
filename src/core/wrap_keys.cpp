#include "core/wrap_keys.h"

#include <algorithm>
#include <cstdint>
#include <expected>
#include <utility>

#include "base/assert.h"
#include "base/log.h"
#include "core/engine.h"

namespace lp::core {
namespace {

constexpr std::int64_t look_every_ms = 3'600'000;
constexpr std::uint64_t requests_at_once = 256;

enum class NotWrapped : std::uint8_t {
  does_not_open,  // nor will it later: it hinders nothing
  no_key,         // the key of this month cannot be written: the old one must stay
};

// Under this month's key.
std::expected<std::string, NotWrapped> wrapped_anew(Work& work, std::string_view wrapped) {
  const auto secret = work.world.keys.unwrap(wrapped);
  if (!secret) return std::unexpected(NotWrapped::does_not_open);
  auto anew = work.world.keys.wrap(secret->reveal(), work.now, work.world.entropy);
  if (!anew) return std::unexpected(NotWrapped::no_key);
  return *std::move(anew);
}

}  // namespace

bool WrapKeys::retired(std::string_view wrapped) const {
  return std::ranges::find(months_, Keys::wrap_month(wrapped)) != months_.end();
}

// The secrets of agents, webhooks and projects, all at once: they are few.
bool WrapKeys::wrap_directory(Work& work) {
  bool has_key = true;
  const auto renew = [&](std::string& sealed) {
    if (sealed.empty() || !retired(sealed)) return false;
    auto anew = wrapped_anew(work, sealed);
    if (!anew) {
      has_key = has_key && anew.error() != NotWrapped::no_key;
      return false;
    }
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
  return has_key;
}

bool WrapKeys::wrap_requests(Work& work) {
  const auto keys = work.world.rows.request_keys(after_, requests_at_once);
  LP_ASSERT(keys.has_value());
  for (const store::RequestKey& key : *keys) {
    if (!retired(key.wrapped)) continue;
    auto anew = wrapped_anew(work, key.wrapped);
    if (anew) {
      work.batch.writes.emplace_back(
          store::RequestKey{.request = key.request, .wrapped = *std::move(anew)});
    } else if (anew.error() == NotWrapped::no_key) {
      return false;
    } else {
      log::error("row.tampered", "The key of a request does not open.",
                 {{"request_id", key.request}});
    }
  }
  all_wrapped_ = keys->size() < requests_at_once;
  if (!keys->empty()) after_ = keys->back().request;
  return true;
}

// Looked at again in an hour. What was wrapped anew stays so.
void WrapKeys::give_up() {
  months_.clear();
  after_.clear();
  all_wrapped_ = false;
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
    if (work.disk_low() || !wrap_directory(work)) return give_up();
  }
  if (!wrap_requests(work)) give_up();
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
  give_up();
  return gone;
}

}  // namespace lp::core
