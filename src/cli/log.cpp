#include <fmt/core.h>

#include "base/text.h"
#include "cli/administer.h"
#include "cli/log_reopen.h"
#include "cli/log_verify.h"
#include "cli/root_log.h"
#include "cli/verdict.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::cli {
namespace {

struct Flags : AdminFlags {
  std::string project = "default", trust_file;
  bool allow_test = false, root = false;
};

std::string target(const Flags& flags, std::string_view what) {
  return fmt::format("/admin/log/{}/{}", query_escaped(flags.project), what);
}

// Calls `take` with each leaf object of the log, in order; what went wrong, or nothing.
template <typename Take>
std::optional<std::string> each_leaf(AdminClient& client, const Flags& flags, std::int64_t size,
                                     Take take) {
  for (std::int64_t first = 0; first < size;) {
    const auto answer = client.get(target(flags, fmt::format("leaves?first={}", first)));
    if (!answer) return answer.error();
    const json::Value* leaves = answer->body().find("leaves");
    if (!answer->ok() || leaves == nullptr || leaves->items().empty()) {
      return std::string("The server does not give the leaves that its head promises.");
    }
    for (const auto& leaf : leaves->items()) {
      if (first == size) break;
      if (auto stop = take(leaf)) return stop;
      ++first;
    }
  }
  return std::nullopt;
}

std::optional<std::string> show_erased(const json::Value& leaf, bool as_json) {
  if (as_json) {
    auto line = json::Value::object();
    line.add("index", *leaf.find("index")).add("erased", true);
    fmt::print("{}\n", json::compact(line));
  } else {
    fmt::print("{}\t\terased\t{}\t\n", json::compact(*leaf.find("index")),
               visible(leaf.find_string("stream").value_or("")));
  }
  return std::nullopt;
}

std::optional<std::string> show_leaf(const json::Value& leaf, bool as_json) {
  if (leaf.find("erased") != nullptr) return show_erased(leaf, as_json);
  const auto bytes = from_base64(leaf.find_string("statement").value_or(""));
  const auto statement = json::parse(bytes.value_or(""));
  if (!statement) return "a statement is malformed";
  const json::Value* predicate = statement->root.find("predicate");
  if (predicate == nullptr) return "a statement has no predicate";
  if (as_json) {
    auto line = json::Value::object();
    line.add("index", *leaf.find("index")).add("statement", statement->root);
    fmt::print("{}\n", json::compact(line));
    return std::nullopt;
  }
  const json::Value* actor = predicate->find("actor");
  fmt::print("{}\t{}\t{}\t{}\t{}\n", json::compact(*leaf.find("index")),
             predicate->find_string("time").value_or(""),
             predicate->find_string("type").value_or(""),
             visible(leaf.find_string("stream").value_or("")),
             actor == nullptr ? "" : visible(actor->find_string("id").value_or("")));
  return std::nullopt;
}

std::expected<Answer, int> head_of(AdminClient& client, const Flags& flags) {
  auto answer = client.get(target(flags, "head"));
  if (!answer) return std::unexpected(fail(answer.error()));
  if (!answer->ok()) return std::unexpected(fail(*answer));
  return *std::move(answer);
}

int show(const Flags& flags) {
  if (flags.root) return show_root_log(flags);
  AdminClient client(flags.place);
  const auto head = head_of(client, flags);
  if (!head) return head.error();
  const auto wrong =
      each_leaf(client, flags, head->body().find_integer("size").value_or(0),
                [&](const json::Value& leaf) { return show_leaf(leaf, flags.json); });
  return wrong ? fail(*wrong) : exit_ok;
}

int checkpoint(const Flags& flags) {
  if (flags.root) return show_root_checkpoint(flags);
  AdminClient client(flags.place);
  const auto head = head_of(client, flags);
  if (!head) return head.error();
  const auto note = head->body().find_string("checkpoint");
  // The server knows of one, or there would be no log; what it holds is not under it.
  if (!note) return fail(not_signed, exit_verification);
  if (flags.json) {
    print_object(head->body(), true);
  } else {
    fmt::print("{}", *note);
  }
  return exit_ok;
}

int verify(const Flags& flags) {
  const LogVerification wanted{.place = flags.place,
                               .project = flags.project,
                               .trust_file = flags.trust_file,
                               .allow_test = flags.allow_test,
                               .json = flags.json};
  return flags.root ? verify_root_log(wanted) : verify_log(wanted);
}

}  // namespace

void add_log(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<Flags>();
  auto* group = app.add_subcommand("log", "The append-only log of a project");
  group->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, int (*run)(const Flags&)) {
    auto* command = add_admin_command(*group, name, help, flags, chosen, run);
    add_project_flag(*command, flags->project);
    command->add_flag("--root", flags->root, "The root log of the installation instead");
    return command;
  };
  add("show", "Print every event", show);
  add("checkpoint", "Print the newest signed checkpoint", checkpoint);
  auto* verify_command =
      add("verify", "Check every leaf, signature, chain and row, from the database itself", verify);
  verify_command->add_option("--trust", flags->trust_file, "Pinned keys (`letsping trust export`)")
      ->check(ExistingFile{});
  verify_command->add_flag("--allow-test", flags->allow_test, "Accept what is marked `test`");
  verify_command->footer("Exit status: 0 VALID, 40 INVALID, 30 INDETERMINATE (no --trust).");
  add_log_reopen(*group, chosen);
}

}  // namespace lp::cli
