#include "api/review/successions.h"

#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/review/rosters.h"
#include "api/submit.h"
#include "base/assert.h"
#include "base/log.h"
#include "core/go_live.h"
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

json::Value describe(std::string_view project, std::string_view name,
                     const core::Succession& succession,
                     const std::vector<evidence::RosterEntry>& entries) {
  json::Array texts;
  for (const auto& entry : entries) texts.emplace_back(entry.bytes());
  auto item = json::Value::object();
  item.add("project", project)
      .add("name", name)
      .add("document", succession.document.bytes())
      .add("head", succession.head.bytes())
      .add("entries", json::Value::array(std::move(texts)));
  return item;
}

// Form only: what it means is the core's to say.
std::expected<core::GoLive, net::Reply> read_openings(std::string body) {
  const auto document = read_object(std::move(body));
  if (!document) return std::unexpected(document.error());
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  core::GoLive command;
  command.public_url = members.text("public_url");
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

// {opened:[{project, origin, predecessor}]}
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

// Why it does not go live, or nothing. `bad_address` names what holds the address.
std::optional<net::Reply> refuse_go_live(core::GoLiveFault fault, const std::string& detail,
                                         Reason bad_address) {
  switch (fault) {
    case core::GoLiveFault::none:
      return std::nullopt;
    case core::GoLiveFault::live:
      return refuse(Reason::already_live);
    case core::GoLiveFault::waiting:
      return refuse(Reason::requests_waiting, detail);
    case core::GoLiveFault::bad_address:
      return refuse(bad_address, "public_url " + detail);
  }
  LP_ASSERT(false);
  return std::nullopt;
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
    items.push_back(describe(id, project->row.name, *offer, project->entries));
  }
  return json::Value::array(std::move(items));
}

net::Outcome offer_go_live(Context& context, const Call& call, GoLiveAsk ask) {
  const core::OfferGoLive command{.public_url = std::move(ask.public_url),
                                  .key = std::move(ask.key),
                                  .operator_name = std::move(ask.operator_name)};
  return submit(context, command,
                [&context, log_name = call.directory->log_name](
                    const core::OfferGoLive::Result& result) -> net::Reply {
                  if (auto why = refuse_go_live(result.fault, result.detail, Reason::query_invalid))
                    return *std::move(why);
                  json::Array items;
                  for (const auto& offer : result.offers) {
                    items.push_back(
                        describe(offer.project, offer.name, offer.succession, offer.entries));
                  }
                  auto value = json::Value::object();
                  value.add("log_name", log_name)
                      .add("url", people_url(context))
                      .add("time", to_string(result.time))
                      .add("successions", json::Value::array(std::move(items)));
                  return private_reply(json::compact(value));
                });
}

net::Outcome open_signed(Context& context, Call& call) {
  auto command = read_openings(std::move(call.request.body));
  if (!command) return std::move(command.error());
  if (command->public_url.empty()) {
    return submit(context, core::OpenSuccessors{.openings = std::move(command->openings)},
                  describe_opened);
  }
  return submit(context, *std::move(command), [&context](const core::GoLive::Result& result) {
    if (auto why = refuse_go_live(result.fault, result.detail, Reason::member_invalid)) {
      return *std::move(why);
    }
    // It is true now. If this does not come to pass, the next start does it.
    if (!context.engine.submit<core::CloseSucceeded>({}, [](auto) {})) {
      log::warning("log.close_later", "The logs before are closed for good at the next start.");
    }
    return describe_opened(result.opened);
  });
}

net::Outcome list_successions(Context& context, Call& call, const Session& session) {
  if (!owns_rosters(*call.directory, session)) return refuse(Reason::not_permitted);
  if (auto address = call.request.query_value("public_url")) {
    const auto member = call.directory->members.find(session.member);
    return offer_go_live(
        context, call,
        {.public_url = *std::move(address),
         .key = session.key,
         .operator_name = member == call.directory->members.end() ? "" : member->second.name});
  }
  auto value = json::Value::object();
  value.add("time", to_string(context.engine.clock().now()))
      .add("successions", describe_successions(context, *call.directory));
  return private_reply(json::compact(value));
}

net::Outcome sign_successions(Context& context, Call& call, const Session& session) {
  if (!owns_rosters(*call.directory, session)) return refuse(Reason::not_permitted);
  return open_signed(context, call);
}

}  // namespace lp::api
