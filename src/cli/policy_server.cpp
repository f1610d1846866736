// The policies that a server has: `policy push`, `list`, `pull`, `activate` and `replay`.

#include <fmt/core.h>

#include <string>

#include "base/file.h"
#include "cli/admin_client.h"
#include "cli/administer.h"
#include "json/write.h"
#include "policy/node.h"

namespace lp::cli {
namespace {

struct Flags : AdminFlags {
  std::string project = "default", file, version;
  std::int64_t days = 30;
};

int push(const Flags& flags) {
  auto text = read_file(flags.file, policy::text_bytes_max);
  if (!text) return fail(to_string(text.error()));
  auto body = json::Value::object();
  body.add("project", flags.project).add("document", *std::move(text));
  return post_and_print(flags, "/admin/policies", body);
}

std::string project_query(const Flags& flags) {
  return "?project=" + query_escaped(flags.project);
}

int list(const Flags& flags) {
  return get_and_print(flags, "/admin/policies" + project_query(flags), "policies",
                       {"version", "in_force", "activated_at", "author", "created_at", "sha256"});
}

int pull(const Flags& flags) {
  AdminClient client(flags.place);
  const auto answer =
      client.get("/admin/policies/" + query_escaped(flags.version) + project_query(flags));
  if (!answer) return fail(answer.error());
  if (!answer->ok()) return fail(*answer);
  if (flags.json) {
    print_object(answer->body(), true);
  } else {
    // As it was uploaded, to the byte: it goes into a file.
    fmt::print("{}", answer->body().find_string("document").value_or(""));
  }
  return exit_ok;
}

int activate(const Flags& flags) {
  auto body = json::Value::object();
  body.add("project", flags.project);
  return post_and_print(flags, "/admin/policies/" + query_escaped(flags.version) + "/activate",
                        body);
}

std::string said_in_words(const json::Value* said) {
  if (said == nullptr) return {};
  const std::string effect(said->find_string("effect").value_or(""));
  if (effect != "review") return effect;
  const auto people = said->find_integer("people").value_or(0);
  return fmt::format("{}, {} {}", said->find_string("level").value_or(""), people,
                     people == 1 ? "person" : "people");
}

int replay(const Flags& flags) {
  auto text = read_file(flags.file, policy::text_bytes_max);
  if (!text) return fail(to_string(text.error()));
  auto body = json::Value::object();
  body.add("project", flags.project).add("document", *std::move(text)).add("days", flags.days);
  AdminClient client(flags.place);
  const auto answer = client.post("/admin/policies/replay", body);
  if (!answer) return fail(answer.error());
  if (!answer->ok()) return fail(*answer);
  if (flags.json) {
    print_object(answer->body(), true);
    return exit_ok;
  }
  const json::Value& told = answer->body();
  for (const json::Value& one : told.find("requests")->items()) {
    fmt::print("{:<24} {}  {} / {}  {}: {} -> {} ({})\n", one.find_string("shift").value_or(""),
               one.find_string("request").value_or(""),
               visible(one.find_string("service").value_or("")),
               visible(one.find_string("action").value_or("")),
               one.find_string("state").value_or(""), said_in_words(one.find("then")),
               said_in_words(one.find("now")),
               visible(one.find("now")->find_string("rule").value_or("")));
  }
  fmt::print("{} requests", told.find_integer("examined").value_or(0));
  for (const auto& [shift, count] : told.find("shifts")->members()) {
    fmt::print(", {} {}", json::compact(count), shift);
  }
  fmt::print("\n");
  if (const auto unread = told.find_integer("unread").value_or(0); unread > 0) {
    fmt::print(stderr, "{} more could not be read: nothing is said of these.\n", unread);
  }
  if (told.find("left_off")->as_boolean()) {
    fmt::print(stderr, "There were more: only the newest were judged. Ask for fewer days.\n");
  }
  return exit_ok;
}

}  // namespace

void add_policy_of_server(Command& group, Chosen& chosen) {
  auto flags = std::make_shared<Flags>();
  flags->version = "in-force";
  auto* pushing =
      add_admin_command(group, "push", "Upload a version; it is not in force yet", flags, chosen,
                        push);
  pushing->add_option("FILE", flags->file, "The policy, YAML or JSON")->required();
  add_project_flag(*pushing, flags->project);
  auto* listing = add_admin_command(group, "list", "List the versions of a project", flags, chosen,
                                    list);
  add_project_flag(*listing, flags->project);
  auto* pulling = add_admin_command(group, "pull", "Print a version as it was uploaded", flags,
                                    chosen, pull);
  pulling->add_option("VERSION", flags->version, "A number (default: the one in force)");
  add_project_flag(*pulling, flags->project);
  auto* activating = add_admin_command(
      group, "activate", "Ask people to put a version into force, an earlier one too", flags,
      chosen, activate);
  activating->add_option("VERSION", flags->version, "A number of `policy list`")->required();
  add_project_flag(*activating, flags->project);
  auto* replaying = add_admin_command(
      group, "replay", "What a draft would have done with what was asked", flags, chosen, replay);
  replaying->add_option("FILE", flags->file, "The draft, YAML or JSON")->required();
  replaying->add_option("--days", flags->days, "How far back")->capture_default_str();
  add_project_flag(*replaying, flags->project);
}

}  // namespace lp::cli
