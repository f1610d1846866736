#include "api/review/requests.h"

#include <map>
#include <memory>
#include <utility>

#include "api/errors.h"
#include "api/members.h"
#include "api/query.h"
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

net::Reply refuse_query(std::string_view text) {
  return refuse(Reason::query_invalid, text);
}

// Whose turn it is, and what of it this member sees now.
std::optional<net::Reply> read_turn(const Call& call, const Session& session,
                                    store::RequestFilter& filter) {
  const net::Request& request = call.request;
  if (const auto assignee = request.query_value("assignee")) {
    const bool mine = *assignee == "me", none = *assignee == "none";
    if (!mine && !none && !is_id("mem", *assignee)) {
      return refuse_query("assignee must be me, none or the id of a member");
    }
    filter.assignee = mine ? session.member : none ? std::string() : *assignee;
  }
  const auto level = request.query_value("level");
  if (level && *level != "high") return refuse_query("level must be high");
  filter.high = level.has_value();
  const auto put_off = request.query_value("put_off");
  if (put_off && *put_off != "only" && *put_off != "without") {
    return refuse_query("put_off must be only or without");
  }
  if (put_off) {
    filter.snoozed = {.member = session.member, .now = {}, .only = *put_off == "only"};
  }
  return std::nullopt;
}

// Until when this member does not want to see what.
std::map<std::string, Instant> put_off_by(Context& context, const Session& session, Instant now) {
  std::map<std::string, Instant> times;
  const auto rows = context.engine.reader().snoozes(session.member);
  if (!rows) return times;
  for (const store::Snooze& row : *rows) {
    if (row.until > now) times.emplace(row.request, row.until);
  }
  return times;
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
  const auto limit = query_number(request, "limit", limit_default, limit_max);
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
  if (auto wrong = read_turn(call, session, filter)) return std::unexpected(*std::move(wrong));
  // A project that is not theirs holds nothing, like one that does not exist.
  const auto wanted = request.query_value("project");
  for (const auto& [id, project] : call.directory->projects) {
    // What waited when its log was closed waits for ever: nobody can decide it.
    if (filter.pending.value_or(false) && call.directory->succeeded(id)) continue;
    if (sees(session, project) && (!wanted || *wanted == id)) filter.projects.push_back(id);
  }
  return filter;
}

net::Reply detail_reply(Context& context, const core::Directory& directory,
                        const core::RequestView& view, const Session& session) {
  const Viewer viewer{
      .member = session.member, .key = session.key, .only_signs_in = session.only_signs_in};
  return private_reply(json::compact(request_detail(context, directory, view, viewer)));
}

}  // namespace

std::optional<net::Reply> hidden_request(Context& context, const core::Directory& directory,
                                         const std::string& id, const Session& session) {
  if (!is_id("req", id)) return refuse(Reason::not_found);
  const auto found = context.engine.project_of(id);
  if (!found) return refuse_gone(context, directory, session, found.error());
  const core::ProjectView* project = directory.project(*found);
  if (project == nullptr || !sees(session, *project)) return refuse(Reason::not_found);
  return std::nullopt;
}

net::Outcome list_reviews(Context& context, Call& call, const Session& session) {
  auto filter = read_filter(call, session);
  if (!filter) return std::move(filter.error());
  const Instant now = context.engine.clock().now();
  if (filter->snoozed) filter->snoozed->now = now;
  const auto put_off = put_off_by(context, session, now);
  json::Array items;
  std::string last;
  for (const auto& view : context.engine.requests(*filter)) {
    last = view.rows.request.id;
    const auto until = put_off.find(last);
    items.push_back(
        request_summary(context, *call.directory, view,
                        until != put_off.end() ? std::optional(until->second) : std::nullopt));
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
  if (auto refused = hidden_request(context, *call.directory, call.parameter("id"), session)) {
    return *std::move(refused);
  }
  const auto view = context.engine.request(call.parameter("id"), {});
  return view ? detail_reply(context, *call.directory, *view, session) : refuse(view.error());
}

net::Outcome note_viewed(Context& context, Call& call, const Session& session) {
  if (auto refused = hidden_request(context, *call.directory, call.parameter("id"), session)) {
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
  command->decide.session = {.member = session.member, .key = session.key};
  command->side_waits = core::asking_side_waits(
      context.engine.presence(), command->decide.request, context.engine.clock().now());
  command->decide.account_stale = account_stale(context, &session);
  return net::Later{[&context, command = *std::move(command),
                     session](std::shared_ptr<net::Responder> responder) mutable {
    auto answer = [&context, responder, session, request = command.decide.request](auto result) {
      responder->render([&context, session, request, result = std::move(result)] {
        const auto directory = context.engine.directory();
        if (!result) {
          auto refused = hidden_request(context, *directory, request, session);
          return refused ? *std::move(refused)
                         : refuse_decision(context, result.error(), session.member, session.key);
        }
        if (result->refused) return refuse_number(*result->refused, result->tries_left);
        const auto view = context.engine.request(request, {});
        return view ? detail_reply(context, *directory, *view, session) : refuse(view.error());
      });
    };
    if (!context.engine.submit<core::DecideMatched>(std::move(command), std::move(answer))) {
      responder->reply(refuse(Reason::overloaded));
    }
  }};
}

}  // namespace lp::api
