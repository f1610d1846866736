#include "api/evidence/root_log.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "api/errors.h"
#include "api/evidence/readable_log.h"
#include "api/reply.h"
#include "base/text.h"
#include "core/root_log.h"
#include "json/write.h"
#include "tlog/policy.h"
#include "tlog/tile.h"

namespace lp::api {
namespace {

constexpr std::uint64_t entries_max = 256;

store::Result<std::string> read_tile(store::Reader& reader, const tlog::TileAddress& address) {
  const std::uint64_t first = address.number * tlog::tile_width;
  std::string bytes;
  if (address.entries) {
    const auto entries = reader.anchors(first, address.width);
    if (!entries) return std::unexpected(entries.error());
    for (const store::Anchor& entry : *entries) bytes += tlog::bundle_entry(entry.leaf);
    return bytes;
  }
  const auto hashes = address.level == 0
                          ? reader.anchor_hashes(first, address.width)
                          : reader.anchor_upper_hashes(address.level, first, address.width);
  if (!hashes) return std::unexpected(hashes.error());
  for (const Digest& hash : *hashes) bytes += hash.view();
  return bytes;
}

json::Value describe(const store::Anchor& entry) {
  auto value = json::Value::object();
  value.add("index", entry.index)
      .add("project", entry.project)
      .add("size", entry.size)
      .add("leaf", base64(entry.leaf));
  return value;
}

}  // namespace

net::Outcome root_checkpoint(Context&, Call& call) {
  const auto note = asked_note(call, *call.directory->root);
  if (note == nullptr) return refuse(Reason::not_found);
  net::Reply reply;
  reply.content_type = "text/plain; charset=utf-8";
  reply.body = *note;
  reply.headers.emplace_back("Cache-Control", "no-cache");
  return reply;
}

net::Outcome root_tile(Context& context, Call& call) {
  const auto address = tlog::parse_tile_path(call.parameter("tile"));
  if (!address) return refuse(Reason::not_found);
  const std::uint64_t size = call.directory->root->signed_size;
  if (tlog::tile_entries(*address, size) < address->width) return refuse(Reason::not_found);
  auto bytes = read_tile(context.engine.reader(), *address);
  if (!bytes) return internal_error("log.read", bytes.error().what);
  net::Reply reply;
  reply.content_type = "application/octet-stream";
  reply.body = *std::move(bytes);
  const bool full = address->width == tlog::tile_width;
  reply.headers.emplace_back("Cache-Control",
                             full ? "public, max-age=31536000, immutable" : "no-cache");
  return reply;
}

net::Outcome root_log_head(Context&, Call& call) {
  const core::Directory& directory = *call.directory;
  const auto note = core::newest_note(*directory.root);
  auto value = json::Value::object();
  value.add("origin", core::RootLog::origin_of(directory.log_name, directory.root_log.value_or("")))
      .add("size", directory.root->signed_size.load())
      .add("vkey", directory.root_vkey);
  if (note) value.add("checkpoint", *note);
  return private_reply(json::compact(value));
}

net::Outcome root_log_entries(Context& context, Call& call) {
  std::uint64_t first = 0;
  const std::string text = call.request.query_value("first").value_or("0");
  std::from_chars(text.data(), text.data() + text.size(), first);
  const std::uint64_t size = call.directory->root->signed_size;
  first = std::min(first, size);
  const auto entries = context.engine.reader().anchors(first, std::min(entries_max, size - first));
  if (!entries) return internal_error("store.read_failed", entries.error().what);
  json::Array items;
  for (const auto& entry : *entries) items.push_back(describe(entry));
  auto value = json::Value::object();
  value.add("entries", json::Value::array(std::move(items)));
  return private_reply(json::compact(value));
}

json::Value describe_root(const core::Directory& directory) {
  auto value = json::Value::object();
  value.add("origin", core::RootLog::origin_of(directory.log_name, directory.root_log.value_or("")))
      .add("log_vkeys", json::Value::array({json::Value(directory.root_vkey)}));
  return value;
}

std::optional<json::Value> describe_witnesses(const core::Directory& directory) {
  const auto policy = tlog::Policy::parse(directory.witness_policy.value_or(""));
  const auto threshold = policy ? policy->threshold() : std::nullopt;
  if (!threshold) return std::nullopt;
  json::Array vkeys;
  for (const tlog::CosignerKey& witness : threshold->witnesses) {
    vkeys.emplace_back(witness.to_string());
  }
  auto value = json::Value::object();
  value.add("quorum", threshold->quorum).add("witnesses", json::Value::array(std::move(vkeys)));
  return value;
}

}  // namespace lp::api
