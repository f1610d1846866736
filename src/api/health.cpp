#include "api/health.h"

#include <string>

#include "api/reply.h"
#include "json/write.h"

namespace lp::api {

namespace {

json::Value fault_or_ok(const std::optional<core::Fault>& fault) {
  return fault ? json::Value(core::to_string(*fault)) : json::Value("ok");
}

}  // namespace

net::Outcome livez(Context&, Call&) {
  return private_reply(R"({"status":"ok"})");
}

net::Outcome readyz(Context& context, Call& call) {
  const auto ingest = context.engine.ingest_blocked();
  const auto deciding = context.engine.deciding_blocked();
  const bool ahead = !call.directory->witness_ahead.value_or("").empty();
  const bool ready = !ingest && !deciding && !ahead;
  auto body = json::Value::object();
  body.add("status", ready ? "ok" : "unavailable")
      .add("ingest", fault_or_ok(ingest))
      .add("deciding", fault_or_ok(deciding));
  // A restored or cloned machine: what else it says of itself is of no worth.
  if (ahead) body.add("log", "witness_ahead");
  net::Reply reply = private_reply(json::compact(body));
  if (!ready) reply.status = 503;
  return reply;
}

net::Outcome csp_report(Context& context, Call&) {
  context.csp_reports.fetch_add(1, std::memory_order_relaxed);
  return json_reply("{}");
}

}  // namespace lp::api
