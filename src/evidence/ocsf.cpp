#include "evidence/ocsf.h"

#include <array>
#include <string_view>
#include <utility>

#include "crypto/hash.h"
#include "json/write.h"

namespace lp::evidence {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view schema_version = "1.9.0";
constexpr std::int64_t application_activity = 6, api_activity = 6'003;
constexpr std::int64_t informational = 1, success = 1, failure = 2, sha_256 = 3, jcs = 2,
                       hex_encoding = 1, unknown = 0;
constexpr std::string_view erased = "erased";

struct Activity {
  std::int64_t id;
  std::string_view name;
};
constexpr Activity create{1, "Create"}, read{2, "Read"}, update{3, "Update"}, remove{4, "Delete"};
constexpr std::int64_t other = 99;

// What the last word of a type does, in the words of the class; every other is `Other`.
constexpr std::array<std::pair<std::string_view, Activity>, 18> activities{{
    {"created"sv, create},
    {"issued"sv, create},
    {"added"sv, create},
    {"opened"sv, create},
    {"commented"sv, create},
    {"viewed"sv, read},
    {"made"sv, read},
    {"revised"sv, update},
    {"changed"sv, update},
    {"rotated"sv, update},
    {"adjusted"sv, update},
    {"edited"sv, update},
    {"fulfilled"sv, update},
    {"disputed"sv, update},
    {"removed"sv, remove},
    {"revoked"sv, remove},
    {"cancelled"sv, remove},
    {"performed"sv, remove},
}};

std::string_view last_word(std::string_view type) {
  return type.substr(type.rfind('.') + 1);
}

Activity activity_of(std::string_view type) {
  for (const auto& [word, activity] : activities) {
    if (last_word(type) == word) return activity;
  }
  return {other, type};
}

json::Value fingerprint(const Digest& sha256) {
  auto value = json::Value::object();
  value.add("algorithm", "SHA-256")
      .add("algorithm_id", sha_256)
      .add("encoding", "Hex")
      .add("encoding_id", hex_encoding)
      .add("value", sha256.hex());
  return value;
}

// The one over an event says how the event was written down.
json::Value record_fingerprint(const Digest& sha256) {
  return fingerprint(sha256).add("serialization", "JCS").add("serialization_id", jcs);
}

json::Value actor_of(const Actor& actor) {
  auto value = json::Value::object();
  if (actor.kind == ActorKind::member) {
    auto user = json::Value::object();
    user.add("uid", actor.id);
    if (!actor.key.empty()) user.add("credential_uid", actor.key);
    return value.add("user", std::move(user));
  }
  if (actor.kind == ActorKind::policy || actor.kind == ActorKind::system) {
    return value.add("app_name", actor.id);
  }
  return value.add("app_uid", actor.id);
}

json::Value api_of(const ExportEntry& entry, const Statement& said) {
  auto api = json::Value::object();
  api.add("operation", to_string(said.type));
  if (said.of_request()) {
    api.add("request", json::Value::object().add("uid", said.stream.id));
  }
  if (entry.asked) {
    api.add("service", json::Value::object().add("name", entry.asked->service));
  }
  return api;
}

json::Value metadata_of(const std::string& uid, std::string_view code, std::string_view origin,
                        std::uint64_t index) {
  auto product = json::Value::object();
  product.add("name", "LetsPing").add("vendor_name", "LetsPing");
  auto value = json::Value::object();
  value.add("event_code", code)
      .add("log_name", origin)
      .add("product", std::move(product))
      .add("profiles", json::Value::array({json::Value("record_integrity")}))
      .add("sequence", index)
      .add("uid", uid)
      .add("version", schema_version);
  return value;
}

json::Value unmapped_of(const ExportEntry& entry, const Statement& said, const json::Value& more) {
  auto value = json::Value::object();
  value.add("actor_kind", to_string(said.actor.kind))
      .add("actor_method", to_string(said.actor.method))
      .add("leaf_hash", entry.leaf_hash.hex());
  if (said.request) {
    value.add("version", said.request->version).add("level", to_string(said.request->level));
  }
  if (entry.asked) value.add("action", entry.asked->action);
  for (const auto& [name, item] : more.members()) value.add(name, item);
  return value;
}

std::string uid_of(std::string_view origin, std::uint64_t index) {
  return std::string(origin) + "/" + std::to_string(index);
}

bool failed(EventType type) {
  return last_word(to_string(type)) == "failed";
}

json::Value event_of(const std::string& uid, const ExportEntry& entry, const Statement& said) {
  const std::string_view type = to_string(said.type);
  const Activity activity = activity_of(type);
  auto event = json::Value::object();
  event.add("activity_id", activity.id)
      .add("activity_name", activity.name)
      .add("actor", actor_of(said.actor))
      .add("api", api_of(entry, said))
      .add("category_uid", application_activity)
      .add("class_uid", api_activity)
      .add("message", std::string(type) + " by " + said.actor.id)
      .add("metadata", metadata_of(uid, type, said.origin, entry.index))
      .add("raw_data", entry.statement)
      .add("raw_data_hash", fingerprint(statement_sha256(entry.statement)))
      .add("severity_id", informational)
      .add("src_endpoint", json::Value::object().add("svc_name", "letsping"))
      .add("status_code", last_word(type))
      .add("status_id", failed(said.type) ? failure : success)
      .add("time", said.time.ms)
      .add("type_uid", api_activity * 100 + activity.id);
  if (entry.asked && entry.asked->reason) event.add("status_detail", *entry.asked->reason);
  return event;
}

}  // namespace

std::string OcsfWriter::line(const ExportEntry& entry, const Statement& said,
                             const json::Value& more) {
  const std::string uid = uid_of(said.origin, entry.index);
  auto event = event_of(uid, entry, said);
  event.add("unmapped", unmapped_of(entry, said, more));
  return chained(uid, said.origin, std::move(event));
}

// Who did what and when went with the statement; the time is that of the erasure.
std::string OcsfWriter::erased_line(const ErasedEntry& entry) {
  const std::string uid = uid_of(entry.origin, entry.index);
  auto unmapped = json::Value::object();
  unmapped.add("erased", true).add("leaf", entry.leaf).add("leaf_hash", entry.leaf_hash.hex());
  auto event = json::Value::object();
  event.add("activity_id", other)
      .add("activity_name", erased)
      .add("actor", json::Value::object().add("app_name", "system"))
      .add("api", json::Value::object().add("operation", erased))
      .add("category_uid", application_activity)
      .add("class_uid", api_activity)
      .add("message", "erased")
      .add("metadata", metadata_of(uid, erased, entry.origin, entry.index))
      .add("severity_id", informational)
      .add("src_endpoint", json::Value::object().add("svc_name", "letsping"))
      .add("status_code", erased)
      .add("status_id", unknown)
      .add("time", entry.erased.ms)
      .add("type_uid", api_activity * 100 + other)
      .add("unmapped", std::move(unmapped));
  return chained(uid, entry.origin, std::move(event));
}

// Gives the event its own hash and that of the one before.
std::string OcsfWriter::chained(const std::string& uid, std::string_view origin,
                                json::Value event) {
  auto attestation = json::Value::object();
  attestation.add("authority_uid", origin).add("chain_uid", chain_);
  if (previous_) {
    auto before = json::Value::object();
    before.add("uid", previous_->uid)
        .add("type_uid", previous_->type)
        .add("fingerprint", record_fingerprint(previous_->fingerprint));
    attestation.add("prev_event", std::move(before));
  }
  // Over all but itself, as the profile says.
  event.add("attestation", attestation);
  const Digest sha256 = crypto::sha256(json::canonical(event));
  event.members().back().second = attestation.add("fingerprint", record_fingerprint(sha256));
  previous_ = {.uid = uid, .type = *event.find_integer("type_uid"), .fingerprint = sha256};
  return json::canonical(event) + "\n";
}

}  // namespace lp::evidence
