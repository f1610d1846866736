// What the outbox worker needs of the core: the items that may leave, their bytes, and a place to
// note what became of them.
//
// A body is rendered when it is sent and never kept. It carries what an agent would get from
// GET /api/status: ciphertext, unless the agent itself sent plaintext.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/engine.h"
#include "core/work.h"
#include "outbound/worker.h"

namespace lp::server {

class OutboxPort final : public outbound::Port {
 public:
  // `base_url` is what links back to this server begin with: "https://letsping.example". The engine
  // outlives the port, and is stopped after the worker.
  OutboxPort(core::Engine& engine, std::string base_url);

  std::vector<store::OutboxItem> due(Instant now, std::size_t limit) override;
  std::expected<outbound::Delivery, outbound::Unsent> render(const store::OutboxItem& item,
                                                             Instant now) override;
  std::vector<store::OutboxItem> report(std::vector<store::OutboxItem> items) override;

 private:
  core::Engine& engine_;
  const std::string base_url_;
};

}  // namespace lp::server
