#include "watchers.h"

#include <algorithm>
#include <chrono>
#include <expected>
#include <string_view>
#include <utility>

#include "actors.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/p256.h"
#include "evidence/decision_core.h"
#include "evidence/roster.h"
#include "http.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::faults {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t key_bytes_max = 4'096;
// Of the five streams that a device may hold one is left for a place that was not given back yet.
constexpr unsigned readers = 3;
constexpr std::chrono::milliseconds look = 50ms;
constexpr std::chrono::milliseconds short_visit = 20ms, short_visit_max = 300ms;
constexpr std::chrono::milliseconds long_visit = 2s, long_visit_max = 6s;
constexpr unsigned long_of = 10;  // one in so many
// After so long without a place, somebody keeps it.
constexpr std::chrono::seconds full_max = 20s;

std::string browser_fields(const Server& server) {
  return "X-LP-CSRF: 1\r\nSec-Fetch-Site: same-origin\r\nOrigin: http://localhost:" +
         std::to_string(server.port()) + "\r\n";
}

// The cookie of a new session of the test approver.
std::expected<std::string, std::string> sign_in(const Server& server) {
  const auto der = read_secret_file(server.place().test_approver(), key_bytes_max);
  const auto key = der ? crypto::P256Key::from_pkcs8(der->reveal()) : std::nullopt;
  if (!key) return std::unexpected("the test approver's key cannot be read");
  HttpClient http(server.port());
  const std::string fields = browser_fields(server);
  const auto begun = http.call("POST", "/api/login/begin", fields, "{}");
  const auto nonce = begun ? json::parse(begun->body) : json::parse("{}");
  if (!begun || begun->status != 200 || !nonce) return std::unexpected("no login begins");
  auto claims = json::Value::object();
  claims.add("client_nonce", base64("sixteen bytes or more"))
      .add("origin", "http://localhost:" + std::to_string(server.port()))
      .add("server_nonce", std::string(nonce->root.find_string("server_nonce").value_or("")));
  const std::string body = json::canonical(claims);
  auto login = json::Value::object();
  login.add("body", body)
      .add("key", evidence::key_id(key->spki()))
      .add("signature", base64(key->sign(evidence::login_signing_bytes(body))));
  const auto answer = http.call("POST", "/api/login", fields, json::compact(login));
  constexpr std::string_view cookie = "Set-Cookie: ";
  const std::size_t at = answer ? answer->head.find(cookie) : std::string::npos;
  if (at == std::string::npos) {
    return std::unexpected("the test approver cannot sign in: " +
                           (answer ? answer->body : std::string("no answer")));
  }
  const std::size_t first = at + cookie.size();
  return answer->head.substr(first, answer->head.find(';', first) - first);
}

// What stands after `name` in one event.
std::string_view line_of(std::string_view event, std::string_view name) {
  const std::size_t at = event.find(name);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = event.substr(at + name.size());
  return rest.substr(0, rest.find('\n'));
}

}  // namespace

std::optional<std::string> Watchers::start() {
  const auto cookie = sign_in(server_);
  if (!cookie) return cookie.error();
  fields_ = "Cookie: " + *cookie + "\r\n" + browser_fields(server_);
  for (unsigned i = 0; i <= readers; ++i) {
    threads_.emplace_back([this, seed = random_(), reads = i < readers](
                              const std::stop_token& stop) { watch(stop, seed, reads); });
  }
  return std::nullopt;
}

void Watchers::stop() {
  for (auto& thread : threads_) thread.request_stop();
  threads_.clear();
}

void Watchers::watch(const std::stop_token& stop, std::uint64_t seed, bool reads) {
  std::mt19937_64 random(seed);
  const auto between = [&](std::chrono::milliseconds least, std::chrono::milliseconds most) {
    const auto width = static_cast<std::uint64_t>((most - least).count());
    return least + std::chrono::milliseconds(random() % width);
  };
  std::string place;
  while (!stop.stop_requested()) {
    const auto time = !reads || random() % long_of == 0 ? between(long_visit, long_visit_max)
                                                        : between(short_visit, short_visit_max);
    auto ended = visit(stop, place, time, reads);
    if (!ended) {
      ++gone_;
      return;
    }
    place = *std::move(ended);
  }
}

std::optional<std::string> Watchers::visit(const std::stop_token& stop, const std::string& after,
                                           std::chrono::milliseconds time, bool reads) {
  const std::string target = "/api/review/events" + (after.empty() ? "" : "?after=" + after);
  std::optional<HttpStream> stream;
  const auto begun = Clock::now();
  do {
    stream = HttpStream::open(server_.port(), target, fields_);
    if (!stream) return std::nullopt;
    if (stream->status() == 200) break;
    if (stream->status() != 429 || Clock::now() - begun > full_max) {
      history_.report(Wrong::unexpected,
                      "an event stream was refused with " + std::to_string(stream->status()));
      return std::nullopt;
    }
    std::this_thread::sleep_for(look);
  } while (!stop.stop_requested());
  if (stream->status() != 200) return after;
  ++counts_.streams;
  if (!after.empty()) ++counts_.resumed;
  std::string bytes, place = after;
  for (const auto until = Clock::now() + time; Clock::now() < until && !stop.stop_requested();) {
    if (!reads) {
      std::this_thread::sleep_for(look);
      continue;
    }
    if (!stream->read(bytes, look)) return std::nullopt;
    place = hear(bytes, std::move(place));
  }
  return place;
}

// Takes the whole events from `bytes`.
std::string Watchers::hear(std::string& bytes, std::string place) {
  for (std::size_t end = bytes.find("\n\n"); end != std::string::npos; end = bytes.find("\n\n")) {
    const std::string event = bytes.substr(0, end + 1);
    bytes.erase(0, end + 2);
    place = line_of(event, "\nid: ");
    if (line_of(event, "event: ") != "request") continue;
    const auto data = json::parse(std::string(line_of(event, "\ndata: ")));
    const auto id = data ? data->root.find_string("request") : std::nullopt;
    if (!id) {
      history_.report(Wrong::unexpected, "an event that says nothing: " + event);
      continue;
    }
    // Others are news of a moment, and may be older than what somebody has read since.
    const Shown shown = shown_of(data->root.find_string("state").value_or("pending"));
    if (shown == Shown::pending || shown == Shown::missing) continue;
    history_.read(std::string(*id), shown, history_.now());
    ++counts_.closings;
  }
  return place;
}

}  // namespace lp::faults
