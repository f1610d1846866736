#include <fmt/core.h>
#include <sys/stat.h>

#include "base/id.h"
#include "base/text.h"
#include "cli/administer.h"
#include "cli/own_key.h"
#include "core/approver.h"
#include "crypto/hash.h"

namespace lp::cli {
namespace {

struct SetupFlags : AdminFlags, KeyFlags {
  std::string name;
};

// What the server says is to be signed.
struct Terms {
  std::string token, log_name, member;
  Instant time;
  std::vector<core::ProjectView> projects;
};

// The members of a roster that the project decides. Nothing when the answer makes no sense, as an
// origin that is not the project's own would.
std::optional<core::ProjectView> read_project(const json::Value& value, const Terms& terms) {
  core::ProjectView project;
  project.row.id = value.find_string("id").value_or("");
  project.row.name = value.find_string("name").value_or("");
  project.row.origin = value.find_string("origin").value_or("");
  const json::Value* issuer = value.find("issuer");
  const json::Value* log = value.find("log");
  const bool one_key_each = issuer != nullptr && issuer->is_array() &&
                            issuer->items().size() == 1 && log != nullptr && log->is_array() &&
                            log->items().size() == 1;
  if (!one_key_each || project.row.origin != terms.log_name + "/p/" + id_hex(project.row.id)) {
    return std::nullopt;
  }
  project.issuer_spki =
      from_base64(issuer->items()[0].find_string("spki").value_or("")).value_or("");
  project.log_vkey = log->items()[0].find_string("vkey").value_or("");
  if (project.issuer_spki.empty() || project.log_vkey.empty()) return std::nullopt;
  return project;
}

// The marks that first_roster_head does not set by itself.
std::vector<std::string> read_marks(const json::Value& value) {
  std::vector<std::string> marks;
  const json::Value* items = value.find("marks");
  for (const auto& mark : items != nullptr && items->is_array() ? items->items() : json::Array{}) {
    if (mark.is_string() && mark.as_string() != "self_enrolled") marks.push_back(mark.as_string());
  }
  return marks;
}

std::optional<Terms> read_terms(const json::Value& value, std::string token) {
  Terms terms;
  terms.token = std::move(token);
  terms.member = value.find_string("member").value_or("");
  const auto time = parse_instant(value.find_string("time").value_or(""));
  const json::Value* projects = value.find("projects");
  if (terms.member.empty() || !time || projects == nullptr || !projects->is_array() ||
      projects->items().empty()) {
    return std::nullopt;
  }
  terms.time = *time;
  const std::string_view origin = projects->items()[0].find_string("origin").value_or("");
  terms.log_name = origin.substr(0, origin.rfind("/p/"));
  for (const auto& item : projects->items()) {
    auto project = read_project(item, terms);
    if (!project) return std::nullopt;
    project->marks = read_marks(value);
    terms.projects.push_back(*std::move(project));
  }
  return terms;
}

std::expected<Terms, int> begin(AdminClient& client) {
  const auto token = client.post("/admin/setup-token", json::Value::object());
  if (!token) return std::unexpected(fail(token.error()));
  if (!token->ok()) return std::unexpected(fail(*token));
  auto body = json::Value::object();
  std::string text(token->body().find_string("token").value_or(""));
  body.add("token", text);
  const auto begun = client.post("/admin/setup/begin", body);
  if (!begun) return std::unexpected(fail(begun.error()));
  if (!begun->ok()) return std::unexpected(fail(*begun));
  auto terms = read_terms(begun->body(), std::move(text));
  if (!terms) return std::unexpected(fail("The server's answer makes no sense."));
  return *std::move(terms);
}

// A file that is there already is of a set-up that was interrupted after it was written.
std::expected<crypto::P256Key, std::string> owner_key(Terminal& terminal, const std::string& path,
                                                      const std::string& log_name) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return make_key(terminal, path, log_name, "your key");
  const auto file = read_own_key(path, log_name);
  if (!file) return std::unexpected(file.error());
  terminal.say(fmt::format("{} is there already and becomes the owner's key.\n", visible(path)));
  return unlock(terminal, path, *file);
}

json::Value finish_body(const Terms& terms, const std::string& name, const crypto::P256Key& key) {
  crypto::SystemEntropy entropy;
  json::Array rosters;
  for (const auto& project : terms.projects) {
    const auto roster = core::sign_first_roster(project, key, terms.member, terms.time, entropy);
    auto item = json::Value::object();
    item.add("project", roster.project)
        .add("entry", roster.entry)
        .add("head", roster.head)
        .add("signature", base64(roster.signature));
    rosters.push_back(std::move(item));
  }
  auto body = json::Value::object();
  body.add("token", terms.token)
      .add("name", name)
      .add("spki", base64(key.spki()))
      .add("rosters", json::Value::array(std::move(rosters)));
  return body;
}

int setup(const SetupFlags& flags) {
  auto terminal = Terminal::open();
  if (!terminal) return fail(terminal.error(), exit_not_authorised);
  AdminClient client(flags.place);
  const auto terms = begin(client);
  if (!terms) return terms.error();
  const auto path = key_path(flags, terms->log_name);
  if (!path) return fail(path.error(), exit_usage);
  terminal->say(
      "You become the owner: with your key you say who may decide, and sign the first\n"
      "roster of these projects.\n");
  for (const auto& project : terms->projects) {
    terminal->say(
        fmt::format("  {}  {}\n", visible(project.row.name), visible(project.row.origin)));
  }
  std::string name = flags.name;
  if (name.empty()) name = terminal->ask("Your name: ").value_or("");
  if (name.empty()) return fail("An owner needs a name.", exit_usage);
  const auto key = owner_key(*terminal, *path, terms->log_name);
  if (!key) return fail(key.error(), exit_not_authorised);
  const auto done = client.post("/admin/setup/finish", finish_body(*terms, name, *key));
  if (!done) return fail(done.error());
  if (!done->ok()) return fail(*done);
  print_object(done->body(), flags.json);
  return exit_ok;
}

}  // namespace

void add_setup(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<SetupFlags>();
  auto* command = app.add_subcommand(
      "setup", "Become the owner at this terminal, with a key sealed by a passphrase");
  add_admin_flags(*command, *flags);
  add_key_file(*command, *flags);
  command->add_option("--name", flags->name, "Your name, as others see it (default: asked for)");
  command->callback([flags, &chosen] { chosen.command = [flags] { return setup(*flags); }; });
}

}  // namespace lp::cli
