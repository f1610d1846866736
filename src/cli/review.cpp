#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "cli/administer.h"
#include "cli/decision.h"
#include "cli/own_decision.h"
#include "cli/request_page.h"
#include "cli/test_approver.h"
#include "json/write.h"

namespace lp::cli {
namespace {

struct Flags : AdminFlags, KeyFlags, SecurityKeyFlags {
  std::string id, edit_file, reason, project, state = "pending";
  bool test_approver = false, full = false;
  evidence::Verdict verdict = evidence::Verdict::reject;
};

int list(const Flags& flags) {
  std::string target = "/admin/requests?state=" + flags.state;
  if (!flags.project.empty()) target += "&project=" + query_escaped(flags.project);
  AdminClient client(flags.place);
  const auto answer = client.get(target);
  if (!answer) return fail(answer.error());
  if (!answer->ok()) return fail(*answer);
  const json::Value* requests = answer->body().find("requests");
  json::Array rows = requests == nullptr ? json::Array{} : requests->items();
  const json::Value* erased = answer->body().find("erased");
  for (const auto& item : erased == nullptr ? json::Array{} : erased->items()) {
    rows.push_back(item);
    rows.back().add("state", "erased");
  }
  std::ranges::sort(rows, std::ranges::greater{},
                    [](const json::Value& row) { return row.find_string("id").value_or(""); });
  print_rows(rows, {"id", "state", "level", "service", "action", "decide_by"}, flags.json);
  return exit_ok;
}

int show(const Flags& flags) {
  const auto key = content_key();
  if (!key) return fail(key.error());
  AdminClient client(flags.place);
  auto answer = fetch_request(client, flags.id);
  if (!answer) return fail(answer.error());
  if (!answer->ok()) return fail(*answer);
  if (!flags.json) {
    const bool capped = !flags.full && isatty(STDOUT_FILENO) == 1;
    fmt::print("{}", request_page(answer->body(), *key, capped ? Extent::beginnings : Extent::all));
    return exit_ok;
  }
  json::Value detail = answer->body();
  auto reading =
      read_payload(detail.find_string("payload_kind").value_or(""), current_payload(detail), *key);
  if (reading.text) detail.add("plaintext", *reading.text);
  print_object(detail, true);
  return exit_ok;
}

int decide_as_test_approver(const Flags& flags, const Wish& wish) {
  const auto began = std::chrono::steady_clock::now();
  AdminClient client(flags.place);
  const auto approver = test_approver(client);
  if (!approver) return fail(approver.error(), exit_not_authorised);
  const auto key = content_key();
  if (!key) return fail(key.error());
  const auto detail =
      fetch_request(client, wish.request, approver->member, evidence::key_id(approver->key.spki()));
  if (!detail) return fail(detail.error());
  if (!detail->ok()) return fail(*detail);
  if (detail->body().find("offer") == nullptr && detail->body().find_string("state") != "pending") {
    return closed(detail->body());
  }
  auto considered = consider(wish, detail->body(), *key);
  if (!considered) return fail(considered.error());
  considered->dwell_ms =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                     std::chrono::steady_clock::now() - began)
                                     .count());
  const auto sign = [&](core::Decide& command) -> std::expected<void, std::string> {
    core::sign(command, approver->key);
    return {};
  };
  return sign_and_send(client, wish, detail->body(), *considered, sign, flags.json);
}

int decide(const Flags& flags) {
  auto edit = read_edit(flags.edit_file);
  if (!edit) return fail(edit.error());
  const Wish wish{.request = flags.id,
                  .verdict = flags.verdict,
                  .reason = flags.reason,
                  .edit = *std::move(edit)};
  return flags.test_approver ? decide_as_test_approver(flags, wish)
                             : decide_by_hand(flags, flags, flags, wish);
}

void add_list(Command& group, const std::shared_ptr<Flags>& flags, Chosen& chosen) {
  auto* command = add_admin_command(group, "list", "List requests", flags, chosen, list);
  command->add_option("--project", flags->project, "Project, by name or id (default: all)");
  command->add_option("--state", flags->state, "pending, decided or all")
      ->check(OneOf{{"pending", "decided", "all"}})
      ->capture_default_str();
}

Command* add_decision(Command& group, const std::shared_ptr<Flags>& flags, Chosen& chosen,
                      evidence::Verdict verdict) {
  const bool approving = verdict == evidence::Verdict::approve;
  auto* command = group.add_subcommand(
      approving ? "approve" : "reject",
      approving ? "Approve a request; LETSPING_ENCRYPTION_KEY opens its payload"
                : "Reject a request; possible without the content key");
  add_admin_flags(*command, *flags);
  add_key_file(*command, *flags);
  add_security_key(*command, *flags, chosen,
                   "Sign with a security key: its PIN, and a touch; all levels");
  command->add_option("id", flags->id, "req_…")->required();
  command->add_option("--reason", flags->reason, "Why; the server and the agent can read it");
  command->add_flag("--test-approver", flags->test_approver,
                    "Sign with the test approver of a test directory");
  command->callback([flags, verdict, &chosen] {
    flags->verdict = verdict;
    chosen.command = [flags] { return decide(*flags); };
  });
  return command;
}

}  // namespace

void add_review(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<Flags>();
  auto* group = app.add_subcommand("review", "Requests that wait for a person");
  group->require_subcommand(1);
  add_list(*group, flags, chosen);
  auto* show_command = add_admin_command(
      *group, "show", "Show all of a request; LETSPING_ENCRYPTION_KEY opens its payload", flags,
      chosen, show);
  show_command->add_option("id", flags->id, "req_…")->required();
  show_command->add_flag("--full", flags->full, "Show long values to their end at a terminal, too");
  add_decision(*group, flags, chosen, evidence::Verdict::approve)
      ->add_option("--edit", flags->edit_file, "JSON file that shall run instead")
      ->check(ExistingFile{});
  add_decision(*group, flags, chosen, evidence::Verdict::reject);
}

}  // namespace lp::cli
