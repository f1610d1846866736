#include "cli/http_source.h"

#include <fmt/core.h>
#include <poll.h>

#include <algorithm>
#include <utility>

#include "cli/interruption.h"
#include "cli/server_address.h"

namespace lp::cli {
namespace {

using monitor::FetchFault;
using monitor::NotFetched;

// A bundle of 256 entries of a project's log is about 125 KB.
constexpr std::size_t answer_bytes_max = 1 << 20;
constexpr int attempts_max = 3;
constexpr std::int64_t pause_ms = 500;
constexpr std::int64_t pause_ms_max = 10'000;
constexpr int look_up_ms = 100;  // how often the user's wish to end is looked for

void pause(std::int64_t ms) {
  for (; ms > 0 && !Interruption::came(); ms -= look_up_ms) poll(nullptr, 0, look_up_ms);
}

NotFetched interrupted() {
  return {FetchFault::interrupted, "interrupted"};
}

// Whether asking again may help, and why it was nothing.
NotFetched why_not(const outbound::Answer& answer, bool& again) {
  again = answer.status == 0 || answer.status == 429 || answer.status >= 500;
  if (answer.status == 0) return {FetchFault::unreachable, answer.error};
  if (answer.status == 404) return {FetchFault::missing, "the server has no such thing"};
  if (answer.status == 401 || answer.status == 403) {
    return {FetchFault::unreachable,
            fmt::format("the server refuses the key ({}): an API key of role auditor of this "
                        "project may read its log",
                        answer.status)};
  }
  if (answer.status == 200) {
    again = true;
    return {FetchFault::unreachable, "the answer did not come whole"};
  }
  return {FetchFault::unreachable, fmt::format("the server answers {}", answer.status)};
}

}  // namespace

std::expected<std::unique_ptr<HttpSource>, std::string> HttpSource::make(HttpPlace place) {
  const auto address = read_address(place.url);
  if (!address) {
    return std::unexpected("--url is where the server is: https://HOST[:PORT], without a query.");
  }
  if (!address->tls && !address->here) {
    return std::unexpected(
        "--url must begin with https://, or the key and what is read go through the network in "
        "clear; http:// only to this machine.");
  }
  // Who runs the monitor says where to connect to; nothing else may be reached.
  auto guard = outbound::Guard::make({address->authority});
  if (!guard) return std::unexpected("--url: " + guard.error());
  while (place.url.ends_with('/')) place.url.pop_back();
  return std::unique_ptr<HttpSource>(new HttpSource(std::move(place), *std::move(guard)));
}

HttpSource::HttpSource(HttpPlace place, outbound::Guard guard)
    : place_(std::move(place)),
      transfers_(std::move(guard), {.attempt_ms_max = place_.timeout_ms,
                                    .answer_bytes_max = answer_bytes_max,
                                    .keep_body = true,
                                    .keep_connection = true,
                                    .authorities = place_.authorities,
                                    .resolve = {}}) {}

std::expected<std::string, NotFetched> HttpSource::fetch(const std::string& path) {
  for (int attempt = 1;; ++attempt) {
    if (Interruption::came()) return std::unexpected(interrupted());
    auto finished = once(path);
    if (Interruption::came()) return std::unexpected(interrupted());
    if (finished.answer.status == 200 && !finished.body.empty()) return std::move(finished.body);
    bool again = false;
    auto nothing = why_not(finished.answer, again);
    if (!again || attempt == attempts_max) return std::unexpected(std::move(nothing));
    const std::int64_t asked_ms = finished.answer.retry_after_s.value_or(0) * 1'000;
    pause(std::min(std::max(pause_ms * attempt, asked_ms), pause_ms_max));
  }
}

outbound::Transfers::Finished HttpSource::once(const std::string& path) {
  outbound::Delivery request{.url = place_.url + path,
                             .headers = {{"Accept", "*/*"}, {"User-Agent", "LetsPing-Monitor/1"}},
                             .body = {},
                             .method = outbound::Method::get};
  const std::string_view key = place_.key.reveal();
  if (!key.empty()) request.headers.emplace_back("Authorization", "Bearer " + std::string(key));
  const std::int64_t id = ++last_id_;
  transfers_.begin(id, std::move(request));
  while (!Interruption::came()) {
    for (auto& finished : transfers_.wait(look_up_ms)) {
      if (finished.id == id) return std::move(finished);
    }
  }
  return {};
}

}  // namespace lp::cli
