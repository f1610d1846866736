#include "core/number_match.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "core/deciding.h"
#include "core/keys.h"
#include "crypto/hash.h"

namespace lp::core {
namespace {

constexpr std::uint64_t numbers = 1'000;

// One digest for each thing that is said of a version, under a key of its own.
Digest digest_of(const Secret& key, std::string_view what, const approval::Request& state,
                 std::uint64_t first, std::uint64_t second = 0) {
  return crypto::hmac_sha256(
      key.reveal(), fmt::format("{} {} {} {} {}", what, state.id, state.version, first, second));
}

Digest try_of(const Secret& key, const approval::Request& state, unsigned number) {
  return digest_of(key, "try", state, number);
}
Digest spent_of(const Secret& key, const approval::Request& state, unsigned number) {
  return digest_of(key, "spent", state, number);
}

Secret key_of(const Keys& keys) {
  return keys.purpose("lp-number-match/1");
}

std::uint64_t period_of(const approval::Request& state, Instant now) {
  return now <= state.created ? 0
                              : static_cast<std::uint64_t>((now - state.created) / number_life_ms);
}

std::string digits_of(const Secret& key, const approval::Request& state, unsigned spent,
                      std::uint64_t period) {
  const Digest digest = digest_of(key, "number", state, spent, period);
  std::uint64_t value = 0;
  for (const char byte : digest.view().substr(0, 8)) {
    value = (value << 8) | static_cast<unsigned char>(byte);
  }
  return fmt::format("{:03}", value % numbers);
}

// `used` says whether a digest is among the tokens that were used up.
template <typename Used>
NumberStanding standing_of(const Secret& key, const approval::Request& state, const Used& used) {
  NumberStanding standing;
  while (!standing.locked() && used(try_of(key, state, standing.tries))) ++standing.tries;
  while (used(spent_of(key, state, standing.spent))) ++standing.spent;
  return standing;
}

// The numbers that were shown just before: of the ten minutes before, or of the use before.
bool was_shown(const Secret& key, const approval::Request& state, const NumberStanding& standing,
               std::uint64_t period, std::string_view number) {
  const unsigned spent = standing.spent;
  return (period > 0 && number == digits_of(key, state, spent, period - 1)) ||
         (spent > 0 && number == digits_of(key, state, spent - 1, period));
}

std::string mark_of(const Digest& digest) {
  return "number " + digest.hex();
}

void use_up(Work& work, const approval::Request& state, const Digest& digest) {
  work.use_nonce(mark_of(digest));
  work.batch.writes.emplace_back(store::UsedToken{.digest = digest, .expires = state.decide_by});
}

}  // namespace

bool announces_number(const std::vector<std::string>& capabilities) {
  return std::ranges::find(capabilities, number_capability) != capabilities.end();
}

bool takes_number(const std::vector<std::string>& capabilities, const approval::Request& state) {
  return state.level == evidence::Level::critical && announces_number(capabilities);
}

store::Result<NumberStanding> number_standing(store::Reader& rows, const Keys& keys,
                                              const approval::Request& state) {
  std::optional<store::IoError> failed;
  const auto standing = standing_of(key_of(keys), state, [&](const Digest& digest) {
    auto used = rows.token_used(digest);
    if (!used) failed = std::move(used.error());
    return used && *used;
  });
  if (failed) return std::unexpected(*std::move(failed));
  return standing;
}

ShownNumber shown_number(const Keys& keys, const approval::Request& state,
                         const NumberStanding& standing, Instant now) {
  const std::uint64_t period = period_of(state, now);
  return {.digits = digits_of(key_of(keys), state, standing.spent, period),
          .until = state.created + static_cast<std::int64_t>(period + 1) * number_life_ms};
}

std::string asking_side(std::string_view request) {
  return "asking side of " + std::string(request);
}

bool asking_side_waits(const Presence& presence, std::string_view request, Instant now) {
  const auto waiting = presence.view(asking_side(request), now).waiting;
  return waiting == Presence::Waiting::connected || waiting == Presence::Waiting::polling;
}

bool match_number(Work& work, const Work::Open& open, NumberGiven& given) {
  const approval::Request& state = open.state.state;
  const Secret key = key_of(work.world.keys);
  const NumberStanding standing = standing_of(key, state, [&](const Digest& digest) {
    if (work.nonce_used(mark_of(digest))) return true;
    const auto used = work.world.rows.token_used(digest);
    LP_ASSERT(used.has_value());
    return *used;
  });
  given.tries_left = standing.tries_left();
  const std::uint64_t period = period_of(state, work.now);
  const auto refused = [&]() -> std::optional<NumberRefusal> {
    if (standing.locked()) return NumberRefusal::locked;
    if (!given.side_waits) {
      return given.number.empty() ? std::nullopt : std::optional(NumberRefusal::not_asked);
    }
    if (given.number.empty()) return NumberRefusal::needed;
    if (given.number == digits_of(key, state, standing.spent, period)) return std::nullopt;
    const bool late = was_shown(key, state, standing, period, given.number);
    return late ? NumberRefusal::superseded : NumberRefusal::wrong;
  };
  given.refused = refused();
  if (given.refused == NumberRefusal::wrong) {
    use_up(work, state, try_of(key, state, standing.tries));
    work.tell(open.row.project, open.row.id);
    if (--given.tries_left == 0) work.announce(open.row.id);
  }
  if (!given.refused && !given.number.empty()) {
    use_up(work, state, spent_of(key, state, standing.spent));
    // Its agent shows another one from now on.
    work.announce(open.row.id);
  }
  return !given.refused;
}

Applied<DecideMatched> apply(Work& work, DecideMatched& command) {
  NumberGiven given{.number = command.number, .side_waits = command.side_waits};
  const auto decided = decide(work, command.decide, nullptr, given);
  if (given.refused) {
    return DecideMatched::Result{.refused = given.refused, .tries_left = given.tries_left};
  }
  if (!decided) return std::unexpected(decided.error());
  return DecideMatched::Result{.replay = decided->replay, .refused = {}};
}

}  // namespace lp::core
