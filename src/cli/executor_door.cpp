#include "cli/executor_door.h"

#include <fmt/core.h>
#include <poll.h>

#include <utility>

#include "cli/interruption.h"
#include "cli/server_address.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::cli {
namespace {

// A payload and its edit are at most 4 MiB each, in base64, with the receipt.
constexpr std::size_t answer_bytes_max = 16 << 20;
constexpr int attempts_max = 3;
constexpr int pause_ms = 300;
constexpr int look_up_ms = 100;  // how often the user's wish to end is looked for

PermitRefusal refusal_of(const outbound::Transfers::Finished& finished) {
  const int status = finished.answer.status;
  if (status == 0) {
    return {"unreachable", "the server did not answer: " + finished.answer.error};
  }
  const auto document = json::parse(finished.body);
  const auto said = [&](std::string_view name) {
    return document ? document->root.find_string(name) : std::nullopt;
  };
  const auto code = said("reason");
  return {.code = code ? std::string(*code) : fmt::format("http_{}", status),
          .sentence = std::string(
              said("message").value_or("the server answered without a sentence"))};
}

}  // namespace

std::expected<std::unique_ptr<ExecutorDoor>, std::string> ExecutorDoor::make(ExecutorPlace place) {
  const auto address = read_address(place.url);
  if (!address) {
    return std::unexpected("--url is where the server is: https://HOST[:PORT], without a query.");
  }
  if (!address->tls && !address->here) {
    return std::unexpected(
        "--url must begin with https://, or the key goes through the network in clear; http:// "
        "only to this machine.");
  }
  auto guard = outbound::Guard::make({address->authority});
  if (!guard) return std::unexpected("--url: " + guard.error());
  while (place.url.ends_with('/')) place.url.pop_back();
  return std::unique_ptr<ExecutorDoor>(new ExecutorDoor(std::move(place), *std::move(guard)));
}

ExecutorDoor::ExecutorDoor(ExecutorPlace place, outbound::Guard guard)
    : place_(std::move(place)),
      transfers_(std::move(guard), {.attempt_ms_max = place_.timeout_ms,
                                    .answer_bytes_max = answer_bytes_max,
                                    .keep_body = true,
                                    .keep_connection = true,
                                    .authorities = place_.authorities,
                                    .resolve = {}}) {}

std::expected<json::Value, PermitRefusal> ExecutorDoor::get(const std::string& path) {
  return call(outbound::Method::get, path, {});
}

std::expected<json::Value, PermitRefusal> ExecutorDoor::post(const std::string& path,
                                                             const json::Value& body) {
  return call(outbound::Method::post, path, json::compact(body));
}

std::expected<json::Value, PermitRefusal> ExecutorDoor::call(outbound::Method method,
                                                             const std::string& path,
                                                             const std::string& body) {
  for (int attempt = 1;; ++attempt) {
    const auto finished = once(method, path, body);
    const int status = finished.answer.status;
    if (status >= 200 && status < 300) {
      auto document = json::parse(finished.body);
      if (!document || !document->root.is_object()) {
        return std::unexpected(
            PermitRefusal{"answer_no_json", "the server's answer cannot be read"});
      }
      return std::move(document->root);
    }
    const bool again = status == 0 || status == 429 || status >= 500;
    if (!again || attempt == attempts_max || Interruption::came()) {
      return std::unexpected(refusal_of(finished));
    }
    poll(nullptr, 0, pause_ms * attempt);
  }
}

outbound::Transfers::Finished ExecutorDoor::once(outbound::Method method, const std::string& path,
                                                 const std::string& body) {
  outbound::Delivery request{
      .url = place_.url + path,
      .headers = {{"Accept", "application/json"},
                  {"User-Agent", "LetsPing-Executor/1"},
                  {"Authorization", "Bearer " + std::string(place_.key.reveal())}},
      .body = body,
      .method = method};
  if (method == outbound::Method::post) {
    request.headers.emplace_back("Content-Type", "application/json");
  }
  const std::int64_t id = ++last_id_;
  transfers_.begin(id, std::move(request));
  while (!Interruption::came()) {
    for (auto& finished : transfers_.wait(look_up_ms)) {
      if (finished.id == id) return std::move(finished);
    }
  }
  outbound::Transfers::Finished interrupted;
  interrupted.answer.error = "interrupted";
  return interrupted;
}

}  // namespace lp::cli
