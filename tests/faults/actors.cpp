#include "actors.h"

#include <chrono>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "core/approver.h"
#include "json/parse.h"
#include "json/write.h"
#include "net/unix_client.h"

namespace lp::faults {
namespace {

// Protects nothing.
constexpr std::string_view content_key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
constexpr std::size_t key_bytes_max = 4'096;
constexpr std::int64_t admin_ms_max = 30'000;

// The member that holds `key`, as the roster names it.
std::optional<std::string> member_of(const Server& server, const std::string& key) {
  const auto devices = server.admin("/admin/devices");
  const json::Value* rows = devices ? devices->root.find("devices") : nullptr;
  if (rows == nullptr) return std::nullopt;
  for (const auto& device : rows->items()) {
    if (device.find_string("key") == key) return std::string(*device.find_string("member"));
  }
  return std::nullopt;
}

std::optional<evidence::DecisionCore> read_offer(const json::Value& offer) {
  evidence::DecisionCore core;
  const auto text = [&](std::string_view name) {
    return std::string(offer.find_string(name).value_or(""));
  };
  const auto digest = [&](std::string_view name, Digest& into) {
    const auto value = Digest::from_hex(text(name));
    if (value) into = *value;
    return value.has_value();
  };
  const json::Value* payload = offer.find("payload");
  const auto reference = payload ? evidence::PayloadRef::from_json(*payload) : std::nullopt;
  const auto level = evidence::level(text("level"));
  const auto expires = parse_instant(text("expires_at"));
  if (!reference || !level || !expires || !digest("request_sha256", core.request_sha256) ||
      !digest("policy_sha256", core.policy_sha256) ||
      !digest("roster_sha256", core.roster_sha256) || !digest("rule_sha256", core.rule_sha256)) {
    return std::nullopt;
  }
  core.aud = text("aud");
  core.request_id = text("request_id");
  core.version = static_cast<std::uint64_t>(offer.find_integer("version").value_or(0));
  core.payload = *reference;
  core.level = *level;
  core.approver = text("approver");
  core.key = text("key");
  core.nonce = text("nonce");
  core.expires_at = *expires;
  return core;
}

std::string decision_body(const core::Decide& command) {
  auto body = json::Value::object();
  body.add("core", command.core).add("signature", base64(command.signature));
  return json::compact(body);
}

}  // namespace

Shown shown_of(std::string_view state) {
  if (state == "pending") return Shown::pending;
  if (state == "approved" || state == "approved_with_modifications") return Shown::approved;
  return state == "rejected" ? Shown::rejected : Shown::other;
}

Ask make_ask(std::string name, bool keyed, Entropy& entropy, std::size_t filler) {
  static const auto key = seal::ContentKey::from_base64(content_key);
  auto payload = json::Value::object();
  payload.add("amount", 50).add("note", std::string(filler, 'x'));
  auto metadata = json::Value::object();
  metadata.add("trace_id", name);
  auto body = json::Value::object();
  body.add("service", "faults")
      .add("action", "transfer")
      .add("payload", key->seal_v1(json::compact(payload), entropy))
      .add("metadata", std::move(metadata));
  return {.name = std::move(name), .body = json::compact(body), .keyed = keyed};
}

Agent::Agent(const Server& server, History& history)
    : history_(history),
      http_(server.port()),
      credential_("Authorization: Bearer " + server.agent_key() + "\r\n") {}

std::optional<Told> Agent::ask(const Ask& ask) {
  history_.ask(ask.name);
  std::string fields = credential_;
  if (ask.keyed) fields += "Idempotency-Key: " + ask.name + "\r\n";
  const auto answer = http_.call("POST", "/api/ingest", fields, ask.body);
  if (http_.hung()) history_.report(Wrong::stuck, ask.name + ": no answer to the ask");
  if (!answer) return std::nullopt;
  const auto body = json::parse(answer->body);
  Told told{.status = answer->status};
  if (body) {
    told.id = body->root.find_string("id").value_or("");
    told.upload_url = body->root.find_string("uploadUrl").value_or("");
    told.reason = body->root.find_string("reason").value_or("");
  }
  told.retry_after = answer->head.contains("\r\nRetry-After: ");
  if (told.status == 200) {
    history_.asked(ask.name, told.id);
  } else if (told.status < 500 || told.reason == "disk_reserve" || told.reason == "overloaded") {
    history_.ask_refused(ask.name);
  }
  return told;
}

std::optional<Shown> Agent::look(const std::string& id, unsigned wait_s) {
  const auto begun = history_.now();
  const auto answer =
      http_.call("GET", "/api/status/" + id + "?wait=" + std::to_string(wait_s), credential_);
  if (http_.hung()) history_.report(Wrong::stuck, id + ": no answer to a poll");
  if (!answer) return std::nullopt;
  if (answer->status == 404) {
    history_.read(id, Shown::missing, begun);
    return Shown::missing;
  }
  const auto body = json::parse(answer->body);
  if (answer->status != 200 || !body) {
    history_.report(Wrong::unexpected, id + ": status answered " + std::to_string(answer->status));
    return std::nullopt;
  }
  const Shown state = shown_of(body->root.find_string("state").value_or(""));
  const bool approved = body->root.find_string("status") == "APPROVED";
  if (approved != (state == Shown::approved)) {
    history_.report(Wrong::changed, id + ": state and status say different things");
  }
  history_.read(id, state, begun);
  return state;
}

void Promises::add(Promise promise) {
  const std::lock_guard lock(mutex_);
  promises_.push_back(std::move(promise));
}

std::vector<Promises::Promise> Promises::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(promises_, {});
}

Approver::Approver(const Server& server, History& history, Promises& promises, crypto::P256Key key,
                   std::string member)
    : socket_(server.place().socket()),
      history_(&history),
      promises_(&promises),
      key_(std::move(key)),
      member_(std::move(member)) {}

std::expected<Approver, std::string> Approver::open(const Server& server, History& history,
                                                    Promises& promises) {
  const auto der = read_secret_file(server.place().test_approver(), key_bytes_max);
  auto key = der ? crypto::P256Key::from_pkcs8(der->reveal()) : std::nullopt;
  if (!key) return std::unexpected("the test approver's key cannot be read");
  auto member = member_of(server, evidence::key_id(key->spki()));
  if (!member) return std::unexpected("the test approver is not enrolled");
  return Approver(server, history, promises, *std::move(key), *std::move(member));
}

std::optional<Signed> Approver::consider(const std::string& id, Verdict verdict) {
  const auto begun = history_->now();
  const auto reply = net::call_unix(
      socket_, net::Method::get,
      "/admin/requests/" + id + "?member=" + member_ + "&key=" + evidence::key_id(key_.spki()), {},
      admin_ms_max);
  gone_ = !reply || reply->status >= 500;
  if (gone_) return std::nullopt;
  const auto detail = json::parse(reply->body);
  if (reply->status != 200 || !detail) {
    if (reply->status == 404) history_->read(id, Shown::missing, begun);
    return std::nullopt;
  }
  history_->read(id, shown_of(detail->root.find_string("state").value_or("")), begun);
  const json::Value* offered = detail->root.find("offer");
  const auto offer = offered ? read_offer(*offered) : std::nullopt;
  if (!offer) return std::nullopt;
  core::Considered considered{.offer = *offer};
  considered.verdict =
      verdict == Verdict::approve ? evidence::Verdict::approve : evidence::Verdict::reject;
  considered.payload = detail->root.find_string("payload").value_or("");
  considered.content_key = seal::ContentKey::from_base64(content_key);
  const auto time = parse_instant(offered->find_string("time").value_or(""));
  crypto::SystemEntropy entropy;
  const auto command = time ? core::sign_decision(considered, key_, *time, entropy)
                            : std::unexpected(core::ApproverFault::not_the_payload);
  if (!command) {
    history_->report(Wrong::changed, id + ": the payload shown is not the one asked for");
    return std::nullopt;
  }
  return Signed{.wish = history_->wish(id, verdict), .id = id, .body = decision_body(*command)};
}

void Approver::take_answer(const Signed& decision, const json::Value& detail) {
  history_->granted(decision.wish);
  history_->read(decision.id, shown_of(detail.find_string("state").value_or("")), history_->now());
  const json::Value* made = detail.find("decision");
  const json::Value* log = made == nullptr ? nullptr : made->find("log");
  if (log == nullptr) {
    history_->report(Wrong::unexpected, decision.id + ": granted without a place in the log");
    return;
  }
  promises_->add({.note = std::string(log->find_string("checkpoint").value_or("")),
                  .index = static_cast<std::uint64_t>(log->find_integer("index").value_or(0))});
}

Approver::Heard Approver::decide(const Signed& decision) {
  const auto began = std::chrono::steady_clock::now();
  const auto reply =
      net::call_unix(socket_, net::Method::post, "/admin/requests/" + decision.id + "/decision",
                     decision.body, admin_ms_max);
  const auto took = std::chrono::steady_clock::now() - began;
  if (took >= std::chrono::milliseconds(admin_ms_max)) {
    history_->report(Wrong::stuck, decision.id + ": no answer to a decision");
  }
  const auto body = reply ? json::parse(reply->body) : json::parse("{}");
  gone_ = !reply || reply->status >= 500;
  if (gone_ || !body) return Heard::nothing;
  if (reply->status == 200) {
    take_answer(decision, body->root);
    return Heard::granted;
  }
  const json::Value* winner = body->root.find("decision");
  if (reply->status == 409 && body->root.find_string("reason") == "already_decided") {
    const auto state = winner ? winner->find_string("state") : std::nullopt;
    history_->beaten(decision.wish, shown_of(state.value_or("pending")));
    return Heard::beaten;
  }
  history_->report(Wrong::unexpected, decision.id + ": a decision was refused: " + reply->body);
  return Heard::nothing;
}

}  // namespace lp::faults
