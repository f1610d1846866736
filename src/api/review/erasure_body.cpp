#include "api/review/erasure_body.h"

#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/review/view.h"
#include "api/submit.h"
#include "base/id.h"
#include "core/erasing.h"
#include "core/erasing_people.h"
#include "evidence/roster_document.h"
#include "json/write.h"

namespace lp::api {
namespace {

constexpr std::size_t words_max = 500;
constexpr std::size_t document_max = 1 << 20;
constexpr std::size_t items_max = 1'000;

json::Value item_of(const core::ProjectView& project, const evidence::ErasureDocument& document) {
  auto item = json::Value::object();
  item.add("project", project.row.id)
      .add("name", project.row.name)
      .add("document", document.bytes());
  return item;
}

json::Value offer_of(const core::Directory& directory, json::Array items) {
  auto value = json::Value::object();
  value.add("log_name", directory.log_name).add("items", json::Value::array(std::move(items)));
  return value;
}

std::expected<json::Value, net::Reply> describe_of_request(Context& context,
                                                           const core::Directory& directory,
                                                           const ErasureAsk& ask) {
  const auto view = context.engine.request(ask.request, {});
  if (!view) return std::unexpected(refuse(view.error()));
  const core::ProjectView* project = directory.project(view->rows.request.project);
  if (project == nullptr) return std::unexpected(refuse(Reason::not_found));
  const auto document = core::offer_erasure(
      context.engine.reader(), *project,
      {.request = ask.request, .basis = ask.basis, .operator_name = ask.operator_name},
      context.engine.options().backup_horizon_ms, context.engine.entropy());
  if (!document) return std::unexpected(refuse(document.error()));
  auto value = offer_of(directory, {item_of(*project, *document)});
  value.add("request", request_summary(context, directory, *view));
  return value;
}

std::expected<json::Value, net::Reply> describe_of_person(Context& context,
                                                          const core::Directory& directory,
                                                          const ErasureAsk& ask) {
  const auto offers = core::offer_person_erasure(
      context.engine.reader(), directory,
      {.subject = ask.subject, .basis = ask.basis, .operator_name = ask.operator_name},
      context.engine.clock().now(), context.engine.options().backup_horizon_ms,
      context.engine.entropy());
  if (!offers) return std::unexpected(refuse(offers.error()));
  json::Array items;
  for (const auto& offer : *offers) {
    items.push_back(item_of(*directory.project(offer.project), offer.document));
  }
  auto member = json::Value::object();
  member.add("id", ask.subject).add("name", directory.members.find(ask.subject)->second.name);
  auto value = offer_of(directory, std::move(items));
  value.add("member", std::move(member));
  return value;
}

struct Signed {
  std::vector<core::ErasePerson::Item> items;
  bool of_person = false;
};

core::ErasePerson::Item read_item(const json::Value& value, std::optional<net::Reply>& refusal) {
  Members members(value, "/items", refusal);
  core::ErasePerson::Item item{.project = members.text("project", {.required = true}),
                               .record = {}};
  item.record.document = members.text("document", {.required = true, .max = document_max});
  auto owners = evidence::read_signatures(
      members.text("signatures", {.required = true, .max = document_max}));
  if (!owners) members.refuse("signatures", "must be the signatures as JSON text");
  if (owners) item.record.owners = *std::move(owners);
  return item;
}

std::expected<Signed, net::Reply> read_signed(std::string body) {
  const auto read = read_object(std::move(body));
  if (!read) return std::unexpected(read.error());
  std::optional<net::Reply> refusal;
  Members members(read->root, "", refusal);
  const json::Value* items = members.find("items");
  const bool some = items != nullptr && items->is_array() && !items->items().empty() &&
                    items->items().size() <= items_max;
  if (!some) members.refuse("items", "must be an array of signed documents");
  Signed wanted;
  for (const json::Value& item : some ? items->items() : json::Array{}) {
    if (!item.is_object()) {
      members.refuse("items", "must hold objects");
      break;
    }
    wanted.items.push_back(read_item(item, refusal));
  }
  if (refusal) return std::unexpected(*std::move(refusal));
  const auto first = evidence::ErasureDocument::parse(wanted.items.front().record.document);
  wanted.of_person = first && first->subject;
  if (!wanted.of_person && wanted.items.size() != 1) {
    return std::unexpected(refuse_member("/items", "must hold one document of a request"));
  }
  return wanted;
}

net::Reply describe_done(Context& context, const core::Erase::Result& result) {
  auto value = json::Value::object();
  value.add("request", result.request)
      .add("index", result.index)
      .add("complete_by", to_string(result.complete_by))
      .add("wal_clean", !context.engine.scrub_due());
  return private_reply(json::compact(value));
}

net::Reply describe_done(Context& context, const core::ErasePerson::Result& result) {
  auto entries = json::Value::array();
  for (const store::MemberErasure& one : result.erasures) {
    entries.items().push_back(
        json::Value::object().add("project", one.project).add("index", one.leaf_index));
  }
  auto value = json::Value::object();
  value.add("subject", result.subject)
      .add("entries", std::move(entries))
      .add("complete_by", to_string(result.complete_by))
      .add("wal_clean", !context.engine.scrub_due());
  return private_reply(json::compact(value));
}

}  // namespace

std::expected<ErasureAsk, net::Reply> read_erasure_ask(std::string body) {
  const auto read = read_object(std::move(body));
  if (!read) return std::unexpected(read.error());
  std::optional<net::Reply> refusal;
  Members members(read->root, "", refusal);
  ErasureAsk ask{.request = members.text("request"),
                 .subject = members.text("subject"),
                 .basis = members.text("basis", {.required = true, .max = words_max}),
                 .operator_name = members.text("operator", {.required = true})};
  if (ask.request.empty() == ask.subject.empty()) {
    members.refuse("request", "or subject must be there, and not both");
  }
  if (refusal) return std::unexpected(*std::move(refusal));
  return ask;
}

std::expected<json::Value, net::Reply> describe_erasure(Context& context,
                                                        const core::Directory& directory,
                                                        const ErasureAsk& ask) {
  if (!ask.request.empty()) {
    if (!is_id("req", ask.request)) return std::unexpected(refuse(Reason::not_found));
    return describe_of_request(context, directory, ask);
  }
  if (!is_id("mem", ask.subject)) return std::unexpected(refuse(Reason::not_found));
  return describe_of_person(context, directory, ask);
}

net::Outcome submit_erasure(Context& context, std::string body, std::string proposal) {
  auto wanted = read_signed(std::move(body));
  if (!wanted) return std::move(wanted.error());
  if (wanted->of_person) {
    return submit(
        context,
        core::ErasePerson{.items = std::move(wanted->items), .proposal = std::move(proposal)},
        [&context](const core::ErasePerson::Result& result) {
          return describe_done(context, result);
        });
  }
  auto& item = wanted->items.front();
  return submit(
      context,
      core::Erase{.project = std::move(item.project),
                  .record = std::move(item.record),
                  .proposal = std::move(proposal)},
      [&context](const core::Erase::Result& result) { return describe_done(context, result); });
}

}  // namespace lp::api
