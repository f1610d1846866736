#include "server/outbox_port.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "api/letsping/status.h"
#include "api/signed_url.h"
#include "base/assert.h"
#include "base/text.h"
#include "core/handoffs.h"
#include "core/project_secrets.h"
#include "core/request_event.h"
#include "crypto/hash.h"
#include "evidence/escrow.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::server {

namespace {

using outbound::Unsent;

// The same for every attempt of an item: what receivers tell repetitions by.
std::string webhook_id(const core::Keys& keys, const store::OutboxItem& item) {
  const Digest digest = crypto::hmac_sha256(keys.purpose("lp-webhook-id/1").reveal(),
                                            {item.project, "\n", std::to_string(item.id)});
  return "msg_" + base32(digest.view().substr(0, 16));
}

struct Receiver {
  std::string url;
  Secret secret;
};

std::expected<Receiver, Unsent> receiver_of(const core::Keys& keys,
                                            const core::Directory& directory,
                                            const store::OutboxItem& item,
                                            const core::RequestView& view) {
  const store::Webhook* webhook = nullptr;
  if (item.webhook.empty()) {
    webhook = directory.callback_webhook(item.project);
  } else if (const auto found = directory.webhooks.find(item.webhook);
             found != directory.webhooks.end()) {
    webhook = &found->second;
  } else {
    return std::unexpected(Unsent{.for_good = true, .why = "The webhook was removed"});
  }
  Receiver receiver{.url = item.webhook.empty() ? view.callback_url : webhook->url, .secret = {}};
  if (webhook == nullptr) {
    receiver.secret = core::callback_secret(keys, directory.founder(item.project));
    return receiver;
  }
  auto secret = keys.unwrap(webhook->secret_sealed);
  if (!secret) {
    return std::unexpected(Unsent{.for_good = false, .why = "The webhook's secret is gone"});
  }
  receiver.secret = *std::move(secret);
  return receiver;
}

// {resolved_at, actor_id, method, reason?}: as the status says it.
json::Value metadata_of(const json::Value& decision) {
  auto metadata = json::Value::object();
  for (const auto& [name, value] : decision.members()) {
    if (name != "status" && name != "state") metadata.add(name, value);
  }
  return metadata;
}

// `,"state_download_url":…,"dek":…` when the agent left a snapshot; the key only if it has none of
// its own.
std::string snapshot_members(core::Engine& engine, const std::string& base_url,
                             const core::RequestView& view, Instant now) {
  const store::Request& row = view.rows.request;
  const auto snapshot = engine.reader().snapshot(row.id);
  if (!snapshot || !*snapshot) return {};
  std::string members =
      fmt::format(R"(,"state_download_url":{})",
                  json::quote(api::snapshot_download_url(engine.keys(), base_url, row.id, now)));
  if ((*snapshot)->sealing != "dek") return members;
  if (const auto dek = engine.keys().unwrap(row.dek_wrapped)) {
    members += fmt::format(R"(,"dek":"{}")", base64(core::snapshot_key_of(*dek).reveal()));
  }
  return members;
}

// `,"escrow":…` of a request that asked for one: what published receivers check (wire.md B6), and
// where its outcome is told. Nothing when the secret does not open.
std::optional<std::string> escrow_member(core::Engine& engine, const core::Directory& directory,
                                         const core::RequestView& view,
                                         const store::OutboxItem& item, const std::string& data) {
  if (view.escrow.empty()) return std::string();
  const auto escrow = evidence::Escrow::parse(view.escrow);
  auto read = json::parse(data);
  LP_ASSERT(escrow && read);
  const auto secret =
      core::open_secret(engine.keys(), directory, item.project, core::escrow_purpose);
  if (!secret) return std::nullopt;
  const evidence::EscrowEvent event{
      .id = item.request, .event = item.event, .data = std::move(read->root)};
  auto member = json::Value::object();
  member.add("mode", escrow->mode)
      .add("handoff_signature", evidence::sign_escrow(secret->reveal(), event, *escrow))
      .add("upstream_agent_id", escrow->upstream)
      .add("downstream_agent_id", escrow->downstream)
      .add("x402_mandate", escrow->x402_mandate.value_or(json::Value()))
      .add("ap2_mandate", escrow->ap2_mandate.value_or(json::Value()));
  member.add_if("commitment", escrow->commitment);
  if (escrow->mode == "handoff" && event.event == "request.approved") {
    member.add("delivery_id", core::escrow_delivery_id(engine.keys(), event.id));
  }
  return R"(,"escrow":)" + json::compact(member);
}

std::string_view or_null(std::string_view json_text) {
  return json_text.empty() ? "null" : json_text;
}

}  // namespace

OutboxPort::OutboxPort(core::Engine& engine, std::string base_url)
    : engine_(engine), base_url_(std::move(base_url)) {}

std::vector<store::OutboxItem> OutboxPort::due(Instant now, std::size_t limit) {
  const auto directory = engine_.directory();
  const auto may_leave = [&](const store::OutboxItem& item) {
    const core::ProjectView* project = directory->project(item.project);
    return project != nullptr && item.leaf_index < project->live->signed_size;
  };
  // Those that may not leave, of a frozen log, may be many and stay: they must not fill the window.
  std::vector<store::OutboxItem> ready;
  std::optional<store::OutboxItem> last;
  while (ready.size() < limit) {
    auto page = engine_.reader().outbox_due(now, limit, last ? &*last : nullptr);
    if (!page || page->empty()) break;
    last = page->back();
    const bool more = page->size() == limit;
    for (auto& item : *page) {
      if (ready.size() < limit && may_leave(item)) ready.push_back(std::move(item));
    }
    if (!more) break;
  }
  return ready;
}

std::expected<outbound::Delivery, Unsent> OutboxPort::render(const store::OutboxItem& item,
                                                             Instant now) {
  const auto directory = engine_.directory();
  const auto view = engine_.request(item.request, item.project);
  if (!view) {
    return std::unexpected(
        Unsent{.for_good = false, .why = std::string(core::to_string(view.error().fault))});
  }
  if (!approval::terminal(view->state)) {
    return std::unexpected(Unsent{.for_good = false, .why = "The request is not decided"});
  }
  auto receiver = receiver_of(engine_.keys(), *directory, item, *view);
  if (!receiver) return std::unexpected(std::move(receiver.error()));

  const auto decision = json::parse(api::decision_body(*view));
  LP_ASSERT(decision.has_value());
  const bool modified = view->state == approval::State::approved_with_modifications;
  const std::string id = webhook_id(engine_.keys(), item);
  outbound::Delivery delivery{.url = std::move(receiver->url), .headers = {}, .body = {}};
  const std::string data = fmt::format(
      R"({{"status":{},"state":{},"payload":{},"patched_payload":{},"metadata":{}{}}})",
      json::compact(*decision->root.find("status")), json::compact(*decision->root.find("state")),
      or_null(view->payload), modified ? or_null(view->edited_payload) : "null",
      json::compact(metadata_of(decision->root)), snapshot_members(engine_, base_url_, *view, now));
  const auto escrow = escrow_member(engine_, *directory, *view, item, data);
  if (!escrow) {
    return std::unexpected(Unsent{.for_good = false, .why = "The escrow secret is gone"});
  }
  delivery.body = fmt::format(
      R"({{"id":{},"event":{},"data":{}{},"sent_at":"{}","webhook_id":"{}","attempt":{}}})",
      json::quote(item.request), json::quote(item.event), data, *escrow, to_string(now), id,
      item.attempts + 1);
  delivery.headers = outbound::sign(receiver->secret.reveal(), id, now, delivery.body);
  delivery.headers.emplace_back("Content-Type", "application/json");
  delivery.headers.emplace_back("User-Agent", "LetsPing-Webhook/1");
  return delivery;
}

std::vector<store::OutboxItem> OutboxPort::report(std::vector<store::OutboxItem> items) {
  // Kept by every command on its way; when the last one has been answered the wait is over.
  std::promise<void> answered;
  auto future = answered.get_future();
  std::shared_ptr<void> waiting(nullptr, [&answered](void*) { answered.set_value(); });
  std::vector<store::OutboxItem> left, refused;  // `refused` is lp-core's until the wait is over
  for (auto& item : items) {
    const bool taken = engine_.submit<core::OutboxAttempt>(
        {.item = item}, [waiting, &refused, item](const auto& result) {
          if (result || result.error().fault != core::Fault::signer_unavailable) return;
          refused.push_back(item);
        });
    if (!taken) left.push_back(std::move(item));
  }
  waiting.reset();
  future.wait();
  std::ranges::move(refused, std::back_inserter(left));
  return left;
}

}  // namespace lp::server
