#include <fmt/core.h>

#include <charconv>
#include <optional>
#include <utility>

#include "cli/administer.h"
#include "cli/interruption.h"
#include "cli/output_file.h"
#include "cli/progress.h"
#include "cli/verify.h"

namespace lp::cli {
namespace {

struct AuditFlags : AdminFlags {
  std::string project = "default", format, output, from, to;
  bool force = false;
};

constexpr std::string_view no_sense = "The server's answer makes no sense.";

// An export under way.
struct Begun {
  std::string id;
  std::uint64_t first = 0, end = 0;
  std::uint64_t event = 0;  // once the log has it
};

std::expected<Begun, int> begin(AdminClient& client, const AuditFlags& flags) {
  auto body = json::Value::object();
  body.add("project", flags.project).add("format", flags.format);
  if (!flags.from.empty()) body.add("from", flags.from);
  if (!flags.to.empty()) body.add("to", flags.to);
  const auto answer = client.post("/admin/exports", body);
  if (!answer) return std::unexpected(fail(answer.error()));
  if (!answer->ok()) return std::unexpected(fail(*answer));
  const json::Value& said = answer->body();
  const auto index = [&](std::string_view name) {
    return static_cast<std::uint64_t>(said.find_integer(name).value_or(0));
  };
  return Begun{.id = std::string(said.find_string("id").value_or("")),
               .first = index("first"),
               .end = index("end")};
}

// What a step says of itself beside its bytes.
struct Said {
  std::uint64_t done = 0, work = 0, event = 0;
  bool last = false;
};

Said read_fields(const net::Headers& headers) {
  Said said;
  for (const auto& [name, value] : headers) {
    for (const auto& [field, slot] :
         {std::pair{"LP-Done", &said.done}, std::pair{"LP-Work", &said.work},
          std::pair{"LP-Event", &said.event}}) {
      if (name == field) std::from_chars(value.data(), value.data() + value.size(), *slot);
    }
    if (name == "LP-Last") said.last = true;
  }
  return said;
}

// Errors are sentences.
std::expected<Said, std::string> copy_step(AdminClient& client, const Begun& begun,
                                           OutputFile& file) {
  const auto step = client.fetch("/admin/exports/" + query_escaped(begun.id));
  if (!step) return std::unexpected(step.error());
  if (step->status != 200) {
    const auto refusal = json::parse(step->body);
    return std::unexpected(std::string(
        (refusal ? refusal->root.find_string("message") : std::nullopt).value_or(no_sense)));
  }
  if (const auto written = file.write(step->body); !written) {
    return std::unexpected(written.error().sentence);
  }
  return read_fields(step->headers);
}

std::expected<void, std::string> copy_steps(AdminClient& client, Begun& begun, OutputFile& file) {
  std::optional<Progress> progress;
  for (bool last = false; !last && !Interruption::came();) {
    const auto said = copy_step(client, begun, file);
    if (!said) return std::unexpected(said.error());
    if (!progress) progress.emplace(said->work);
    progress->reach(said->done);
    begun.event = said->event;
    last = said->last;
  }
  return {};
}

int interrupted() {
  return fail("Interrupted: no file was made.", exit_interrupted);
}

int copy(AdminClient& client, Begun& begun, OutputFile& file) {
  const auto copied = copy_steps(client, begun, file);
  if (Interruption::came()) return interrupted();
  if (!copied) return fail(copied.error());
  const auto done = file.finish();
  if (!done) return fail(done.error().sentence, done.error().exists ? exit_conflict : exit_error);
  return exit_ok;
}

int export_log(const AuditFlags& flags) {
  auto file = OutputFile::open(
      flags.output, flags.force ? OutputFile::Existing::replace : OutputFile::Existing::refuse);
  if (!file) {
    return fail(file.error().sentence, file.error().exists ? exit_conflict : exit_error);
  }
  const Interruption interruption;
  AdminClient client(flags.place);
  auto begun = begin(client, flags);
  if (Interruption::came()) return interrupted();
  if (!begun) return begun.error();
  if (const int status = copy(client, *begun, *file); status != exit_ok) return status;
  if (file->is_standard_output()) return exit_ok;
  auto said = json::Value::object();
  said.add("output", flags.output)
      .add("entries", begun->end - begun->first)
      .add("first", begun->first)
      .add("event", begun->event);
  print_object(said, flags.json);
  return exit_ok;
}

void add_export(Command& group, Chosen& chosen) {
  auto flags = std::make_shared<AuditFlags>();
  auto* command =
      add_admin_command(group, "export", "Write the log of a project; itself logged first", flags,
                        chosen, export_log);
  add_project_flag(*command, flags->project);
  command
      ->add_option("--format", flags->format,
                   "bundle: evidence that `audit verify` judges; jsonl: the same entries as lines; "
                   "csv, ocsf: views for spreadsheets and for security tools")
      ->required()
      ->check(OneOf{{"bundle", "jsonl", "csv", "ocsf"}});
  command->add_option("--output", flags->output, "File, or - for standard output")->required();
  command->add_flag("--force", flags->force, "Replace the file when there is one");
  command->add_option("--from", flags->from, "From this UTC time or day on: 2026-03-01T12:00:00Z");
  command->add_option("--to", flags->to, "Up to this UTC time or day, without it");
}

void add_audit_verify(Command& group, Chosen& chosen) {
  auto flags = std::make_shared<VerifyFlags>();
  auto* command = group.add_subcommand(
      "verify", "Check a bundle: is it the log, whole and unchanged, as people decided?");
  command->add_option("BUNDLE", flags->files, "A file of `audit export --format bundle`, or -")
      ->required();
  add_verify_flags(*command, *flags);
  flags->bundle = true;
  command->footer(
      "Runs letsping-verify, a small program of its own that needs no server and no data "
      "directory.\n"
      "Exit status: 0 VALID, 20 ERASED in part, 30 INDETERMINATE, 40 INVALID: the largest of "
      "many.");
  command->callback(
      [flags, &chosen] { chosen.command = [flags] { return run_verifier(*flags); }; });
}

}  // namespace

void add_audit(Command& app, Chosen& chosen) {
  auto* group = app.add_subcommand("audit", "The log as a file, for auditors");
  group->require_subcommand(1);
  add_export(*group, chosen);
  add_audit_verify(*group, chosen);
}

}  // namespace lp::cli
