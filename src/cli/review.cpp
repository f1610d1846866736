#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>

#include "base/file.h"
#include "cli/administer.h"
#include "core/approver.h"
#include "json/write.h"

namespace lp::cli {
namespace {

constexpr std::size_t edit_bytes_max = 4'194'304;
constexpr std::size_t key_bytes_max = 4'096;

struct Flags : AdminFlags {
  std::string id, edit_file, reason, project, state = "pending";
  bool test_approver = false;
  evidence::Verdict verdict = evidence::Verdict::reject;
};

int list(const Flags& flags) {
  std::string target = "/admin/requests?state=" + flags.state;
  if (!flags.project.empty()) target += "&project=" + query_escaped(flags.project);
  return get_and_print(flags, target, "requests",
                       {"id", "state", "level", "service", "action", "decide_by"});
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

// The member that the test approver stands for: whoever owns its key, which init wrote.
struct TestApprover {
  crypto::P256Key key;
  std::string member;
};
std::expected<TestApprover, std::string> test_approver(AdminClient& client) {
  const auto der = read_secret_file(client.place().test_approver(), key_bytes_max);
  if (!der) {
    return std::unexpected(
        "There is no test approver here: it exists only in directories made with "
        "`letsping init --test`.");
  }
  auto key = crypto::P256Key::from_pkcs8(der->reveal());
  if (!key) return std::unexpected("The test approver's key is damaged.");
  const auto devices = client.get("/admin/devices");
  if (!devices) return std::unexpected(devices.error());
  const json::Value* rows = devices->body().find("devices");
  const std::string id = evidence::key_id(key->spki());
  for (const auto& device : rows == nullptr ? json::Array{} : rows->items()) {
    if (device.find_string("key") != id) continue;
    return TestApprover{*std::move(key), std::string(device.find_string("member").value_or(""))};
  }
  return std::unexpected("The test approver's key is not enrolled here.");
}

std::expected<core::Considered, std::string> consider(const Flags& flags,
                                                      const json::Value& detail) {
  core::Considered considered;
  const json::Value* offered = detail.find("offer");
  const auto offer = offered == nullptr ? std::nullopt : read_offer(*offered);
  if (!offer) return std::unexpected("The server made no offer to decide this request.");
  considered.offer = *offer;
  considered.verdict = flags.verdict;
  considered.payload = detail.find_string("payload").value_or("");
  considered.commit_key = from_base64(detail.find_string("commit_key").value_or("")).value_or("");
  considered.reason = flags.reason;
  if (const char* text = std::getenv("LETSPING_ENCRYPTION_KEY"); text != nullptr && *text != '\0') {
    considered.content_key = seal::ContentKey::from_base64(text);
    if (!considered.content_key) {
      return std::unexpected("LETSPING_ENCRYPTION_KEY is not the base64 of 32 bytes.");
    }
  }
  if (!flags.edit_file.empty()) {
    auto edit = read_file(flags.edit_file, edit_bytes_max);
    if (!edit) return std::unexpected(to_string(edit.error()));
    while (edit->ends_with('\n')) edit->pop_back();
    if (edit->empty()) return std::unexpected(flags.edit_file + " is empty.");
    considered.edit = *std::move(edit);
  }
  return considered;
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
  if (!command.reason.empty()) body.add("reason", command.reason);
  if (!command.edit.empty()) body.add("edit", command.edit);
  return body;
}

int closed(const Answer& detail) {
  const auto state = detail.body().find_string("state").value_or("");
  return fail(fmt::format("It is {} already.", state),
              state == "expired" ? exit_expired : exit_conflict);
}

int decide(const Flags& flags) {
  if (!flags.test_approver) {
    return fail(
        "Deciding here needs --test-approver, in a directory made with `letsping init "
        "--test`. People decide in the dashboard.",
        exit_not_authorised);
  }
  const auto began = std::chrono::steady_clock::now();
  AdminClient client(flags.place);
  const auto approver = test_approver(client);
  if (!approver) return fail(approver.error(), exit_not_authorised);
  const std::string path = "/admin/requests/" + query_escaped(flags.id);
  const auto detail = client.get(path + "?member=" + query_escaped(approver->member) +
                                 "&key=" + evidence::key_id(approver->key.spki()));
  if (!detail) return fail(detail.error());
  if (!detail->ok()) return fail(*detail);
  if (detail->body().find("offer") == nullptr && detail->body().find_string("state") != "pending") {
    return closed(*detail);
  }
  auto considered = consider(flags, detail->body());
  if (!considered) return fail(considered.error());
  considered->dwell_ms =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                     std::chrono::steady_clock::now() - began)
                                     .count());
  crypto::SystemEntropy entropy;
  const auto time = parse_instant(detail->body().find("offer")->find_string("time").value_or(""));
  if (!time) return fail("The offer names no time.");
  const auto signed_decision = core::sign_decision(*considered, approver->key, *time, entropy);
  if (!signed_decision) return fail(sentence(signed_decision.error()), exit_not_authorised);
  const auto answer = client.post(path + "/decision", wire_form(*signed_decision));
  if (!answer) return fail(answer.error());
  if (!answer->ok()) return fail(*answer);
  auto said = json::Value::object();
  said.add("id", flags.id).add("state", answer->body().find_string("state").value_or(""));
  if (const json::Value* decision = answer->body().find("decision")) {
    said.add("decision", *decision);
  }
  print_object(said, flags.json);
  return exit_ok;
}

}  // namespace

void add_review(CLI::App& app, Chosen& chosen) {
  auto flags = std::make_shared<Flags>();
  auto* group = app.add_subcommand("review", "Requests that wait for a person");
  group->require_subcommand(1);
  auto* list_command = group->add_subcommand("list", "List requests");
  add_admin_flags(*list_command, *flags);
  list_command->add_option("--project", flags->project, "Project, by name or id (default: all)");
  list_command->add_option("--state", flags->state, "pending, decided or all")
      ->check(CLI::IsMember({"pending", "decided", "all"}))
      ->capture_default_str();
  list_command->callback([flags, &chosen] { chosen.command = [flags] { return list(*flags); }; });
  const auto add = [&](const char* name, const char* help, evidence::Verdict verdict) {
    auto* command = group->add_subcommand(name, help);
    add_admin_flags(*command, *flags);
    command->add_option("id", flags->id, "req_…")->required();
    command->add_option("--reason", flags->reason, "Why; the server and the agent can read it");
    command->add_flag("--test-approver", flags->test_approver,
                      "Sign with the test approver of a test directory");
    command->callback([flags, verdict, &chosen] {
      flags->verdict = verdict;
      chosen.command = [flags] { return decide(*flags); };
    });
    return command;
  };
  add("approve", "Approve a request; LETSPING_ENCRYPTION_KEY opens its payload",
      evidence::Verdict::approve)
      ->add_option("--edit", flags->edit_file, "JSON file that shall run instead")
      ->check(CLI::ExistingFile);
  add("reject", "Reject a request; possible without the content key", evidence::Verdict::reject);
}

}  // namespace lp::cli
