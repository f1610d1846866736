#include "api/letsping/graph.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "api/authorize.h"
#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/submit.h"
#include "core/keys.h"

namespace lp::api {

namespace {

constexpr std::size_t id_max = 256;

std::optional<std::string> query_id(const net::Request& request, std::string_view name) {
  auto value = request.query_value(name);
  if (!value || value->empty() || value->size() > id_max) return std::nullopt;
  return value;
}

}  // namespace

net::Outcome put_checkpoint(Context& context, Call& call) {
  if (auto limited = limit_key(context, call)) return *std::move(limited);
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  Members body(document->root, "", refusal);
  core::PutGraphCheckpoint command{
      .project = call.directory->founder(call.key->project),
      .thread_id = body.text("thread_id", {.required = true, .max = id_max}),
      .checkpoint_id = body.text("checkpoint_id", {.required = true, .max = id_max}),
      .content = {}};
  const json::Value* checkpoint = body.find("checkpoint");
  if (checkpoint == nullptr) body.refuse("checkpoint", "must be there");
  const json::Value* metadata = body.find("metadata");
  if (refusal) return *std::move(refusal);
  // Both members must be non-null on the way back, or the clients ignore the checkpoint.
  command.content =
      fmt::format(R"({{"checkpoint":{},"metadata":{}}})", document->source(*checkpoint),
                  metadata == nullptr ? "{}" : document->source(*metadata));
  return submit(context, std::move(command),
                [](const core::PutGraphCheckpoint::Result&) { return json_reply("{}"); });
}

net::Outcome get_checkpoint(Context& context, Call& call) {
  const auto thread = query_id(call.request, "thread_id");
  if (!thread) return refuse(Reason::query_invalid, "thread_id must name a thread");
  const auto wanted = query_id(call.request, "checkpoint_id");
  if (!wanted && !call.request.query_value("latest")) {
    return refuse(Reason::query_invalid, "send checkpoint_id or latest=1");
  }
  const std::string project = call.directory->founder(call.key->project);
  const auto found =
      context.engine.reader().graph_checkpoint(project, *thread, wanted.value_or(""));
  if (!found) return internal_error("graph.read", found.error().what);
  if (!*found) return refuse(Reason::not_found);
  const Secret key = core::graph_key(context.engine.keys(), project);
  auto content = core::open_field(key.reveal(), "graph", *thread, (*found)->sealed);
  if (!content) {
    return internal_error("graph.open", "a stored checkpoint does not open under its key");
  }
  return private_reply(*std::move(content));
}

net::Outcome delete_thread(Context& context, Call& call) {
  if (auto limited = limit_key(context, call)) return *std::move(limited);
  const auto thread = query_id(call.request, "thread_id");
  if (!thread) return refuse(Reason::query_invalid, "thread_id must name a thread");
  return submit(context,
                core::DeleteGraphThread{.project = call.directory->founder(call.key->project),
                                        .thread_id = *thread},
                [](const core::DeleteGraphThread::Result&) { return json_reply("{}"); });
}

}  // namespace lp::api
