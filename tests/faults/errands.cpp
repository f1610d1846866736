#include "errands.h"

#include <chrono>
#include <optional>
#include <utility>

#include "json/parse.h"

namespace lp::faults {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds between_errands = 250ms;
// A decision is on its way to the receiver at once; if the machine is slow, the snapshot is not
// fetched this time.
constexpr int webhook_looks_max = 300;
constexpr std::chrono::milliseconds between_looks = 100ms;
constexpr unsigned expires_in_s = 2;
constexpr unsigned hold_s = 5;
constexpr std::size_t snapshot_text_bytes = 48 << 10;

std::string credential(const Server& server) {
  return "Authorization: Bearer " + server.agent_key() + "\r\n";
}

// What follows the authority of an absolute URL.
std::string path_of(const std::string& url) {
  const std::size_t scheme = url.find("://");
  const std::size_t path = scheme == std::string::npos ? scheme : url.find('/', scheme + 3);
  return path == std::string::npos ? url : url.substr(path);
}

// The payload of an ask is an envelope like those of snapshots.
std::string snapshot_of(const Ask& ask) {
  const auto body = json::parse(ask.body);
  const json::Value* payload = body ? body->root.find("payload") : nullptr;
  return payload == nullptr ? std::string() : std::string(body->source(*payload));
}

}  // namespace

void Errands::start() {
  const auto loop = [this](std::string_view kind, auto errand) {
    threads_.emplace_back([this, kind = std::string(kind), errand](const std::stop_token& stop) {
      Agent agent(server_, history_);
      HttpClient http(server_.port());
      for (std::uint64_t count = 0; !stop.stop_requested(); ++count) {
        if (!errand(agent, http, name_ + "-" + kind + "-" + std::to_string(count), stop)) return;
        std::this_thread::sleep_for(between_errands);
      }
    });
  };
  loop("cancel", [this](Agent& agent, HttpClient& http, const std::string& name,
                        const std::stop_token&) { return cancel(agent, http, name); });
  loop("expire", [this](Agent& agent, HttpClient&, const std::string& name,
                        const std::stop_token&) { return expire(agent, name); });
  loop("snapshot",
       [this](Agent&, HttpClient& http, const std::string& name, const std::stop_token& stop) {
         return fetch_snapshot(http, name, stop);
       });
}

void Errands::stop() {
  for (auto& thread : threads_) thread.request_stop();
  threads_.clear();
}

std::string Errands::ask(Agent& agent, const Ask& ask, std::string* upload) {
  history_.ends_otherwise(ask.name);
  const auto told = agent.ask(ask);
  if (!told) return {};
  if (told->status != 200) {
    history_.report(Wrong::unexpected, ask.name + " was refused: " + told->reason);
    return {};
  }
  if (upload != nullptr) *upload = told->upload_url;
  return told->id;
}

bool Errands::take_back(HttpClient& http, const std::string& id) {
  const auto begun = history_.now();
  const auto answer =
      http.call("POST", "/api/requests/" + id + "/cancel", credential(server_), "{}");
  if (!answer) return false;
  const auto body = json::parse(answer->body);
  if (answer->status != 200 || !body || body->root.find_string("state") != "cancelled") {
    history_.report(Wrong::unexpected, id + ": a cancellation was refused: " + answer->body);
    return false;
  }
  history_.read(id, Shown::other, begun);
  return true;
}

bool Errands::cancel(Agent& agent, HttpClient& http, const std::string& name) {
  crypto::SystemEntropy entropy;
  const std::string id = ask(agent, make_ask(name, false, entropy));
  if (id.empty() || !take_back(http, id)) return false;
  ++counts_.cancelled;
  return true;
}

bool Errands::expire(Agent& agent, const std::string& name) {
  crypto::SystemEntropy entropy;
  Ask brief = make_ask(name, false, entropy);
  brief.body.insert(1, "\"decide_in\":" + std::to_string(expires_in_s) + ",");
  const std::string id = ask(agent, brief);
  if (id.empty()) return false;
  std::optional<Shown> shown;
  do {
    shown = agent.look(id, hold_s);
  } while (shown == Shown::pending);
  if (shown == Shown::other) ++counts_.expired;
  return shown.has_value();
}

std::optional<Errands::Left> Errands::leave_snapshot(const std::string& name,
                                                     std::size_t text_bytes,
                                                     const std::stop_token& stop) {
  crypto::SystemEntropy entropy;
  Agent agent(server_, history_);
  HttpClient http(server_.port());
  Left left{.bytes = snapshot_of(make_ask(name, false, entropy, text_bytes))};
  std::string upload;
  left.id = ask(agent, make_ask(name, false, entropy), &upload);
  if (left.id.empty()) return std::nullopt;
  const auto answer = http.call("PUT", path_of(upload), {}, left.bytes);
  if (!answer) return std::nullopt;
  if (answer->status != 200) {
    history_.report(Wrong::unexpected, left.id + ": a snapshot was refused: " + answer->body);
    return std::nullopt;
  }
  if (!take_back(http, left.id)) return std::nullopt;
  // The only way to a snapshot is the link that comes with the decision.
  std::optional<Receiver::Delivered> delivered = receiver_.find(left.id);
  for (int looks = 0; !delivered && looks < webhook_looks_max && !stop.stop_requested(); ++looks) {
    std::this_thread::sleep_for(between_looks);
    delivered = receiver_.find(left.id);
  }
  if (!delivered) return std::nullopt;
  left.path = path_of(delivered->download_url);
  return left;
}

bool Errands::fetch_snapshot(HttpClient& http, const std::string& name,
                             const std::stop_token& stop) {
  const auto left = leave_snapshot(name, snapshot_text_bytes, stop);
  if (!left) return !stop.stop_requested();
  const auto answer = http.call("GET", left->path, {});
  if (!answer) return false;
  if (answer->status != 200 || answer->body != left->bytes) {
    history_.report(Wrong::changed, left->id + ": its snapshot comes back as " +
                                        std::to_string(answer->status) + " and other bytes");
  }
  ++counts_.fetched;
  return true;
}

}  // namespace lp::faults
