#include "api/review/passkeys.h"

#include <algorithm>
#include <utility>

#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/review/passkey_making.h"
#include "api/review/passkey_place.h"
#include "api/review/roster_body.h"
#include "api/submit.h"
#include "base/text.h"
#include "core/passkeys.h"
#include "crypto/p256.h"
#include "identity/passkey_registration.h"
#include "json/write.h"

namespace lp::api {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view tag = "lp-passkey/1\0"sv;
constexpr std::size_t signature_max = 512;

bool is_purpose(std::string_view text) {
  return text == core::decision_purpose || text == core::login_purpose;
}

struct Made {
  std::string purpose, signature;
  MadePasskey passkey;
};

std::expected<Made, net::Reply> read_made(std::string text) {
  const auto document = read_object(std::move(text));
  if (!document) return std::unexpected(document.error());
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  Made made;
  made.purpose = members.text("purpose", {.required = true});
  if (!is_purpose(made.purpose)) members.refuse("purpose", "must be decision or login");
  made.passkey = read_made_passkey(members);
  made.signature = read_binary(members, "signature", {.max = signature_max});
  if (refusal) return std::unexpected(*std::move(refusal));
  return made;
}

net::Outcome propose(Context& context, const core::DirectoryPtr& directory,
                     evidence::RosterWish wish) {
  return submit(context, core::ProposeRoster{.wish = std::move(wish)},
                [&context, directory](const core::ProposeRoster::Result& result) {
                  auto value = describe_proposal(context, *directory, result.proposal);
                  if (!value) return std::move(value.error());
                  return private_reply(json::compact(*value));
                });
}

// Whether the device key of the session stands behind it: a cookie alone brings no key along.
bool vouched(const core::Directory& directory, const Session& session, std::string_view spki,
             std::string_view signature) {
  const auto device = directory.devices.find(session.key);
  if (device == directory.devices.end() || device->second.key_class != "device") return false;
  auto said = json::Value::object();
  said.add("member", session.member).add("purpose", core::login_purpose).add("spki", base64(spki));
  return crypto::p256_verify(device->second.spki, std::string(tag) + json::canonical(said),
                             signature);
}

net::Outcome add_to_sign_in(Context& context, Call& call, const Session& session,
                            const PasskeyPlace& place, identity::Registration registration,
                            const std::string& signature) {
  if (!vouched(*call.directory, session, registration.spki, signature)) {
    return refuse(Reason::bad_signature);
  }
  core::AddLoginPasskey command{.passkey = {.key = {},
                                            .member = session.member,
                                            .purpose = {},
                                            .credential = std::move(registration.credential),
                                            .spki = std::move(registration.spki),
                                            .rp_id = place.rp_id,
                                            .origin = place.origin,
                                            .aaguid = std::move(registration.aaguid),
                                            .backup_eligible = registration.backup_eligible,
                                            .backed_up = registration.backed_up,
                                            .counter = registration.counter,
                                            .created = {},
                                            .removed = {},
                                            .flagged = {}},
                                .by = session.key};
  return submit(context, std::move(command), [](const core::AddLoginPasskey::Result& result) {
    return private_reply(json::compact(json::Value::object().add("key", result.key)));
  });
}

json::Value describe_passkey(const core::Directory& directory, const store::Passkey& row) {
  auto value = json::Value::object();
  value.add("key", row.key)
      .add("purpose", row.purpose)
      .add("rp_id", row.rp_id)
      .add("origin", row.origin)
      .add("aaguid", row.aaguid)
      .add("synced", row.backup_eligible)
      .add("created_at", to_string(row.created));
  if (row.flagged) value.add("flagged_at", to_string(*row.flagged));
  if (row.purpose != core::decision_purpose) return value;
  json::Array projects;
  for (const auto& [id, project] : directory.projects) {
    const bool counts = project.entry_of(row.member, row.key) != nullptr;
    if (counts && !directory.succeeded(id)) projects.emplace_back(id);
  }
  value.add("projects", json::Value::array(std::move(projects)));
  return value;
}

}  // namespace

net::Outcome list_passkeys(Context& context, Call& call, const Session& session) {
  json::Array items;
  for (const auto& [key, row] : call.directory->passkeys) {
    if (row.member != session.member || row.removed) continue;
    items.push_back(describe_passkey(*call.directory, row));
  }
  auto value = json::Value::object();
  value.add("passkeys", json::Value::array(std::move(items)));
  if (const auto place = passkey_place(context.public_url, call.request)) {
    value.add("rp_id", place->rp_id);
  }
  return private_reply(json::compact(value));
}

net::Outcome begin_passkey(Context& context, Call& call, const Session& session) {
  const auto document = read_object(std::move(call.request.body));
  if (!document) return document.error();
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  const std::string purpose = members.text("purpose", {.required = true});
  if (!is_purpose(purpose)) members.refuse("purpose", "must be decision or login");
  if (refusal) return *std::move(refusal);
  const auto place = passkey_place(context.public_url, call.request);
  if (!place) return refuse(Reason::passkey_place);
  return private_reply(
      json::compact(passkey_terms(context, *call.directory, session.member, purpose, *place)));
}

net::Outcome add_passkey(Context& context, Call& call, const Session& session) {
  const auto place = passkey_place(context.public_url, call.request);
  if (!place) return refuse(Reason::passkey_place);
  const auto made = read_made(std::move(call.request.body));
  if (!made) return made.error();
  auto registration = check_made(context, made->passkey, *place);
  if (!registration) return std::move(registration.error());
  if (made->purpose == core::decision_purpose) {
    return propose(context, call.directory,
                   passkey_wish(session.member, *place, *std::move(registration)));
  }
  return add_to_sign_in(context, call, session, *place, *std::move(registration), made->signature);
}

net::Outcome remove_passkey(Context& context, Call& call, const Session& session) {
  const auto found = call.directory->passkeys.find(call.parameter("key"));
  if (found == call.directory->passkeys.end() || found->second.member != session.member) {
    return refuse(Reason::not_found);
  }
  const store::Passkey& row = found->second;
  if (row.purpose == core::login_purpose) {
    core::RemoveLoginPasskey command{.member = session.member, .key = row.key, .by = session.key};
    return submit(context, std::move(command),
                  [](const core::RemoveLoginPasskey::Result&) { return private_reply("{}"); });
  }
  evidence::RosterWish wish;
  wish.act = evidence::RosterAct::revoke_device;
  wish.member = session.member;
  wish.spki = row.spki;
  return propose(context, call.directory, std::move(wish));
}

}  // namespace lp::api
