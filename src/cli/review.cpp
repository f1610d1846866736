#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "cli/administer.h"
#include "cli/attachments.h"
#include "cli/decision.h"
#include "cli/output_file.h"
#include "cli/own_decision.h"
#include "cli/request_page.h"
#include "cli/test_approver.h"
#include "json/write.h"

namespace lp::cli {
namespace {

struct ReviewFlags : AdminFlags, KeyFlags, SecurityKeyFlags {
  std::string id, edit_file, reason, project, state = "pending";
  std::string attachment, out;
  bool test_approver = false, full = false, force = false;
  evidence::Verdict verdict = evidence::Verdict::reject;
};

int list(const ReviewFlags& flags) {
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

int show(const ReviewFlags& flags) {
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

int decide_as_test_approver(const ReviewFlags& flags, const Wish& wish) {
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
  if (wish.verdict == evidence::Verdict::approve) {
    if (const auto unfit = unfit_attachments(client, detail->body(), wish.edit, *key)) {
      return fail(*unfit, exit_not_authorised);
    }
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

int decide(const ReviewFlags& flags) {
  auto edit = read_edit(flags.edit_file);
  if (!edit) return fail(edit.error());
  const Wish wish{.request = flags.id,
                  .verdict = flags.verdict,
                  .reason = flags.reason,
                  .edit = *std::move(edit)};
  return flags.test_approver ? decide_as_test_approver(flags, wish)
                             : decide_by_hand(flags, flags, flags, wish);
}

// The one of this id, or the only one of this name.
std::expected<seal::ListedAttachment, std::string> chosen_attachment(
    const std::vector<seal::ListedAttachment>& all, const std::string& name) {
  const auto of_id = std::ranges::find(all, name, &seal::ListedAttachment::id);
  const auto of_name = std::ranges::find(all, name, &seal::ListedAttachment::name);
  if (std::ranges::count(all, name, &seal::ListedAttachment::name) == 1) return *of_name;
  if (of_id != all.end()) return *of_id;
  return std::unexpected(of_name == all.end()
                             ? "The request has no attachment of this name."
                             : "More than one attachment has this name: give its id.");
}

int save_attachment(const ReviewFlags& flags) {
  const auto key = content_key();
  if (!key) return fail(key.error());
  AdminClient client(flags.place);
  const auto detail = fetch_request(client, flags.id);
  if (!detail) return fail(detail.error());
  if (!detail->ok()) return fail(*detail);
  const auto all = attachments_of(
      detail->body(), read_payload(detail->body().find_string("payload_kind").value_or(""),
                                   current_payload(detail->body()), *key));
  if (!all) return fail(all.error(), exit_not_authorised);
  const auto one = chosen_attachment(*all, flags.attachment);
  if (!one) return fail(one.error(), exit_usage);
  auto file = OutputFile::open(
      flags.out, flags.force ? OutputFile::Existing::replace : OutputFile::Existing::refuse);
  if (!file) {
    return fail(file.error().sentence, file.error().exists ? exit_conflict : exit_error);
  }
  const Sink written = [&file](std::string_view bytes) -> std::expected<void, std::string> {
    if (auto done = file->write(bytes); !done) return std::unexpected(done.error().sentence);
    return {};
  };
  // What goes on at once must have been compared before.
  const Sink nowhere = [](std::string_view) { return std::expected<void, std::string>(); };
  for (const Sink& sink : file->is_standard_output() ? std::vector<Sink>{nowhere, written}
                                                     : std::vector<Sink>{written}) {
    if (auto done = fetch_attachment(client, detail->body(), *one, *key, sink); !done) {
      return fail(done.error(), exit_verification);
    }
  }
  if (auto done = file->finish(); !done) return fail(done.error().sentence);
  if (file->is_standard_output()) return exit_ok;
  auto said = json::Value::object();
  said.add("out", flags.out).add("size", one->size).add("sha256", one->sha256.hex());
  print_object(said, flags.json);
  return exit_ok;
}

void add_list(Command& group, const std::shared_ptr<ReviewFlags>& flags, Chosen& chosen) {
  auto* command = add_admin_command(group, "list", "List requests", flags, chosen, list);
  command->add_option("--project", flags->project, "Project, by name or id (default: all)");
  command->add_option("--state", flags->state, "pending, decided or all")
      ->check(OneOf{{"pending", "decided", "all"}})
      ->capture_default_str();
}

Command* add_decision(Command& group, const std::shared_ptr<ReviewFlags>& flags, Chosen& chosen,
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
  auto flags = std::make_shared<ReviewFlags>();
  auto* group = app.add_subcommand("review", "Requests that wait for a person");
  group->require_subcommand(1);
  add_list(*group, flags, chosen);
  auto* show_command = add_admin_command(
      *group, "show", "Show all of a request; LETSPING_ENCRYPTION_KEY opens its payload", flags,
      chosen, show);
  show_command->add_option("id", flags->id, "req_…")->required();
  show_command->add_flag("--full", flags->full, "Show long values to their end at a terminal, too");
  auto* save = add_admin_command(*group, "attachment",
                                 "Save a file beside a request; LETSPING_ENCRYPTION_KEY opens it",
                                 flags, chosen, save_attachment);
  save->add_option("id", flags->id, "req_…")->required();
  save->add_option("name", flags->attachment, "Its name or id, as `show` lists it")->required();
  save->add_option("--out", flags->out, "File to write")->required();
  save->add_flag("--force", flags->force, "Replace a file that is there");
  add_decision(*group, flags, chosen, evidence::Verdict::approve)
      ->add_option("--edit", flags->edit_file, "JSON file that shall run instead")
      ->check(ExistingFile{});
  add_decision(*group, flags, chosen, evidence::Verdict::reject);
}

}  // namespace lp::cli
