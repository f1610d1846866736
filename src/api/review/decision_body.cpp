#include "api/review/decision_body.h"

#include <algorithm>

#include "api/errors.h"
#include "api/members.h"
#include "api/review/view.h"
#include "base/id.h"
#include "base/text.h"
#include "evidence/batch.h"
#include "json/write.h"

namespace lp::api {
namespace {

constexpr std::size_t core_bytes_max = 16 * 1'024;
constexpr std::size_t head_bytes_max = 2 * 1'024;
constexpr std::size_t signature_bytes_max = 128;
constexpr std::size_t passkey_part_max = 8 * 1'024;
constexpr std::size_t reason_characters_max = 2'000;
constexpr std::size_t note_bytes_max = 24 * 1'024;
constexpr std::size_t edit_characters_max = 4'000'000;

// The edit must be as strictly JSON as a payload of an ask.
std::optional<net::Reply> read_edit(std::string_view text, core::Decide& command) {
  auto document = json::parse(std::string(text));
  if (!document) return refuse(document.error());
  if (!document->root.is_object()) return refuse_member("/edit", "must hold a JSON object");
  // A published client would run the original (wire.md D-35).
  if (document->root.members().empty()) return refuse(Reason::empty_edit);
  auto envelope = seal::read_envelope(document->root);
  if (envelope) {
    command.edit_envelope = *std::move(envelope);
  } else if (envelope.error() != seal::EnvelopeFault::not_an_envelope) {
    return refuse(envelope.error(), "/edit");
  }
  command.edit = text;
  return std::nullopt;
}

std::string read_signature(Members& members) {
  const std::string text =
      members.text("signature", {.required = true, .max = 2 * signature_bytes_max});
  auto der = from_base64(text);
  if (!der) members.refuse("signature", "must be base64");
  return std::move(der).value_or(std::string());
}

// What a passkey's signature is over besides the core: both parts, or none.
std::optional<core::Decide::Passkey> read_passkey(Members& members) {
  const auto part = [&](std::string_view name) {
    auto bytes = from_base64(members.text(name, {.required = true, .max = passkey_part_max}));
    if (!bytes) members.refuse(name, "must be base64");
    return std::move(bytes).value_or(std::string());
  };
  if (members.find("authenticatorData") == nullptr && members.find("clientDataJSON") == nullptr) {
    return std::nullopt;
  }
  return core::Decide::Passkey{.authenticator_data = part("authenticatorData"),
                               .client_data = part("clientDataJSON")};
}

// A number of another form is no try.
std::string read_number(Members& members) {
  std::string number = members.text("number", {.max = 16});
  const bool digits = std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
  const bool sound = number.empty() || (number.size() == 3 && digits);
  if (!sound) members.refuse("number", "must be the three digits that the program shows");
  return number;
}

void read_items(Members& members, const json::Value* items,
                std::vector<core::DecideBatch::Item>& into,
                std::optional<net::Reply>& refusal) {
  if (items == nullptr || !items->is_array() || items->items().empty() ||
      items->items().size() > evidence::batch_size_max) {
    return members.refuse("items", "must be an array of 1 to 20 decisions");
  }
  for (std::size_t at = 0; at < items->items().size() && !refusal; ++at) {
    const json::Value& item = items->items()[at];
    const std::string pointer = "/items/" + std::to_string(at);
    if (!item.is_object()) {
      refusal = refuse_member(pointer, "must be an object");
      return;
    }
    Members of_item(item, pointer, refusal);
    core::DecideBatch::Item& read = into.emplace_back();
    read.request = of_item.text("request", {.required = true});
    if (!is_id("req", read.request)) of_item.refuse("request", "must be the id of a request");
    read.core = of_item.text("core", {.required = true, .max = core_bytes_max});
  }
}

Reason reason_of(core::NumberRefusal why) {
  using enum core::NumberRefusal;
  switch (why) {
    case needed:
      return Reason::number_needed;
    case wrong:
      return Reason::number_wrong;
    case superseded:
      return Reason::number_superseded;
    case locked:
      return Reason::number_locked;
    case not_asked:
      return Reason::number_not_asked;
  }
  return Reason::number_needed;
}

}  // namespace

std::expected<core::DecideMatched, net::Reply> read_decision(std::string body,
                                                             std::string request) {
  const auto document = read_object(std::move(body));
  if (!document) return std::unexpected(document.error());
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  core::DecideMatched matched;
  core::Decide& command = matched.decide;
  command.request = std::move(request);
  command.core = members.text("core", {.required = true, .max = core_bytes_max});
  command.signature = read_signature(members);
  command.reason = members.text("reason", {.max = reason_characters_max});
  const std::string edit = members.text("edit", {.max = edit_characters_max});
  command.passkey = read_passkey(members);
  if (const json::Value* note = members.object("note")) command.note = json::compact(*note);
  if (command.note.size() > note_bytes_max) members.refuse("note", "is too long");
  matched.number = read_number(members);
  if (refusal) return std::unexpected(*std::move(refusal));
  if (!edit.empty()) {
    if (auto refused = read_edit(edit, command)) return std::unexpected(*std::move(refused));
  }
  return matched;
}

std::expected<core::DecideBatch, net::Reply> read_batch(std::string body) {
  const auto document = read_object(std::move(body));
  if (!document) return std::unexpected(document.error());
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  core::DecideBatch command;
  command.head = members.text("head", {.required = true, .max = head_bytes_max});
  command.signature = read_signature(members);
  command.reason = members.text("reason", {.max = reason_characters_max});
  command.passkey = read_passkey(members);
  read_items(members, members.find("items"), command.items, refusal);
  if (refusal) return std::unexpected(*std::move(refusal));
  return command;
}

net::Reply refuse_decision(Context& context, const core::Refused& refused,
                           const std::string& member, const std::string& key) {
  const bool stale =
      refused.fault == core::Fault::stale || refused.fault == core::Fault::offer_expired;
  const bool closed = refused.refusal == approval::Refusal::already_closed;
  if (!stale && !closed) return refuse(refused);
  const auto view = context.engine.request(refused.request, {});
  if (!view) return refuse(refused);
  const auto directory = context.engine.directory();
  const json::Value detail =
      request_detail(context, *directory, *view, Viewer{.member = member, .key = key});
  if (closed) {
    const json::Value* decision = detail.find("decision");
    return refuse(refused, decision != nullptr ? json::compact(*decision) : std::string());
  }
  net::Reply reply = refuse(refused);
  auto body = json::parse(reply.body);
  if (!body) return reply;
  for (const char* name : {"offer", "passkeys"}) {
    if (const json::Value* offered = detail.find(name)) body->root.add(name, *offered);
  }
  body->root.add("version", view->rows.state.state.version);
  reply.body = json::compact(body->root);
  return reply;
}

net::Reply refuse_number(core::NumberRefusal why, unsigned tries_left) {
  net::Reply reply = refuse(reason_of(why));
  auto body = json::parse(reply.body);
  if (!body) return reply;
  body->root.add("tries_left", std::uint64_t{tries_left});
  reply.body = json::compact(body->root);
  return reply;
}

}  // namespace lp::api
