#include "api/review/requests.h"

#include <charconv>
#include <memory>
#include <utility>

#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/review/decision_body.h"
#include "api/review/erased.h"
#include "api/review/view.h"
#include "api/submit.h"
#include "base/id.h"
#include "json/write.h"

namespace lp::api {

namespace {

constexpr std::uint64_t limit_default = 50;
constexpr std::uint64_t limit_max = 200;
constexpr std::int64_t version_max = 9'007'199'254'740'991;  // 2^53 - 1

// A whole number of the query; `otherwise` when absent, nothing when it is no number up to `max`.
std::optional<std::uint64_t> number(const net::Request& request, std::string_view name,
                                    std::uint64_t otherwise, std::uint64_t max) {
  const auto text = request.query_value(name);
  if (!text) return otherwise;
  std::uint64_t value = 0;
  const char* end = text->data() + text->size();
  const auto [stopped, fault] = std::from_chars(text->data(), end, value);
  if (fault != std::errc{} || stopped != end || value > max) return std::nullopt;
  return value;
}

net::Reply refuse_query(std::string_view text) {
  return refuse(Reason::query_invalid, text);
}

std::expected<store::RequestFilter, net::Reply> read_filter(const Call& call,
                                                            const Session& session) {
  const net::Request& request = call.request;
  store::RequestFilter filter;
  const std::string state = request.query_value("state").value_or("pending");
  if (state != "pending" && state != "decided" && state != "all") {
    return std::unexpected(refuse_query("state must be pending, decided or all"));
  }
  if (state != "all") filter.pending = state == "pending";
  const auto limit = number(request, "limit", limit_default, limit_max);
  if (!limit || *limit == 0) {
    return std::unexpected(refuse_query("limit must be a number from 1 to 200"));
  }
  filter.limit = *limit;
  filter.before = request.query_value("before");
  if (filter.before && !is_id("req", *filter.before)) {
    return std::unexpected(refuse_query("before must be the id of a request"));
  }
  filter.service = request.query_value("service");
  filter.action = request.query_value("action");
  filter.environment = request.query_value("environment");
  filter.role = request.query_value("role");
  filter.trace_id = request.query_value("trace_id");
  filter.parent_request_id = request.query_value("parent_request_id");
  // A project that is not theirs holds nothing, like one that does not exist.
  const auto wanted = request.query_value("project");
  for (const auto& [id, project] : call.directory->projects) {
    // What waited when its log was closed waits for ever: nobody can decide it.
    if (filter.pending.value_or(false) && call.directory->succeeded(id)) continue;
    if (sees(session, project) && (!wanted || *wanted == id)) filter.projects.push_back(id);
  }
  return filter;
}

// Why the request of the path is not there for this member: only those of their projects are.
std::optional<net::Reply> hidden(Context& context, const core::Directory& directory,
                                 const std::string& id, const Session& session) {
  if (!is_id("req", id)) return refuse(Reason::not_found);
  const auto found = context.engine.project_of(id);
  if (!found) return refuse_gone(context, directory, session, found.error());
  const core::ProjectView* project = directory.project(*found);
  if (project == nullptr || !sees(session, *project)) return refuse(Reason::not_found);
  return std::nullopt;
}

net::Reply detail_reply(Context& context, const core::Directory& directory,
                        const core::RequestView& view, const Session& session) {
  const Viewer viewer{
      .member = session.member, .key = session.key, .by_passkey = session.by_passkey};
  return private_reply(json::compact(request_detail(context, directory, view, viewer)));
}

}  // namespace

net::Outcome list_reviews(Context& context, Call& call, const Session& session) {
  const auto filter = read_filter(call, session);
  if (!filter) return filter.error();
  json::Array items;
  std::string last;
  for (const auto& view : context.engine.requests(*filter)) {
    last = view.rows.request.id;
    items.push_back(request_summary(context, *call.directory, view));
  }
  const bool more = items.size() == filter->limit;
  auto erased = erased_list(context, *call.directory, *filter, more ? last : std::string());
  if (!erased) return erased.error();
  auto value = json::Value::object();
  value.add("requests", json::Value::array(std::move(items)));
  if (!erased->items().empty()) value.add("erased", *std::move(erased));
  if (more) value.add("next", last);
  return private_reply(json::compact(value));
}

net::Outcome show_review(Context& context, Call& call, const Session& session) {
  if (auto refused = hidden(context, *call.directory, call.parameter("id"), session)) {
    return *std::move(refused);
  }
  const auto view = context.engine.request(call.parameter("id"), {});
  return view ? detail_reply(context, *call.directory, *view, session) : refuse(view.error());
}

net::Outcome note_viewed(Context& context, Call& call, const Session& session) {
  if (auto refused = hidden(context, *call.directory, call.parameter("id"), session)) {
    return *std::move(refused);
  }
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  Members body(document->root, "", refusal);
  const auto version = body.integer("version", 1, version_max);
  if (!version) body.refuse("version", "must be the version that is on screen");
  if (refusal) return *std::move(refusal);
  // Who reads is active; who was away too long may still look.
  static_cast<void>(context.activity.go_on(session.token, context.engine.clock().monotonic_ms()));
  core::Viewed command{.request = call.parameter("id"),
                       .member = session.member,
                       .key = session.key,
                       .version = static_cast<std::uint64_t>(*version)};
  return submit(context, std::move(command),
                [](const core::Viewed::Result&) { return private_reply("{}"); });
}

// Whether the member sees the request is looked at where it is decided, on rows that are read there
// anyway; why it was not decided, only those who see it are told.
net::Outcome decide_review(Context& context, Call& call, const Session& session) {
  if (!may_somewhere(*call.directory, session, identity::Right::decide)) {
    const bool reads = may_somewhere(*call.directory, session, identity::Right::see);
    return refuse(reads ? Reason::not_a_reviewer : Reason::not_found);
  }
  if (!is_id("req", call.parameter("id"))) return refuse(Reason::not_found);
  auto command = read_decision(std::move(call.request.body), call.parameter("id"));
  if (!command) return std::move(command.error());
  command->session = {.member = session.member, .key = session.key};
  return net::Later{[&context, command = *std::move(command),
                     session](std::shared_ptr<net::Responder> responder) mutable {
    auto answer = [&context, responder, session, request = command.request](auto result) {
      responder->render([&context, session, request, result = std::move(result)] {
        const auto directory = context.engine.directory();
        if (!result) {
          auto refused = hidden(context, *directory, request, session);
          return refused ? *std::move(refused)
                         : refuse_decision(context, result.error(), session.member, session.key);
        }
        const auto view = context.engine.request(request, {});
        return view ? detail_reply(context, *directory, *view, session) : refuse(view.error());
      });
    };
    if (!context.engine.submit<core::Decide>(std::move(command), std::move(answer))) {
      responder->reply(refuse(Reason::overloaded));
    }
  }};
}

}  // namespace lp::api
