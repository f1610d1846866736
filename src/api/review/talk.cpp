#include "api/review/talk.h"

#include <algorithm>
#include <utility>

#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/review/requests.h"
#include "api/review/view.h"
#include "api/submit.h"
#include "base/text.h"
#include "core/remark.h"
#include "core/row_seal.h"
#include "json/write.h"
#include "seal/envelope.h"

namespace lp::api {

namespace {

constexpr std::size_t text_characters_max = 4'000;
constexpr std::size_t note_bytes_max = 24 * 1'024;  // the same text, sealed
constexpr std::size_t id_min = 16, id_max = 64;
constexpr std::int64_t version_max = 9'007'199'254'740'991;  // 2^53 - 1

// A request that the session sees, or why not.
std::expected<core::RequestView, net::Reply> seen(Context& context, const Call& call,
                                                  const Session& session) {
  const std::string& id = call.parameter("id");
  if (auto refused = hidden_request(context, *call.directory, id, session)) {
    return std::unexpected(*std::move(refused));
  }
  auto view = context.engine.request(id, {});
  if (!view) return std::unexpected(refuse(view.error()));
  return *std::move(view);
}

// Whether what the server can open of it is shown to this member.
bool opens(const Call& call, const core::RequestView& view, const Session& session) {
  const core::ProjectView* project = call.directory->project(view.rows.request.project);
  return view.rows.request.payload_kind != "plain" ||
         may(session, *project, identity::Right::open_payload);
}

json::Value describe(const core::Directory& directory, const core::Remark& remark) {
  auto value = json::Value::object();
  value.add("kind", core::to_string(remark.kind));
  if (!remark.id.empty()) value.add("id", remark.id);
  value.add("version", remark.version)
      .add("at", to_string(remark.at))
      .add("by", describe_member(directory, remark.member))
      .add("index", remark.leaf_index);
  if (!remark.text.empty()) value.add("text", remark.text);
  if (remark.note.empty()) return value;
  const auto note = json::parse(remark.note);
  if (note) value.add("note", note->root);
  return value;
}

bool is_comment_id(std::string_view id) {
  return id.size() >= id_min && id.size() <= id_max && std::ranges::all_of(id, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-';
         });
}

core::Comment read_comment(Members& body) {
  core::Comment command;
  command.id = body.text("id", {.required = true, .max = id_max});
  if (!is_comment_id(command.id)) body.refuse("id", "must be 16 to 64 letters, digits, - or _");
  const auto version = body.integer("version", 1, version_max);
  if (!version) body.refuse("version", "must be the version that is on screen");
  command.version = static_cast<std::uint64_t>(version.value_or(1));
  command.text = body.text("text", {.max = text_characters_max});
  if (const json::Value* note = body.object("note")) command.note = json::compact(*note);
  if (command.note.size() > note_bytes_max) body.refuse("note", "is too long");
  if (command.note.empty() == command.text.empty()) body.refuse("note", "or text must be there");
  return command;
}

template <typename Command>
net::Outcome send(Context& context, const Call& call, const Session& session, Command command) {
  command.request = call.parameter("id");
  command.member = session.member;
  command.key = session.key;
  static_cast<void>(context.activity.go_on(session.token, context.engine.clock().monotonic_ms()));
  return submit(context, std::move(command),
                [](const typename Command::Result&) { return private_reply("{}"); });
}

// One version that the agent asked: envelope, or plaintext with the key of its commitment.
std::optional<json::Value> describe_version(const Context& context, const core::RequestView& view,
                                            std::uint64_t version, std::string_view payload,
                                            std::string_view commit_key_sealed) {
  const store::Request& row = view.rows.request;
  auto value = json::Value::object();
  value.add("version", version).add("payload_kind", row.payload_kind);
  if (row.payload_kind != "plain") {
    const auto document = json::parse(std::string(payload));
    const auto envelope = document ? seal::read_envelope(document->root)
                                   : std::unexpected(seal::EnvelopeFault::not_an_envelope);
    if (!envelope) return std::nullopt;
    value.add("payload", payload).add("env_sha256", envelope->env_sha256.hex());
    return value;
  }
  const auto dek = context.engine.keys().unwrap(row.dek_wrapped);
  if (!dek) return std::nullopt;
  const auto text = core::open_field(dek->reveal(), "payload", row.id, payload);
  const auto k = core::open_field(dek->reveal(), "commit-key", row.id, commit_key_sealed);
  if (!text || !k) return std::nullopt;
  value.add("payload", *text).add("commit_key", base64(*k));
  return value;
}

net::Reply tampered(const std::string& id) {
  return refuse(core::Refused{
      .fault = core::Fault::row_tampered, .detail = {}, .refusal = std::nullopt, .request = id});
}

// What a member does to a request that they see, as `read` takes it from the body.
template <typename Command>
net::Outcome take(Context& context, Call& call, const Session& session, Command (*read)(Members&)) {
  if (auto refused = hidden_request(context, *call.directory, call.parameter("id"), session)) {
    return *std::move(refused);
  }
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  Members body(document->root, "", refusal);
  Command command = read(body);
  if (refusal) return *std::move(refusal);
  return send(context, call, session, std::move(command));
}

}  // namespace

net::Outcome list_remarks(Context& context, Call& call, const Session& session) {
  const auto view = seen(context, call, session);
  if (!view) return view.error();
  auto value = json::Value::object();
  if (!opens(call, *view, session)) {
    value.add("remarks", json::Value::array()).add("withheld", true);
    return private_reply(json::compact(value));
  }
  const auto remarks = core::remarks_of(context.engine.reader(), context.engine.keys(),
                                        *call.directory, view->rows.request);
  if (!remarks) return refuse(remarks.error());
  json::Array items;
  for (const core::Remark& remark : *remarks) items.push_back(describe(*call.directory, remark));
  value.add("remarks", json::Value::array(std::move(items)));
  return private_reply(json::compact(value));
}

net::Outcome comment(Context& context, Call& call, const Session& session) {
  return take(context, call, session, read_comment);
}

net::Outcome assign(Context& context, Call& call, const Session& session) {
  return take(
      context, call, session, +[](Members& body) {
        core::Assign command;
        command.assignee = body.text("assignee");
        return command;
      });
}

net::Outcome put_off(Context& context, Call& call, const Session& session) {
  return take(
      context, call, session, +[](Members& body) {
        core::PutOff command;
        if (const std::string until = body.text("until"); !until.empty()) {
          command.until = parse_instant(until);
          if (!command.until) body.refuse("until", "must be a time as YYYY-MM-DDThh:mm:ss.mmmZ");
        }
        return command;
      });
}

net::Outcome list_versions(Context& context, Call& call, const Session& session) {
  const auto view = seen(context, call, session);
  if (!view) return view.error();
  const store::Request& row = view->rows.request;
  auto value = json::Value::object();
  if (!opens(call, *view, session)) {
    value.add("versions", json::Value::array()).add("withheld", true);
    return private_reply(json::compact(value));
  }
  auto& reader = context.engine.reader();
  const auto original = reader.original(row.id);
  const auto revisions = reader.revisions(row.id);
  if (!original || !revisions) return internal_error("store.read_failed", "versions");
  if (!*original) return refuse(Reason::not_found);
  Digest asked = core::asked_sha256(**original);
  json::Array items;
  const auto add = [&](std::uint64_t version, std::string_view payload, std::string_view key) {
    auto item = describe_version(context, *view, version, payload, key);
    if (item) items.push_back(*std::move(item));
    return item.has_value();
  };
  if (!add(1, (*original)->payload, (*original)->commit_key_sealed)) return tampered(row.id);
  for (const store::Revision& revision : *revisions) {
    asked = core::asked_sha256(asked, revision);
    if (!add(revision.version, revision.payload, revision.commit_key_sealed)) {
      return tampered(row.id);
    }
  }
  // What stood there before is as well guarded as what stands there now.
  const auto& guarded = view->rows.state.asked_sha256;
  if (guarded && *guarded != asked) return tampered(row.id);
  items.pop_back();  // the newest is the request's own
  value.add("versions", json::Value::array(std::move(items)));
  return private_reply(json::compact(value));
}

}  // namespace lp::api
