#include "base/file.h"
#include "base/text.h"
#include "cli/administer.h"

namespace lp::cli {
namespace {

constexpr std::size_t key_file_bytes_max = 16 * 1'024;

struct AgentFlags : AdminFlags {
  std::string project = "default", key_file, handle;
};

// The DER inside a PEM public key, or the file itself when it is DER.
std::string der_of(const std::string& file) {
  const std::string_view begin = "-----BEGIN PUBLIC KEY-----", end = "-----END PUBLIC KEY-----";
  const std::size_t first = file.find(begin), last = file.find(end);
  if (first == std::string::npos || last == std::string::npos || last < first) return file;
  std::string text;
  for (const char c : file.substr(first + begin.size(), last - first - begin.size())) {
    if (c != '\n' && c != '\r') text.push_back(c);
  }
  return from_base64(text).value_or("");
}

int create(const AgentFlags& flags) {
  auto body = json::Value::object();
  body.add("project", flags.project);
  if (!flags.handle.empty()) body.add("handle", flags.handle);
  if (!flags.key_file.empty()) {
    const auto file = read_file(flags.key_file, key_file_bytes_max);
    if (!file) return fail(to_string(file.error()));
    body.add("public_key", base64(der_of(*file)));
  }
  return post_and_print(flags, "/admin/agents", body);
}

}  // namespace

void add_agent(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<AgentFlags>();
  auto* group = app.add_subcommand("agent", "Agents that prove who they are");
  group->require_subcommand(1);
  auto* command = add_admin_command(*group, "create", "Register an agent", flags, chosen, create);
  add_project_flag(*command, flags->project);
  command->add_option("--handle", flags->handle, "What people call it");
  command
      ->add_option(
          "--key,--public-key", flags->key_file,
          "Its public key (Ed25519 or P-256, PEM or DER); without it an HMAC secret is made")
      ->check(ExistingFile{});
}

}  // namespace lp::cli
