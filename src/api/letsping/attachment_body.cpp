#include "api/letsping/attachment_body.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "api/errors.h"

namespace lp::api {

namespace {

using seal::DeclaredAttachment;

constexpr std::int64_t size_max = 9'007'199'254'740'991;  // 2^53 - 1: a larger one is no number

std::optional<std::vector<Digest>> read_hashes(const json::Value* given) {
  if (given == nullptr || !given->is_array()) return std::nullopt;
  std::vector<Digest> hashes;
  for (const json::Value& item : given->items()) {
    const auto hash = item.is_string() ? Digest::from_hex(item.as_string()) : std::nullopt;
    if (!hash) return std::nullopt;
    hashes.push_back(*hash);
  }
  return hashes;
}

// What is told of one in clear is told to the server; the payload is the place for it.
void refuse_clear_names(Members& item) {
  for (const std::string_view name : {"name", "type", "sha256"}) {
    if (item.find(name) != nullptr) {
      item.refuse(name, "stands in the payload's _lp_attachments, which the server cannot read");
    }
  }
}

DeclaredAttachment read_one(Members& item, bool sealed) {
  DeclaredAttachment declared;
  declared.id = item.text("id", {.required = true, .max = 32});
  if (!seal::is_attachment_id(declared.id)) {
    item.refuse("id", "must be at most 32 lower-case letters and digits");
  }
  const std::int64_t size_min = sealed ? std::int64_t{crypto::aead_tag_bytes} : 0;
  const auto size = item.integer("size", size_min, size_max);
  if (!size) item.refuse("size", "must be the number of bytes that will be uploaded");
  declared.size = static_cast<std::uint64_t>(size.value_or(0));
  auto hashes = read_hashes(item.find("pieces"));
  if (!hashes) item.refuse("pieces", "must be the SHA-256 of each piece, in hex");
  if (hashes) declared.pieces = *std::move(hashes);
  if (sealed) refuse_clear_names(item);
  return declared;
}

net::Reply too_large(std::string_view what) {
  return refuse(Reason::attachment_too_large, what);
}

std::optional<net::Reply> out_of_bounds(const std::vector<DeclaredAttachment>& all, bool sealed) {
  std::uint64_t total = 0;
  for (const auto& one : all) {
    const std::uint64_t max = sealed ? seal::sealed_attachment_size(seal::attachment_bytes_max)
                                     : seal::attachment_bytes_max;
    if (one.size > max) return too_large(fmt::format("{} has {} bytes", one.id, one.size));
    total += one.size;
  }
  if (total > seal::attachments_bytes_max) {
    return too_large(fmt::format("together they have {} bytes", total));
  }
  return std::nullopt;
}

}  // namespace

std::vector<DeclaredAttachment> read_attachments(Members& body, bool sealed,
                                                 std::optional<net::Reply>& refusal) {
  std::vector<DeclaredAttachment> all;
  const json::Value* given = body.find("attachments");
  if (given == nullptr || refusal) return all;
  if (!given->is_array()) {
    body.refuse("attachments", "must be an array");
    return all;
  }
  if (given->items().size() > seal::attachments_max) {
    refusal = too_large(fmt::format("they are {}", given->items().size()));
    return all;
  }
  for (std::size_t i = 0; i < given->items().size() && !refusal; ++i) {
    const std::string pointer = fmt::format("/attachments/{}", i);
    const json::Value& item = given->items()[i];
    if (!item.is_object()) {
      refusal = refuse_member(pointer, "must be an object");
      break;
    }
    Members members(item, pointer, refusal);
    DeclaredAttachment one = read_one(members, sealed);
    if (std::ranges::find(all, one.id, &DeclaredAttachment::id) != all.end()) {
      members.refuse("id", "must not be that of another");
    }
    all.push_back(std::move(one));
  }
  if (!refusal) refusal = out_of_bounds(all, sealed);
  for (std::size_t i = 0; i < all.size() && !refusal; ++i) {
    if (all[i].pieces.size() == seal::uploaded_pieces(all[i].size, sealed)) continue;
    refusal = refuse_member(fmt::format("/attachments/{}/pieces", i),
                            fmt::format("must be {} hashes for {} bytes",
                                        seal::uploaded_pieces(all[i].size, sealed), all[i].size));
  }
  return all;
}

std::optional<net::Reply> refuse_unlisted(const json::Value& payload,
                                          const std::vector<DeclaredAttachment>& declared) {
  const auto listed = seal::listed_attachments(payload, false);
  if (!listed) return refuse(Reason::attachments_mismatch, listed.error());
  if (const auto why = seal::attachments_differ(*listed, declared, false)) {
    return refuse(Reason::attachments_mismatch, *why);
  }
  return std::nullopt;
}

}  // namespace lp::api
