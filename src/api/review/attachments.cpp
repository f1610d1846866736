#include "api/review/attachments.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "api/errors.h"
#include "api/reply.h"
#include "api/review/requests.h"
#include "core/attachments.h"

namespace lp::api {

namespace {

std::optional<std::uint64_t> index_of(const std::string& text) {
  std::uint64_t index = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return index;
}

net::Reply piece_of(Context& context, const Call& call, const core::RequestView& view) {
  const auto& all = view.attachments;
  const auto one =
      std::ranges::find(all, call.parameter("attachment"), &seal::DeclaredAttachment::id);
  const auto index = index_of(call.parameter("piece"));
  if (one == all.end() || !index || *index >= one->pieces.size()) return refuse(Reason::not_found);
  auto bytes = core::read_piece(context.engine.blobs(), context.engine.keys(), view.rows.request,
                                *one, *index);
  if (!bytes) return refuse(bytes.error());
  if (!*bytes) return refuse(Reason::not_found);
  net::Reply reply = private_reply(**std::move(bytes));
  reply.content_type = "application/octet-stream";
  return reply;
}

}  // namespace

void add_attachments(json::Value& detail, Context& context, const core::ProjectView& project,
                     const core::RequestView& view) {
  if (view.attachments.empty()) return;
  json::Array items;
  for (const auto& one : view.attachments) {
    // What cannot be looked at counts as not here, as it does where it is decided.
    const auto here = core::pieces_here(context.engine.blobs(), view.rows.request.id, one);
    auto item = json::Value::object();
    item.add("id", one.id)
        .add("size", one.size)
        .add("pieces", one.pieces.size())
        .add("missing", one.pieces.size() - here.value_or(0));
    items.push_back(std::move(item));
  }
  detail.add("attachments", json::Value::array(std::move(items)));
  detail.add("origin", project.row.origin);
  if (!view.client_nonce.empty()) detail.add("client_nonce", view.client_nonce);
}

net::Outcome show_attachment(Context& context, Call& call, const Session& session) {
  const std::string& id = call.parameter("id");
  if (auto refused = hidden_request(context, *call.directory, id, session)) {
    return *std::move(refused);
  }
  const auto view = context.engine.request(id, {});
  if (!view) return refuse(view.error());
  // What the server itself can open goes to those who may read the payload.
  const core::ProjectView* project = call.directory->project(view->rows.request.project);
  const bool opens = view->rows.request.payload_kind != "plain" ||
                     may(session, *project, identity::Right::open_payload);
  return opens ? piece_of(context, call, *view) : refuse(Reason::not_permitted);
}

net::Outcome show_attachment_here(Context& context, Call& call) {
  const auto view = context.engine.request(call.parameter("id"), {});
  return view ? piece_of(context, call, *view) : refuse(view.error());
}

}  // namespace lp::api
