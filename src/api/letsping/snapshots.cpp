#include "api/letsping/snapshots.h"

#include <string>
#include <utility>

#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/signed_url.h"
#include "api/submit.h"
#include "base/id.h"
#include "crypto/aead.h"
#include "seal/envelope.h"

namespace lp::api {

namespace {

constexpr std::string_view json_type = "application/json";
constexpr std::string_view bytes_type = "application/octet-stream";
constexpr std::size_t snapshot_bytes_max = 4'194'304;
constexpr std::size_t iv_and_tag_bytes = crypto::aead_iv_bytes + 16;

// "application/json; charset=utf-8" → "application/json", lower case.
std::string media_type(std::string_view header) {
  std::string type(header.substr(0, header.find(';')));
  while (type.ends_with(' ')) type.pop_back();
  for (char& c : type) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return type;
}

// How a JSON snapshot is sealed, or why it is refused.
std::expected<std::string, net::Reply> json_sealing(const std::string& body,
                                                    store::Payloads allowed) {
  const auto document = read_object(body);
  if (!document) return std::unexpected(document.error());
  const auto envelope = seal::read_envelope(document->root);
  if (envelope) return "client";
  if (envelope.error() != seal::EnvelopeFault::not_an_envelope) {
    return std::unexpected(refuse(envelope.error(), ""));
  }
  if (allowed == store::Payloads::encrypted) {
    return std::unexpected(refuse(Reason::plaintext_refused));
  }
  return "plain";
}

std::expected<std::string, net::Reply> sealing_of(const net::Request& request,
                                                  const store::Request& row,
                                                  store::Payloads allowed) {
  const std::string type = media_type(request.header("content-type"));
  if (type == json_type) return json_sealing(request.body, allowed);
  if (type != bytes_type) return std::unexpected(refuse(Reason::media_type));
  // Only who asked in plaintext was given a dek.
  if (row.payload_kind != "plain" || request.body.size() < iv_and_tag_bytes) {
    return std::unexpected(refuse(Reason::snapshot_form));
  }
  return "dek";
}

struct Named {
  store::Request row;
  const core::ProjectView* project = nullptr;
};

// The request whose snapshot the URL permits, or why not.
std::expected<Named, net::Reply> named(Context& context, const Call& call) {
  const std::string& id = call.parameter("id");
  const auto now = context.engine.clock().now();
  if (auto refused =
          check_signed_path(context.engine.keys(), call.request, snapshot_path(id), now)) {
    return std::unexpected(*std::move(refused));
  }
  if (!is_id("req", id)) return std::unexpected(refuse(Reason::not_found));
  auto found = context.engine.reader().request(id);
  if (!found) return std::unexpected(internal_error("snapshot.read", found.error().what));
  if (!*found) return std::unexpected(refuse(Reason::not_found));
  Named result;
  result.row = std::move((*found)->request);
  result.project = call.directory->project(result.row.project);
  if (result.project == nullptr) return std::unexpected(refuse(Reason::not_found));
  return result;
}

std::expected<std::string, net::Reply> stored_bytes(Context& context, store::Snapshot& snapshot) {
  if (snapshot.blob.empty()) return std::move(snapshot.bytes);
  auto bytes = context.engine.blobs().read(snapshot.blob, snapshot_bytes_max + iv_and_tag_bytes);
  if (!bytes) return std::unexpected(internal_error("snapshot.read", bytes.error().what));
  return *std::move(bytes);
}

std::optional<std::string> open_under(const Secret& key, std::string_view sealed) {
  if (sealed.size() < iv_and_tag_bytes) return std::nullopt;
  return crypto::aes_256_gcm_open(key.reveal(), sealed.substr(0, crypto::aead_iv_bytes),
                                  sealed.substr(crypto::aead_iv_bytes), {});
}

net::Reply deliver(std::string bytes, std::string content_type) {
  net::Reply reply = private_reply(std::move(bytes));
  reply.content_type = std::move(content_type);
  return reply;
}

}  // namespace

net::Outcome put_snapshot(Context& context, Call& call) {
  auto request = named(context, call);
  if (!request) return std::move(request.error());
  auto sealing = sealing_of(call.request, request->row, request->project->row.payloads);
  if (!sealing) return std::move(sealing.error());
  core::PutSnapshot command{.project = request->row.project,
                            .request = request->row.id,
                            .content_type = media_type(call.request.header("content-type")),
                            .bytes = std::move(call.request.body),
                            .sealing = *std::move(sealing)};
  return submit(context, std::move(command),
                [](const core::PutSnapshot::Result&) { return json_reply("{}"); });
}

net::Outcome get_snapshot(Context& context, Call& call) {
  const auto request = named(context, call);
  if (!request) return request.error();
  auto found = context.engine.reader().snapshot(request->row.id);
  if (!found) return internal_error("snapshot.read", found.error().what);
  if (!*found) return refuse(Reason::not_found);
  store::Snapshot& snapshot = **found;
  auto bytes = stored_bytes(context, snapshot);
  if (!bytes) return std::move(bytes.error());
  if (snapshot.sealing == "client") return deliver(*std::move(bytes), snapshot.content_type);

  const bool python = call.request.header("user-agent").starts_with("letsping-python/");
  if (snapshot.sealing == "dek" && !python) {
    return deliver(*std::move(bytes), snapshot.content_type);
  }
  const auto dek = context.engine.keys().unwrap(request->row.dek_wrapped);
  if (!dek) return refuse(Reason::not_found);  // erased: its wrap key is destroyed
  auto clear = snapshot.sealing == "dek"
                   ? open_under(core::snapshot_key_of(*dek), *bytes)
                   : core::open_field(dek->reveal(), "snapshot", request->row.id, *bytes);
  if (clear) return deliver(*std::move(clear), std::string(json_type));
  // Sealed under some other key: its owner may still be able to open it.
  if (snapshot.sealing == "dek") return deliver(*std::move(bytes), snapshot.content_type);
  return internal_error("snapshot.open", "a stored snapshot does not open under its key");
}

}  // namespace lp::api
