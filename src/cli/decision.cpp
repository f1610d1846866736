#include "cli/decision.h"

#include <fmt/core.h>

#include <cstdlib>

#include "base/file.h"
#include "base/text.h"
#include "cli/administer.h"
#include "cli/request_page.h"
#include "crypto/hash.h"
#include "json/write.h"

namespace lp::cli {
namespace {

constexpr std::size_t edit_bytes_max = 4'194'304;

std::string path_of(const std::string& id) {
  return "/admin/requests/" + query_escaped(id);
}

// The core as the server offers it; nothing when a member is missing or malformed.
std::optional<evidence::DecisionCore> read_offer(const json::Value& offer) {
  evidence::DecisionCore core;
  const auto text = [&](std::string_view name) {
    return std::string(offer.find_string(name).value_or(""));
  };
  const auto digest = [&](std::string_view name) { return Digest::from_hex(text(name)); };
  const json::Value* payload = offer.find("payload");
  const auto version = offer.find_integer("version");
  const auto level = evidence::level(text("level"));
  const auto expires = parse_instant(text("expires_at"));
  const auto reference =
      payload == nullptr ? std::nullopt : evidence::PayloadRef::from_json(*payload);
  const auto request = digest("request_sha256"), policy = digest("policy_sha256"),
             roster = digest("roster_sha256"), rule = digest("rule_sha256");
  if (!version || *version < 1 || !level || !expires || !reference || !request || !policy ||
      !roster || !rule) {
    return std::nullopt;
  }
  core.aud = text("aud");
  core.request_id = text("request_id");
  core.version = static_cast<std::uint64_t>(*version);
  core.request_sha256 = *request;
  core.payload = *reference;
  core.level = *level;
  core.policy_sha256 = *policy;
  core.roster_sha256 = *roster;
  core.rule_sha256 = *rule;
  core.approver = text("approver");
  core.key = text("key");
  core.nonce = text("nonce");
  core.expires_at = *expires;
  return core;
}

std::string sentence(core::ApproverFault fault) {
  switch (fault) {
    case core::ApproverFault::no_content_key:
      return "The payload is encrypted and LETSPING_ENCRYPTION_KEY is not set: what cannot be read "
             "here can be rejected, not approved.";
    case core::ApproverFault::wrong_content_key:
      return "LETSPING_ENCRYPTION_KEY does not open this payload: the agent used another key, or "
             "the payload was changed.";
    case core::ApproverFault::not_the_payload:
      return "The payload is not the one that the offer names.";
    case core::ApproverFault::not_an_edit:
      return "An edit is a JSON object with members. To stop the action, reject it.";
  }
  return {};
}

json::Value wire_form(const core::Decide& command) {
  auto body = json::Value::object();
  body.add("core", command.core).add("signature", base64(command.signature));
  if (command.passkey) {
    body.add("authenticatorData", base64(command.passkey->authenticator_data))
        .add("clientDataJSON", base64(command.passkey->client_data));
  }
  if (!command.reason.empty()) body.add("reason", command.reason);
  if (!command.edit.empty()) body.add("edit", command.edit);
  return body;
}

}  // namespace

std::expected<std::optional<seal::ContentKey>, std::string> content_key() {
  const char* text = std::getenv("LETSPING_ENCRYPTION_KEY");
  if (text == nullptr || *text == '\0') return std::nullopt;
  auto key = seal::ContentKey::from_base64(text);
  if (!key) return std::unexpected("LETSPING_ENCRYPTION_KEY is not the base64 of 32 bytes.");
  return key;
}

std::expected<std::string, std::string> read_edit(const std::string& path) {
  if (path.empty()) return {};
  auto edit = read_file(path, edit_bytes_max);
  if (!edit) return std::unexpected(to_string(edit.error()));
  while (edit->ends_with('\n')) edit->pop_back();
  if (edit->empty()) return std::unexpected(path + " is empty.");
  return *std::move(edit);
}

std::expected<Answer, std::string> fetch_request(AdminClient& client, const std::string& id,
                                                 std::string_view member, std::string_view key) {
  std::string target = path_of(id);
  if (!member.empty()) {
    target += "?member=" + query_escaped(member) + "&key=" + query_escaped(key);
  }
  return client.get(target);
}

std::expected<core::Considered, std::string> consider(const Wish& wish, const json::Value& detail,
                                                      const std::optional<seal::ContentKey>& key) {
  core::Considered considered;
  const json::Value* offered = detail.find("offer");
  const auto offer = offered == nullptr ? std::nullopt : read_offer(*offered);
  if (!offer) {
    const json::Value* eligibility = detail.find("eligibility");
    const auto why = eligibility == nullptr ? std::nullopt : eligibility->find_string("why");
    return std::unexpected(std::string(why.value_or("The server made no offer to decide this.")));
  }
  considered.offer = *offer;
  considered.verdict = wish.verdict;
  considered.payload = current_payload(detail);
  considered.commit_key = from_base64(detail.find_string("commit_key").value_or("")).value_or("");
  considered.content_key = key;
  considered.reason = wish.reason;
  considered.edit = wish.edit;
  return considered;
}

int sign_and_send(AdminClient& client, const Wish& wish, const json::Value& detail,
                  const core::Considered& considered,
                  const std::function<std::expected<void, std::string>(core::Decide&)>& sign,
                  bool json) {
  crypto::SystemEntropy entropy;
  const auto time = parse_instant(detail.find("offer")->find_string("time").value_or(""));
  if (!time) return fail("The offer names no time.");
  auto command = core::build_decision(considered, *time, entropy);
  if (!command) return fail(sentence(command.error()), exit_not_authorised);
  if (const auto done = sign(*command); !done) return fail(done.error(), exit_not_authorised);
  json::Value body = wire_form(*command);
  if (!wish.number.empty()) body.add("number", wish.number);
  const auto answer = client.post(path_of(wish.request) + "/decision", body);
  if (!answer) return fail(answer.error());
  if (!answer->ok()) return fail(*answer);
  auto said = json::Value::object();
  said.add("id", wish.request).add("state", answer->body().find_string("state").value_or(""));
  if (const json::Value* decision = answer->body().find("decision")) {
    said.add("decision", *decision);
  }
  print_object(said, json);
  return exit_ok;
}

int closed(const json::Value& detail) {
  const auto state = detail.find_string("state").value_or("");
  return fail(fmt::format("It is {} already.", state),
              state == "expired" ? exit_expired : exit_conflict);
}

}  // namespace lp::cli
