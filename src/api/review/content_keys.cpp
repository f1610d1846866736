#include "api/review/content_keys.h"

#include <algorithm>
#include <set>
#include <utility>

#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/submit.h"
#include "base/text.h"
#include "core/content_keys.h"
#include "json/write.h"

namespace lp::api {
namespace {

constexpr std::size_t spki_max = 512;
constexpr std::size_t signature_max = 512;
constexpr std::size_t document_max = 4'096;
constexpr std::size_t wraps_max = 256;
constexpr std::size_t copy_max = 65'536;

// What is stored of content keys, read in one go.
struct Stored {
  std::vector<store::ContentKey> keys;
  std::vector<store::WrapKey> wrap_keys;
  std::vector<store::WrappedKey> wrapped;
};

std::expected<Stored, net::Reply> read_stored(store::Reader& reader) {
  auto keys = reader.content_keys();
  auto wrap_keys = reader.wrap_keys();
  auto wrapped = reader.wrapped_keys();
  for (const auto* what : {keys ? nullptr : &keys.error(), wrap_keys ? nullptr : &wrap_keys.error(),
                           wrapped ? nullptr : &wrapped.error()}) {
    if (what != nullptr) return std::unexpected(internal_error("store.read_failed", what->what));
  }
  return Stored{
      .keys = *std::move(keys), .wrap_keys = *std::move(wrap_keys), .wrapped = *std::move(wrapped)};
}

bool reads(const core::Directory& directory, const core::ProjectView& project,
           const Session& session) {
  return !session.only_signs_in && !directory.succeeded(project.row.id) &&
         core::reading_device(directory, project, session.key) != nullptr;
}

// With what was wrapped for the device that asks, and for no other.
json::Value describe_key(const Stored& stored, const store::ContentKey& key,
                         const Session& session) {
  auto value = json::Value::object();
  value.add("kid", key.kid)
      .add("epoch", key.epoch)
      .add("made_by", key.made_by)
      .add("created_at", to_string(key.created));
  if (key.retired) value.add("retired_at", to_string(*key.retired));
  if (key.sheet_checked) value.add("sheet_checked_at", to_string(*key.sheet_checked));
  json::Array holders;
  const store::WrappedKey* ours = nullptr;
  for (const auto& row : stored.wrapped) {
    if (row.project != key.project || row.kid != key.kid) continue;
    holders.emplace_back(row.device);
    if (row.device == session.key) ours = &row;
  }
  value.add("holders", json::Value::array(std::move(holders)));
  if (ours != nullptr) {
    value.add("wrapped", json::Value::object()
                             .add("document", ours->document)
                             .add("signature", base64(ours->signature)));
  }
  return value;
}

json::Value describe_device(const core::Directory& directory, const Stored& stored,
                            const store::Device& device) {
  auto value = json::Value::object();
  value.add("key", device.key)
      .add("member", device.member)
      .add("name", directory.members.at(device.member).name)
      .add("created_at", to_string(device.created));
  const auto wrap = std::ranges::find(stored.wrap_keys, device.key, &store::WrapKey::device);
  if (wrap != stored.wrap_keys.end()) {
    value.add("wrap_spki", base64(wrap->spki))
        .add("signature", base64(wrap->signature))
        .add("seen_at", to_string(wrap->seen));
  }
  return value;
}

// A device that may hold the key and does is listed by its id in `holders`; one that may and does
// not is who wants it.
json::Value describe_project(const core::Directory& directory, const Stored& stored,
                             const core::ProjectView& project, const Session& session,
                             std::set<std::string>& devices) {
  json::Array keys, readers;
  for (const auto& key : stored.keys) {
    if (key.project == project.row.id) keys.push_back(describe_key(stored, key, session));
  }
  for (const auto& entry : project.entries) {
    const std::string device = evidence::key_id(entry.spki);
    if (core::reading_device(directory, project, device) == nullptr) continue;
    devices.insert(device);
    readers.emplace_back(device);
  }
  auto value = json::Value::object();
  value.add("id", project.row.id)
      .add("keys", json::Value::array(std::move(keys)))
      .add("devices", json::Value::array(std::move(readers)));
  return value;
}

// The project and the key that a path names, when the session's device reads payloads there.
std::optional<net::Reply> refuse_key(const Call& call, const Session& session) {
  const core::ProjectView* project = call.directory->project(call.parameter("project"));
  if (project == nullptr || !sees(session, *project)) return refuse(Reason::not_found);
  if (!reads(*call.directory, *project, session)) return refuse(Reason::not_permitted);
  return std::nullopt;
}

std::optional<core::HandOverKey::Wrap> read_wrap(const json::Value& item) {
  const auto document = item.find_string("document");
  const auto signature = item.find_string("signature");
  if (!document || !signature || document->size() > document_max) return std::nullopt;
  auto key = seal::WrappedKey::parse(*document);
  auto raw = from_base64(*signature);
  if (!key || !raw || raw->size() > signature_max) return std::nullopt;
  return core::HandOverKey::Wrap{
      .key = *std::move(key), .document = std::string(*document), .signature = *std::move(raw)};
}

std::expected<core::HandOverKey, net::Reply> read_hand_over(std::string body) {
  const auto document = read_object(std::move(body));
  if (!document) return std::unexpected(document.error());
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  core::HandOverKey command;
  command.project = members.text("project", {.required = true});
  command.kid = members.text("kid", {.required = true});
  if (!seal::is_kid(command.kid)) members.refuse("kid", "must be 16 hex characters");
  const json::Value* wraps = members.find("wraps");
  if (wraps == nullptr || !wraps->is_array() || wraps->items().empty() ||
      wraps->items().size() > wraps_max) {
    members.refuse("wraps", "must be an array of 1 to 256");
    return std::unexpected(*std::move(refusal));
  }
  for (const auto& item : wraps->items()) {
    auto wrap = read_wrap(item);
    if (!wrap) {
      members.refuse("wraps", "must hold wrapped keys with their signatures");
      break;
    }
    command.wraps.push_back(*std::move(wrap));
  }
  if (refusal) return std::unexpected(*std::move(refusal));
  return command;
}

}  // namespace

net::Outcome list_content_keys(Context& context, Call& call, const Session& session) {
  const auto stored = read_stored(context.engine.reader());
  if (!stored) return stored.error();
  const core::Directory& directory = *call.directory;
  json::Array projects;
  std::set<std::string> keys;
  for (const auto& [id, project] : directory.projects) {
    if (!sees(session, project) || directory.succeeded(id) || !project.roster) continue;
    projects.push_back(describe_project(directory, *stored, project, session, keys));
  }
  json::Array devices;
  for (const auto& key : keys) {
    devices.push_back(describe_device(directory, *stored, directory.devices.at(key)));
  }
  auto value = json::Value::object();
  value.add("time", to_string(context.engine.clock().now()))
      .add("projects", json::Value::array(std::move(projects)))
      .add("devices", json::Value::array(std::move(devices)));
  return private_reply(json::compact(value));
}

net::Outcome keep_wrap_key(Context& context, Call& call, const Session& session) {
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  auto spki = from_base64(members.text("spki", {.required = true, .max = spki_max}));
  if (!spki) members.refuse("spki", "must be base64");
  auto signature = from_base64(members.text("signature", {.required = true, .max = signature_max}));
  if (!signature) members.refuse("signature", "must be base64");
  if (refusal) return *std::move(refusal);
  if (session.only_signs_in) return refuse(Reason::not_permitted);
  core::KeepWrapKey command{
      .device = session.key, .spki = *std::move(spki), .signature = *std::move(signature)};
  return submit(context, std::move(command),
                [](const core::KeepWrapKey::Result&) { return private_reply("{}"); });
}

net::Outcome hand_over_key(Context& context, Call& call, const Session& session) {
  auto command = read_hand_over(std::move(call.request.body));
  if (!command) return std::move(command.error());
  const core::ProjectView* project = call.directory->project(command->project);
  if (project == nullptr || !sees(session, *project)) return refuse(Reason::not_found);
  if (!reads(*call.directory, *project, session)) return refuse(Reason::not_permitted);
  command->from = session.key;
  return submit(context, *std::move(command), [](const core::HandOverKey::Result& result) {
    return private_reply(json::compact(json::Value::object().add("epoch", result.epoch)));
  });
}

net::Outcome drop_content_key(Context& context, Call& call, const Session& session) {
  if (auto refused = refuse_key(call, session)) return *std::move(refused);
  core::DropContentKey command{
      .project = call.parameter("project"), .kid = call.parameter("kid"), .device = session.key};
  return submit(context, std::move(command),
                [](const core::DropContentKey::Result&) { return private_reply("{}"); });
}

net::Outcome retire_content_key(Context& context, Call& call, const Session& session) {
  if (auto refused = refuse_key(call, session)) return *std::move(refused);
  core::RetireContentKey command{.project = call.parameter("project"),
                                 .kid = call.parameter("kid")};
  return submit(context, std::move(command),
                [](const core::RetireContentKey::Result&) { return private_reply("{}"); });
}

net::Outcome note_recovery_sheet(Context& context, Call& call, const Session& session) {
  if (auto refused = refuse_key(call, session)) return *std::move(refused);
  core::NoteRecoverySheet command{.project = call.parameter("project"),
                                  .kid = call.parameter("kid")};
  return submit(context, std::move(command),
                [](const core::NoteRecoverySheet::Result&) { return private_reply("{}"); });
}

net::Outcome list_key_copies(Context& context, Call&, const Session& session) {
  const auto rows = context.engine.reader().key_copies(session.member);
  if (!rows) return internal_error("store.read_failed", rows.error().what);
  json::Array items;
  for (const auto& row : *rows) {
    items.push_back(json::Value::object()
                        .add("id", row.id)
                        .add("kind", row.kind)
                        .add("document", row.document)
                        .add("created_at", to_string(row.created)));
  }
  auto value = json::Value::object();
  value.add("copies", json::Value::array(std::move(items)));
  return private_reply(json::compact(value));
}

net::Outcome keep_key_copy(Context& context, Call& call, const Session& session) {
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  core::KeepKeyCopy command;
  command.member = session.member;
  command.kind = members.text("kind", {.required = true});
  if (command.kind != "passkey" && command.kind != "passphrase") {
    members.refuse("kind", "must be passkey or passphrase");
  }
  command.document = members.text("document", {.required = true, .max = copy_max});
  if (refusal) return *std::move(refusal);
  return submit(context, std::move(command), [](const core::KeepKeyCopy::Result& result) {
    return private_reply(json::compact(json::Value::object().add("id", result.id)));
  });
}

net::Outcome remove_key_copy(Context& context, Call& call, const Session& session) {
  core::RemoveKeyCopy command{.member = session.member, .id = call.parameter("id")};
  return submit(context, std::move(command),
                [](const core::RemoveKeyCopy::Result&) { return private_reply("{}"); });
}

}  // namespace lp::api
