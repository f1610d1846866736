#include <fmt/core.h>

#include "cli/administer.h"

namespace lp::cli {
namespace {

struct ReceiptFlags : PlaceFlags {
  std::string what, project = "default", format = "json", from_roster;
};

int print_receipt(const ReceiptFlags& flags) {
  AdminClient client(flags.place);
  std::string target =
      fmt::format("/admin/receipts/{}?project={}&format={}", query_escaped(flags.what),
                  query_escaped(flags.project), query_escaped(flags.format));
  if (!flags.from_roster.empty()) target += "&from_roster=" + query_escaped(flags.from_roster);
  auto reply = client.fetch(target);
  if (!reply) return fail(reply.error());
  if (reply->status != 200) {
    auto document = json::parse(std::move(reply->body));
    if (!document) return fail("The server's answer is not JSON.");
    return fail(Answer{.status = reply->status, .document = *std::move(document)});
  }
  // The exact bytes: whoever verifies counts each of them.
  fmt::print("{}{}", reply->body, reply->body.ends_with('\n') ? "" : "\n");
  return exit_ok;
}

}  // namespace

void add_receipt(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<ReceiptFlags>();
  auto* command = app.add_subcommand("receipt", "Print the receipt of a decision, or of any event");
  add_place(*command, *flags);
  command
      ->add_option(
          "WHAT", flags->what,
          "A request (its decision, or before one that it was asked), or the index or leaf "
          "hash of an event")
      ->required();
  command
      ->add_option("--project", flags->project, "Project, by name or id, of an index or leaf hash")
      ->capture_default_str();
  command->add_option("--format", flags->format, "json, tlog-proof, sigstore or jws")
      ->capture_default_str();
  command->add_option("--from-roster", flags->from_roster,
                      "Leave out the versions of the roster before this one");
  command->callback(
      [flags, &chosen] { chosen.command = [flags] { return print_receipt(*flags); }; });
}

}  // namespace lp::cli
