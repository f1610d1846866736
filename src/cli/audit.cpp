#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <charconv>

#include "cli/administer.h"
#include "cli/interruption.h"
#include "cli/output_file.h"
#include "cli/progress.h"

namespace lp::cli {
namespace {

struct Flags : AdminFlags {
  std::string project = "default", format, output, from, to;
  bool force = false;
};

constexpr std::string_view no_sense = "The server's answer makes no sense.";

// An export that the log knows of.
struct Begun {
  std::string project, opening, closing;
  std::int64_t event = 0;
  std::uint64_t first = 0, end = 0;
};

std::expected<Begun, int> begin(AdminClient& client, const Flags& flags) {
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
  return Begun{.project = std::string(said.find_string("project").value_or("")),
               .opening = std::string(said.find_string("opening").value_or("")),
               .closing = std::string(said.find_string("closing").value_or("")),
               .event = said.find_integer("event").value_or(0),
               .first = index("first"),
               .end = index("end")};
}

// Writes the page that starts at `at`; where the next one starts. Errors are sentences.
std::expected<std::uint64_t, std::string> copy_page(AdminClient& client, const Begun& begun,
                                                    std::uint64_t at, OutputFile& file) {
  const auto page = client.fetch(
      fmt::format("/admin/exports/{}/{}?at={}", query_escaped(begun.project), begun.event, at));
  if (!page) return std::unexpected(page.error());
  std::uint64_t next = 0;
  for (const auto& [name, value] : page->headers) {
    if (name == "LP-Next") std::from_chars(value.data(), value.data() + value.size(), next);
  }
  if (page->status != 200) {
    const auto refusal = json::parse(page->body);
    return std::unexpected(std::string(
        (refusal ? refusal->root.find_string("message") : std::nullopt).value_or(no_sense)));
  }
  if (next <= at || next > begun.end) return std::unexpected(std::string(no_sense));
  if (const auto written = file.write(page->body); !written) {
    return std::unexpected(written.error().sentence);
  }
  return next;
}

std::expected<void, std::string> copy_pages(AdminClient& client, const Begun& begun,
                                            OutputFile& file) {
  Progress progress(begun.end - begun.first);
  for (std::uint64_t at = begun.first; at < begun.end && !Interruption::came();) {
    const auto next = copy_page(client, begun, at, file);
    if (!next) return std::unexpected(next.error());
    at = *next;
    progress.reach(at - begun.first);
  }
  return {};
}

int interrupted() {
  return fail("Interrupted: no file was made.", exit_interrupted);
}

int copy(AdminClient& client, const Begun& begun, OutputFile& file) {
  auto done = file.write(begun.opening);
  if (!done) return fail(done.error().sentence);
  const auto copied = copy_pages(client, begun, file);
  if (Interruption::came()) return interrupted();
  if (!copied) return fail(copied.error());
  done = file.write(begun.closing);
  if (done) done = file.finish();
  if (!done) return fail(done.error().sentence, done.error().exists ? exit_conflict : exit_error);
  return exit_ok;
}

int export_log(const Flags& flags) {
  auto file = OutputFile::open(
      flags.output, flags.force ? OutputFile::Existing::replace : OutputFile::Existing::refuse);
  if (!file) {
    return fail(file.error().sentence, file.error().exists ? exit_conflict : exit_error);
  }
  const Interruption interruption;
  AdminClient client(flags.place);
  const auto begun = begin(client, flags);
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

}  // namespace

void add_audit(CLI::App& app, Chosen& chosen) {
  auto flags = std::make_shared<Flags>();
  auto* group = app.add_subcommand("audit", "The log as a file, for auditors");
  group->require_subcommand(1);
  auto* command =
      add_admin_command(*group, "export", "Write the log of a project; itself logged first", flags,
                        chosen, export_log);
  add_project_flag(*command, flags->project);
  command->add_option("--format", flags->format, "jsonl: evidence; csv: a view for spreadsheets")
      ->required()
      ->check(CLI::IsMember({"jsonl", "csv"}));
  command->add_option("--output", flags->output, "File, or - for standard output")->required();
  command->add_flag("--force", flags->force, "Replace the file when there is one");
  command->add_option("--from", flags->from, "From this UTC time or day on: 2026-03-01T12:00:00Z");
  command->add_option("--to", flags->to, "Up to this UTC time or day, without it");
}

}  // namespace lp::cli
