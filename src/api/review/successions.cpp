#include "api/review/successions.h"

#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/review/rosters.h"
#include "api/submit.h"
#include "core/successions.h"
#include "evidence/roster_document.h"
#include "json/write.h"

namespace lp::api {
namespace {

constexpr std::size_t document_max = 1 << 20;
constexpr std::size_t items_max = 10'000;
constexpr std::size_t salt_bytes = 32;

core::OpenSuccessors::Opening read_opening(Members& members) {
  core::OpenSuccessors::Opening opening;
  opening.project = members.text("project", {.required = true});
  opening.record.document = members.text("document", {.required = true, .max = document_max});
  opening.head = members.text("head", {.required = true, .max = document_max});
  opening.signatures = members.text("signatures", {.required = true, .max = document_max});
  auto owners =
      evidence::read_signatures(members.text("owners", {.required = true, .max = document_max}));
  if (!owners) members.refuse("owners", "must be the signatures as JSON text");
  opening.record.owners = std::move(owners).value_or(std::vector<evidence::OwnerSignature>());
  return opening;
}

}  // namespace

json::Value describe_successions(Context& context, const core::Directory& directory) {
  json::Array items;
  for (const auto& [id, closed] : directory.closed) {
    const core::ProjectView* project = directory.project(id);
    if (project == nullptr) continue;
    const auto offer = core::offer_succession(directory, *project, context.engine.keys(),
                                              context.engine.clock().now(),
                                              context.engine.entropy().bytes(salt_bytes));
    if (!offer) continue;
    json::Array entries;
    for (const auto& entry : project->entries) entries.emplace_back(entry.bytes());
    auto item = json::Value::object();
    item.add("project", id)
        .add("name", project->row.name)
        .add("document", offer->document.bytes())
        .add("head", offer->head.bytes())
        .add("entries", json::Value::array(std::move(entries)));
    items.push_back(std::move(item));
  }
  return json::Value::array(std::move(items));
}

std::expected<core::OpenSuccessors, net::Reply> read_openings(std::string body) {
  const auto document = read_object(std::move(body));
  if (!document) return std::unexpected(document.error());
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  core::OpenSuccessors command;
  const json::Value* openings = members.find("openings");
  if (openings == nullptr || !openings->is_array() || openings->items().size() > items_max) {
    members.refuse("openings", "must be an array");
    return std::unexpected(*std::move(refusal));
  }
  for (const auto& item : openings->items()) {
    if (!item.is_object()) {
      members.refuse("openings", "must hold objects");
      break;
    }
    Members opening(item, "/openings", refusal);
    command.openings.push_back(read_opening(opening));
  }
  if (refusal) return std::unexpected(*std::move(refusal));
  return command;
}

net::Reply describe_opened(const core::OpenSuccessors::Result& result) {
  json::Array items;
  for (const auto& opened : result.opened) {
    auto item = json::Value::object();
    item.add("project", opened.project)
        .add("origin", opened.origin)
        .add("predecessor", opened.predecessor);
    items.push_back(std::move(item));
  }
  auto value = json::Value::object();
  value.add("opened", json::Value::array(std::move(items)));
  return private_reply(json::compact(value));
}

net::Outcome list_successions(Context& context, Call& call, const Session& session) {
  if (!owns_rosters(*call.directory, session)) return refuse(Reason::not_permitted);
  auto value = json::Value::object();
  value.add("time", to_string(context.engine.clock().now()))
      .add("successions", describe_successions(context, *call.directory));
  return private_reply(json::compact(value));
}

net::Outcome sign_successions(Context& context, Call& call, const Session& session) {
  if (!owns_rosters(*call.directory, session)) return refuse(Reason::not_permitted);
  auto command = read_openings(std::move(call.request.body));
  if (!command) return std::move(command.error());
  return submit(context, *std::move(command), describe_opened);
}

}  // namespace lp::api
