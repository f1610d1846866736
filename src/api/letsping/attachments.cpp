#include "api/letsping/attachments.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/errors.h"
#include "api/query.h"
#include "api/reply.h"
#include "api/signed_url.h"
#include "api/submit.h"
#include "base/id.h"
#include "core/request_event.h"
#include "crypto/hash.h"
#include "json/write.h"

namespace lp::api {

namespace {

struct Named {
  store::Request row;
  seal::DeclaredAttachment attachment;
  std::uint64_t index = 0;
};

// The piece that the URL and its query name, or why there is none.
std::expected<Named, net::Reply> named(Context& context, const Call& call) {
  const std::string& id = call.parameter("id");
  const std::string& attachment = call.parameter("attachment");
  if (auto refused = check_signed_path(context.engine.keys(), call.request,
                                       attachment_path(id, attachment),
                                       context.engine.clock().now())) {
    return std::unexpected(*std::move(refused));
  }
  if (!is_id("req", id)) return std::unexpected(refuse(Reason::not_found));
  auto found = context.engine.reader().request(id);
  if (!found) return std::unexpected(internal_error("attachment.read", found.error().what));
  if (!*found) return std::unexpected(refuse(Reason::not_found));
  const auto opened = core::open_details(context.engine.keys(), (*found)->request);
  if (!opened) return std::unexpected(refuse(opened.error()));
  const auto& all = opened->details.attachments;
  const auto one = std::ranges::find(all, attachment, &seal::DeclaredAttachment::id);
  if (one == all.end()) return std::unexpected(refuse(Reason::not_found));
  const auto index = query_number(call.request, "piece", 0, one->pieces.size() - 1);
  if (!index) {
    return std::unexpected(
        refuse(Reason::query_invalid,
               fmt::format("piece must be a number from 0 to {}", one->pieces.size() - 1)));
  }
  return Named{.row = std::move((*found)->request), .attachment = *one, .index = *index};
}

std::optional<net::Reply> wrong_bytes(const Named& piece, const std::string& body) {
  const bool sealed = piece.row.payload_kind != "plain";
  const std::uint64_t size = seal::uploaded_piece_size(piece.attachment, piece.index, sealed);
  if (body.size() != size) {
    return refuse(Reason::attachment_size,
                  fmt::format("piece {} has {} bytes, not {}", piece.index, size, body.size()));
  }
  if (crypto::sha256(body) != piece.attachment.pieces[piece.index]) {
    return refuse(Reason::attachment_hash, fmt::format("piece {}", piece.index));
  }
  return std::nullopt;
}

}  // namespace

net::Outcome put_attachment(Context& context, Call& call) {
  auto piece = named(context, call);
  if (!piece) return std::move(piece.error());
  if (!call.request.header("content-type").starts_with("application/octet-stream")) {
    return refuse(Reason::media_type);
  }
  if (auto wrong = wrong_bytes(*piece, call.request.body)) return *std::move(wrong);
  core::PutAttachmentPiece command{.project = piece->row.project,
                                   .request = piece->row.id,
                                   .attachment = piece->attachment.id,
                                   .index = piece->index,
                                   .bytes = std::move(call.request.body)};
  return submit(context, std::move(command), [](const core::PutAttachmentPiece::Result& result) {
    auto value = json::Value::object();
    value.add("missing", result.missing);
    return json_reply(json::compact(value));
  });
}

json::Value attachment_uploads(Context& context, std::string_view base,
                               const std::string& request_id,
                               const std::vector<seal::DeclaredAttachment>& declared) {
  json::Array items;
  for (const auto& one : declared) {
    auto item = json::Value::object();
    item.add("id", one.id)
        .add("uploadUrl", std::string(base) + sign_path(context.engine.keys(), net::Method::put,
                                                        attachment_path(request_id, one.id),
                                                        context.engine.clock().now()));
    items.push_back(std::move(item));
  }
  return json::Value::array(std::move(items));
}

}  // namespace lp::api
